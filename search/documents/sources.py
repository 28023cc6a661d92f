"""Where documents come from: one source per kind of row, registered once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from foundation.outbox.models import Event
from search.documents.content import Content

type Touched = Callable[[Sequence[Event]], Iterable[int]]


def own_key(events: Sequence[Event]) -> list[int]:
    """The objects that the events are about themselves."""
    return [int(event.key) for event in events]


@dataclass(frozen=True)
class Source:
    """One kind of row that becomes documents.

    :param name: stable, since it stands in document keys: "listing".
    :param load: the contents of those objects that may be found; what is missing from the answer is not to be found (any more).
    :param all_ids: every object that may be found.
    :param topics: which objects an event of a topic touches.
    """

    name: str
    load: Callable[[Sequence[int]], Mapping[int, Content]]
    all_ids: Callable[[], Iterable[int]]
    topics: Mapping[str, Touched] = field(default_factory=dict)


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Make a source known; registering a name again replaces it."""
    _sources[source.name] = source


def registered() -> dict[str, Source]:
    """All sources, by name."""
    return dict(_sources)


def topics() -> list[str]:
    """Every topic that touches a document."""
    return sorted({topic for source in _sources.values() for topic in source.topics})
