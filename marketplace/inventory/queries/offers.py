"""Cards and pages of listings, in the visitor's language."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from marketplace.catalog.queries import PictureView


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


@dataclass(frozen=True)
class ShopCard:
    """Who sells."""

    id: int
    slug: str
    name: str
    kind: str
    story: str
    region_code: str
    region_name: str
    region_slug: str
    village_name: str
    offers_pick_up_at: str
    is_sample: bool


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
    raise NotImplementedError


def listing_view(slug: str, now: datetime) -> ListingView | None:
    """A listing's page in a fixed number of queries; None if nobody may see it."""
    raise NotImplementedError
