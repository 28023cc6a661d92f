"""What can be bought, for pages: the only place where pages ask the marketplace."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from itertools import zip_longest

from django.conf import settings
from django.utils.translation import gettext as _

from cms.pages.cards import Badge, Card
from foundation.clock import day_of
from marketplace.catalog.models import Listing, ListingKind
from marketplace.inventory.queries import ListingCard, NewListing, cards, newest

# Out of how many the few on a first page are chosen.
POOL = 120
TICKETS = [kind.value for kind in ListingKind if kind != ListingKind.GOODS]


def as_card(listing: ListingCard, *, language: str) -> Card:
    """A listing as a card."""
    badge = None
    if listing.closed_reason:
        badge = Badge(text=_("Closed"), tone="stop")
    elif listing.sold_out:
        badge = Badge(text=_("Sold out"), tone="stop")
    return Card(
        url=listing.url_path if language == settings.LANGUAGE_CODE else f"/{language}{listing.url_path}",
        title=listing.title,
        place=", ".join(dict.fromkeys(filter(None, [listing.place, listing.region_name]))),
        notes=[listing.shop_name],
        price=listing.price_from,
        price_from=listing.price_is_from,
        picture=listing.picture,
        badge=badge,
        sample=listing.is_sample,
        region=listing.region_slug,
    )


def tickets_at(*, destination_id: int, language: str, now: datetime, limit: int = 6) -> list[Card]:
    """Tickets, tours and stays of a place."""
    found = cards(destination_id=destination_id, kinds=TICKETS, limit=limit, now=now)
    return [as_card(listing, language=language) for listing in found]


def tickets_in(*, region_code: str | None, language: str, now: datetime, limit: int = 3) -> list[Card]:
    """Tickets, tours and stays of a region, each of another seller; of the whole province, each of another region."""
    found = some_of(TICKETS, region_code=region_code, limit=limit, now=now)
    return [as_card(listing, language=language) for listing in found]


def goods_in(*, region_code: str | None, language: str, now: datetime, limit: int = 4) -> list[Card]:
    """Products made in a region, each of another seller; in the whole province, each of another region."""
    found = some_of([ListingKind.GOODS], region_code=region_code, limit=limit, now=now)
    return [as_card(listing, language=language) for listing in found]


def some_of(kinds: Collection[str], *, region_code: str | None, limit: int, now: datetime) -> list[ListingCard]:
    """Some of the newest listings, as different as can be; those that can be bought first. Six queries for goods, seven for tickets."""
    turned = varied(newest(region_code=region_code, kinds=kinds, limit=POOL), region_code, day=day_of(now))
    # Three times as many as are shown: of some there may be nothing left.
    found = cards(listing_ids=turned[: 3 * limit], limit=3 * limit, now=now)
    return sorted(found, key=lambda card: card.sold_out or bool(card.closed_reason))[:limit]


def varied(found: Sequence[NewListing], region_code: str | None, *, day: date) -> list[int]:
    """Keys of listings, one after another of each seller, or of each region where no region is asked for.

    Which ones come first turns with the days, so that all have their turn; it is the same for every visitor.
    """
    groups: dict[str, list[int]] = {}
    for listing in found:
        groups.setdefault(str(listing.shop_id) if region_code else listing.region_code, []).append(listing.id)
    names = sorted(groups)
    start = day.toordinal() % len(names) if names else 0
    turned = [groups[name] for name in names[start:] + names[:start]]
    return [key for row in zip_longest(*turned) for key in row if key is not None]


def listings(*, slugs: Iterable[str], language: str, now: datetime) -> dict[str, Card]:
    """Listings for sale by slug, for the cards that editors put in a text."""
    wanted = sorted(set(slugs))
    if not wanted:
        return {}
    slug_of = dict(Listing.objects.for_sale().filter(slug__in=wanted).values_list("pk", "slug"))
    found = cards(listing_ids=list(slug_of), limit=len(slug_of), now=now) if slug_of else []
    return {slug_of[listing.id]: as_card(listing, language=language) for listing in found}
