"""Searching, for pages and for the API.

    search(q="", *, kind="", regions=(), categories=(), price_min=None, price_max=None, day=None, near=None, within_km=None, box=None,
           sort="best", page=1, language="id", exact=False, literal=False, page_size=24, now) -> SearchPage
    suggest(q, *, language="id", limit=8) -> tuple[Suggestion, ...]    (search.suggestions)
    popular(*, kinds=(), region="", limit=6, language="id", now) -> tuple[Result, ...]

Values are those of :mod:`search.results`. ``kind`` is one of ``Kind`` or empty, ``regions`` are official codes ("13.75"), ``near`` is
``(lat, lon)``, ``box`` is ``(south, west, north, east)``, ``day`` a date on which something must be open, running or bookable. Nonsense is never refused: a wrong kind is no
filter, a page out of range the nearest one, a query is cut at 200 characters. Nothing raises for the visitor: without the
search server the page comes from the database, with ``limited`` set. ``exact=True`` searches what was typed without mending its spelling;
``literal=True`` takes words about money and days ("di bawah 50 ribu", "besok") as words, and no longer as filters.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from math import ceil, isfinite
from time import monotonic

from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from foundation.clock import day_of
from foundation.money import MOST_RUPIAH
from search import editors, gazetteer, labels, links
from search.analysis.analyzer import MOST_QUERY_CHARACTERS, Analysed
from search.badges import badge_of
from search.engines import rows
from search.engines.chosen import engine
from search.engines.clauses import kilometres
from search.engines.contract import DEEPEST, EngineDown, Hit, SearchRequest, SearchResponse
from search.results import Beside, FacetValue, Kind, Result, SearchPage, Sort, Understood, WayOn
from search.suggestions import suggest

__all__ = ["kind_of", "popular", "position", "search", "sort_of", "suggest", "to_results"]

logger = logging.getLogger(__name__)

# With less than this, something is offered beside the results.
FEW = 3
_BESIDE = 6
# A search that took longer than this looks for nothing more beside.
_PATIENCE = 0.4
_MOST_PER_PAGE = 100
# Of one shop, so many stand together before another one has its turn.
_IN_A_ROW = 2
_OTHER_NAMES_OF_KINDS = {"product": Kind.GOODS, "produk": Kind.GOODS, "place": Kind.DESTINATION, "tour": Kind.TICKET}


def search(
    q: str = "",
    *,
    kind: str = "",
    regions: Collection[str] = (),
    categories: Collection[str] = (),
    price_min: int | None = None,
    price_max: int | None = None,
    day: date | None = None,
    near: tuple[float, float] | None = None,
    within_km: float | None = None,
    box: tuple[float, float, float, float] | None = None,
    sort: str = Sort.BEST,
    page: int = 1,
    language: str = "id",
    exact: bool = False,
    literal: bool = False,
    page_size: int = 24,
    now: datetime,
) -> SearchPage:
    """One page of what answers a question, best first."""
    typed = " ".join(readable(q)[:MOST_QUERY_CHARACTERS].split())
    size = max(1, min(page_size, _MOST_PER_PAGE))
    said = editors.lists()
    request = SearchRequest(
        query=gazetteer.analyzer(said.vocabulary).query(typed, today=day_of(now), literal=literal),
        kind=kind_of(kind),
        regions=tuple(dict.fromkeys(map(readable, regions)))[:40],
        categories=tuple(dict.fromkeys(map(readable, categories)))[:40],
        price_min=_within_prices(price_min),
        price_max=_within_prices(price_max),
        day=day,
        near=position(near),
        within_km=_distance(within_km) if position(near) else None,
        box=box_of(box),
        sort=sort_of(sort, near=position(near)),
        limit=size,
        mend=not exact,
    )
    began = monotonic()
    with override(language):
        if typed and not request.query:
            found, limited, at = SearchResponse(hits=(), total=0), False, 1
        else:
            found, limited, at = _page(request, page=page, size=size)
        pinned = _pinned(typed, request, said.pins, now=now)
        first = {hit.key for hit in pinned}
        hits = [hit for hit in spread(found.hits, request) if hit.key not in first]
        hits = [*pinned, *hits] if at == 1 else hits
        total = max(found.total, len(pinned))
        beside: tuple[Result, ...] = ()
        reason = Beside.NOTHING
        if total < FEW:
            may_ask = not limited and monotonic() - began < _PATIENCE
            near_hits, reason = _beside(request, {hit.key for hit in hits}, may_ask=may_ask)
            beside = to_results(near_hits, language=language, now=now, near=request.near)
        return SearchPage(
            query=typed,
            total=total,
            page=at,
            pages=max(1, ceil(min(total, DEEPEST) / size)),
            results=to_results(hits, language=language, now=now, near=request.near, pinned=first),
            facets=_facets(found.facets, request),
            corrected=found.corrected,
            limited=limited,
            beside=beside,
            beside_reason=reason,
            ways_on=_ways_on(typed, request) if total < FEW else (),
            lacking=found.lacking,
            understood=_understood(request),
        )


def popular(
    *, kinds: Collection[str] = (), region: str = "", limit: int = 6, language: str = "id", now: datetime
) -> tuple[Result, ...]:
    """What most people look for, with nothing asked."""
    with override(language):
        return to_results(rows.popular(kinds=kinds, region=region, limit=limit), language=language, now=now, near=None)


def readable(text: str) -> str:
    """A text without what no database can hold."""
    return text[:20_000].encode("utf-8", "replace").decode().replace("\x00", " ")


def kind_of(kind: str) -> str:
    """A kind as it was asked for, also by its other names; nothing if there is no such kind."""
    kind = _OTHER_NAMES_OF_KINDS.get(kind, kind)
    return Kind(kind).value if kind in Kind else ""


def sort_of(sort: str, *, near: tuple[float, float] | None) -> Sort:
    """An order as it was asked for; the best first if there is no such order, or no position to be near to."""
    known = Sort(sort) if sort in Sort else Sort.BEST
    return Sort.BEST if known is Sort.NEAREST and near is None else known


def position(near: tuple[float, float] | None) -> tuple[float, float] | None:
    """A position on the globe, or nothing."""
    if near is None or not all(isfinite(value) for value in near):
        return None
    lat, lon = near
    return near if -90 <= lat <= 90 and -180 <= lon <= 180 else None


def box_of(box: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
    """A part of the map, south and west first, or nothing; one that crosses the date line is none."""
    if box is None or position(box[:2]) is None or position(box[2:]) is None:
        return None
    return box if box[0] < box[2] and box[1] < box[3] else None


def to_results(
    hits: Sequence[Hit],
    *,
    language: str,
    now: datetime,
    near: tuple[float, float] | None,
    pinned: Collection[str] = (),
) -> tuple[Result, ...]:
    """Hits as cards show them, in the active language."""
    urls = links.resolve([hit.card["link"] for hit in hits], language=language)
    today = day_of(now)
    return tuple(
        _result(hit, urls[hit.card["link"]], today=today, language=language, near=near, is_pinned=hit.key in pinned)
        for hit in hits
    )


def spread(hits: Sequence[Hit], request: SearchRequest) -> list[Hit]:
    """The same hits with no shop more than twice in a row, where the order is ours to choose."""
    if request.sort is not Sort.BEST:
        return list(hits)
    waiting, ordered = list(hits), list[Hit]()
    while waiting:
        last = [hit.card.get("shop_id") for hit in ordered[-_IN_A_ROW:]]
        crowded = last[0] if len(last) == _IN_A_ROW and last[0] is not None and len(set(last)) == 1 else None
        choice = next((hit for hit in waiting if crowded is None or hit.card.get("shop_id") != crowded), waiting[0])
        waiting.remove(choice)
        ordered.append(choice)
    return ordered


def _understood(request: SearchRequest) -> Understood:
    """What the words say about money and days, unless it was chosen by hand: that goes first."""
    wishes = request.query.wishes
    by_hand = request.price_min is not None or request.price_max is not None
    return Understood(
        price_min=None if by_hand else wishes.price_min,
        price_max=None if by_hand else wishes.price_max,
        day=wishes.day if request.day is None else None,
    )


def _distance(within_km: float | None) -> float | None:
    """A distance that means something: from a metre to half around the globe."""
    return None if within_km is None or not isfinite(within_km) else max(0.001, min(within_km, 20_000.0))


def _pinned(
    typed: str, request: SearchRequest, put_first: Mapping[str, tuple[editors.Pinned, ...]], *, now: datetime
) -> list[Hit]:
    """What editors put first for this question, as far as it meets the filters; none in an order that the visitor chose."""
    if not typed or request.sort is not Sort.BEST:
        return []
    today = day_of(now)
    pins = [pin for pin in put_first.get(editors.question(typed), ()) if pin.holds(today)]
    if not pins:
        return []
    any_of = Q()
    for pin in pins:
        any_of |= Q(source=pin.source, object_id=pin.object_id)
    found = {row.key: rows.hit(row) for row in rows.filtered(request).filter(any_of)}
    days = {request.day.isoformat(), "any"} if request.day else set()
    hits = [found[key] for pin in pins if (key := f"{pin.source}:{pin.object_id}") in found]
    return [hit for hit in hits if not days or days & set(hit.card["days"])]


def _within_prices(price: int | None) -> int | None:
    return None if price is None else max(0, min(price, MOST_RUPIAH))


def _page(request: SearchRequest, *, page: int, size: int) -> tuple[SearchResponse, bool, int]:
    """The page asked for, or the last one there is; whether it is the plain list; and which page it is."""
    at = max(1, min(page, ceil(DEEPEST / size)))
    found, limited = _ask(replace(request, offset=(at - 1) * size))
    last = max(1, ceil(min(found.total, DEEPEST) / size))
    if at > last:
        at = last
        found, limited = _ask(replace(request, offset=(at - 1) * size))
    return found, limited, at


def _ask(request: SearchRequest) -> tuple[SearchResponse, bool]:
    try:
        return engine().search(request), False
    except EngineDown as down:
        logger.warning("Searching the rows: %s", down)
        return rows.search(request), True


def _beside(request: SearchRequest, shown: set[str], *, may_ask: bool) -> tuple[list[Hit], Beside]:
    """What comes near, and how: the same further away, the same without filters, with one word less, or what most people look for."""
    plain = SearchRequest(query=request.query, near=request.near, limit=_BESIDE, facets=False)
    looser: list[tuple[Beside, SearchRequest]] = []
    if request.within_km is not None or request.box is not None:
        middle = request.near or _middle(request.box)
        wider = replace(request, within_km=None, box=None, near=middle, sort=Sort.NEAREST, offset=0)
        looser.append((Beside.NEARBY, replace(wider, limit=_BESIDE, facets=False)))
    if request.query and _is_filtered(request):
        looser.append((Beside.UNFILTERED, plain))
    concepts = request.query.concepts
    if len(concepts) > 1:
        looser += [
            (Beside.FEWER_WORDS, replace(plain, query=_without(request.query, place), mend=False))
            for place in range(min(3, len(concepts)))
        ]
    hits: dict[str, Hit] = {}
    how = Beside.NOTHING
    for reason, relaxed in looser if may_ask else []:
        if how not in (Beside.NOTHING, reason):
            break
        for hit in _ask(relaxed)[0].hits:
            if hit.key not in shown:
                how = reason
                hits.setdefault(hit.key, hit)
        if len(hits) >= _BESIDE:
            break
    if not hits:
        region = request.regions[0] if request.regions else ""
        found = rows.popular(kinds=[request.kind] if request.kind else [], region=region, limit=_BESIDE)
        hits = {hit.key: hit for hit in found if hit.key not in shown}
        how = Beside.POPULAR if hits else Beside.NOTHING
    return list(hits.values())[:_BESIDE], how


def _middle(box: tuple[float, float, float, float] | None) -> tuple[float, float] | None:
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) if box else None


def _without(query: Analysed, place: int) -> Analysed:
    concepts = query.concepts[:place] + query.concepts[place + 1 :]
    return Analysed(text=" ".join(word for concept in concepts for word in concept.typed), concepts=concepts)


def _is_filtered(request: SearchRequest) -> bool:
    return bool(
        request.kind or request.regions or request.categories or request.day or request.box
        or request.within_km is not None or request.price_min is not None or request.price_max is not None
    )  # fmt: skip


def _ways_on(typed: str, request: SearchRequest) -> tuple[WayOn, ...]:
    ways: list[WayOn] = []
    if typed and _is_filtered(request):
        ways.append(WayOn(_("“%(query)s” without filters") % {"query": typed}, {"q": typed}))
    if len(request.query.concepts) > 1:
        alone = [" ".join(concept.typed) for concept in request.query.concepts[:3]]
        ways += [WayOn(words_alone, {"q": words_alone}) for words_alone in alone]
    for code, name in labels.of_regions(request.regions[:1]).items():
        ways.append(WayOn(_("Everything in %(region)s") % {"region": name}, {"region": code}))
    ways.append(WayOn(_("All places"), {"type": Kind.DESTINATION.value}))
    ways.append(WayOn(_("All products"), {"type": Kind.GOODS.value}))
    return tuple(ways)


def _facets(counted: Mapping[str, Mapping[str, int]], request: SearchRequest) -> dict[str, tuple[FacetValue, ...]]:
    band = _chosen_band(request)
    chosen = {
        "kind": (request.kind,) if request.kind else (),
        "region": request.regions,
        "category": request.categories,
        "price": (band,) if band else (),
    }
    known = {facet: {**dict.fromkeys(chosen[facet], 0), **counted.get(facet, {})} for facet in chosen}
    names = {
        "kind": {value: labels.kind_label(value) for value in known["kind"] if value in Kind},
        "region": labels.of_regions(known["region"]),
        "category": labels.of_categories(known["category"]),
        "price": {value: labels.price_label(value) for value in known["price"]},
    }
    return {facet: tuple(_values(facet, values, names[facet], chosen[facet])) for facet, values in known.items()}


def _values(
    facet: str, counts: Mapping[str, int], names: Mapping[str, str], chosen: Sequence[str]
) -> Iterable[FacetValue]:
    by_price = facet == "price"
    ordered = sorted(
        counts.items(),
        key=lambda entry: (int(entry[0].partition("-")[0] or 0), "") if by_price else (-entry[1], entry[0]),
    )
    for value, count in ordered:
        if value in names:
            yield FacetValue(value=value, label=names[value], count=count, selected=value in chosen)


def _chosen_band(request: SearchRequest) -> str:
    if request.price_min is None and request.price_max is None:
        return ""
    return f"{request.price_min or 0}-{'' if request.price_max is None else request.price_max}"


def _result(
    hit: Hit, url: str, *, today: date, language: str, near: tuple[float, float] | None, is_pinned: bool
) -> Result:
    card = hit.card
    here = (card["lat"], card["lon"]) if card["lat"] is not None and card["lon"] is not None else None
    return Result(
        key=hit.key,
        kind=Kind(card["kind"]),
        kind_label=labels.kind_label(card["kind"]),
        title=_in(card["title"], language),
        url=url,
        summary=_in(card["summary"], language),
        region_code=card["region"],
        region=card["region_name"],
        place=_in(card["place"], language),
        category=card["category"],
        category_label=_in(card["category_name"], language),
        price=card["price"],
        price_is_from=card["price_is_from"],
        picture=default_storage.url(card["picture"]) if card["picture"] else "",
        picture_light=default_storage.url(light) if (light := card.get("picture_light")) else "",
        picture_id=card["picture_id"],
        badge=badge_of(card, today=today, language=language),
        sample=card["is_sample"],
        shop=card["shop"],
        rating=card["rating"],
        reviews=card["reviews"],
        lat=card["lat"],
        lon=card["lon"],
        distance_km=round(kilometres(near, here), 1) if near and here else None,
        next_date=_next_date(card["days"], today),
        pinned=is_pinned,
    )


def _next_date(days: Sequence[str], today: date) -> date | None:
    coming = [day for day in days if day[:1].isdigit() and day >= today.isoformat()]
    return date.fromisoformat(min(coming)) if coming else None


def _in(text: Mapping[str, str], language: str) -> str:
    return (text["en"] or text["id"]) if language == "en" else (text["id"] or text["en"])
