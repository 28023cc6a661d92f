"""Opening and closing the dated slots of tickets, tours and facilities."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from foundation.clock import WIB, day_of, end_of, start_of
from foundation.outbox.services import publish
from marketplace.catalog.models import DATED_KINDS, Listing, ListingStatus
from marketplace.inventory.models import DailyCap, Pool, PoolKind, Schedule, Slot
from marketplace.inventory.services.stock import locked, resize
from marketplace.inventory.services.telling import tell_listings

# How far ahead visitors can book.
DAYS_AHEAD = 60


@transaction.atomic
def open_slots(*, listing_id: int, from_date: date, until_date: date, now: datetime) -> int:
    """Open the slots that a listing's schedules ask for, both days included; returns how many are new.

    A repeat opens nothing more, and slots that exist keep their capacity. Slots whose end has passed are not opened.
    """
    lock_listing(listing_id)
    schedules = Schedule.objects.filter(listing_id=listing_id, from_date__lte=until_date).order_by("pk")
    there = set(
        Slot.objects.filter(listing_id=listing_id, day__range=(from_date, until_date)).values_list(
            "starts_at", flat=True
        )
    )
    new: list[tuple[Slot, int]] = []
    for slot, capacity in planned(schedules, from_date, until_date):
        if slot.starts_at not in there and slot.ends_at > now:
            there.add(slot.starts_at)
            new.append((slot, capacity))
    if not new:
        return 0
    pools = Pool.objects.bulk_create([Pool(kind=PoolKind.SLOT, capacity=capacity) for _slot, capacity in new])
    of_day = day_pools(listing_id, {slot.day for slot, _capacity in new})
    for (slot, _capacity), pool in zip(new, pools, strict=True):
        slot.pool, slot.day_pool_id = pool, of_day.get(slot.day)
    Slot.objects.bulk_create([slot for slot, _capacity in new])
    publish(topic="listing.changed", key=listing_id, now=now)
    return len(new)


def planned(schedules: Iterable[Schedule], from_date: date, until_date: date) -> Iterator[tuple[Slot, int]]:
    """Unsaved slots, with their capacity, that the schedules ask for from one day to the other."""
    for schedule in schedules:
        day = max(from_date, schedule.from_date)
        last = until_date if schedule.until_date is None else min(until_date, schedule.until_date)
        while day <= last:
            if str(day.isoweekday()) in schedule.weekdays:
                yield slot_of(schedule, day), schedule.capacity
            day += timedelta(days=1)


def slot_of(schedule: Schedule, day: date) -> Slot:
    """The unsaved slot of a schedule on a day: its hours in WIB, or the whole day."""
    starts_at, ends_at = start_of(day), end_of(day)
    if schedule.starts is not None:
        starts_at = datetime.combine(day, schedule.starts, tzinfo=WIB)
    if schedule.ends is not None:
        ends_at = datetime.combine(day, schedule.ends, tzinfo=WIB)
        # Until two in the morning is until two of the next morning.
        if ends_at <= starts_at:
            ends_at += timedelta(days=1)
    return Slot(
        listing_id=schedule.listing_id,
        day=day,
        starts_at=starts_at,
        ends_at=ends_at,
        is_all_day=schedule.starts is None,
    )


def open_slots_ahead(*, now: datetime, days: int = DAYS_AHEAD) -> int:
    """Open the slots of every published dated listing for the days to come; one transaction per listing."""
    today = day_of(now)
    scheduled = Listing.objects.filter(kind__in=DATED_KINDS, status=ListingStatus.PUBLISHED).filter(
        Q(schedules__until_date=None) | Q(schedules__until_date__gte=today), schedules__isnull=False
    )
    keys = list(scheduled.order_by("pk").distinct().values_list("pk", flat=True))
    return sum(
        open_slots(listing_id=key, from_date=today, until_date=today + timedelta(days=days), now=now) for key in keys
    )


def lock_listing(listing_id: int) -> None:
    """Queue with everybody else who opens slots of a listing or caps its days, so that none leaves a pool without a slot."""
    Listing.objects.select_for_update(no_key=True).get(pk=listing_id)


def day_pools(listing_id: int, days: Collection[date]) -> dict[date, int]:
    """The pools of days that have a cap, by day; those of days that had no slot yet are made. The listing is locked."""
    there = Slot.objects.filter(listing_id=listing_id, day__in=days, day_pool__isnull=False)
    found: dict[date, int] = dict(there.values_list("day", "day_pool_id"))
    cap = DailyCap.objects.filter(listing_id=listing_id).first()
    uncapped = set(
        Slot.objects.filter(listing_id=listing_id, day__in=days, day_pool=None).values_list("day", flat=True)
    )
    missing = sorted(set(days) - found.keys() - uncapped) if cap else []
    made = Pool.objects.bulk_create(Pool(kind=PoolKind.DAY, capacity=cap.capacity) for _day in missing if cap)
    return found | {day: pool.pk for day, pool in zip(missing, made, strict=True)}


@transaction.atomic
def close_slots(*, slot_ids: Collection[int], now: datetime) -> int:
    """Sell nothing more for these slots; returns how many were open. Refunding buyers is the business of ``sales``."""
    still_open = Slot.objects.filter(pk__in=slot_ids, closed_at=None)
    pool_ids = list(still_open.values_list("pool_id", flat=True))
    closed = still_open.update(closed_at=now)
    if closed:
        tell_listings(pool_ids, now=now)
    return closed


@transaction.atomic
def reopen_slots(*, slot_ids: Collection[int], now: datetime) -> int:
    """Sell these slots again as long as they have not passed; returns how many were closed."""
    still_closed = Slot.objects.filter(pk__in=slot_ids, closed_at__isnull=False, ends_at__gt=now)
    pool_ids = list(still_closed.values_list("pool_id", flat=True))
    reopened = still_closed.update(closed_at=None)
    if reopened:
        tell_listings(pool_ids, now=now)
    return reopened


@transaction.atomic
def set_slot_capacity(*, slot_id: int, capacity: int, now: datetime) -> None:
    """Change how many places a slot has.

    :raises BelowTaken: more are already held or sold.
    """
    pool_id = Slot.objects.values_list("pool_id", flat=True).get(pk=slot_id)
    resize(locked(pool_id, now=now), capacity=capacity, now=now)
