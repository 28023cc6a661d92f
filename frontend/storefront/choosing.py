"""Choosing a ticket: a day, a slot, and how many of each category. Read from the address, answered with what is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.clock import day_of
from frontend.parts.values import Amount, DateChoice, Month, QuantityRow
from frontend.parts.values import SlotChoice as SlotPart
from marketplace.catalog.models import Variant
from marketplace.catalog.queries import price_on
from marketplace.inventory.queries import (
    DayOffer,
    DayState,
    ListingView,
    SlotChoice,
    VariantOffer,
    calendar,
    leading,
    slots_on,
)

# The strip shows this many days; the calendar goes further, and tickets are opened at most so far ahead.
STRIP = timedelta(days=13)
HORIZON = timedelta(days=180)
FEW = 10


@dataclass(frozen=True)
class Asked:
    """What stands in the address; nonsense is as if it were not there."""

    day: date | None
    month: date | None
    slot_id: int | None
    # By variant key; None where the address says nothing of it.
    quantities: Mapping[int, int]


@dataclass(frozen=True)
class Choosing:
    """All that the choosing part of a ticket's page shows."""

    day: date | None
    dates: Sequence[DateChoice]
    # Whose price stands under each day; empty where there is only one price.
    price_of: str
    month: Month | None
    slots: Sequence[SlotPart]
    slot: SlotChoice | None
    rows: Sequence[QuantityRow]
    lines: Sequence[Amount]
    count: int
    total: int
    # Why it cannot be bought as it stands, in a sentence; empty if it can.
    hindrance: str

    @property
    def ready(self) -> bool:
        """Whether the button may be pressed."""
        return self.slot is not None and self.count > 0 and not self.hindrance


def read(query: QueryDict, variants: Sequence[VariantOffer]) -> Asked:
    """The choice that stands in an address."""
    quantities = {}
    for variant in variants:
        typed = query.get(f"q{variant.id}")
        if typed is not None:
            quantities[variant.id] = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 7 else 0
    slot = query.get("jam", "")
    return Asked(
        day=_date(query.get("tanggal", "")),
        month=_date(f"{query.get('bulan', '')}-01"),
        slot_id=int(slot) if slot.isascii() and slot.isdigit() and len(slot) <= 18 else None,
        quantities=quantities,
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def choosing(listing: ListingView, asked: Asked, *, path: str, now: datetime) -> Choosing:
    """What is left for what was asked, with the first day and slot that can be bought where nothing was."""
    today = day_of(now)
    strip = calendar(listing.id, today, today + STRIP, now)
    day = asked.day if asked.day and today <= asked.day <= today + HORIZON else None
    month_day = asked.month or (day if day and day > today + STRIP else None)
    month = month_of(listing, month_day, day, today=today, path=path, now=now) if month_day else None
    if day is None:
        day = next((offer.day for offer in strip if offer.state == DayState.OPEN), None)
    slots = slots_on(listing.id, day, now) if day else []
    open_slots = [slot for slot in slots if slot.is_open and slot.left > 0]
    slot = next((slot for slot in open_slots if slot.slot_id == asked.slot_id), None)
    # The time of a day that was chosen before says nothing about this one.
    is_asked = asked.slot_id in {one.slot_id for one in slots}
    if slot is None and (len(open_slots) == 1 or not is_asked):
        slot = open_slots[0] if open_slots else None
    prices = price_on(Variant.objects.filter(pk__in=[offer.id for offer in listing.variants]), day) if day else {}
    rows = quantity_rows(listing, asked, prices, most=min(slot.left, listing.most_per_order) if slot else 0)
    chosen = [row for row in rows if row.value]
    count = sum(row.value for row in chosen)
    return Choosing(
        day=day,
        dates=[as_date(offer, chosen=offer.day == day) for offer in strip],
        price_of=price_of(listing.variants),
        month=month,
        slots=[as_slot(one, chosen=one is slot) for one in slots],
        slot=slot,
        rows=rows,
        lines=[Amount(title=f"{row.value} × {row.title}", amount=row.value * row.price) for row in chosen],
        count=count,
        total=sum(row.value * row.price for row in chosen),
        hindrance=hindrance(slots, slot, count, listing, day=day),
    )


def price_of(variants: Sequence[VariantOffer]) -> str:
    """The category whose price stands under each day, if there are several."""
    lead = leading(variants)
    return (lead.name or lead.audience_label) if lead and len(variants) > 1 else ""


def quantity_rows(listing: ListingView, asked: Asked, prices: Mapping[int, int], *, most: int) -> Sequence[QuantityRow]:
    """One row per category; where nothing was asked, one of the first."""
    rows = []
    for place, offer in enumerate(listing.variants):
        usual = 1 if place == 0 and not asked.quantities and most else 0
        value = asked.quantities.get(offer.id, usual)
        rows.append(
            QuantityRow(
                name=f"q{offer.id}",
                title=offer.name or offer.audience_label,
                price=prices.get(offer.id, offer.price),
                note=offer.audience_rule,
                value=min(value, listing.most_per_order),
                most=most,
            )
        )
    return rows


def hindrance(
    slots: Sequence[SlotChoice], slot: SlotChoice | None, count: int, listing: ListingView, *, day: date | None
) -> str:
    """What keeps this choice from being bought, in a sentence."""
    if day is None:
        return _("No day can be booked at the moment.")
    if slot is None:
        reasons = [one.why_not for one in slots if one.why_not]
        return reasons[0] if reasons else _("Nothing is left for this day. Please choose another day.")
    if count > slot.left:
        return ngettext(
            "Only %(left)d ticket is left for this time.", "Only %(left)d tickets are left for this time.", slot.left
        ) % {"left": slot.left}
    if count > listing.most_per_order:
        return _("At most %(most)d in one order.") % {"most": listing.most_per_order}
    return ""


def as_date(offer: DayOffer, *, chosen: bool) -> DateChoice:
    """A day of the strip or the calendar; the reason is one short word under its number."""
    words = {
        DayState.OPEN: "",
        DayState.FULL: _("full"),
        DayState.CLOSED: _("closed"),
        DayState.NONE: "–",
    }
    return DateChoice(day=offer.day, price=offer.price, chosen=chosen, reason=words[offer.state])


def as_slot(slot: SlotChoice, *, chosen: bool) -> SlotPart:
    """A time of a day."""
    reason = "" if slot.is_open and slot.left > 0 else (slot.why_not or _("Full"))
    return SlotPart(
        value=str(slot.slot_id),
        starts_at=slot.starts_at,
        left=slot.left,
        few=slot.left <= FEW,
        chosen=chosen,
        reason=reason,
    )


def month_of(
    listing: ListingView, month_day: date, day: date | None, *, today: date, path: str, now: datetime
) -> Month:
    """The calendar of a month, with links to those beside it that can hold something."""
    last = today + HORIZON
    first = min(max(month_day, today), last).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    offers = calendar(listing.id, first, following - timedelta(days=1), now)
    cells: list[DateChoice | None] = [None] * first.weekday()
    cells += [as_date(offer, chosen=offer.day == day) for offer in offers]
    cells += [None] * (-len(cells) % 7)
    return Month(
        first=first,
        weeks=[cells[start : start + 7] for start in range(0, len(cells), 7)],
        earlier_url=f"{path}?bulan={before:%Y-%m}#tanggal" if first > today.replace(day=1) else "",
        later_url=f"{path}?bulan={following:%Y-%m}#tanggal" if following <= last else "",
    )
