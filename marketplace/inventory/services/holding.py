"""Holding, confirming and giving back. All or nothing, and never more than there is.

Lock order, the same for everybody: pools in key order, and holds only under their pool's lock.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import BigIntegerField, F, Q
from django.utils.translation import gettext as _

from foundation.compiled import CompiledUpdate, Given, insert, together
from foundation.errors import DomainError, InvalidInput
from marketplace.inventory.models import Hold, HoldStatus, Pool, PoolKind
from marketplace.inventory.queries.availability import left_in
from marketplace.inventory.services.telling import Level, levels_of, tell_of_levels


@dataclass(frozen=True, order=True)
class Demand:
    """So many of one pool, for one order line."""

    pool_id: int
    line: UUID
    quantity: int
    # For a buyer's allowance: the cap as it is today. Other pools have their capacity.
    most: int | None = field(default=None, compare=False)


class InventoryError(DomainError):
    """Something that the pools do not allow."""

    code = "inventory"


class PoolExhausted(InventoryError):
    """A pool has fewer left than were asked for."""

    code = "pool_exhausted"

    def __init__(self, *, pool_id: int, asked: int, left: int) -> None:
        self.pool_id, self.asked, self.left = pool_id, asked, left
        super().__init__(_("You asked for %(asked)d; %(left)d are left.") % {"asked": asked, "left": left})


class BuyerLimitReached(PoolExhausted):
    """One buyer may not have that many: together with what was ordered before, by the same account or phone number."""

    code = "buyer_limit_reached"

    def __init__(self, *, pool_id: int, title: str, asked: int, most: int, left: int) -> None:
        super().__init__(pool_id=pool_id, asked=asked, left=left)
        self.most = most
        words = {"title": title, "most": most, "left": left}
        self.sentence = (
            _("“%(title)s”: at most %(most)d per person.") % words
            if left >= most
            else _("“%(title)s”: at most %(most)d per person. You have ordered before and can have %(left)d more.")
            % words
        )
        self.args = (self.sentence,)


class PoolsChanged(InventoryError):
    """While the order was placed, the seller gave the day a cap; placing it again takes that into account."""

    code = "pools_changed"

    def __init__(self) -> None:
        super().__init__(_("What is left has just been changed by the seller. Please try again."))


@transaction.atomic
def hold(*, demands: Iterable[Demand], until: datetime, now: datetime) -> list[Hold]:
    """Hold everything a whole cart needs, or nothing.

    :param demands: (pool, line, quantity) per scarce thing: a piece, a slot, each night of a stay.
    :param until: when the holds lapse; later than ``now``.
    :raises PoolExhausted: a pool has fewer left than asked; nothing is held.
    :raises BuyerLimitReached: the same of a buyer's allowance.
    :raises PoolsChanged: a slot draws on a pool of its day that was not asked for.
    """
    return hold_within(demands=demands, until=until, now=now)


def hold_within(*, demands: Iterable[Demand], until: datetime, now: datetime) -> list[Hold]:
    """As :func:`hold`, for a caller whose own transaction ends with the refusal: nothing is undone here."""
    # One order for everybody: two carts that want the same two pools then queue instead of deadlocking.
    wanted = sorted(demands)
    holds = [
        Hold(pool_id=demand.pool_id, line=demand.line, quantity=demand.quantity, lapses_at=until) for demand in wanted
    ]
    # Nobody sees these before the commit. Written first, they do not make anybody wait for a pool that all want.
    insert(*holds)
    taken: Counter[int] = Counter()
    for demand in wanted:
        taken[demand.pool_id] += demand.quantity
    most = {demand.pool_id: demand.most for demand in wanted}
    levels: list[Level] = []
    for place, pool_id in enumerate(taken, start=1):
        is_last = place == len(taken)
        levels = take(pool_id, taken[pool_id], most=most[pool_id], look_at=taken if is_last else (), now=now)
    # Read under the locks: a day that got a cap after the cart was looked at is not passed by.
    if tell_of_levels(taken, levels=levels, now=now) - taken.keys():
        raise PoolsChanged
    return holds


def refuse_exhausted(*, demands: Iterable[Demand], seen: Mapping[int, int], now: datetime) -> None:
    """Refuse what is plainly not left, before anything is written for it. It locks nothing: only holding decides.

    :param seen: how many seemed left of each pool, lapsed holds counted as taken; no query where that is enough.
    :raises PoolExhausted: a pool has fewer left than asked, lapsed holds counted as free.
    """
    wanted: Counter[int] = Counter()
    for demand in demands:
        wanted[demand.pool_id] += demand.quantity
    short = [pool_id for pool_id, quantity in wanted.items() if seen[pool_id] < quantity]
    if short:
        # Lapsed holds are counted as taken; they cost a look at the holds, which few orders need.
        left = left_in(short, now)
        for pool_id in sorted(short):
            if left[pool_id] < wanted[pool_id]:
                raise PoolExhausted(pool_id=pool_id, asked=wanted[pool_id], left=left[pool_id])


def take(
    pool_id: int, quantity: int, *, most: int | None = None, look_at: Collection[int] = (), now: datetime
) -> list[Level]:
    """Count so many of a pool as taken; the caller writes the holds in the same transaction.

    :param most: for a buyer's allowance, the cap of today: it becomes the pool's capacity.
    :param look_at: pools whose levels are returned, read under this pool's lock.
    :raises PoolExhausted: fewer are left, also after the pool's lapsed holds were given back.
    """
    is_taken, levels = _count(pool_id, quantity, most=most, look_at=look_at)
    if not is_taken and give_back_lapsed(pool_id=pool_id, now=now):
        # Lapsed holds were still counted as taken: now they are given back, under the pool's lock.
        is_taken, levels = _count(pool_id, quantity, most=most, look_at=look_at)
    if not is_taken:
        raise _refusal(pool_id, quantity, most=most)
    return levels


_POOL, _QUANTITY, _MOST = (Given(name, BigIntegerField()) for name in ("pool", "quantity", "most"))
_take = CompiledUpdate(
    lambda: Pool.objects.filter(pk=_POOL).with_room_for(_QUANTITY),
    taken=F("taken") + _QUANTITY,
)
_take_of_allowance = CompiledUpdate(
    lambda: Pool.objects.filter(pk=_POOL, taken__lte=_MOST - _QUANTITY),
    taken=F("taken") + _QUANTITY,
    capacity=_MOST,
)


def _count(pool_id: int, quantity: int, *, most: int | None, look_at: Collection[int]) -> tuple[bool, list[Level]]:
    """Whether the pool had so many left, and the levels afterwards."""
    # The guard and the increment are one statement, so no rival can slip in between.
    taking = (
        _take.given(pool=pool_id, quantity=quantity)
        if most is None
        else _take_of_allowance.given(pool=pool_id, quantity=quantity, most=most)
    )
    if not look_at:
        (count,) = together(taking)
        return count > 0, []
    # Sent in one go: everybody who wants this pool waits until we are through.
    count, levels = together(taking, levels_of.given(pools=list(look_at)))
    return count > 0, levels


def _refusal(pool_id: int, asked: int, *, most: int | None) -> PoolExhausted:
    pool = Pool.objects.select_related("allowance__listing").get(pk=pool_id)
    most = pool.capacity if most is None else most
    left = max(most - pool.taken, 0)
    if pool.kind == PoolKind.BUYER:
        title = pool.allowance.listing.title
        return BuyerLimitReached(pool_id=pool_id, title=title, asked=asked, most=most, left=left)
    return PoolExhausted(pool_id=pool_id, asked=asked, left=left)


@transaction.atomic
def retake(*, demands: Collection[Demand], until: datetime, now: datetime) -> list[Hold]:
    """Hold anew for lines whose claims were given back: what they draw on now, and their buyers' allowances as before.

    What the lines held earlier says nothing of them any more.

    :raises PoolExhausted: a pool has fewer left than asked; nothing is held.
    """
    wanted = {demand.line: demand.quantity for demand in demands}
    earlier = Hold.objects.filter(line__in=wanted, status=HoldStatus.RELEASED)
    allowances = earlier.filter(pool__kind=PoolKind.BUYER).order_by().values_list("pool_id", "line").distinct()
    own = [Demand(pool_id, line, wanted[line]) for pool_id, line in allowances]
    earlier.update(status=HoldStatus.MOVED)
    return hold(demands=[*demands, *own], until=until, now=now)


class _Moved(Exception):
    """A line was exchanged to another pool while its locks were waited for."""


def confirm(*, lines: Collection[UUID], now: datetime) -> frozenset[UUID]:
    """Turn the holds of these order lines into sales, and return the lines whose holds are gone.

    A line is sold whole or not at all: if one of its holds was given back, so are the others, and the line is returned;
    it can then be held anew. A repeat changes nothing and returns the same.
    """

    def sell(holds: Collection[Hold]) -> frozenset[UUID]:
        latest = _latest(holds)
        gone = _gone(lines, latest)
        _give_back([found for found in latest.values() if found.line in gone], now=now)
        kept = [found.pk for found in latest.values() if found.line not in gone and found.status == HoldStatus.ACTIVE]
        Hold.objects.filter(pk__in=kept).update(status=HoldStatus.CONFIRMED)
        return gone

    return in_peace(lines, sell)


def gone_of(lines: Collection[UUID]) -> frozenset[UUID]:
    """Which of these order lines :func:`confirm` would return now. It locks nothing: only confirming decides."""
    return _gone(lines, _latest(_claims_of(lines)))


def release(*, lines: Collection[UUID], now: datetime) -> int:
    """Give back all that these lines hold, sold or not; returns how many holds were given back.

    A repeat gives back nothing.
    """
    return in_peace(lines, lambda holds: _give_back(holds, now=now))


def release_quantity(*, line: UUID, quantity: int, now: datetime) -> None:
    """Give back a part of what a line holds, in each of its pools: a partial refund.

    :raises InvalidInput: the line holds fewer, or the quantity is below 1.
    """

    def lessen(holds: Collection[Hold]) -> None:
        live = [found for found in holds if found.status != HoldStatus.RELEASED]
        if quantity < 1 or not live or any(found.quantity < quantity for found in live):
            raise InvalidInput(_("That many cannot be given back."))
        _give_back([found for found in live if found.quantity == quantity], now=now)
        in_part = [found for found in live if found.quantity > quantity]
        for found in in_part:
            Hold.objects.filter(pk=found.pk).update(quantity=F("quantity") - quantity)
        _lower({found.pool_id: quantity for found in in_part}, now=now)

    in_peace([line], lessen)


def postpone(*, lines: Collection[UUID], until: datetime) -> None:
    """Let the active holds of these lines lapse later; never earlier than they do now."""

    def extend(holds: Collection[Hold]) -> None:
        sooner = [found.pk for found in holds if found.status == HoldStatus.ACTIVE and found.lapses_at < until]
        Hold.objects.filter(pk__in=sooner).update(lapses_at=until)

    in_peace(lines, extend)


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


def in_peace[Answer](
    lines: Collection[UUID], act: Callable[[list[Hold]], Answer], *, also: Collection[int] = ()
) -> Answer:
    """Lock every pool that these lines hold anything of, and more if asked, and do something with the lines' holds.

    Holds that were exchanged for others are not among them. The act is one transaction, whole or not at all.
    """
    while True:
        with suppress(_Moved), transaction.atomic():
            locked = lock_pools_of(lines, also=also)
            holds = _claims_of(lines)
            if any(found.pool_id not in locked for found in holds if found.status != HoldStatus.RELEASED):
                # It holds another pool by now. Locking that one too would break the order: let all go, and begin anew.
                raise _Moved
            return act(holds)


def _claims_of(lines: Collection[UUID]) -> list[Hold]:
    """What these lines hold or held, oldest first, without what was exchanged for something else."""
    return list(Hold.objects.filter(line__in=lines).exclude(status=HoldStatus.MOVED).order_by("pk"))


def _latest(holds: Iterable[Hold]) -> dict[tuple[UUID, int], Hold]:
    """Of a line that was held twice, after its first holds lapsed, only the last time counts."""
    return {(found.line, found.pool_id): found for found in holds}


def _gone(lines: Collection[UUID], latest: Mapping[tuple[UUID, int], Hold]) -> frozenset[UUID]:
    """The lines of which a hold was given back, or that hold nothing."""
    released = {line for (line, _pool), found in latest.items() if found.status == HoldStatus.RELEASED}
    return frozenset(released | (set(lines) - {line for line, _pool in latest}))


def lock_pools_of(lines: Collection[UUID], *, also: Collection[int] = ()) -> frozenset[int]:
    """Lock every pool that these lines hold anything of, and more if asked, in key order; returns which."""
    held = Q(pk__in=Hold.objects.filter(line__in=lines).exclude(status=HoldStatus.MOVED).values("pool_id"))
    pools = Pool.objects.filter(held | Q(pk__in=also) if also else held)
    return frozenset(pools.select_for_update().order_by("pk").values_list("pk", flat=True))


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
