"""Which pools a line draws on, and which caps hold for its buyer: the one place that knows."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F

from marketplace.catalog.models import Variant
from marketplace.inventory.models import Allowance, Pool, Slot
from marketplace.inventory.queries.levels import free

type CapKey = tuple[int, int | None, date | None]


@dataclass(frozen=True, order=True)
class Cap:
    """The most that one buyer may have of a listing: of all of it, of one day, or of one variant."""

    listing_id: int
    variant_id: int | None
    day: date | None
    most: int

    @property
    def key(self) -> CapKey:
        """What it is a cap of."""
        return self.listing_id, self.variant_id, self.day


def pools_of(variant: Variant, slot: Slot | None) -> tuple[int, ...]:
    """Keys of the pools that one unit of a variant draws on, in the slot if it is dated; empty if it cannot be sold.

    No query if the variant came with its ``stock``.
    """
    if slot is not None:
        return (slot.pool_id,) if slot.day_pool_id is None else (slot.pool_id, slot.day_pool_id)
    return (variant.stock.pool_id,) if hasattr(variant, "stock") else ()


def left_as_read(variant: Variant, slot: Slot | None) -> dict[int, int]:
    """How many were left of each of these pools when they were read, lapsed holds counted as taken; a variant of goods has its stock.

    No query if slot or stock came with its pools.
    """
    pools = (slot.pool, slot.day_pool) if slot is not None else (variant.stock.pool,)
    return {pool.pk: pool.capacity - pool.taken for pool in pools if pool is not None}


def caps_of(variant: Variant, slot: Slot | None) -> tuple[Cap, ...]:
    """The caps that hold for one buyer of a variant; no query if it came with its ``listing``."""
    listing = variant.listing
    caps = []
    if variant.most_per_buyer is not None:
        caps.append(Cap(listing.pk, variant.pk, None, variant.most_per_buyer))
    if listing.most_per_buyer is not None:
        caps.append(Cap(listing.pk, None, None, listing.most_per_buyer))
    if listing.most_per_buyer_a_day is not None and slot is not None:
        caps.append(Cap(listing.pk, None, slot.day, listing.most_per_buyer_a_day))
    return tuple(caps)


def had_before(caps: Collection[Cap], *, user_id: int | None, now: datetime) -> Counter[CapKey]:
    """How many this account has ordered under these caps; what lapsed or was refunded does not count. One query at most."""
    had: Counter[CapKey] = Counter()
    if user_id is None or not caps:
        return had
    own = Allowance.objects.filter(listing_id__in={cap.listing_id for cap in caps}, who=account_mark(user_id))
    pools = Pool.objects.filter(allowance__in=own).annotate(left=free(now)).annotate(count=F("capacity") - F("left"))
    for listing_id, variant_id, day, count in pools.values_list(
        "allowance__listing_id", "allowance__variant_id", "allowance__day", "count"
    ):
        had[listing_id, variant_id, day] = count
    return had


def account_mark(user_id: int) -> str:
    """By what an account is named in its allowances."""
    return f"account:{user_id}"
