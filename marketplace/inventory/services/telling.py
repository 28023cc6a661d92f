"""Telling the rooms above when something sells out, comes back, or runs low. Not every sale is told."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import F, Q

from foundation.compiled import Among, Compiled
from foundation.outbox.services import publish, publish_many
from marketplace.catalog.models import Listing
from marketplace.inventory.models import Pool, PoolKind

# A seller is told when so few pieces are left.
LOW_STOCK = 3


# Of one pool: its key and kind, how many are left, and the pool of its day.
type Level = tuple[int, str, int, int | None]
levels_of: Compiled[Level] = Compiled(
    lambda: Pool.objects.filter(Among("pk", "pools")).values_list(
        "pk", "kind", F("capacity") - F("taken"), "slot__day_pool_id"
    )
)


def tell_of_levels(
    changes: Mapping[int, int], *, levels: Iterable[Level] | None = None, now: datetime
) -> frozenset[int]:
    """Publish what these changes of ``taken`` mean; the pools are locked by the caller's own statements.

    ``listing.changed`` when a pool became sold out or available again; ``stock.low`` when a stock fell to few pieces, or
    to none; ``slot.full`` when the last place of a slot or of a day was taken.

    :param changes: how much was taken (or, below zero, given back) by pool.
    :param levels: of the same pools, where they were read already since.
    :returns: the pools of the days whose slots are among them.
    """
    if not changes:
        return frozenset()
    turned: list[int] = []
    over: set[int] = set()
    for pool_id, kind, left, day_pool_id in sorted(levels_of(pools=list(changes)) if levels is None else levels):
        if day_pool_id is not None:
            over.add(day_pool_id)
        if kind == PoolKind.BUYER:
            continue
        before = left + changes[pool_id]
        if (before <= 0) != (left <= 0):
            turned.append(pool_id)
        is_sold_out = left <= 0 < before
        if kind == PoolKind.STOCK and (left <= LOW_STOCK < before or is_sold_out):
            publish(topic="stock.low", key=pool_id, now=now, left=left)
        elif kind != PoolKind.STOCK and is_sold_out:
            publish(topic="slot.full", key=pool_id, now=now)
    if turned:
        tell_listings(turned, now=now)
    return frozenset(over)


def tell_listings(pool_ids: Collection[int], *, now: datetime) -> None:
    """Publish ``listing.changed`` for the listings that are sold from these pools."""
    sold_from = (
        Q(variants__stock__pool_id__in=pool_ids) | Q(slots__pool_id__in=pool_ids) | Q(slots__day_pool_id__in=pool_ids)
    )
    keys = Listing.objects.filter(sold_from).order_by("pk").distinct().values_list("pk", flat=True)
    publish_many(topic="listing.changed", keys=list(keys), now=now)
