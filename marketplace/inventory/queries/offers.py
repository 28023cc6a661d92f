"""Cards and pages of listings, in the visitor's language."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from foundation.clock import day_of
from marketplace.catalog.models import HalalState, Listing, ListingKind, ListingPicture, Variant
from marketplace.catalog.queries import PictureView, picture_view, price_on
from marketplace.catalog.querysets import ListingQuerySet
from marketplace.inventory.models import Pool, Slot
from marketplace.inventory.queries.availability import closed_words, stock_left
from marketplace.inventory.queries.levels import free
from marketplace.shops.models import Shop
from marketplace.shops.queries import ShopCard, shop_card
from tourism.destinations.facts import ClosureKind
from tourism.destinations.models import Closure, Destination


@dataclass(frozen=True)
class ListingCard:
    """A listing in a list. ``url_path`` has no language prefix: "/produk/<slug>/" or "/tiket/<slug>/"."""

    id: int
    kind: str
    kind_label: str
    url_path: str
    title: str
    category: str
    shop_name: str
    region_code: str
    region_name: str
    region_slug: str
    # The destination of a ticket, or the nagari of a shop; may be empty.
    place: str
    price_from: int
    # More than one price: "from".
    price_is_from: bool
    picture: PictureView | None
    is_sample: bool
    sold_out: bool
    # Why its place is closed now, in the visitor's language; empty if it is not known to be.
    closed_reason: str


class NewListing(NamedTuple):
    """A listing by its key, and whose it is."""

    id: int
    shop_id: int
    region_code: str


@dataclass(frozen=True)
class DestinationCard:
    """Where a ticket admits to."""

    id: int
    name: str
    slug: str
    region_code: str
    region_name: str
    region_slug: str
    # Empty if it is not closed now.
    closed_reason: str


@dataclass(frozen=True)
class VariantOffer:
    """A variant with today's price and, for goods, what is left."""

    id: int
    name: str
    audience: str
    audience_label: str
    audience_rule: str
    charge_kind: str
    price: int
    # None for dated listings: what is left is a matter of the slot.
    left: int | None
    sold_out: bool


@dataclass(frozen=True)
class ListingView:
    """All that a listing's page shows."""

    id: int
    slug: str
    kind: str
    kind_label: str
    url_path: str
    is_dated: bool
    title: str
    description: str
    terms: tuple[str, ...]
    category: str
    category_slug: str
    weight_grams: int
    ingredients: str
    halal_state: str
    halal_label: str
    halal_number: str
    permit_number: str
    most_per_order: int
    variants: tuple[VariantOffer, ...]
    price_from: int
    price_is_from: bool
    pictures: tuple[PictureView, ...]
    shop: ShopCard
    destination: DestinationCard | None
    is_sample: bool
    sold_out: bool
    closed_reason: str
    changed_at: datetime


def cards(
    *,
    listing_ids: Collection[int] | None = None,
    destination_id: int | None = None,
    shop_id: int | None = None,
    region_code: str | None = None,
    kind: str | None = None,
    kinds: Collection[str] | None = None,
    limit: int,
    now: datetime,
) -> list[ListingCard]:
    """Listings for sale as cards, in a fixed number of queries: in the order of ``listing_ids`` if given, else newest first.

    Several conditions narrow down. ``region_code`` is that of the shop's or the destination's kabupaten/kota.
    """
    found = _for_sale(
        destination_id=destination_id, shop_id=shop_id, region_code=region_code, kinds=kinds if kind is None else [kind]
    )
    if listing_ids is None:
        # Keys first, in the order of an index: whole rows are then read for those that are shown, and sorted no more.
        listing_ids = list(found.order_by("-published_at", "pk").values_list("pk", flat=True)[:limit])
        found = Listing.objects.all()
    found = found.filter(pk__in=listing_ids)
    place_of = {key: place for place, key in enumerate(listing_ids)}
    rows = sorted(_loaded(found), key=lambda listing: place_of[listing.pk])
    return as_cards(rows[:limit], now=now)


