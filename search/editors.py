"""What editors say: words and pins. Every process keeps a copy, and one small query tells it when that is old: a saved word works at once, everywhere."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from search.analysis.fold import words
from search.analysis.vocabulary import Vocabulary, shipped
from search.models import Pin, Revision, Wording, WordingKind

WORDINGS, PINS = "wordings", "pins"
LONGEST_QUESTION = 80


@dataclass(frozen=True)
class Pinned:
    """A document put first, and while which days."""

    source: str
    object_id: int
    first_date: date | None
    last_date: date | None

    def holds(self, day: date) -> bool:
        """Whether it stands on a day; both ends belong to it."""
        return (self.first_date or day) <= day <= (self.last_date or day)


@dataclass(frozen=True)
class Lists:
    """All that editors say, as of one revision of each list."""

    revisions: Mapping[str, int] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=shipped)
    pins: Mapping[str, tuple[Pinned, ...]] = field(default_factory=dict)


_lock = threading.Lock()
_known: Lists | None = None


def lists() -> Lists:
    """What editors say now: one query while nothing changed."""
    global _known
    revisions = dict(Revision.objects.values_list("name", "number"))
    known = _known
    if known is not None and known.revisions == revisions:
        return known
    with _lock:
        if _known is None or _known.revisions != revisions:
            # The numbers were read before the rows: a change in between is seen at the next look.
            _known = Lists(revisions, shipped().joined(_vocabulary()), _pins())
        return _known


def forget() -> None:
    """Read everything anew at the next look; for tests."""
    global _known
    _known = None


def question(text: str) -> str:
    """A question as it is counted and pinned: folded words, one space between."""
    return " ".join(words(text[:500]))[:LONGEST_QUESTION].strip()


def members(text: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _vocabulary() -> Vocabulary:
    same: list[tuple[str, ...]] = []
    narrower: list[tuple[str, str]] = []
    minangkabau: list[tuple[str, str]] = []
    protected: set[str] = set()
    for kind, left, right in (
        Wording.objects.filter(is_active=True).order_by("pk").values_list("kind", "words", "leads_to")
    ):
        firsts, seconds = members(left), members(right)
        if kind == WordingKind.TWO_WAY:
            same.append(firsts)
        elif kind == WordingKind.ONE_WAY:
            narrower += [(first, second) for first in firsts for second in seconds]
        elif kind == WordingKind.MINANGKABAU:
            minangkabau += [(first, second) for first in firsts for second in seconds]
        else:
            protected.update(firsts)
    return Vocabulary(
        same=tuple(same), narrower=tuple(narrower), minangkabau=tuple(minangkabau), protected=frozenset(protected)
    )


def _pins() -> dict[str, tuple[Pinned, ...]]:
    pins: defaultdict[str, list[Pinned]] = defaultdict(list)
    for pin in Pin.objects.order_by("query", "position", "pk"):
        pins[pin.query].append(Pinned(pin.source, pin.object_id, pin.first_date, pin.last_date))
    return {query: tuple(found) for query, found in pins.items()}
