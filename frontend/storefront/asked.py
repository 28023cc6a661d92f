"""What a visitor asked the search for, read from the address, and the addresses that ask for something else.

Nonsense in an address is never refused: it is as if it had not been written.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from math import isfinite
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from search import queries
from search.results import Kind, Sort

# Names that people read in addresses and that other pages link to.
KIND_NAMES = {"place": Kind.DESTINATION}
LONGEST_QUERY = 200
HIGHEST_PRICE = 999_999_999
# How far around the visitor, in kilometres.
DISTANCES = (5, 10, 25, 50)


@dataclass(frozen=True)
class Asked:
    """One question to the search."""

    q: str = ""
    kind: str = ""
    regions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    # A band as the price facet names it: "0-50000", "200000-".
    price: str = ""
    day: date | None = None
    near: tuple[float, float] | None = None
    within: int | None = None
    # South, west, north, east: what the map showed.
    box: tuple[float, float, float, float] | None = None
    on_map: bool = False
    sort: str = Sort.BEST
    page: int = 1
    exact: bool = False
    # Words about money and days are taken as words.
    literal: bool = False
    # What the address itself fixes (a category's or a region's own page), so it is no filter to remove.
    path: str = ""
    fixed: frozenset[str] = field(default_factory=frozenset)

    @property
    def band(self) -> tuple[int | None, int | None]:
        """The lowest and highest price of the chosen band."""
        low, _, high = self.price.partition("-")
        return _amount(low), _amount(high)

    @property
    def is_plain(self) -> bool:
        """Whether nothing but words was asked: no filter, no order, no further page."""
        return replace(self, q="", exact=False, literal=False, on_map=False) == Asked()

    def url(self, **changes: Any) -> str:
        """The address of this question with some of it changed; the page starts at 1 again."""
        other = replace(self, **({"page": 1} | changes))
        query = QueryDict(mutable=True)
        for name, value in other.parameters():
            query.appendlist(name, value)
        path = other.path or reverse("storefront:search")
        return f"{path}?{query.urlencode(safe=',')}" if query else path

    def parameters(self) -> Iterable[tuple[str, str]]:
        """What stands behind the question mark, leaving out what is as usual."""
        if self.q:
            yield "q", self.q
        if self.kind:
            yield "type", self.kind
        if "region" not in self.fixed:
            yield from (("region", code) for code in self.regions)
        if "category" not in self.fixed:
            yield from (("category", slug) for slug in self.categories)
        if self.price:
            yield "price", self.price
        yield from self._where_and_when()
        if self.sort != Sort.BEST:
            yield "sort", self.sort
        if self.exact:
            yield "exact", "1"
        if self.literal:
            yield "literal", "1"
        if self.page > 1:
            yield "page", str(self.page)

    def _where_and_when(self) -> Iterable[tuple[str, str]]:
        if self.day:
            yield "day", self.day.isoformat()
        if self.near:
            yield from zip(("lat", "lon"), (f"{value:.4f}" for value in self.near), strict=True)
        if self.near and self.within:
            yield "within", str(self.within)
        if self.box:
            yield "box", ",".join(f"{value:.4f}" for value in self.box)
        if self.on_map:
            yield "map", "1"


def read(query: QueryDict) -> Asked:
    """The question that stands in an address."""
    kind = query.get("type", "")
    kind = KIND_NAMES.get(kind, kind)
    sort = query.get("sort", "")
    near = _position(query.get("lat", ""), query.get("lon", ""))
    within = _number(query.get("within", ""))
    return Asked(
        q=" ".join(query.get("q", "").replace("\x00", " ").split())[:LONGEST_QUERY],
        kind=kind if kind in Kind else "",
        regions=_several(query, "region"),
        categories=_several(query, "category"),
        price=_range(query.get("price_min", ""), query.get("price_max", "")) or _band(query.get("price", "")),
        day=_day(query.get("day", "")),
        near=near,
        within=within if near and within in DISTANCES else None,
        box=_box(query.get("box", "")),
        on_map=query.get("map") == "1",
        sort=sort if sort in Sort else Sort.BEST,
        page=_number(query.get("page", "")) or 1,
        exact=query.get("exact") == "1",
        literal=query.get("literal") == "1",
    )


def _several(query: QueryDict, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value[:60] for value in query.getlist(name)[:20] if value and "\x00" not in value))


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 6 else None


def _amount(typed: str) -> int | None:
    return min(int(typed), HIGHEST_PRICE) if typed.isascii() and typed.isdigit() and len(typed) <= 12 else None


def _band(typed: str) -> str:
    low, dash, high = typed.partition("-")
    known = dash and (low or high) and all(not end or _amount(end) is not None for end in (low, high))
    return typed if known else ""


def _range(low: str, high: str) -> str:
    """A band from two fields; thousands may be typed with dots."""
    low, high = (end.replace(".", "").replace(" ", "") for end in (low, high))
    return _band(f"{low}-{high}")


def _position(lat: str, lon: str) -> tuple[float, float] | None:
    # Four digits are ten metres: enough to sort by, and no more is asked of anybody.
    found = _floats((lat, lon))
    return queries.position((round(found[0], 4), round(found[1], 4))) if found else None


def _box(typed: str) -> tuple[float, float, float, float] | None:
    sides = _floats(typed.split(",")) if typed.count(",") == 3 else None
    return queries.box_of((sides[0], sides[1], sides[2], sides[3])) if sides else None


def _floats(typed: Iterable[str]) -> list[float] | None:
    try:
        found = [float(value) for value in typed if len(value) <= 20]
    except ValueError:
        return None
    return found if len(found) in (2, 4) and all(map(isfinite, found)) else None


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
