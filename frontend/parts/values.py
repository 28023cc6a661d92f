"""What the shared parts are given: frozen values, so that a template can run no query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from django.utils.functional import Promise

# A sentence that may still wait for the visitor's language.
type Words = str | Promise
type Tone = Literal["", "ok", "warn", "stop", "info", "open"]


class Source(NamedTuple):
    """One row of a ``<picture>``: the type and the widths it comes in ("a.avif 320w, b.avif 640w")."""

    type: str
    srcset: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture at every size it is shown in; ``src`` is the JPEG that any browser reads."""

    src: str
    width: int
    height: int
    alt: str = ""
    sources: Sequence[Source] = ()
    srcset: str = ""
    sample: bool = False
    credit: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Badge:
    """One state in words; the colour only repeats it. ``open`` is a hollow dot: not known, not checked."""

    text: Words
    tone: Tone = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rating:
    """Stars as one number, and from how many."""

    average: float
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """Whatever can be found, promoted or bought, as one card. Amounts in rupiah.

    ``kind`` is the word above the title, shown only in mixed lists; ``notes`` are lines under the place.
    """

    url: str
    title: str
    kind: Words = ""
    place: Words = ""
    notes: Sequence[Words] = ()
    price: int | None = None
    price_from: bool = False
    rating: Rating | None = None
    picture: Picture | None = None
    badge: Badge | None = None
    sample: bool = False
    region: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EventCard:
    """An event in a list: its day first."""

    url: str
    title: str
    day: date
    last_day: date | None = None
    place: Words = ""
    note: Words = ""
    sample: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionMark:
    """The region that a page belongs to: what the base template calls ``region``. ``province`` is the line below."""

    slug: str
    name: str
    url: str = ""
    province: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Crumb:
    """One step of the way here."""

    title: Words
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A word that leads somewhere: a tab, a chip, a row. ``count`` and ``icon`` are shown when given."""

    title: Words
    url: str
    icon: str = ""
    count: int | None = None
    current: bool = False
    note: Words = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One box of a facet: a value that can be ticked, and how many results it has."""

    value: str
    title: Words
    count: int | None = None
    chosen: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Facet:
    """One question of the filter sheet. ``single`` asks for one answer (radio), else for any (checkbox)."""

    name: str
    title: Words
    choices: Sequence[Choice]
    single: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DateChoice:
    """A day to come on. ``reason`` says why it cannot be chosen ("full", "closed"); for a day that has gone by, ``past``."""

    day: date
    price: int | None = None
    chosen: bool = False
    reason: Words = ""
    past: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A month of the calendar with prices: weeks of seven, Monday first, None outside the month."""

    first: date
    weeks: Sequence[Sequence[DateChoice | None]]
    earlier_url: str = ""
    later_url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotChoice:
    """A time to come at. ``left`` is shown from a few on; ``reason`` disables it."""

    value: str
    starts_at: datetime
    left: int | None = None
    few: bool = False
    chosen: bool = False
    reason: Words = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class QuantityRow:
    """How many of one price category."""

    name: str
    title: Words
    price: int
    note: Words = ""
    value: int = 0
    least: int = 0
    most: int = 20
    error: Words = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """One line of a sum, in rupiah."""

    title: Words
    amount: int
    note: Words = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of a timeline; ``state`` is done, now, or nothing yet."""

    title: Words
    state: Literal["done", "now", "", "stop"] = ""
    note: Words = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A cell of a table: text as it stands, right-aligned when it is a number."""

    text: Words
    end: bool = False
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table that becomes cards on a phone; the first column names the row."""

    columns: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    caption: Words = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A point on the map."""

    title: str
    latitude: float
    longitude: float
    url: str = ""
