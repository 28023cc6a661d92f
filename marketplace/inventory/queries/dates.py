"""Dates and slots as their seller sees them: how many places there are, what is sold, what waits for money."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, Sum

from marketplace.inventory.models import DailyCap, Hold, HoldStatus, Schedule, Slot
from marketplace.inventory.queries.availability import why_closed
from tourism.destinations.queries import closures_between


@dataclass(frozen=True)
class SlotSales:
    """One slot: its places, how many are sold, how many wait for money, and whether it was closed."""

    id: int
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool
    capacity: int
    sold: int
    waiting: int
    is_closed: bool
    has_passed: bool
    # Why nobody can enter although the seller has not closed it: the place is closed. In the visitor's language.
    why_not: str

    @property
    def left(self) -> int:
        """What can still be sold while it is open."""
        return max(self.capacity - self.sold - self.waiting, 0)


@dataclass(frozen=True)
class DaySales:
    """One day with its slots; ``cap`` is the most over all of them together, None without one."""

    day: date
    slots: tuple[SlotSales, ...]
    cap: int | None

    @property
    def sold(self) -> int:
        """Places sold over all slots."""
        return sum(slot.sold for slot in self.slots)

    @property
    def waiting(self) -> int:
        """Places that wait for money."""
        return sum(slot.waiting for slot in self.slots)

    @property
    def capacity(self) -> int:
        """Places of the day."""
        total = sum(slot.capacity for slot in self.slots)
        return total if self.cap is None else min(total, self.cap)

    @property
    def left(self) -> int:
        """What can still be sold of the slots that are open."""
        free = sum(slot.left for slot in self.slots if not slot.is_closed and not slot.has_passed)
        return free if self.cap is None else max(min(free, self.cap - self.sold - self.waiting), 0)

    @property
    def is_closed(self) -> bool:
        """Whether the seller has closed all of it."""
        return bool(self.slots) and all(slot.is_closed for slot in self.slots)

    @property
    def has_passed(self) -> bool:
        """Whether it is over."""
        return bool(self.slots) and all(slot.has_passed for slot in self.slots)


@dataclass(frozen=True)
class WeeklySlot:
    """When a ticket can be used, week by week."""

    weekdays: str
    starts: time | None
    ends: time | None
    capacity: int
    from_date: date
    until_date: date | None


def sales_by_day(*, listing_id: int, from_date: date, until_date: date, now: datetime) -> list[DaySales]:
    """Every day from one to the other, both included, days without slots too; a fixed number of queries."""
    rows = list(
        Slot.objects.filter(listing_id=listing_id, day__range=(from_date, until_date))
        .select_related("pool", "day_pool", "listing")
        .order_by("starts_at", "pk")
    )
    held = _held([row.pool_id for row in rows], now=now)
    place = rows[0].listing.destination_id if rows else None
    closures = (
        closures_between(
            destination_ids=[place],
            start=min(row.starts_at for row in rows),
            end=max(row.ends_at for row in rows),
        ).get(place, [])
        if place is not None
        else []
    )
    slots: defaultdict[date, list[SlotSales]] = defaultdict(list)
    caps: dict[date, int] = {}
    for row in rows:
        sold, waiting = held.get(row.pool_id, (0, 0))
        is_shut = row.closed_at is not None or row.ends_at <= now
        slots[row.day].append(
            SlotSales(
                id=row.pk,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                is_all_day=row.is_all_day,
                capacity=row.pool.capacity,
                sold=sold,
                waiting=waiting,
                is_closed=row.closed_at is not None,
                has_passed=row.ends_at <= now,
                why_not="" if is_shut else why_closed(row, closures, now=now),
            )
        )
        if row.day_pool is not None:
            caps[row.day] = row.day_pool.capacity
    days = (from_date + timedelta(days=number) for number in range((until_date - from_date).days + 1))
    return [DaySales(day=day, slots=tuple(slots[day]), cap=caps.get(day)) for day in days]


def _held(pool_ids: Sequence[int], *, now: datetime) -> dict[int, tuple[int, int]]:
    """What is sold and what waits for money, by pool; what has lapsed does neither. One query."""
    counts = (
        Hold.objects.filter(pool_id__in=pool_ids)
        .order_by()
        .values("pool_id")
        .annotate(
            sold=Sum("quantity", filter=Q(status=HoldStatus.CONFIRMED), default=0),
            waiting=Sum("quantity", filter=Q(status=HoldStatus.ACTIVE, lapses_at__gt=now), default=0),
        )
    )
    return {pool: (sold, waiting) for pool, sold, waiting in counts.values_list("pool_id", "sold", "waiting")}


def weekly(listing_id: int) -> list[WeeklySlot]:
    """The weekly pattern of a listing, in the order of the day; one query."""
    rows = Schedule.objects.filter(listing_id=listing_id).order_by("starts", "pk")
    return [WeeklySlot(row.weekdays, row.starts, row.ends, row.capacity, row.from_date, row.until_date) for row in rows]


def daily_cap(listing_id: int) -> int | None:
    """How many may come on one day over all slots together; None without a cap. One query."""
    return DailyCap.objects.filter(listing_id=listing_id).values_list("capacity", flat=True).first()
