"""Dates as a seller sees them on a phone: a month in squares, each with what is sold and what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.clock import day_of
from frontend.parts.values import Badge
from marketplace.catalog.models import DATED_KINDS, Listing
from marketplace.inventory.queries import DaySales, SlotSales, sales_by_day
from marketplace.shops.models import Shop

# Further than anybody opens.
HORIZON = timedelta(days=400)


@dataclass(frozen=True)
class Square:
    """One day of the month. ``note`` is the word under its numbers."""

    day: date
    url: str
    sold: int
    capacity: int
    note: str
    tone: str
    is_today: bool

    @property
    def has_slots(self) -> bool:
        """Whether anything can be or could be sold for it."""
        return self.capacity > 0


@dataclass(frozen=True)
class MonthPage:
    """A month in weeks of seven, Monday first, None outside it."""

    first: date
    weeks: Sequence[Sequence[Square | None]]
    earlier_url: str
    later_url: str
    sold: int
    left: int


@dataclass(frozen=True)
class DatedRow:
    """A dated listing in the list, with how today stands."""

    id: int
    title: str
    kind: str
    today: DaySales
    url: str


def dated_listings(shop: Shop) -> list[Listing]:
    """What a shop sells by date, by name; one query."""
    return sorted(
        Listing.objects.filter(shop=shop, kind__in=DATED_KINDS), key=lambda one: (one.title.casefold(), one.pk)
    )


def rows(shop: Shop, listings: Sequence[Listing], *, now: datetime) -> list[DatedRow]:
    """Each listing with its today."""
    today = day_of(now)
    found = []
    for one in listings:
        (sales,) = sales_by_day(listing_id=one.pk, from_date=today, until_date=today, now=now)
        url = reverse("seller:month", args=[shop.slug, one.pk])
        found.append(DatedRow(one.pk, one.title, str(one.get_kind_display()), sales, url))
    return found


def month_page(shop: Shop, listing: Listing, first: date, *, now: datetime) -> MonthPage:
    """A month of one listing."""
    today = day_of(now)
    following = (first + timedelta(days=32)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    days = sales_by_day(listing_id=listing.pk, from_date=first, until_date=following - timedelta(days=1), now=now)
    cells: list[Square | None] = [None] * first.weekday()
    cells += [square(shop, listing, day, today=today) for day in days]
    cells += [None] * (-len(cells) % 7)
    here = reverse("seller:month", args=[shop.slug, listing.pk])
    return MonthPage(
        first=first,
        weeks=[cells[start : start + 7] for start in range(0, len(cells), 7)],
        earlier_url=f"{here}?bulan={before:%Y-%m}" if before >= (today - HORIZON).replace(day=1) else "",
        later_url=f"{here}?bulan={following:%Y-%m}" if following <= today + HORIZON else "",
        sold=sum(day.sold for day in days),
        left=sum(day.left for day in days),
    )


def square(shop: Shop, listing: Listing, day: DaySales, *, today: date) -> Square:
    """One day of the month."""
    note, tone = "", ""
    if day.is_closed:
        note, tone = _("closed"), "stop"
    elif any(slot.why_not for slot in day.slots):
        note, tone = _("place closed"), "stop"
    elif day.slots and not day.has_passed and day.left == 0:
        note, tone = _("full"), "warn"
    return Square(
        day=day.day,
        url=reverse("seller:day", args=[shop.slug, listing.pk, day.day.isoformat()]),
        sold=day.sold,
        capacity=day.capacity,
        note=note,
        tone=tone,
        is_today=day.day == today,
    )


def slot_badge(slot: SlotSales) -> Badge:
    """How a time stands, in a word."""
    if slot.has_passed:
        return Badge(text=_("Over"), tone="open")
    if slot.is_closed:
        return Badge(text=_("Closed"), tone="stop")
    if slot.why_not:
        return Badge(text=_("Place closed"), tone="stop")
    if slot.left == 0:
        return Badge(text=_("Full"), tone="warn")
    return Badge(text=_("For sale"), tone="ok")


def sold_words(sold: int, waiting: int) -> str:
    """How many are sold, and how many wait for money, in one sentence."""
    words = ngettext("%(count)d ticket sold", "%(count)d tickets sold", sold) % {"count": sold}
    if not waiting:
        return words
    more = ngettext("%(count)d waits for payment", "%(count)d wait for payment", waiting) % {"count": waiting}
    return f"{words}, {more}"
