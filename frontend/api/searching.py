"""GET /search and /suggest: what the site finds, as JSON."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from ninja import Field, Query, Router, Schema

from foundation import limits
from foundation.errors import InvalidInput
from search import links, queries
from search.results import FacetValue, Kind, Result, Sort
from tourism.regions.models import Region

router = Router(tags=["search"])

PAGE_SIZE = 24
HIGHEST_PRICE = 999_999_999


class Asked(Schema):
    """The parameters of a search; every one may be left out."""

    q: Annotated[str, Field(description="What to look for. Cut at 200 characters. Empty lists everything.")] = ""
    type: Annotated[
        str, Field(description="destination, event, trip, story, goods (or product), ticket, stay or shop.")
    ] = ""
    region: Annotated[
        str, Field(description="Code (13.75) or slug (bukittinggi) of a kabupaten or kota; several with commas.")
    ] = ""
    category: Annotated[str, Field(description="Category as facets.category names it; several with commas.")] = ""
    price_min: Annotated[int | None, Field(description="Lowest price in rupiah.")] = None
    price_max: Annotated[int | None, Field(description="Highest price in rupiah.")] = None
    day: Annotated[
        date | None, Field(description="A day (2026-12-31) on which it is open, takes place or can be booked.")
    ] = None
    lat: Annotated[float | None, Field(description="Latitude of where you are, with lon.")] = None
    lon: Annotated[float | None, Field(description="Longitude of where you are, with lat.")] = None
    within_km: Annotated[float | None, Field(description="Only what is this near to lat and lon.")] = None
    box: Annotated[str, Field(description="Only what lies in a part of the map: south,west,north,east in degrees.")] = (
        ""
    )
    sort: Annotated[str, Field(description="best, nearest, cheapest, dearest or newest.")] = ""
    page: Annotated[int, Field(description="Page of results, from 1; what is out of range is the nearest page.")] = 1
    lang: Annotated[str, Field(description="id or en: the language of titles and labels.")] = "id"
    exact: Annotated[bool, Field(description="Search what was typed, without mending its spelling.")] = False


class Typed(Schema):
    """The parameters of a suggestion."""

    q: Annotated[str, Field(description="What was typed so far; at least two letters.")] = ""
    lang: Annotated[str, Field(description="id or en: the language of the suggestions.")] = "id"


class State(Schema):
    """The one thing that is said about a result's state."""

    code: str
    text: str


class Found(Schema):
    """One result; ``pinned`` is the editors' choice for this question."""

    type: str
    title: str
    url: str
    summary: str
    region: str
    region_code: str
    place: str
    category: str
    price: int | None
    price_is_from: bool
    picture: str
    state: State | None
    sample: bool
    shop: str
    rating: float | None
    reviews: int
    lat: float | None
    lon: float | None
    distance_km: float | None
    next_date: date | None
    pinned: bool


class Choice(Schema):
    """One value of a filter, with how many results it would leave."""

    value: str
    label: str
    count: int
    selected: bool


class Facets(Schema):
    """The filters."""

    type: list[Choice]
    region: list[Choice]
    category: list[Choice]
    price: list[Choice]


class Answer(Schema):
    """A page of results. ``beside`` comes near, and is not counted in ``total``; ``limited`` marks the plain list, which lacks what ``lacking`` names."""

    total: int
    page: int
    pages: int
    corrected: str
    limited: bool
    lacking: list[str]
    results: list[Found]
    facets: Facets
    beside: list[Found]
    beside_reason: Annotated[str, Field(description="nearby, unfiltered, fewer_words, popular, or nothing.")]


class Line(Schema):
    """One suggestion."""

    text: str
    type: str
    place: str
    url: str


class Lines(Schema):
    """Suggestions, best first."""

    suggestions: list[Line]


