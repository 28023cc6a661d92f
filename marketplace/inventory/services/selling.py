"""A seller's first steps: a thing and its stock in one go."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from marketplace.catalog import services as catalog
from marketplace.catalog.models import Listing, Variant
from marketplace.catalog.services import ListingDraft, PictureChoice
from marketplace.inventory.services.stock import create_stock


@transaction.atomic
def offer_goods(
    *,
    shop_id: int,
    draft: ListingDraft,
    stock: Sequence[int],
    pictures: Sequence[PictureChoice] = (),
    price_confirmed: bool = False,
    now: datetime,
) -> Listing:
    """Put goods up for sale with their pictures and stock, whole or not at all.

    :param stock: pieces per variant of the draft, in its order.
    Raises as ``catalog.services.create_listing`` and :func:`create_stock`.
    """
    listing = catalog.create_listing(shop_id=shop_id, draft=draft, price_confirmed=price_confirmed, now=now)
    variants = Variant.objects.filter(listing=listing).order_by("position", "pk").values_list("pk", flat=True)
    for variant_id, capacity in zip(variants, stock, strict=True):
        create_stock(variant_id=variant_id, capacity=capacity)
    if pictures:
        catalog.set_pictures(listing_id=listing.pk, pictures=pictures, now=now)
    return listing
