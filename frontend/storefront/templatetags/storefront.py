"""What other pages show of the marketplace: ``{% buy_here destination_id=... %}`` and ``{% from_makers region_code=... %}``."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone

from frontend.storefront import cards
from marketplace.catalog.models import DATED_KINDS, ListingKind
from marketplace.inventory.queries import cards as listing_cards

register = template.Library()


@register.inclusion_tag("storefront/_buy_here.html")
def buy_here(
    *, destination_id: int | None = None, region_code: str = "", title: str = "", limit: int = 4, flow: str = ""
) -> dict[str, Any]:
    """Tickets for one destination, or of a whole region; nothing at all where there are none."""
    found = listing_cards(
        destination_id=destination_id,
        region_code=region_code or None,
        kinds=sorted(DATED_KINDS),
        limit=limit,
        now=timezone.now(),
    )
    more = f"{reverse('storefront:search')}?type=ticket" + (f"&region={region_code}" if region_code else "")
    return {
        "cards": [cards.of_listing(card) for card in found],
        "title": title,
        "kind": "ticket",
        "more": more if region_code else "",
        "flow": flow,
        "first": found[0] if found else None,
    }


@register.inclusion_tag("storefront/_buy_here.html")
def from_makers(*, region_code: str = "", title: str = "", limit: int = 4, flow: str = "") -> dict[str, Any]:
    """Goods made in a region, or of the whole province."""
    found = listing_cards(region_code=region_code or None, kind=ListingKind.GOODS, limit=limit, now=timezone.now())
    more = f"{reverse('storefront:search')}?type=goods" + (f"&region={region_code}" if region_code else "")
    return {
        "cards": [cards.of_listing(card) for card in found],
        "title": title,
        "kind": "goods",
        "more": more,
        "flow": flow,
        "first": found[0] if found else None,
    }


@register.simple_tag
def first_ticket(*, destination_id: int) -> dict[str, Any] | None:
    """The first ticket of a destination for its sticky button: ``.url`` ``.price`` ``.price_from`` ``.title``; None without one."""
    found = listing_cards(destination_id=destination_id, kinds=sorted(DATED_KINDS), limit=1, now=timezone.now())
    if not found:
        return None
    card = cards.of_listing(found[0])
    return {"url": card.url, "price": card.price, "price_from": card.price_from, "title": card.title}