@router.get("/search", response=Answer, summary="Search everything", url_name="search")
def search(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    """Places, events, trips, stories, products, tickets, stays and shops in one ranking, with filters and their counts."""
    spend(request)
    language = language_of(asked.lang)
    with override(language):
        found = queries.search(
            asked.q,
            kind=kind_of(asked.type),
            regions=regions_of(asked.region),
            categories=several(asked.category),
            price_min=price_of(asked.price_min),
            price_max=price_of(asked.price_max),
            day=asked.day,
            near=position_of(asked.lat, asked.lon),
            within_km=asked.within_km,
            box=box_of(asked.box),
            sort=sort_of(asked.sort),
            page=max(1, min(asked.page, 10**6)),
            language=language,
            exact=asked.exact,
            page_size=PAGE_SIZE,
            now=timezone.now(),
        )
    facets = {
        "type" if name == "kind" else name: [choice(value) for value in values] for name, values in found.facets.items()
    }
    return {
        "total": found.total,
        "page": found.page,
        "pages": found.pages,
        "corrected": found.corrected,
        "limited": found.limited,
        "lacking": sorted(found.lacking),
        "results": [as_found(result) for result in found.results],
        "facets": facets,
        "beside": [as_found(result) for result in found.beside],
        "beside_reason": found.beside_reason.value,
    }


@router.get("/suggest", response=Lines, summary="Finish what is being typed", url_name="suggest")
def suggest(request: HttpRequest, typed: Query[Typed]) -> dict[str, Any]:
    """Places and things whose name begins like this, then categories and regions."""
    spend(request)
    language = language_of(typed.lang)
    lines = queries.suggest(typed.q, language=language)
    return {
        "suggestions": [
            {"text": line.text, "type": line.kind, "place": line.place, "url": links.absolute(line.url)}
            for line in lines
        ]
    }


def spend(request: HttpRequest) -> None:
    """Count a request of an address.

    :raises TooMany: more than the settings allow within a minute.
    """
    who = request.META.get("REMOTE_ADDR", "")
    limits.spend("api", who, most=settings.API_REQUESTS_PER_MINUTE, within=timedelta(minutes=1))


def as_found(result: Result) -> dict[str, Any]:
    """A result as JSON shows it, with addresses that stand alone."""
    state = {"code": result.badge.code, "text": result.badge.text} if result.badge else None
    same = {name: getattr(result, name) for name in Found.model_fields if hasattr(result, name)}
    return same | {
        "type": result.kind.value,
        "url": links.absolute(result.url),
        "picture": links.absolute(result.picture),
        "state": state,
    }


def choice(value: FacetValue) -> dict[str, Any]:
    """A facet's value as JSON shows it."""
    return {"value": value.value, "label": value.label, "count": value.count, "selected": value.selected}


def language_of(lang: str) -> str:
    """The language asked for.

    :raises InvalidInput: there is no such language.
    """
    if lang not in dict(settings.LANGUAGES):
        raise InvalidInput(_("lang is id or en."))
    return lang


def kind_of(name: str) -> str:
    """The kind asked for, also by its other names.

    :raises InvalidInput: there is no such kind.
    """
    if name in ("", "any", "all"):
        return ""
    kind = queries.kind_of(name)
    if not kind:
        raise InvalidInput(_("type is one of: %(names)s.") % {"names": ", ".join(Kind)})
    return kind


def sort_of(name: str) -> str:
    """The order asked for.

    :raises InvalidInput: there is no such order.
    """
    if name and name not in Sort:
        raise InvalidInput(_("sort is one of: %(names)s.") % {"names": ", ".join(Sort)})
    return name or Sort.BEST


def regions_of(names: str) -> list[str]:
    """Codes of the regions asked for by code or slug.

    :raises InvalidInput: one of them is no kabupaten or kota of this province.
    """
    asked = several(names)
    if not asked:
        return []
    known = Region.objects.regencies().values_list("code", "slug")
    codes = {name: code for code, slug in known for name in (code, slug) if name}
    if unknown := [name for name in asked if name.lower() not in codes]:
        raise InvalidInput(_("There is no region %(name)s.") % {"name": unknown[0][:40]})
    return [codes[name.lower()] for name in asked]


def position_of(lat: float | None, lon: float | None) -> tuple[float, float] | None:
    """Where the visitor is.

    :raises InvalidInput: half of it is missing, or it is not on the globe.
    """
    if lat is None and lon is None:
        return None
    near = queries.position((lat, lon)) if lat is not None and lon is not None else None
    if near is None:
        raise InvalidInput(_("lat and lon are a position on the globe, both or neither."))
    return near


def box_of(sides: str) -> tuple[float, float, float, float] | None:
    """A part of the map.

    :raises InvalidInput: it is not four degrees with commas, or no such part of the globe.
    """
    if not sides:
        return None
    try:
        south, west, north, east = (float(side) for side in sides[:200].split(","))
    except ValueError:
        box = None
    else:
        box = queries.box_of((south, west, north, east))
    if box is None:
        raise InvalidInput(_("box is south,west,north,east in degrees, on the globe."))
    return box


def price_of(price: int | None) -> int | None:
    """A price within what prices can be."""
    return None if price is None else max(0, min(price, HIGHEST_PRICE))


def several(names: str) -> list[str]:
    """Values between commas."""
    return list(_unique(names[:1_000].replace("\x00", "").split(",")))[:20]


def _unique(names: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(name.strip() for name in names if name.strip())
