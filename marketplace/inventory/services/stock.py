"""How many there are: pieces of goods, places of a slot."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.errors import InvalidInput
from marketplace.inventory.models import AdjustmentReason, Pool, PoolKind, Stock, StockAdjustment
from marketplace.inventory.services.holding import InventoryError, give_back_lapsed
from marketplace.inventory.services.telling import tell_listings

# More pieces than any shop here has are a slip of the finger.
MOST_PIECES = 100_000


class BelowTaken(InventoryError):
    """Fewer than are already held or sold."""

    code = "below_taken"

    def __init__(self, *, taken: int) -> None:
        self.taken = taken
        super().__init__(_("%(taken)d are already ordered, so it cannot be fewer.") % {"taken": taken})


@transaction.atomic
def create_stock(*, variant_id: int, capacity: int) -> Stock:
    """Give a goods variant its pool.

    :raises InvalidInput: a negative or absurd number.
    """
    check_number(capacity)
    pool = Pool.objects.create(kind=PoolKind.STOCK, capacity=capacity)
    return Stock.objects.create(variant_id=variant_id, pool=pool)


@transaction.atomic
def adjust_stock(
    *,
    variant_id: int,
    change: int,
    reason: AdjustmentReason = AdjustmentReason.CORRECTION,
    note: str = "",
    by_id: int | None,
    now: datetime,
) -> int:
    """Add pieces to a variant's stock or take some away, and note why; returns how many are left to sell.

    :raises BelowTaken: so many are not there to take away.
    :raises InvalidInput: no change, or an absurd one.
    """
    pool = locked(Stock.objects.values_list("pool_id", flat=True).get(variant_id=variant_id), now=now)
    if change == 0:
        raise InvalidInput(_("How many more, or how many fewer?"))
    return _adjust(pool, change=change, reason=reason, note=note, by_id=by_id, now=now)


@transaction.atomic
def count_stock(*, variant_id: int, counted: int, note: str = "", by_id: int | None, now: datetime) -> int:
    """Set what is left to sell of a variant to what was counted, without the pieces set aside for orders; returns it.

    A count that changes nothing is not noted.

    :raises InvalidInput: a negative or absurd number.
    """
    check_number(counted)
    pool = locked(Stock.objects.values_list("pool_id", flat=True).get(variant_id=variant_id), now=now)
    change = counted - (pool.capacity - pool.taken)
    if change == 0:
        return counted
    return _adjust(pool, change=change, reason=AdjustmentReason.COUNTED, note=note, by_id=by_id, now=now)


def _adjust(pool: Pool, *, change: int, reason: AdjustmentReason, note: str, by_id: int | None, now: datetime) -> int:
    resize(pool, capacity=pool.capacity + change, now=now)
    left = pool.capacity - pool.taken
    StockAdjustment.objects.create(
        pool=pool, change=change, reason=reason, note=note.strip()[:160], left=left, by_id=by_id, at=now
    )
    return left


def locked(pool_id: int, *, now: datetime) -> Pool:
    """A pool whose row is locked and whose lapsed holds were given back: what is taken is taken by now."""
    give_back_lapsed(pool_id=pool_id, now=now)
    return Pool.objects.get(pk=pool_id)


def resize(pool: Pool, *, capacity: int, now: datetime) -> None:
    """Change how much there is of a pool whose row the caller has locked.

    :raises BelowTaken: more than that is already held or sold.
    :raises InvalidInput: an absurd number.
    """
    if capacity < pool.taken:
        raise BelowTaken(taken=pool.taken)
    check_number(capacity)
    was_sold_out = pool.capacity <= pool.taken
    pool.capacity = capacity
    pool.save(update_fields=["capacity"])
    if was_sold_out != (capacity <= pool.taken):
        tell_listings([pool.pk], now=now)


def check_number(capacity: int) -> None:
    """Refuse what nobody has.

    :raises InvalidInput: below 0 or absurdly many.
    """
    if not 0 <= capacity <= MOST_PIECES:
        raise InvalidInput(_("How many do you have? Give a number from 0 to 100,000."))
