"""Holding, confirming and giving back. All or nothing, and never more than there is.

Lock order, the same for everybody: pools in key order, and holds only under their pool's lock.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from foundation.errors import DomainError, InvalidInput
from marketplace.inventory.models import Hold, HoldStatus, Pool
from marketplace.inventory.services.telling import LOW_STOCK, tell_of_levels


@dataclass(frozen=True, order=True)
class Demand:
    """So many of one pool, for one order line."""

    pool_id: int
    line: UUID
    quantity: int


class InventoryError(DomainError):
    """Something that the pools do not allow."""

    code = "inventory"


class PoolExhausted(InventoryError):
    """A pool has fewer left than were asked for."""

    code = "pool_exhausted"

    def __init__(self, *, pool_id: int, asked: int, left: int) -> None:
        self.pool_id, self.asked, self.left = pool_id, asked, left
        super().__init__(_("You asked for %(asked)d; %(left)d are left.") % {"asked": asked, "left": left})


@transaction.atomic
def hold(*, demands: Iterable[Demand], until: datetime, now: datetime) -> list[Hold]:
    """Hold everything a whole cart needs, or nothing.

    :param demands: (pool, line, quantity) per scarce thing: a piece, a slot, each night of a stay.
    :param until: when the holds lapse.
    :raises PoolExhausted: a pool has fewer left than asked; nothing is held.
    """
    return hold_within(demands=demands, until=until, now=now)


def hold_within(*, demands: Iterable[Demand], until: datetime, now: datetime) -> list[Hold]:
    """As :func:`hold`, for a caller whose own transaction ends with the refusal: nothing is undone here."""
    # One order for everybody: two carts that want the same two pools then queue instead of deadlocking.
    wanted = sorted(demands)
    scarce: dict[int, int] = {}
    for pool_id, of_pool in groupby(wanted, key=attrgetter("pool_id")):
        quantity = sum(demand.quantity for demand in of_pool)
        if not take(pool_id, quantity, now=now):
            scarce[pool_id] = quantity
    holds = Hold.objects.bulk_create(
        Hold(pool_id=demand.pool_id, line=demand.line, quantity=demand.quantity, lapses_at=until) for demand in wanted
    )
    tell_of_levels(scarce, now=now)
    return holds


def take(pool_id: int, quantity: int, *, now: datetime) -> bool:
    """Count so many of a pool as taken; the caller writes the holds in the same transaction.

    :returns: whether so many are left that nobody needs to be told.
    :raises PoolExhausted: fewer are left, also after the pool's lapsed holds were given back.
    """
    pool = Pool.objects.filter(pk=pool_id)
    # The guard and the increment are one statement, so no rival can slip in between.
    if pool.with_room_for(quantity + LOW_STOCK + 1).update(taken=F("taken") + quantity):
        return True
    if pool.with_room_for(quantity).update(taken=F("taken") + quantity):
        return False
    # Lapsed holds are still counted as taken: give this pool's back once, under its lock, before refusing.
    if give_back_lapsed(pool_id=pool_id, now=now) and pool.with_room_for(quantity).update(taken=F("taken") + quantity):
        return False
    left = pool.values_list(F("capacity") - F("taken"), flat=True).get()
    raise PoolExhausted(pool_id=pool_id, asked=quantity, left=left)


@transaction.atomic
def confirm(*, lines: Collection[UUID], now: datetime) -> frozenset[UUID]:
    """Turn the holds of these order lines into sales, and return the lines whose holds are gone.

    A line is sold whole or not at all: if one of its holds was given back, so are the others, and the line is returned;
    it can then be held anew. A repeat changes nothing and returns the same.
    """
    lock_pools_of(lines)
    holds = list(Hold.objects.filter(line__in=lines).order_by("pk"))
    # Of a line that was held twice, after its first holds lapsed, only the last time counts.
    latest = {(found.line, found.pool_id): found for found in holds}
    gone = {line for (line, _pool), found in latest.items() if found.status == HoldStatus.RELEASED}
    gone |= set(lines) - {line for line, _pool in latest}
    _give_back([found for found in latest.values() if found.line in gone], now=now)
    kept = [found.pk for found in latest.values() if found.line not in gone and found.status == HoldStatus.ACTIVE]
    Hold.objects.filter(pk__in=kept).update(status=HoldStatus.CONFIRMED)
    return frozenset(gone)


@transaction.atomic
def release(*, lines: Collection[UUID], now: datetime) -> int:
    """Give back all that these lines hold, sold or not; returns how many holds were given back.

    A repeat gives back nothing.
    """
    lock_pools_of(lines)
    return _give_back(list(Hold.objects.live().filter(line__in=lines)), now=now)


@transaction.atomic
def release_quantity(*, line: UUID, quantity: int, now: datetime) -> None:
    """Give back a part of what a line holds, in each of its pools: a partial refund.

    :raises InvalidInput: the line holds fewer, or the quantity is below 1.
    """
    lock_pools_of([line])
    holds = list(Hold.objects.live().filter(line=line))
    if quantity < 1 or not holds or any(found.quantity < quantity for found in holds):
        raise InvalidInput(_("That many cannot be given back."))
    whole = [found for found in holds if found.quantity == quantity]
    _give_back(whole, now=now)
    in_part = [found for found in holds if found.quantity > quantity]
    for found in in_part:
        Hold.objects.filter(pk=found.pk).update(quantity=F("quantity") - quantity)
    _lower({found.pool_id: quantity for found in in_part}, now=now)


@transaction.atomic
def postpone(*, lines: Collection[UUID], until: datetime) -> None:
    """Let the active holds of these lines lapse later; never earlier than they do now."""
    lock_pools_of(lines)
    Hold.objects.filter(line__in=lines, status=HoldStatus.ACTIVE, lapses_at__lt=until).update(lapses_at=until)


def release_lapsed_holds(*, now: datetime, limit: int) -> int:
    """Give back the lapsed holds of at most ``limit`` pools, one transaction per pool; returns how many pools that were."""
    lapsed = Hold.objects.lapsed(now).order_by("pool_id").values_list("pool_id", flat=True).distinct()
    pool_ids = list(lapsed[:limit])
    for pool_id in pool_ids:
        with transaction.atomic():
            give_back_lapsed(pool_id=pool_id, now=now)
    return len(pool_ids)


def give_back_lapsed(*, pool_id: int, now: datetime) -> int:
    """Give back the lapsed holds of one pool; the caller is in a transaction. Returns how many were given back."""
    Pool.objects.select_for_update().get(pk=pool_id)
    return _give_back(list(Hold.objects.lapsed(now).filter(pool_id=pool_id)), now=now)


def lock_pools_of(lines: Collection[UUID]) -> None:
    """Lock every pool that these lines hold anything of, in key order; holds are then read and written in peace."""
    pools = Pool.objects.filter(pk__in=Hold.objects.filter(line__in=lines).values("pool_id"))
    list(pools.select_for_update().order_by("pk").values_list("pk", flat=True))


def _give_back(holds: Collection[Hold], *, now: datetime) -> int:
    """Release holds whose pools are locked, and count them as free again."""
    live = [found for found in holds if found.status != HoldStatus.RELEASED]
    if not live:
        return 0
    Hold.objects.filter(pk__in=[found.pk for found in live]).update(status=HoldStatus.RELEASED)
    given: Counter[int] = Counter()
    for found in live:
        given[found.pool_id] += found.quantity
    _lower(given, now=now)
    return len(live)


def _lower(given: Mapping[int, int], *, now: datetime) -> None:
    for pool_id, quantity in sorted(given.items()):
        Pool.objects.filter(pk=pool_id).update(taken=F("taken") - quantity)
    tell_of_levels({pool_id: -quantity for pool_id, quantity in given.items()}, now=now)
