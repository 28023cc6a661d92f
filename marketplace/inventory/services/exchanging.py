"""Exchanging: a line gives up what it claims of some pools for as much of others. A change of date, all or nothing."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from marketplace.inventory.models import Hold, HoldStatus, Pool, PoolKind, Slot
from marketplace.inventory.services.allowing import new_allowance
from marketplace.inventory.services.holding import InventoryError, PoolsChanged, in_peace, take
from marketplace.inventory.services.telling import tell_of_levels


class NothingHeld(InventoryError):
    """A line that was to be exchanged claims nothing any more."""

    code = "nothing_held"

    def __init__(self, *, line: UUID) -> None:
        self.line = line
        super().__init__(_("This place is no longer yours, so it cannot be exchanged."))


@transaction.atomic
def exchange(*, lines: Mapping[UUID, Collection[int]], now: datetime) -> None:
    """Let each line claim these pools and no others, as many of each as it claims now; sold stays sold, held stays held.

    What a line gives up can be taken by another line of the same call: two may change places in full pools. A pool that
    a line claims already stays claimed. A repeat changes nothing.

    :param lines: the keys of the pools that each line is to draw on, at least one.
    :raises PoolExhausted: a pool has fewer left than are moved to it; nothing is changed.
    :raises BuyerLimitReached: the buyer may not have that many of the new day; nothing is changed.
    :raises NothingHeld: a line's claim was given back or has lapsed; nothing is changed.
    """
    if not all(lines.values()):
        raise ValueError("A line that is to claim nothing is released, not exchanged.")

    targets = with_allowances(lines)

    def move(holds: Collection[Hold]) -> None:
        live = {line: live_of(line, holds, now=now) for line in targets}
        left = [found for of_line in live.values() for found in of_line if found.pool_id not in targets[found.line]]
        new = [claim for line, pool_ids in targets.items() for claim in claims(line, pool_ids, live[line])]
        # What a line once held and lost says nothing of its new claim.
        lost = [found for found in holds if found.status == HoldStatus.RELEASED]
        Hold.objects.filter(pk__in=[found.pk for found in (*left, *lost)]).update(status=HoldStatus.MOVED)
        Hold.objects.bulk_create(new)
        change: Counter[int] = Counter()
        for found in new:
            change[found.pool_id] += found.quantity
        for found in left:
            change[found.pool_id] -= found.quantity
        shift(change, now=now)
        check_days({found.pool_id for found in new}, {pool_id for pools in targets.values() for pool_id in pools})

    in_peace(tuple(targets), move, also=frozenset(pool_id for pools in targets.values() for pool_id in pools))


def with_allowances(lines: Mapping[UUID, Collection[int]]) -> dict[UUID, frozenset[int]]:
    """These pools and, for each line, its buyer's allowances: those of a day become those of the new day."""
    targets = {line: frozenset(pools) for line, pools in lines.items()}
    own = Hold.objects.live().filter(line__in=lines, pool__kind=PoolKind.BUYER).select_related("pool__allowance")
    days = dict(Slot.objects.filter(pool_id__in=frozenset().union(*targets.values())).values_list("pool_id", "day"))
    for found in own.order_by("pool_id", "line"):
        allowance = found.pool.allowance
        day = next((days[pool_id] for pool_id in sorted(lines[found.line]) if pool_id in days), allowance.day)
        pool_id = found.pool_id
        if allowance.day not in (None, day):
            pool_id = new_allowance((allowance.listing_id, None, day), allowance.who, most=found.pool.capacity)
        targets[found.line] |= {pool_id}
    return targets


def check_days(entered: Collection[int], claimed: Collection[int]) -> None:
    """Refuse to enter a slot without drawing on the cap of its day.

    :raises PoolsChanged: the day got a cap meanwhile, or the caller did not ask which pools a line draws on.
    """
    slots = Slot.objects.filter(pool_id__in=entered, day_pool__isnull=False).exclude(day_pool_id__in=claimed)
    if slots.exists():
        raise PoolsChanged


def live_of(line: UUID, holds: Collection[Hold], *, now: datetime) -> list[Hold]:
    """What a line claims by now.

    :raises NothingHeld: its claim was given back, or its time is over, whether or not somebody swept it.
    """
    of_line = [found for found in holds if found.line == line and found.status != HoldStatus.RELEASED]
    has_lapsed = any(found.status == HoldStatus.ACTIVE and found.lapses_at <= now for found in of_line)
    if not of_line or has_lapsed:
        raise NothingHeld(line=line)
    return of_line


def claims(line: UUID, pool_ids: Collection[int], live: Collection[Hold]) -> list[Hold]:
    """Unsaved claims of a line on the pools that it does not claim yet, like those it has."""
    like = next(iter(live))
    held = {found.pool_id for found in live}
    return [
        Hold(pool_id=pool_id, line=line, quantity=like.quantity, status=like.status, lapses_at=like.lapses_at)
        for pool_id in sorted(set(pool_ids) - held)
    ]


def shift(change: Mapping[int, int], *, now: datetime) -> None:
    """Count as taken what moved in, and as free what moved out; the pools are locked.

    :raises PoolExhausted: more moves into a pool than there is room for.
    """
    moved = {pool_id: quantity for pool_id, quantity in sorted(change.items()) if quantity}
    for pool_id, quantity in moved.items():
        if quantity < 0:
            Pool.objects.filter(pk=pool_id).update(taken=F("taken") + quantity)
        else:
            take(pool_id, quantity, now=now)
    tell_of_levels(moved, now=now)
