"""What a search answers with: frozen values in the visitor's language, ready for a page or for JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What a result is; the value goes out through addresses and the API."""

    DESTINATION = "destination"
    EVENT = "event"
    TRIP = "trip"
    STORY = "story"
    GOODS = "goods"
    TICKET = "ticket"
    STAY = "stay"
    SHOP = "shop"


class Sort(StrEnum):
    """Orders a visitor can choose."""

    BEST = "best"
    NEAREST = "nearest"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    NEWEST = "newest"


class Beside(StrEnum):
    """How what is offered beside the results comes near."""

    NOTHING = ""
    NEARBY = "nearby"
    UNFILTERED = "unfiltered"
    FEWER_WORDS = "fewer_words"
    POPULAR = "popular"


@dataclass(frozen=True)
class Badge:
    """The one thing a card says about a result's state; ``tone`` is the class suffix: open, ok, warn, stop."""

    code: str
    tone: str
    text: str


@dataclass(frozen=True)
class Result:
    """One hit, as a card shows it; ``picture_light`` is the picture as AVIF where there is one; ``pinned`` says that editors put it first."""

    key: str
    kind: Kind
    kind_label: str
    title: str
    url: str
    summary: str
    region_code: str
    region: str
    place: str
    category: str
    category_label: str
    price: int | None
    price_is_from: bool
    picture: str
    picture_id: int | None
    badge: Badge | None
    sample: bool
    shop: str
    rating: float | None
    reviews: int
    lat: float | None
    lon: float | None
    distance_km: float | None
    next_date: date | None
    pinned: bool = False
    picture_light: str = ""


@dataclass(frozen=True)
class FacetValue:
    """One choice of a filter, with how many results it would leave."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True)
class WayOn:
    """A link that leads on where little was found: words and the query parameters behind them."""

    label: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Understood:
    """What was read out of the words typed, and acts as a filter: a price in rupiah, a day."""

    price_min: int | None = None
    price_max: int | None = None
    day: date | None = None


@dataclass(frozen=True)
class SearchPage:
    """One page of results.

    ``facets`` has the keys kind, region, category, price. ``corrected`` is the spelling that was searched instead of
    what was typed; asking with ``exact=True`` searches what was typed alone. ``beside`` is offered next to the results, for ``beside_reason``, and
    never counts in ``total``. ``understood`` is what the words said about money and days, as far as it was asked for instead of being searched.
    ``limited`` says that the search server did not answer and the plain list stands in.
    """

    query: str
    total: int
    page: int
    pages: int
    results: tuple[Result, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    corrected: str = ""
    limited: bool = False
    beside: tuple[Result, ...] = ()
    beside_reason: Beside = Beside.NOTHING
    ways_on: tuple[WayOn, ...] = ()
    lacking: frozenset[str] = field(default_factory=frozenset)
    understood: Understood = field(default_factory=Understood)


@dataclass(frozen=True)
class Suggestion:
    """One line under the search box: a place, a thing or a category, with where it leads."""

    text: str
    kind: str
    kind_label: str
    place: str
    url: str
