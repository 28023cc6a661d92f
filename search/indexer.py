"""Keeping the index equal to the database.

A change reaches the index in two steps, and each can be repeated:

1. :func:`take_up` locks the document's row, re-reads the source and, if anything differs, raises the version. One short transaction, no network.
2. :func:`flush` sends every row whose newest version the index has not been sent. A row stays dirty until the engine took that
   very version, so an outage, a crash or a lost message costs delay and nothing else.
"""

import logging
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from foundation.outbox.models import Delivery, DeliveryStatus, Event
from search import gazetteer
from search.analysis.analyzer import Analyzer
from search.documents import sources
from search.documents.content import Content, digest
from search.documents.entry import entry
from search.documents.sources import Source
from search.engines.chosen import engine
from search.engines.contract import EngineBroken, EngineDown, Operation
from search.models import Document, Run, RunKind
from search.querysets import DocumentQuerySet

logger = logging.getLogger(__name__)

SUBSCRIBER = "search.index"
BATCH = 200
# A rebuild reads and sends more at once, and has at most so many batches under way while it makes the next.
_FILL_BATCH = 500
_UNDER_WAY = 2
# A refused document is offered again after 30 s, 2 min, 8 min ... an hour; then a person must look.
MOST_ATTEMPTS = 8
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)

# What the index lost may have left a tombstone of any version behind: a leap passes it.
_LEAP = 1_000

_WRITTEN = [
    "version", "is_dirty", "is_deleted", "digest", "content", "kind", "region", "category", "price", "popularity",
    "title_words", "words", "changed_at", "attempts", "retry_at", "is_given_up", "last_error",
]  # fmt: skip

# What of a row is sent.
_SENT = ["source", "object_id", "version", "is_dirty", "is_deleted", "content", "attempts"]

# Told how many of how many are done.
type Progress = Callable[[int, int], None]


class _Known(NamedTuple):
    """What of a row tells whether its source says the same."""

    object_id: int
    version: int
    is_deleted: bool
    digest: str


@dataclass(frozen=True)
class _Reading:
    """What a source says of one object: none if it is not to be found; as plain values; and their fingerprint."""

    content: Content | None
    values: dict[str, Any] | None
    digest: str

    @classmethod
    def of(cls, content: Content | None) -> "_Reading":
        values = content.as_json() if content is not None else None
        return cls(content, values, digest(values))


def on_events(events: Sequence[Event], *, now: datetime) -> None:
    """Take up what the events touch, and send it. A repeat changes nothing more.

    An engine that is down is no failure here: the rows are dirty, and the flush that runs every few seconds sends them.
    """
    touched = Q(pk__in=[])
    for name, ids in touched_by(events).items():
        for some in _chunks(sorted(ids), BATCH):
            take_up(name, some, now=now)
        touched |= Q(source=name, object_id__in=ids)
    try:
        # Only what these events touched: several workers then do not send each other's rows.
        flush(now=now, among=touched)
    except EngineDown as down:
        logger.warning("The search engine does not answer (%s); changes wait in their rows.", down)


def touched_by(events: Sequence[Event]) -> dict[str, set[int]]:
    """Which objects of which source the events touch."""
    by_topic: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_topic[event.topic].append(event)
    touched: defaultdict[str, set[int]] = defaultdict(set)
    for source in sources.registered().values():
        for topic, find in source.topics.items():
            if topic in by_topic:
                touched[source.name].update(find(by_topic[topic]))
    return dict(touched)


def take_up(name: str, ids: Sequence[int], *, now: datetime) -> int:
    """Re-read objects of a source and raise the version of those whose content differs; returns how many did.

    The row's lock comes before the reading, so that a higher version never holds an older content.
    """
    wanted = sorted(set(ids))
    written = []
    with transaction.atomic():
        rows = _locked(name, wanted)
        contents = sources.registered()[name].load(wanted)
        for row in rows:
            reading = _Reading.of(contents.get(row.object_id))
            if _differs(row, reading):
                written.append(_raised(name, row, reading, now=now))
        # The rows exist and are locked: an upsert is one plain statement where a bulk update is a forest of CASEs.
        Document.objects.bulk_create(
            written, update_conflicts=True, unique_fields=["source", "object_id"], update_fields=_WRITTEN
        )
        # Objects that were never to be found leave no row behind.
        if {row.object_id for row in rows if not row.version} - {row.object_id for row in written}:
            Document.objects.filter(source=name, object_id__in=wanted, version=0).delete()
    return len(written)


