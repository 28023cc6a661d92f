"""A cap for a whole day over all of its slots."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.clock import day_of
from foundation.errors import InvalidInput
from foundation.outbox.services import publish
from marketplace.inventory.models import LIVE_HOLDS, DailyCap, Hold, HoldStatus, Pool, PoolKind, Slot
from marketplace.inventory.services.holding import give_back_lapsed
from marketplace.inventory.services.slots import lock_listing
from marketplace.inventory.services.stock import check_number, locked, resize


@transaction.atomic
def set_daily_cap(*, listing_id: int, capacity: int | None, now: datetime) -> list[date]:
    """Let at most so many come on one day, over all slots together; None lifts the cap. A repeat changes nothing.

    It holds for all days to come, those that are open already included. Where more were sold already, nothing more is
    sold; returns these days.

    :raises InvalidInput: no places, or an absurd number.
    """
    if capacity is not None:
        check_number(capacity)
        if capacity == 0:
            raise InvalidInput(_("Give at least one place, or close the day."))
    lock_listing(listing_id)
    if capacity is None:
        DailyCap.objects.filter(listing_id=listing_id).delete()
    else:
        DailyCap.objects.update_or_create(listing_id=listing_id, defaults={"capacity": capacity})
    beyond = []
    days = coming_days(listing_id, now=now)
    lock([slot for slots in days.values() for slot in slots])
    for day, slots in days.items():
        if capacity is None:
            lift(slots)
        elif cap(slots, capacity=capacity, now=now) > capacity:
            beyond.append(day)
    publish(topic="listing.changed", key=listing_id, now=now)
    return beyond


@transaction.atomic
def set_day_capacity(*, listing_id: int, day: date, capacity: int, now: datetime) -> None:
    """Change the cap of one day that has one.

    :raises InvalidInput: this day has no cap.
    :raises BelowTaken: more are already held or sold.
    """
    pool_id = (
        Slot.objects.filter(listing_id=listing_id, day=day).values_list("day_pool_id", flat=True).order_by("pk").first()
    )
    if pool_id is None:
        raise InvalidInput(_("This day has no cap."))
    resize(locked(pool_id, now=now), capacity=capacity, now=now)


def coming_days(listing_id: int, *, now: datetime) -> dict[date, list[Slot]]:
    """The slots from today on, by day."""
    days: defaultdict[date, list[Slot]] = defaultdict(list)
    for slot in Slot.objects.filter(listing_id=listing_id, day__gte=day_of(now)).order_by("day", "pk"):
        days[slot.day].append(slot)
    return dict(days)


def cap(slots: Sequence[Slot], *, capacity: int, now: datetime) -> int:
    """Put a day under a cap, with all that is held or sold of its slots; returns how many places the day has then.

    The pools are locked.
    """
    for slot in slots:
        give_back_lapsed(pool_id=slot.pool_id, now=now)
    known = next((slot.day_pool_id for slot in slots if slot.day_pool_id is not None), None)
    if known is not None:
        pool = locked(known, now=now)
    else:
        claims = list(Hold.objects.live().filter(pool_id__in=[slot.pool_id for slot in slots]).order_by("pk"))
        taken = sum(claim.quantity for claim in claims)
        pool = Pool.objects.create(kind=PoolKind.DAY, capacity=max(capacity, taken), taken=taken)
        Hold.objects.bulk_create(claim_on(pool, claim) for claim in claims)
        Slot.objects.filter(pk__in=[slot.pk for slot in slots]).update(day_pool=pool)
    pool.capacity = max(capacity, pool.taken)
    pool.save(update_fields=["capacity"])
    return pool.capacity


def claim_on(pool: Pool, like: Hold) -> Hold:
    """An unsaved claim on another pool, in all else like one that there is."""
    return Hold(pool=pool, line=like.line, quantity=like.quantity, status=like.status, lapses_at=like.lapses_at)


def lift(slots: Sequence[Slot]) -> None:
    """Take the cap off a day; what is held or sold of its slots stays so. The pools are locked."""
    pool_ids = {slot.day_pool_id for slot in slots if slot.day_pool_id is not None}
    Slot.objects.filter(pk__in=[slot.pk for slot in slots]).update(day_pool=None)
    Hold.objects.filter(pool_id__in=pool_ids, status__in=LIVE_HOLDS).update(status=HoldStatus.MOVED)
    Pool.objects.filter(pk__in=pool_ids).update(taken=0)


def lock(slots: Sequence[Slot]) -> None:
    """Lock all pools of these slots in key order; whoever takes of one afterwards sees whether its day has a cap."""
    keys = [key for slot in slots for key in (slot.pool_id, slot.day_pool_id) if key is not None]
    list(Pool.objects.filter(pk__in=keys).select_for_update().order_by("pk").values_list("pk", flat=True))
