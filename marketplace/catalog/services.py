"""Putting things up for sale. Every change is told as ``listing.changed``, keyed by the listing's primary key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files import File

from marketplace.catalog.models import Audience, ChargeKind, HalalState, Listing, ListingKind, Picture


@dataclass(frozen=True)
class VariantDraft:
    """A variant as its seller gives it; ``id`` names one that exists. Prices in whole rupiah."""

    price: int
    id: int | None = None
    name_id: str = ""
    name_en: str = ""
    audience: Audience = Audience.ANYONE
    audience_rule_id: str = ""
    audience_rule_en: str = ""
    charge_kind: ChargeKind = ChargeKind.GOODS
    is_active: bool = True


@dataclass(frozen=True)
class ListingDraft:
    """A listing as its seller gives it: photo, name, price and stock are enough; the rest can come later."""

    kind: ListingKind
    category_id: int
    title_id: str
    variants: Sequence[VariantDraft]
    title_en: str = ""
    description_id: str = ""
    description_en: str = ""
    terms_id: str = ""
    terms_en: str = ""
    destination_id: int | None = None
    weight_grams: int = 0
    ingredients: str = ""
    halal_state: HalalState = HalalState.NOT_FOOD
    halal_number: str = ""
    permit_number: str = ""
    most_per_order: int = 20
    is_sample: bool = False


@dataclass(frozen=True)
class PictureChoice:
    """A picture in a listing, with what it shows in words."""

    picture_id: int
    alt_id: str = ""
    alt_en: str = ""


def create_listing(*, shop_id: int, draft: ListingDraft, price_confirmed: bool = False, now: datetime) -> Listing:
    """Put a thing up for sale: published at once where the shop is open, else waiting until it is.

    The caller has made sure that whoever asks runs the shop (``Shop.objects.managed_by``).

    :param price_confirmed: the seller saw the warning and means the price.
    :raises DoubtfulPrice: a price looks like a slip ("Rp380"); ``meant`` holds the suggestion.
    :raises InvalidInput: no title, no variant, an impossible price or charge.
    """
    raise NotImplementedError


def change_listing(*, listing_id: int, draft: ListingDraft, price_confirmed: bool = False, now: datetime) -> Listing:
    """Change a listing and its variants; variants that the draft no longer names are not offered any more.

    Raises as :func:`create_listing`. The kind of a listing never changes.
    """
    raise NotImplementedError


def publish_listing(*, listing_id: int, now: datetime) -> None:
    """Show a listing: at once where the shop is open, else when it is. A repeat changes nothing."""
    raise NotImplementedError


def hide_listing(*, listing_id: int, now: datetime) -> None:
    """Take a listing out of sight; carts that hold it say so. A repeat changes nothing."""
    raise NotImplementedError


def add_picture(*, upload: File[bytes], is_sample: bool = False, now: datetime) -> Picture:
    """Keep an uploaded picture: JPEG, PNG, WebP or HEIC, turned upright, without EXIF (so without position).

    The same file again is the same picture. Renditions follow in the background (event ``picture.added``).

    :raises PictureRefused: no picture, too large, or too small to be shown.
    """
    raise NotImplementedError


def set_pictures(*, listing_id: int, pictures: Sequence[PictureChoice], now: datetime) -> None:
    """Give a listing these pictures, in this order; the first stands on cards."""
    raise NotImplementedError
