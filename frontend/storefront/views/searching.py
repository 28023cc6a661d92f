"""The search page: one ranking of everything, and the shelves (a category, a region) that are searches too."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.core import signing
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from foundation import limits
from foundation.clock import day_of, short_day_words
from frontend.parts.origins import is_same_site
from frontend.parts.values import Choice, Facet, Link, Place
from frontend.storefront import asked, cards
from frontend.storefront.asked import Asked
from marketplace.catalog.models import Category
from search import labels, queries, services
from search.results import Beside, FacetValue, Kind, SearchPage, Sort, Understood
from tourism.regions.models import Region

# The same for every visitor; a proxy may keep it for a moment, a browser asks again each time.
public = cache_control(public=True, max_age=0, s_maxage=15)

PAGE_SIZE = 24
# The kinds that have a tab even when nothing of them was found, in this order.
TABS = (Kind.DESTINATION, Kind.TICKET, Kind.GOODS, Kind.EVENT)
# What a page says of itself, so that nobody can have other questions counted than were asked.
_signer = signing.Signer(salt="search.asked")
_MOST_COUNTED = 120


@require_safe
@public
def results(request: HttpRequest) -> HttpResponse:
    """Everything that answers a question."""
    return show(request, asked.read(request.GET))


@require_safe
@public
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """One category of the marketplace, as a search with nothing typed."""
    shelf = get_object_or_404(Category, slug=slug)
    question = replace(asked.read(request.GET), categories=(slug,), path=request.path, fixed=frozenset({"category"}))
    return show(request, question, title=shelf.name)


@require_safe
@public
def region(request: HttpRequest, slug: str) -> HttpResponse:
    """What can be found and bought in one region."""
    place = get_object_or_404(Region.objects.light(), slug=slug)
    question = replace(asked.read(request.GET), regions=(place.code,), path=request.path, fixed=frozenset({"region"}))
    return show(request, question, title=place.name, place=place)


def show(request: HttpRequest, question: Asked, *, title: str = "", place: Region | None = None) -> HttpResponse:
    """Search and render; htmx gets the results alone by picking them out of the whole page."""
    now = timezone.now()
    found = search(question, now=now)
    context = {
        "asked": question,
        "action": question.path or reverse("storefront:search"),
        "found": found,
        "title": title,
        "region": {"slug": place.slug, "name": place.name, "url": ""} if place else None,
        "cards": [cards.of_result(result, mixed=not question.kind) for result in found.results],
        "beside": [cards.of_result(result) for result in found.beside],
        "tabs": tabs(question, found),
        "chips": chips(question, found),
        "facets": facets(question, found),
        "sorts": sorts(question),
        "keep": {
            name: value
            for name, value in question.parameters()
            if name in ("q", "type", "exact", "literal", "box", "map")
        },
        "days": days(question, now=now),
        "more": more(question, found),
        "places": [
            Place(title=result.title, latitude=result.lat, longitude=result.lon, url=result.url)
            for result in found.results
            if result.lat is not None and result.lon is not None
        ],
        "map_url": question.url(on_map=not question.on_map),
        "box_url": question.url(box=None),
        "asked_token": _signer.sign(f"{found.total}|{question.q}") if question.q else "",
        "keys": ",".join(result.key for result in found.results),
        "beside_title": beside_title(found),
        "page": page_of(found),
        "clear_url": question.url(
            regions=question.regions if "region" in question.fixed else (),
            categories=question.categories if "category" in question.fixed else (),
            price="",
            day=None,
            within=None,
            box=None,
            literal=question.literal or found.understood != Understood(),
        ),
        "exact_url": replace(question, exact=True).url(),
        "ways_on": [Link(title=way.label, url=Asked().url(**from_parameters(way.parameters))) for way in found.ways_on],
        "nav_current": {Kind.DESTINATION: "place", Kind.TICKET: "ticket", Kind.GOODS: "goods", Kind.EVENT: "event"}.get(
            Kind(question.kind) if question.kind else Kind.STORY, "search"
        ),
    }
    return render(request, "storefront/search.html", context)


def search(question: Asked, *, now: datetime) -> SearchPage:
    """Ask the search room."""
    low, high = question.band
    return queries.search(
        question.q,
        kind=question.kind,
        regions=question.regions,
        categories=question.categories,
        price_min=low,
        price_max=high,
        day=question.day,
        near=question.near,
        within_km=question.within,
        box=question.box,
        sort=question.sort,
        page=question.page,
        language=language(),
        exact=question.exact,
        literal=question.literal,
        page_size=PAGE_SIZE,
        now=now,
    )


def language() -> str:
    """The visitor's language, without a variant."""
    return (get_language() or "id")[:2]


