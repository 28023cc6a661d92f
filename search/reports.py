"""What the office reads of the search: what was asked and opened, and how the index is. Frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from foundation.clock import day_of
from search import labels
from search.engines.chosen import engine
from search.engines.contract import Health
from search.models import AskedCount, Document, OpenedCount, Pin, Run, RunKind
from search.services import SHOWN_FROM


@dataclass(frozen=True)
class Question:
    """What was asked in some days, how often, how often for nothing, and how often something was opened."""

    query: str
    searches: int
    found_nothing: int
    clicks: int

    @property
    def opened_share(self) -> int:
        """Of a hundred searches, how many led to something being opened."""
        return min(100, round(100 * self.clicks / self.searches)) if self.searches else 0


@dataclass(frozen=True)
class Opened:
    """A result, and how often it was opened from a question."""

    key: str
    title: str
    kind_label: str
    clicks: int


@dataclass(frozen=True)
class PinnedRow:
    """A pin, with what it shows now."""

    pk: int
    query: str
    key: str
    title: str
    first_date: date | None
    last_date: date | None
    is_over: bool


@dataclass(frozen=True)
class IndexState:
    """How the index is, what waits for it, and what the last long works found."""

    engine: str
    health: Health
    documents: int
    waiting: int
    given_up: int
    runs: Sequence[Run]
    checked: Run | None


def asked(*, days: int, now: datetime, nothing_alone: bool = False, limit: int = 100) -> Sequence[Question]:
    """Questions of the last days, most asked first; those that few asked are left out, since they may tell who did."""
    rows = AskedCount.objects.filter(day__gt=day_of(now) - timedelta(days=days)).values("query")
    summed = rows.annotate(asked=Sum("searches"), nothing=Sum("found_nothing"), opened=Sum("clicks"))
    often = summed.filter(asked__gte=SHOWN_FROM)
    if nothing_alone:
        often = often.filter(nothing__gt=0)
    ordered = often.order_by("-nothing" if nothing_alone else "-asked", "query")[:limit]
    return [Question(row["query"], row["asked"], row["nothing"], row["opened"]) for row in ordered]


def totals(*, days: int, now: datetime) -> Question:
    """All questions of the last days together."""
    rows = AskedCount.objects.filter(day__gt=day_of(now) - timedelta(days=days))
    found = rows.aggregate(asked=Sum("searches"), nothing=Sum("found_nothing"), opened=Sum("clicks"))
    return Question("", found["asked"] or 0, found["nothing"] or 0, found["opened"] or 0)


def opened(*, query: str, days: int, now: datetime, limit: int = 10) -> Sequence[Opened]:
    """What was opened from a question, most first; nothing of a question that few asked."""
    since = day_of(now) - timedelta(days=days)
    how_often = AskedCount.objects.filter(query=query, day__gt=since).aggregate(asked=Sum("searches"))["asked"] or 0
    if how_often < SHOWN_FROM:
        return []
    rows = OpenedCount.objects.filter(query=query, day__gt=since).values("source", "object_id")
    most = list(rows.annotate(opened=Sum("clicks")).order_by("-opened", "source", "object_id")[:limit])
    shown = _titles([(row["source"], row["object_id"]) for row in most])
    return [
        Opened(key, *shown[key], row["opened"])
        for row in most
        if (key := f"{row['source']}:{row['object_id']}") in shown
    ]


def pins(*, now: datetime, query: str = "") -> Sequence[PinnedRow]:
    """What editors pinned, by question; for one question, or all."""
    rows = list((Pin.objects.filter(query=query) if query else Pin.objects.all()).order_by("query", "position", "pk"))
    shown = _titles([(row.source, row.object_id) for row in rows])
    today = day_of(now)
    return [
        PinnedRow(
            pk=row.pk,
            query=row.query,
            key=row.key,
            title=shown.get(row.key, (_("Not shown any more"), ""))[0],
            first_date=row.first_date,
            last_date=row.last_date,
            is_over=row.last_date is not None and row.last_date < today,
        )
        for row in rows
    ]


def index_state() -> IndexState:
    """How the index is now."""
    checked = Run.objects.filter(kind=RunKind.VERIFY, ended_at__isnull=False).order_by("-started_at").first()
    return IndexState(
        engine=engine().name,
        health=engine().health(),
        documents=Document.objects.live().count(),
        waiting=Document.objects.waiting().count(),
        given_up=Document.objects.given_up().count(),
        runs=list(Run.objects.order_by(F("started_at").desc())[:14]),
        checked=checked,
    )


def drift() -> int:
    """How many documents differed when index and database were compared last; a comparison that failed counts as one."""
    checked = Run.objects.filter(kind=RunKind.VERIFY, ended_at__isnull=False).order_by("-started_at").first()
    return 0 if checked is None else checked.drift or int(bool(checked.error))


def _titles(keys: Sequence[tuple[str, int]]) -> dict[str, tuple[str, str]]:
    """Title and kind of documents that are still found, by key; one query a source."""
    found: dict[str, tuple[str, str]] = {}
    for source in {source for source, _pk in keys}:
        ids = [pk for name, pk in keys if name == source]
        for row in Document.objects.live().filter(source=source, object_id__in=ids):
            content = row.content or {}
            found[row.key] = (content["title"]["id"] or content["title"]["en"], labels.kind_label(content["kind"]))
    return found
