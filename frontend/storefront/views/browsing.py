"""Looking around without a question: the shelves, what is on today, one shop."""

from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from cms.pages.links import urls_of
from foundation.clock import day_of
from frontend.parts import values
from frontend.parts.addresses import region_home
from frontend.parts.values import Link
from frontend.storefront import cards
from marketplace.catalog.models import ListingKind
from marketplace.catalog.queries import categories
from marketplace.inventory.queries import cards as listing_cards
from marketplace.shops.models import Shop
from search import queries as search
from search.results import Kind, Result
from tourism.destinations import queries as destinations
from tourism.destinations.models import Destination
from tourism.regions.queries import regencies

public = cache_control(public=True, max_age=0, s_maxage=15)
MOST_IN_SHOP = 200
NEWEST = 8
TODAY = 12


@require_safe
@public
def shelves(request: HttpRequest) -> HttpResponse:
    """All categories and regions of the marketplace, and what is new."""
    now = timezone.now()
    goods = [
        Link(title=shelf.name, url=reverse("storefront:category", args=[shelf.slug]))
        for shelf in categories(ListingKind.GOODS)
    ]
    regions = [
        Link(title=region.short_name, url=reverse("storefront:region", args=[region.slug])) for region in regencies()
    ]
    context = {
        "categories": goods,
        "regions": regions,
        "newest": [cards.of_listing(card) for card in listing_cards(kind=ListingKind.GOODS, limit=NEWEST, now=now)],
        "tickets": [
            cards.of_listing(card) for card in listing_cards(kind=ListingKind.ADMISSION, limit=NEWEST, now=now)
        ],
        "nav_current": "goods",
    }
    return render(request, "storefront/shelves.html", context)


@require_safe
@public
def today(request: HttpRequest) -> HttpResponse:
    """What is on today: tickets that can still be used, events, and places known to be open."""
    now = timezone.now()
    day = day_of(now)
    language = (get_language() or "id")[:2]

    def found(kind: Kind) -> tuple[Result, ...]:
        return search.search("", kind=kind, day=day, language=language, page_size=TODAY, now=now).results

    context = {
        "day": day,
        "tickets": [cards.of_result(result, mixed=False) for result in found(Kind.TICKET)],
        "events": [cards.of_result(result, mixed=False) for result in found(Kind.EVENT)],
        "places": open_places(now=now, language=language),
        "nav_current": "home",
    }
    return render(request, "storefront/today.html", context)


def open_places(*, now: datetime, language: str) -> list[values.Card]:
    """Places that are open now as far as their tourism office has said; what nobody has checked is not among them."""
    known = destinations.cards(Destination.objects.published().exclude(opening_hours=""), moment=now)
    open_now = [card for card in known if card.state.kind == destinations.StateKind.OPEN][:TODAY]
    urls = urls_of([card.translation_key for card in open_now], language=language)
    return [
        values.Card(
            url=urls[card.translation_key],
            title=card.name,
            place=card.region_short_name,
            notes=[card.state.sentence_en if language == "en" else card.state.sentence_id],
            picture=values.Picture(src=card.picture_url, width=640, height=480, sample=card.is_sample)
            if card.picture
            else None,
            badge=values.Badge(text=card.state.word_en if language == "en" else card.state.word_id, tone="ok"),
            sample=card.is_sample,
        )
        for card in open_now
        if card.translation_key in urls
    ]


@require_safe
@public
def shop(request: HttpRequest, slug: str) -> HttpResponse:
    """A shop: who it is, and all that it sells."""
    now = timezone.now()
    rows = Shop.objects.open().select_related("region", "village").defer("region__boundary", "village__boundary")
    row = get_object_or_404(rows, Q(slug=slug))
    offers = listing_cards(shop_id=row.pk, limit=MOST_IN_SHOP, now=now)
    goods = [card for card in offers if card.kind == ListingKind.GOODS]
    context = {
        "shop": row,
        "story": (row.story_en if (get_language() or "")[:2] == "en" else "") or row.story_id,
        "goods": [cards.of_listing(card) for card in goods],
        "tickets": [cards.of_listing(card) for card in offers if card not in goods],
        "region": {"slug": row.region.slug, "name": row.region.short_name, "url": region_home(row.region.slug or "")},
        "nav_current": "goods",
    }
    return render(request, "storefront/shop.html", context)
