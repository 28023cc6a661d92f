"""What is left. Lapsed holds that nobody has given back yet count as free."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from django.db.models import DateTimeField
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation.compiled import Among, Compiled, Given
from marketplace.catalog.models import Audience, Listing, Variant
from marketplace.catalog.queries import prices_on
from marketplace.inventory.models import Pool, Slot
from marketplace.inventory.queries.draws import pools_of
from marketplace.inventory.queries.levels import free
from tourism.destinations.facts import ClosureKind
from tourism.destinations.models import Closure
from tourism.destinations.queries import closures_between


@dataclass(frozen=True)
class SlotChoice:
    """A slot that can be chosen, or why it cannot: one sentence in the visitor's language."""

    slot_id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool
    left: int
    is_open: bool
    why_not: str
    # Open, but nothing is left.
    is_sold_out: bool = False
    # What is left of the whole day, where there is a cap for it; ``left`` is never more.
    left_of_day: int | None = None


class HasAudience(Protocol):
    """A variant, or the offer of one."""

    @property
    def audience(self) -> str:
        """For whom it is."""
        ...


class DayState(StrEnum):
    """What a day of the calendar offers."""

    OPEN = "OPEN"
    FULL = "FULL"
    CLOSED = "CLOSED"
    NONE = "NONE"


@dataclass(frozen=True)
class DayOffer:
    """One day of a listing's calendar. ``why_not`` says in words why a closed day is closed.

    ``price`` is that of the leading category (:func:`leading`): what a family's first grown-up pays, not its child.
    """

    day: date
    price: int | None
    left: int
    state: DayState
    why_not: str = ""


def pools_for(variant_id: int, slot_id: int | None) -> tuple[int, ...]:
    """Keys of the pools that one unit of a variant draws on, see :func:`pools_of`. Empty if it cannot be sold."""
    variant = Variant.objects.select_related("stock").filter(pk=variant_id).first()
    slot = Slot.objects.filter(pk=slot_id, listing__variants=variant_id).first() if slot_id is not None else None
    if variant is None or (slot_id is not None and slot is None):
        return ()
    return pools_of(variant, slot)


def stock_left(variant_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Pieces left by goods variant; a variant without stock is not in it. One query."""
    pools = Pool.objects.filter(stock__variant_id__in=variant_ids).annotate(left=free(now))
    return {variant: max(left, 0) for variant, left in pools.values_list("stock__variant_id", "left")}


_left = Compiled(
    lambda: (
        Pool.objects.filter(Among("pk", "pools"))
        .annotate(left=free(Given("now", DateTimeField())))
        .values_list("pk", "left")
    )
)


def left_in(pool_ids: Collection[int], now: datetime) -> dict[int, int]:
    """What is left by pool; one query."""
    return {pool: max(left, 0) for pool, left in _left(pools=pool_ids, now=now)} if pool_ids else {}


def slots_on(listing_id: int, day: date, now: datetime) -> list[SlotChoice]:
    """The slots of a day by their start, closed and full ones included."""
    return slot_choices(Slot.objects.filter(listing_id=listing_id, day=day), now=now)


def slot_choices(slots: Iterable[Slot], *, now: datetime) -> list[SlotChoice]:
    """Slots as they can be chosen, by their start; three queries for however many."""
    rows = sorted(slots, key=lambda slot: (slot.starts_at, slot.pk))
    if not rows:
        return []
    left = left_in([pool for slot in rows for pool in (slot.pool_id, slot.day_pool_id) if pool is not None], now)
    places = dict(Listing.objects.filter(pk__in={slot.listing_id for slot in rows}).values_list("pk", "destination_id"))
    closures = closures_between(
        destination_ids=sorted({place for place in places.values() if place is not None}),
        start=min(slot.starts_at for slot in rows),
        end=max(slot.ends_at for slot in rows),
    )
    choices = []
    for slot in rows:
        place = places[slot.listing_id]
        why_not = why_closed(slot, closures.get(place, []) if place is not None else [], now=now)
        of_day = None if slot.day_pool_id is None else left[slot.day_pool_id]
        of_slot = left[slot.pool_id] if of_day is None else min(left[slot.pool_id], of_day)
        is_sold_out = not why_not and of_slot == 0
        choices.append(
            SlotChoice(
                slot_id=slot.pk,
                day=slot.day,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                is_all_day=slot.is_all_day,
                left=of_slot,
                is_open=not why_not and not is_sold_out,
                why_not=_("Sold out.") if is_sold_out else why_not,
                is_sold_out=is_sold_out,
                left_of_day=of_day,
            )
        )
    return choices


def why_closed(slot: Slot, closures: Sequence[Closure], *, now: datetime) -> str:
    """Why nobody can enter in what remains of a slot, as a sentence; empty if it can be entered."""
    if slot.ends_at <= now:
        return _("This time has passed.")
    if slot.closed_at is not None:
        return _("Closed by the operator.")
    remains_from = max(slot.starts_at, now)
    for closure in closures:
        overlaps = closure.starts_at < slot.ends_at and (closure.ends_at is None or closure.ends_at > remains_from)
        if closure.kind == ClosureKind.FULL and overlaps:
            return closed_words(closure)
    return ""


def closed_words(closure: Closure) -> str:
    """A closure as a sentence in the visitor's language."""
    reason = (closure.reason_en if get_language() == "en" else "") or closure.reason_id
    return _("Closed: %(reason)s.") % {"reason": reason.rstrip(".")}


def calendar(listing_id: int, from_date: date, until_date: date, now: datetime) -> list[DayOffer]:
    """Every day from one to the other, both included, in a fixed number of queries."""
    days = [from_date + timedelta(days=number) for number in range((until_date - from_date).days + 1)]
    by_day: defaultdict[date, list[SlotChoice]] = defaultdict(list)
    for choice in slot_choices(Slot.objects.filter(listing_id=listing_id, day__range=(from_date, until_date)), now=now):
        by_day[choice.day].append(choice)
    variants = list(Variant.objects.filter(listing_id=listing_id, is_active=True).order_by("position", "pk"))
    lead = leading(variants)
    prices = prices_on(variants, days)
    return [_day_offer(day, by_day[day], prices[day].get(lead.pk) if lead else None, now=now) for day in days]


def leading[Category: HasAudience](categories: Sequence[Category]) -> Category | None:
    """The category whose price stands for a day: the first for adults, else the first; None of none."""
    adults = [category for category in categories if category.audience == Audience.ADULT]
    return next(iter([*adults, *categories]), None)


def _day_offer(day: date, choices: Sequence[SlotChoice], price: int | None, *, now: datetime) -> DayOffer:
    coming = [choice for choice in choices if choice.ends_at > now]
    if not coming or price is None:
        return DayOffer(day, None, 0, DayState.NONE)
    open_ones = [choice for choice in coming if choice.is_open]
    if open_ones:
        left = sum(choice.left for choice in open_ones)
        of_day = open_ones[0].left_of_day
        return DayOffer(day, price, left if of_day is None else min(left, of_day), DayState.OPEN)
    if any(choice.is_sold_out for choice in coming):
        return DayOffer(day, price, 0, DayState.FULL, _("Sold out."))
    return DayOffer(day, price, 0, DayState.CLOSED, coming[0].why_not)
