"""Many goods at once: for moving a shop's stock list over, and for benchmarks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from foundation.outbox.services import publish_many
from marketplace.catalog.models import Listing, ListingKind, ListingStatus, Variant
from marketplace.inventory.models import Pool, PoolKind, Stock


@dataclass(frozen=True)
class GoodsRow:
    """One product in one size, priced in whole rupiah."""

    shop_id: int
    category_id: int
    slug: str
    title_id: str
    price: int
    stock: int
    published_at: datetime
    title_en: str = ""
    description_id: str = ""
    description_en: str = ""


@transaction.atomic
def import_goods(*, rows: Sequence[GoodsRow], is_sample: bool, now: datetime) -> int:
    """Put many goods up for sale in a handful of statements; those whose slug exists are left as they are. Returns how many are new."""
    known = set(Listing.objects.filter(slug__in=[row.slug for row in rows]).values_list("slug", flat=True))
    new = [row for row in rows if row.slug not in known]
    listings = Listing.objects.bulk_create(listing_of(row, is_sample=is_sample, now=now) for row in new)
    variants = Variant.objects.bulk_create(
        Variant(listing=listing, price=row.price) for listing, row in zip(listings, new, strict=True)
    )
    pools = Pool.objects.bulk_create(Pool(kind=PoolKind.STOCK, capacity=row.stock) for row in new)
    Stock.objects.bulk_create(Stock(variant=variant, pool=pool) for variant, pool in zip(variants, pools, strict=True))
    publish_many(topic="listing.changed", keys=[listing.pk for listing in listings], now=now, in_bulk=True)
    return len(new)


def listing_of(row: GoodsRow, *, is_sample: bool, now: datetime) -> Listing:
    """An unsaved published listing."""
    return Listing(
        slug=row.slug,
        shop_id=row.shop_id,
        kind=ListingKind.GOODS,
        status=ListingStatus.PUBLISHED,
        category_id=row.category_id,
        title_id=row.title_id,
        title_en=row.title_en,
        description_id=row.description_id,
        description_en=row.description_en,
        is_sample=is_sample,
        published_at=row.published_at,
        changed_at=now,
    )
