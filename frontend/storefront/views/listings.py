"""The pages of one listing: goods, and tickets with their day and slot."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from foundation.kept_pages import kept
from frontend.parts.addresses import in_this_language, region_home
from frontend.parts.values import Crumb, Rating
from frontend.parts.visitors import payment_minutes
from frontend.storefront import cards, choosing
from marketplace.inventory.queries import ListingView, VariantOffer, listing_view
from marketplace.inventory.queries import cards as listing_cards
from marketplace.reviews import queries as review_queries
from marketplace.shipping.queries import choices as shipping_choices

# The same for every visitor. A browser asks again each time, so that a closure is seen at once.
public = cache_control(public=True, max_age=0, s_maxage=15)
BESIDE = 4
REVIEWS = 6


@require_safe
@kept
@public
@vary_on_headers("HX-Request")
def goods(request: HttpRequest, slug: str) -> HttpResponse:
    """A product: what it is, in which variants, who makes it. htmx asks again when another variant is chosen."""
    now = timezone.now()
    listing = find(slug, now=now)
    if listing.is_dated:
        return redirect(in_this_language(listing.url_path), permanent=True)
    variant = chosen_variant(listing, request.GET.get("v", ""))
    quantity = chosen_quantity(request.GET, variant, listing)
    context = shared(request, listing, now=now) | {
        "variant": variant,
        "quantity": quantity,
        "most": min(variant.left or 0, listing.most_per_order) if variant else 0,
        "sum": variant.price * quantity if variant else 0,
        "prices_differ": len({offer.price for offer in listing.variants}) > 1,
        "shipping": shipping_choices([listing.shop.id]).get(listing.shop.id, ()),
        "facts": facts(listing),
        "nav_current": "goods",
        "crumbs": [
            Crumb(title=_("Products"), url=f"{reverse('storefront:search')}?type=goods"),
            Crumb(title=listing.category, url=reverse("storefront:category", args=[listing.category_slug])),
        ],
    }
    template = "storefront/_goods_choice.html" if request.headers.get("HX-Request") else "storefront/goods.html"
    return render(request, template, context)


@require_safe
@kept
@public
@vary_on_headers("HX-Request", "X-Part")
def ticket(request: HttpRequest, slug: str) -> HttpResponse:
    """A ticket: what one gets, and choosing day, time and how many. htmx asks again for each choice."""
    now = timezone.now()
    listing = find(slug, now=now)
    if not listing.is_dated:
        return redirect(in_this_language(listing.url_path), permanent=True)
    asked = choosing.read(request.GET, listing.variants)
    choice = choosing.choosing(listing, asked, path=request.path, now=now)
    crumbs = [Crumb(title=_("Tickets"), url=f"{reverse('storefront:search')}?type=ticket")]
    if listing.shop.region_slug:
        crumbs.append(Crumb(title=listing.shop.region_name, url=region_home(listing.shop.region_slug)))
    context = shared(request, listing, now=now) | {
        "choice": choice,
        "part": request.headers.get("X-Part", ""),
        "nav_current": "ticket",
        "crumbs": crumbs,
    }
    template = "storefront/_ticket_choice.html" if request.headers.get("HX-Request") else "storefront/ticket.html"
    return render(request, template, context)


def find(slug: str, *, now: datetime) -> ListingView:
    """The listing for sale under this slug; 404 for anybody's drafts."""
    listing = listing_view(slug, now)
    if listing is None:
        raise Http404
    return listing


def shared(request: HttpRequest, listing: ListingView, *, now: datetime) -> dict[str, Any]:
    """What both kinds of pages show; htmx asks for the choice alone and gets less."""
    if request.headers.get("HX-Request"):
        return {"listing": listing, "window": payment_minutes()}
    region_code = listing.destination.region_code if listing.destination else listing.shop.region_code
    beside = listing_cards(region_code=region_code, limit=BESIDE + 1, now=now)
    rating = review_queries.rating(listing.id)
    return {
        "rating": Rating(average=rating.tenths / 10, count=rating.count),
        "reviews": review_queries.reviews_of(listing.id, limit=REVIEWS) if rating.count else [],
        "listing": listing,
        "window": payment_minutes(),
        "pictures": [cards.of_picture(picture) for picture in listing.pictures],
        "paragraphs": [part.strip() for part in listing.description.splitlines() if part.strip()],
        "beside": [cards.of_listing(card) for card in beside if card.id != listing.id][:BESIDE],
        "region": {
            "slug": listing.shop.region_slug,
            "name": listing.shop.region_name,
            "url": region_home(listing.shop.region_slug),
        },
        "region_search": f"{reverse('storefront:search')}?region={listing.shop.region_code}",
    }


def chosen_variant(listing: ListingView, typed: str) -> VariantOffer | None:
    """The variant that was asked for, else the first that can be bought, else the first."""
    asked_for = next((offer for offer in listing.variants if str(offer.id) == typed), None)
    on_sale = next((offer for offer in listing.variants if not offer.sold_out), None)
    return asked_for or on_sale or next(iter(listing.variants), None)


def chosen_quantity(query: QueryDict, variant: VariantOffer | None, listing: ListingView) -> int:
    """How many, within what one order may hold."""
    typed = query.get("jumlah", "")
    wanted = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 7 else 1
    most = min(variant.left or 0, listing.most_per_order) if variant else 0
    return max(1, min(wanted, most))


def facts(listing: ListingView) -> list[tuple[str, str]]:
    """What a buyer of goods asks; what the seller has not said says so."""
    found = [(_("Weight, packed"), f"{listing.weight_grams} g" if listing.weight_grams else "")]
    if listing.halal_state != "NOT_FOOD":
        halal = f"{listing.halal_label} {listing.halal_number}".strip()
        found += [
            (_("Ingredients"), listing.ingredients),
            (_("Halal"), halal),
            (_("P-IRT or MD number"), listing.permit_number),
        ]
    elif listing.ingredients:
        found.append((_("Material"), listing.ingredients))
    found.append((_("Made in"), ", ".join(filter(None, [listing.shop.village_name, listing.shop.region_name]))))
    return found