def flush(*, now: datetime, among: Q | None = None) -> int:
    """Send every row that is due; returns how many were taken. What the engine refuses waits with the reason, and longer each time.

    :param among: which rows to look at; none for all of them.
    :raises EngineDown: the engine does not answer; the rows wait.
    """
    sent, last = 0, 0
    due = Document.objects.due(now).filter(among or Q())
    while rows := list(due.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        sent += send(rows, now=now)
    return sent


def send(rows: Sequence[Document], *, now: datetime) -> int:
    """Send rows at the version they have; a row that was raised meanwhile stays dirty. Outside any transaction."""
    analyzer = gazetteer.current()
    operations = [_operation(row, analyzer) for row in rows]
    try:
        refused = engine().apply(operations)
    except EngineBroken as broken:
        # The first index of a new site is missed by nobody; that it was built stands in its run.
        if Run.objects.exists():
            logger.warning("The index is missing or damaged (%s); building it again.", broken)
        rebuild(now=now)
        refused = {}
    taken = [(row.pk, row.version) for row in rows if row.key not in refused]
    _settle(taken, now=now)
    _put_off([row for row in rows if row.key in refused], refused, now=now)
    return len(taken)


def rebuild(*, now: datetime, progress: Progress | None = None, reread: bool = True) -> int:
    """Fill a new index beside the old one; changes made meanwhile go to both. Returns how many were written.

    The old index answers until the new one is whole. How far it is stands in a :class:`Run`.

    :param reread: read every source first, so that what no event told of is found too.
    """
    gazetteer.forget()
    run = Run.objects.create(kind=RunKind.REBUILD, started_at=now)
    try:
        if reread:
            read_everything(now=now)
        return _fill(run, now=now, progress=progress)
    except Exception as failure:
        run.error = f"{type(failure).__name__}: {failure}"[:300]
        raise
    finally:
        run.ended_at = timezone.now()
        run.save(update_fields=["done", "ended_at", "error"])


def _fill(run: Run, *, now: datetime, progress: Progress | None) -> int:
    """Write every live row into a new index: this thread reads and analyses while others send."""
    analyzer = gazetteer.current()
    live = Document.objects.live()
    Run.objects.filter(pk=run.pk).update(total=live.count())
    run.refresh_from_db(fields=["total"])
    waited: dict[str, tuple[int, int]] = {}
    refused: dict[str, str] = {}
    with engine().rebuild() as filling, ThreadPoolExecutor(_UNDER_WAY) as senders:
        under_way: deque[Future[Mapping[str, str]]] = deque()
        for batch in _batches(live.only(*_SENT).order_by("pk").iterator(chunk_size=2_000), _FILL_BATCH):
            if len(under_way) == _UNDER_WAY:
                refused |= under_way.popleft().result()
            under_way.append(senders.submit(filling.add, [_operation(row, analyzer) for row in batch]))
            waited |= {row.key: (row.pk, row.version) for row in batch if row.is_dirty}
            run.done += len(batch)
            Run.objects.filter(pk=run.pk).update(done=run.done)
            if progress is not None:
                progress(run.done, run.total)
        for last in under_way:
            refused |= last.result()
    _settle([row for key, row in waited.items() if key not in refused], now=now)
    for key, reason in refused.items():
        source, _, object_id = key.partition(":")
        row = Document.objects.filter(source=source, object_id=object_id)
        row.update(is_dirty=True, indexed_version=0)
        _put_off(list(row), {key: reason}, now=now)
    return run.done


def try_again(*, document_id: int) -> bool:
    """Offer a document that was given up to the index again, at the next flush; True the first time."""
    given_up = Document.objects.given_up().filter(pk=document_id)
    return bool(given_up.update(is_given_up=False, attempts=0, retry_at=None))


def heal(*, now: datetime) -> bool:
    """Build the index if it is gone or damaged while there is something to find; returns whether it had to."""
    health = engine().health()
    if health.is_up or not engine().is_broken() or not Document.objects.live().exists():
        return False
    rebuild(now=now)
    return True


def read_everything(*, now: datetime) -> int:
    """Take up every object of every source, and every document whose object is gone; returns how many differed."""
    changed = 0
    for source in sources.registered().values():
        known = Document.objects.filter(source=source.name).values_list("object_id", flat=True)
        for some in _chunks(sorted({*source.all_ids(), *known}), _FILL_BATCH):
            if unlike := _unlike(source, some):
                changed += take_up(source.name, unlike, now=now)
    return changed


def _unlike(source: Source, ids: Sequence[int]) -> list[int]:
    """Those of these objects that have no row, or whose row says something else than they.

    This looks without a lock, since most rows are as they should be: who takes up what differs reads it again.
    """
    rows = {row.object_id: row for row in _known(_of(source.name, ids))}
    contents = source.load(list(rows)) if rows else {}
    return [pk for pk in ids if pk not in rows or _differs(rows[pk], _Reading.of(contents.get(pk)))]


@dataclass(frozen=True)
class Difference:
    """One document in which the index and the database do not agree: lost, stale, ghost or unread."""

    key: str
    kind: str
    detail: str
    indexed_version: int = 0


def verify() -> Iterator[Difference]:
    """Compare sources, rows and index; nothing is what it should find once the outbox is drained.

    "unread": the source changed and no event told of it. "waiting": not sent yet. "lost": not in the index. "stale": an older version is.
    "ghost": the index shows what was deleted or never was. Work goes on meanwhile, and what changes between two of our looks
    differs for a moment: only what a second comparison finds just the same is told.

    :raises EngineDown: the engine does not answer.
    """
    first = set(_compare())
    if first:
        yield from (difference for difference in _compare() if difference in first)


def _compare() -> Iterator[Difference]:
    on_their_way = _on_their_way()
    engine().refresh()
    indexed = dict(engine().versions())
    for source in sources.registered().values():
        for difference in _verify_source(source, indexed):
            if difference.key not in on_their_way:
                yield difference
    known = {f"{name}:{pk}" for name, pk in Document.objects.live().values_list("source", "object_id")}
    for key in sorted(indexed.keys() - known - on_their_way):
        yield Difference(key, "ghost", f"version {indexed[key]} is in the index", indexed[key])


def _verify_source(source: Source, indexed: Mapping[str, int]) -> Iterator[Difference]:
    rows = {
        row.object_id: row
        for row in Document.objects.filter(source=source.name).defer("content", "words", "title_words")
    }
    for some in _chunks(sorted({*source.all_ids(), *rows}), BATCH):
        contents = source.load(some)
        for pk in some:
            row, content, key = rows.get(pk), contents.get(pk), f"{source.name}:{pk}"
            if row is None:
                if content is not None:
                    yield Difference(key, "unread", "no document was made of it")
            elif _differs(row, _Reading.of(content)):
                yield Difference(
                    key, "unread", f"its source differs from version {row.version} in {_parts(row, content)}"
                )
            elif row.is_given_up:
                yield Difference(key, "refused", row.last_error)
            elif row.is_dirty:
                yield Difference(key, "waiting", row.last_error or f"version {row.version} was not sent yet")
            elif not row.is_deleted and key not in indexed:
                yield Difference(key, "lost", f"version {row.version} is not in the index")
            elif not row.is_deleted and indexed[key] != row.version:
                yield Difference(
                    key, "stale", f"the index has version {indexed[key]}, the row {row.version}", indexed[key]
                )


def reconcile(*, now: datetime) -> Run:
    """Compare index and database, keep what was found, and put it right: it should be nothing.

    :raises EngineDown: the engine does not answer; that is kept too.
    """
    run = Run.objects.create(kind=RunKind.VERIFY, started_at=now, total=Document.objects.live().count())
    try:
        differences = list(verify())
        run.found, run.done = dict(Counter(difference.kind for difference in differences)), run.total
        for difference in differences:
            logger.error("Search %s is %s: %s", difference.key, difference.kind, difference.detail)
        mend(differences, now=now)
    except (EngineDown, EngineBroken) as failure:
        run.error = str(failure)[:300]
        raise
    finally:
        run.ended_at = timezone.now()
        run.save(update_fields=["found", "done", "ended_at", "error"])
    return run


def mend(differences: Iterable[Difference], *, now: datetime) -> None:
    """Put right what :func:`verify` found: read again, and send again under a version that the index has to take."""
    for difference in differences:
        name, _, object_id = difference.key.partition(":")
        if name not in sources.registered() or not object_id.isdigit():
            continue
        pk = int(object_id)
        take_up(name, [pk], now=now)
        if difference.kind in {"lost", "stale", "ghost"}:
            row, _made = Document.objects.get_or_create(
                source=name, object_id=pk, defaults={"is_deleted": True, "digest": digest(None)}
            )
            newest = Greatest(F("version"), Value(difference.indexed_version)) + _LEAP
            Document.objects.filter(pk=row.pk).update(version=newest, is_dirty=True, retry_at=None)
    flush(now=now)


def _on_their_way() -> set[str]:
    """Documents of events that are not delivered yet: the index may differ in these."""
    pending = Delivery.objects.filter(subscriber=SUBSCRIBER, status=DeliveryStatus.PENDING).select_related("event")
    touched = touched_by([delivery.event for delivery in pending])
    return {f"{name}:{pk}" for name, ids in touched.items() for pk in ids}


def _of(name: str, ids: Sequence[int]) -> DocumentQuerySet:
    return Document.objects.filter(source=name, object_id__in=ids)


def _known(rows: DocumentQuerySet) -> list[_Known]:
    return [_Known(*values) for values in rows.values_list(*_Known._fields)]


def _locked(name: str, ids: Sequence[int]) -> list[_Known]:
    """Lock the rows of these objects; those that have none get one of version 0, which nobody finds.

    New rows come before any lock is taken and locks in the order of their keys, so that nobody waits in a circle.
    """
    there = set(_of(name, ids).values_list("object_id", flat=True))
    Document.objects.bulk_create(
        [Document(source=name, object_id=pk) for pk in ids if pk not in there], ignore_conflicts=True
    )
    return _known(_of(name, ids).order_by("pk").select_for_update())


def _differs(row: Document | _Known, reading: _Reading) -> bool:
    if reading.content is None:
        return row.version > 0 and not row.is_deleted
    return row.is_deleted or row.digest != reading.digest


def _parts(row: Document, content: Content | None) -> str:
    """What of a row its source says otherwise, by the names of its fields."""
    kept, read = row.content or {}, content.as_json() if content else {}
    return ", ".join(sorted(name for name in {*kept, *read} if kept.get(name) != read.get(name)))


def _raised(name: str, row: _Known, reading: _Reading, *, now: datetime) -> Document:
    """The next version of a row, with what was read."""
    content = reading.content
    fresh = Document(
        source=name,
        object_id=row.object_id,
        version=row.version + 1,
        is_deleted=content is None,
        content=reading.values,
        digest=reading.digest,
        changed_at=now,
    )
    if content is None:
        return fresh
    fresh.kind, fresh.region, fresh.category = content.kind.value, content.region, content.category
    fresh.price, fresh.popularity = content.price, content.popularity
    surface = gazetteer.analyzer().surface
    fresh.title_words = f" {surface(content.title.id, content.title.en, *content.names)}"
    labels = (content.category_name.id, content.category_name.en, content.labels.id, content.labels.en)
    fresh.words = f"{fresh.title_words} {surface(*content.places, *labels, content.summary.id, content.summary.en)}"
    return fresh


def _operation(row: Document, analyzer: Analyzer) -> Operation:
    if row.is_deleted or row.content is None:
        return Operation(row.key, row.version, None)
    return Operation(row.key, row.version, entry(Content.from_json(row.content), analyzer))


def _settle(sent: Sequence[tuple[int, int]], *, now: datetime) -> None:
    """Note which versions the index has; a row that was raised meanwhile stays dirty."""
    by_version: defaultdict[int, list[int]] = defaultdict(list)
    for pk, version in sent:
        by_version[version].append(pk)
    for version, keys in by_version.items():
        for some in _chunks(keys, BATCH):
            current = Document.objects.filter(pk__in=some, version=version)
            current.update(
                indexed_version=version,
                is_dirty=False,
                indexed_at=now,
                last_error="",
                attempts=0,
                retry_at=None,
                is_given_up=False,
            )


def _put_off(rows: Sequence[Document], reasons: Mapping[str, str], *, now: datetime) -> None:
    """Note why rows were refused, and when they are offered again; a row that was raised meanwhile is none of them."""
    for row in rows:
        logger.error("The index refuses %s: %s", row.key, reasons[row.key])
        attempts = row.attempts + 1
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 4 ** (attempts - 1))
        Document.objects.filter(pk=row.pk, version=row.version).update(
            attempts=attempts,
            retry_at=now + pause,
            is_given_up=attempts >= MOST_ATTEMPTS,
            last_error=reasons[row.key][:300],
        )


def _batches(rows: Iterator[Document], size: int) -> Iterator[list[Document]]:
    while batch := list(islice(rows, size)):
        yield batch


def _chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