def _for_sale(
    *,
    destination_id: int | None = None,
    shop_id: int | None = None,
    region_code: str | None = None,
    kinds: Collection[str] | None = None,
) -> ListingQuerySet:
    wanted = Q()
    if destination_id is not None:
        wanted &= Q(destination_id=destination_id)
    if shop_id is not None:
        wanted &= Q(shop_id=shop_id)
    if region_code is not None:
        # Two short lists instead of two joins: an OR over joins would read every listing there is.
        shops = Shop.objects.filter(region__code=region_code).values("pk")
        places = Destination.objects.filter(region__code=region_code).values("pk")
        wanted &= Q(shop__in=shops) | Q(destination__in=places)
    if kinds is not None:
        wanted &= Q(kind__in=kinds)
    # What has no price cannot be bought, so it is not shown either.
    priced = Exists(Variant.objects.filter(listing=OuterRef("pk"), is_active=True))
    return Listing.objects.for_sale().filter(wanted, priced)


def newest(*, region_code: str | None, kinds: Collection[str], limit: int) -> list[NewListing]:
    """The newest listings for sale with whose they are, to choose some of them; one query.

    :param region_code: of the shop's or the destination's kabupaten/kota; None for everywhere.
    """
    found = _for_sale(region_code=region_code, kinds=kinds).order_by("-published_at", "pk")
    region = Coalesce("destination__region__code", "shop__region__code")
    return [NewListing(*row) for row in found.values_list("pk", "shop_id", region)[:limit]]


def listing_view(slug: str, now: datetime) -> ListingView | None:
    """A listing's page in a fixed number of queries; None if nobody may see it."""
    listing = _loaded(Listing.objects.for_sale().filter(slug=slug)).first()
    if listing is None:
        return None
    offers = _offers([listing], now=now)[listing.pk]
    prices = sorted({offer.price for offer in offers})
    sold_out = _sold_out([listing], {listing.pk: offers}, now=now)
    closed_reason = _closed_now([listing], now=now).get(listing.destination_id or 0, "")
    pictures = ListingPicture.objects.filter(listing=listing).select_related("picture").order_by("position")
    destination = listing.destination
    return ListingView(
        id=listing.pk,
        slug=listing.slug,
        kind=listing.kind,
        kind_label=listing.get_kind_display(),
        url_path=listing.url_path,
        is_dated=listing.is_dated,
        title=listing.title,
        description=listing.description,
        terms=tuple(line.strip() for line in listing.terms.splitlines() if line.strip()),
        category=listing.category.name,
        category_slug=listing.category.slug,
        weight_grams=listing.weight_grams,
        ingredients=listing.ingredients,
        halal_state=listing.halal_state,
        halal_label=str(HalalState(listing.halal_state).label),
        halal_number=listing.halal_number,
        permit_number=listing.permit_number,
        most_per_order=listing.most_per_order,
        variants=tuple(offers),
        price_from=prices[0] if prices else 0,
        price_is_from=len(prices) > 1,
        pictures=tuple(_view(row) for row in pictures),
        shop=shop_card(listing.shop),
        destination=DestinationCard(
            id=destination.pk,
            name=destination.name,
            slug=destination.slug,
            region_code=destination.region.code,
            region_name=destination.region.short_name,
            region_slug=destination.region.slug or "",
            closed_reason=closed_reason,
        )
        if destination
        else None,
        is_sample=listing.is_sample,
        sold_out=listing.pk in sold_out,
        closed_reason=closed_reason,
        changed_at=listing.changed_at,
    )


