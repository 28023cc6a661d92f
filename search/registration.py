"""What the search tells the rooms below when the house starts."""

from collections.abc import Iterator, Sequence

from django.utils import timezone

from foundation.audit import registry as audits
from foundation.audit.registry import Finding
from foundation.outbox import registry as outbox
from foundation.outbox.models import Event
from search import indexer
from search.documents import destinations, events, listings, shops, sources, stories, trips
from search.engines.contract import EngineBroken, EngineDown


def register() -> None:
    """Register the sources, the outbox subscription and the audit check."""
    for module in (destinations, events, trips, stories, listings, shops):
        sources.register(module.SOURCE)
    outbox.subscribe(indexer.SUBSCRIBER, sources.topics(), on_events)
    audits.register("search index equals database", line=9, check=index_equals_database)


def on_events(delivered: Sequence[Event]) -> None:
    """What the outbox calls."""
    indexer.on_events(delivered, now=timezone.now())


def index_equals_database() -> Iterator[Finding]:
    """Send what waits, then compare; documents whose event is not delivered yet are left out."""
    try:
        indexer.flush(now=timezone.now())
        for difference in indexer.verify():
            yield Finding(difference.key, f"{difference.kind}: {difference.detail}")
    except EngineDown as down:
        yield Finding("search", f"the engine does not answer: {down}")
    except EngineBroken as broken:
        yield Finding("search", f"{broken} Build it with: manage.py search rebuild")