def page_of(found: SearchPage) -> Page[int]:
    """The page numbers to offer."""
    return Paginator(range(max(found.pages, 1)), 1).get_page(found.page)


def tabs(question: Asked, found: SearchPage) -> Sequence[Link]:
    """All, and each kind with how much of it there is."""
    counted = {value.value: value for value in found.facets.get("kind", ())}
    total = sum(value.count for value in counted.values())
    names = {
        Kind.DESTINATION: _("Places"),
        Kind.TICKET: _("Tickets"),
        Kind.GOODS: _("Products"),
        Kind.EVENT: _("Events"),
    }
    kinds = [*TABS, *(Kind(value) for value in counted if value in Kind and value not in TABS)]
    every = Link(title=_("All"), url=question.url(kind=""), count=total, current=not question.kind)
    return [
        every,
        *(
            Link(
                title=names.get(kind) or counted[kind].label,
                url=question.url(kind=kind),
                count=counted[kind].count if kind in counted else 0,
                current=question.kind == kind,
            )
            for kind in kinds
        ),
    ]


def facets(question: Asked, found: SearchPage) -> Sequence[Facet]:
    """The filters beside the results; what the address fixes is not asked."""

    def choices(name: str) -> Sequence[Choice]:
        return [as_choice(value) for value in found.facets.get(name, ())]

    offered = [
        Facet(name="region", title=_("Region"), choices=choices("region")),
        Facet(name="category", title=_("Category"), choices=choices("category")),
    ]
    prices = choices("price")
    if prices:
        every = Choice(value="", title=_("Every price"), chosen=not question.price)
        offered.append(Facet(name="price", title=_("Price"), choices=[every, *prices], single=True))
    return [facet for facet in offered if facet.name not in question.fixed]


def as_choice(value: FacetValue) -> Choice:
    """One value of a facet, as the filter sheet draws it."""
    return Choice(value=value.value, title=value.label, count=value.count, chosen=value.selected)


def chips(question: Asked, found: SearchPage) -> Sequence[Link]:
    """The filters in force; each address removes one."""

    def label(name: str, value: str) -> str:
        return next((known.label for known in found.facets.get(name, ()) if known.value == value), value)

    removable: list[Link] = []
    if "region" not in question.fixed:
        for code in question.regions:
            rest = tuple(other for other in question.regions if other != code)
            removable.append(Link(title=label("region", code), url=question.url(regions=rest), current=True))
    if "category" not in question.fixed:
        for slug in question.categories:
            rest = tuple(other for other in question.categories if other != slug)
            removable.append(Link(title=label("category", slug), url=question.url(categories=rest), current=True))
    if question.price:
        removable.append(Link(title=labels.price_label(question.price), url=question.url(price=""), current=True))
    if question.day:
        day = short_day_words(question.day, language())
        removable.append(Link(title=day, url=question.url(day=None), current=True))
    removable += understood(question, found)
    if question.near:
        near = _("Within %(number)d km") % {"number": question.within} if question.within else _("Near me")
        changes = {"within": None} if question.within else {"near": None, "sort": Sort.BEST}
        removable.append(Link(title=near, url=question.url(**changes), current=True))
    if question.box:
        removable.append(Link(title=_("In this part of the map"), url=question.url(box=None), current=True))
    return removable


def understood(question: Asked, found: SearchPage) -> Sequence[Link]:
    """What was read out of the words as a filter; the address takes these words as words."""
    read, words = found.understood, []
    if read.price_min is not None or read.price_max is not None:
        words.append(labels.price_label(f"{read.price_min or 0}-{'' if read.price_max is None else read.price_max}"))
    if read.day is not None:
        words.append(short_day_words(read.day, language()))
    as_words = question.url(literal=True)
    return [
        Link(title=_("From your words: %(filter)s") % {"filter": word}, url=as_words, current=True) for word in words
    ]