def as_cards(listings: Sequence[Listing], *, now: datetime) -> list[ListingCard]:
    """Loaded listings as cards in their order; six queries for however many."""
    if not listings:
        return []
    offers = _offers(listings, now=now)
    sold_out = _sold_out(listings, offers, now=now)
    closed = _closed_now(listings, now=now)
    pictures = first_pictures([listing.pk for listing in listings])
    result = []
    for listing in listings:
        region = listing.destination.region if listing.is_dated and listing.destination else listing.shop.region
        village = listing.shop.village.name if listing.shop.village else ""
        prices = sorted({offer.price for offer in offers[listing.pk]})
        result.append(
            ListingCard(
                id=listing.pk,
                kind=listing.kind,
                kind_label=listing.get_kind_display(),
                url_path=listing.url_path,
                title=listing.title,
                category=listing.category.name,
                shop_name=listing.shop.name,
                region_code=region.code,
                region_name=region.short_name,
                region_slug=region.slug or "",
                place=listing.destination.name if listing.is_dated and listing.destination else village,
                price_from=prices[0] if prices else 0,
                price_is_from=len(prices) > 1,
                picture=pictures.get(listing.pk),
                is_sample=listing.is_sample,
                sold_out=listing.pk in sold_out,
                closed_reason=closed.get(listing.destination_id or 0, ""),
            )
        )
    return result


def first_pictures(listing_ids: Collection[int]) -> dict[int, PictureView]:
    """The picture that stands on a listing's card, by listing; one query."""
    rows = ListingPicture.objects.filter(listing_id__in=listing_ids, position=0).select_related("picture")
    return {row.listing_id: _view(row) for row in rows}


def _loaded(listings: ListingQuerySet) -> ListingQuerySet:
    """The listings with all that a card says of their shop and place, in one query."""
    return listings.select_related("category", "shop__region", "shop__village", "destination__region").defer(
        "shop__region__boundary", "shop__village__boundary", "destination__region__boundary"
    )


def _view(row: ListingPicture) -> PictureView:
    alt = (row.alt_en if get_language() == "en" else "") or row.alt_id
    return picture_view(row.picture, alt=alt)


def _offers(listings: Sequence[Listing], *, now: datetime) -> Mapping[int, Sequence[VariantOffer]]:
    """Active variants by listing, in their order: three queries."""
    kinds = {listing.pk: listing.kind for listing in listings}
    variants = list(Variant.objects.filter(listing_id__in=kinds, is_active=True).order_by("position", "pk"))
    prices = price_on(variants, day_of(now))
    left = stock_left([variant.pk for variant in variants], now)
    offers: defaultdict[int, list[VariantOffer]] = defaultdict(list)
    for variant in variants:
        is_goods = kinds[variant.listing_id] == ListingKind.GOODS
        of_this = left.get(variant.pk, 0) if is_goods else None
        offers[variant.listing_id].append(
            VariantOffer(
                id=variant.pk,
                name=variant.name,
                audience=variant.audience,
                audience_label=variant.get_audience_display(),
                audience_rule=variant.audience_rule,
                charge_kind=variant.charge_kind,
                price=prices[variant.pk],
                left=of_this,
                sold_out=of_this == 0,
            )
        )
    return offers


def _sold_out(listings: Sequence[Listing], offers: Mapping[int, Sequence[VariantOffer]], *, now: datetime) -> set[int]:
    """Listings of which nothing can be bought: no piece, or no place on any day; one query."""
    dated = {listing.pk for listing in listings if listing.kind != ListingKind.GOODS}
    coming = Slot.objects.filter(listing_id__in=dated, closed_at=None, ends_at__gt=now)
    with_room = Pool.objects.annotate(left=free(now)).filter(left__gt=0)
    bookable = set(
        coming.filter(Exists(with_room.filter(pk=OuterRef("pool_id"))))
        .filter(Q(day_pool=None) | Exists(with_room.filter(pk=OuterRef("day_pool_id"))))
        .order_by()
        .values_list("listing_id", flat=True)
        .distinct()
    )
    goods = {
        listing.pk
        for listing in listings
        if listing.pk not in dated and all(offer.sold_out for offer in offers[listing.pk])
    }
    return goods | (dated - bookable)


def _closed_now(listings: Sequence[Listing], *, now: datetime) -> dict[int, str]:
    """Why the places of tickets are closed now, by destination; one query."""
    places = {listing.destination_id for listing in listings if listing.is_dated and listing.destination_id}
    closures = Closure.objects.at(now).filter(kind=ClosureKind.FULL, destination_id__in=places).order_by("-pk")
    return {closure.destination_id: closed_words(closure) for closure in closures}
