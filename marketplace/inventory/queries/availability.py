"""What is left. Lapsed holds that nobody has given back yet count as free."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.catalog.models import Listing, Variant
from marketplace.catalog.queries import prices_on
from marketplace.inventory.models import Hold, Pool, Slot, Stock
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


class DayState(StrEnum):
    """What a day of the calendar offers."""

    OPEN = "OPEN"
    FULL = "FULL"
    CLOSED = "CLOSED"
    NONE = "NONE"


@dataclass(frozen=True)
class DayOffer:
    """One day of a listing's calendar. ``why_not`` says in words why a closed day is closed."""

    day: date
    price_from: int | None
    left: int
    state: DayState
    why_not: str = ""


def pools_for(variant_id: int, slot_id: int | None) -> tuple[int, ...]:
    """Keys of the pools that one unit of a variant draws on: its stock, or its slot. Empty if it cannot be sold."""
    if slot_id is None:
        pools = Stock.objects.filter(variant_id=variant_id)
        return tuple(pools.values_list("pool_id", flat=True))
    slots = Slot.objects.filter(pk=slot_id, listing__variants=variant_id)
    return tuple(slots.values_list("pool_id", flat=True))


def stock_left(variant_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Pieces left by goods variant; a variant without stock is not in it. One query."""
    pools = Pool.objects.filter(stock__variant_id__in=variant_ids).annotate(left=free(now))
    return {variant: max(left, 0) for variant, left in pools.values_list("stock__variant_id", "left")}


def left_in(pool_ids: Collection[int], now: datetime) -> dict[int, int]:
    """What is left by pool; one query."""
    pools = Pool.objects.filter(pk__in=pool_ids).annotate(left=free(now))
    return {pool: max(left, 0) for pool, left in pools.values_list("pk", "left")}


def free(now: datetime) -> Combinable:
    """What can be sold of a pool: lapsed holds count as free although they still count as taken."""
    lapsed = Hold.objects.lapsed(now).filter(pool=OuterRef("pk")).order_by().values("pool")
    total = Subquery(lapsed.annotate(total=Sum("quantity")).values("total"))
    return F("capacity") - F("taken") + Coalesce(total, 0)


def slots_on(listing_id: int, day: date, now: datetime) -> list[SlotChoice]:
    """The slots of a day by their start, closed and full ones included."""
    return slot_choices(Slot.objects.filter(listing_id=listing_id, day=day), now=now)


def slot_choices(slots: Iterable[Slot], *, now: datetime) -> list[SlotChoice]:
    """Slots as they can be chosen, by their start; three queries for however many."""
    rows = sorted(slots, key=lambda slot: (slot.starts_at, slot.pk))
    if not rows:
        return []
    left = left_in([slot.pool_id for slot in rows], now)
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
        is_sold_out = not why_not and left[slot.pool_id] == 0
        choices.append(
            SlotChoice(
                slot_id=slot.pk,
                day=slot.day,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                is_all_day=slot.is_all_day,
                left=left[slot.pool_id],
                is_open=not why_not and not is_sold_out,
                why_not=_("Sold out.") if is_sold_out else why_not,
                is_sold_out=is_sold_out,
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
    prices = prices_on(Variant.objects.filter(listing_id=listing_id, is_active=True), days)
    return [_day_offer(day, by_day[day], list(prices[day].values()), now=now) for day in days]


def _day_offer(day: date, choices: Sequence[SlotChoice], prices: Sequence[int], *, now: datetime) -> DayOffer:
    coming = [choice for choice in choices if choice.ends_at > now]
    price_from = min(prices, default=None)
    if not coming or price_from is None:
        return DayOffer(day, None, 0, DayState.NONE)
    open_ones = [choice for choice in coming if choice.is_open]
    if open_ones:
        return DayOffer(day, price_from, sum(choice.left for choice in open_ones), DayState.OPEN)
    if any(choice.is_sold_out for choice in coming):
        return DayOffer(day, price_from, 0, DayState.FULL, _("Sold out."))
    return DayOffer(day, price_from, 0, DayState.CLOSED, coming[0].why_not)