def sorts(question: Asked) -> Sequence[Choice]:
    """In which order the results can come."""
    names = {
        Sort.BEST: _("Best match"),
        **({Sort.NEAREST: _("Nearest to me")} if question.near else {}),
        Sort.CHEAPEST: _("Lowest price"),
        Sort.DEAREST: _("Highest price"),
        Sort.NEWEST: _("Newest"),
    }
    return [Choice(value=value, title=title, chosen=question.sort == value) for value, title in names.items()]


def days(question: Asked, *, now: datetime) -> Sequence[Link]:
    """Days that people ask for most; choosing the one in force takes it back."""
    today = day_of(now)
    saturday = today + timedelta(days=(5 - today.weekday()) % 7)
    offered = {today: _("Today"), today + timedelta(days=1): _("Tomorrow")}
    offered.setdefault(saturday, _("This Saturday"))
    offered.setdefault(saturday + timedelta(days=1), _("This Sunday"))
    return [
        Link(title=title, url=question.url(day=None if question.day == day else day), current=question.day == day)
        for day, title in sorted(offered.items())
    ]


def more(question: Asked, found: SearchPage) -> dict[str, object]:
    """The fields of the filter sheet that are no lists of boxes."""
    bands = {value.value for value in found.facets.get("price", ()) if value.count}
    low, high = ("", "") if question.price in bands else question.price.split("-") if question.price else ("", "")
    return {
        "day": question.day.isoformat() if question.day else "",
        "price_min": low,
        "price_max": high,
        "near": question.near,
        "lat": f"{question.near[0]:.4f}" if question.near else "",
        "lon": f"{question.near[1]:.4f}" if question.near else "",
        "distances": [
            Choice(value=str(km), title=_("Within %(number)d km") % {"number": km}, chosen=question.within == km)
            for km in asked.DISTANCES
        ],
    }


def beside_title(found: SearchPage) -> str:
    """What is offered beside the results is, in words."""
    return {
        Beside.NEARBY: _("Further away, nearest first"),
        Beside.UNFILTERED: _("Without your filters"),
        Beside.FEWER_WORDS: _("With one word less"),
        Beside.POPULAR: _("What most people look for"),
        Beside.NOTHING: "",
    }[found.beside_reason]


@csrf_exempt
@require_POST
def counted(request: HttpRequest) -> HttpResponse:
    """Count what was asked, or what was opened of its results. The page's own script tells, without cookies; nothing about the visitor is kept."""
    if not is_same_site(request):
        return HttpResponse(status=403)
    try:
        limits.spend(
            "search-counted", request.META.get("REMOTE_ADDR", ""), most=_MOST_COUNTED, within=timedelta(minutes=1)
        )
        total, _bar, q = _signer.unsign(request.POST.get("asked", "")[:2_000]).partition("|")
    except limits.TooMany:
        return HttpResponse(status=429)
    except signing.BadSignature:
        return HttpResponse(status=400)
    now = timezone.now()
    if key := request.POST.get("key", "")[:40]:
        services.count_opened(query=q, key=key, now=now)
    else:
        services.count_question(query=q, found=int(total), now=now)
    return HttpResponse(status=204)


def from_parameters(parameters: Mapping[str, str]) -> dict[str, object]:
    """A way on, as the search room names it, in the names of a question."""
    known: dict[str, object] = {}
    for name, value in parameters.items():
        match name:
            case "q" | "price" | "sort":
                known[name] = value
            case "type" | "kind":
                known["kind"] = value
            case "region" | "regions":
                known["regions"] = tuple(value.split(","))
            case "category" | "categories":
                known["categories"] = tuple(value.split(","))
    return known


@require_safe
@public
def suggestions(request: HttpRequest) -> HttpResponse:
    """The lines under the search box; a page of its own for who comes without scripts."""
    question = asked.read(request.GET)
    if not request.headers.get("HX-Request"):
        raise Http404
    lines = (
        [cards.of_suggestion(line) for line in queries.suggest(question.q, language=language())] if question.q else []
    )
    all_url = question.url()
    return render(request, "storefront/_suggestions.html", {"q": question.q, "lines": lines, "all_url": all_url})
