"""Dates: the month with what is sold and left, one day with its times, the weekly pattern."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from foundation.clock import day_of
from foundation.errors import DomainError, InvalidInput
from frontend.parts.values import Badge
from frontend.seller import dates
from frontend.seller.counter import for_managers, frame
from frontend.seller.date_forms import DayPricesForm, PlacesForm, pattern_forms
from marketplace.catalog.models import DATED_KINDS, Listing, Variant
from marketplace.catalog.pricing import ask_usual_price, set_dated_price
from marketplace.catalog.queries import price_on
from marketplace.inventory import services as inventory
from marketplace.inventory.queries import DaySales, SlotSales, daily_cap, sales_by_day, weekly
from marketplace.inventory.services.slots import DAYS_AHEAD
from marketplace.sales import services as sales
from marketplace.shops.models import Shop


@dataclass(frozen=True)
class SlotRow:
    """A time of a day with the form for its places."""

    slot: SlotSales
    badge: Badge
    words: str
    form: PlacesForm


def find_dated(shop: Shop, key: int) -> Listing:
    """A dated listing of this shop; any other does not exist."""
    found = Listing.objects.select_related("destination").filter(shop=shop, pk=key, kind__in=DATED_KINDS).first()
    if found is None:
        raise Http404
    return found


def day_in(text: str) -> date:
    """The day that stands in an address; nonsense does not exist, nor do the ends of the calendar, beside which none lies."""
    try:
        found = date.fromisoformat(text)
    except ValueError as nonsense:
        raise Http404 from nonsense
    if found.year in (MINYEAR, MAXYEAR):
        raise Http404
    return found


@require_safe
@for_managers
def listings(request: HttpRequest, shop: Shop) -> HttpResponse:
    """What the shop sells by date; the only one is opened at once."""
    now = timezone.now()
    found = dates.dated_listings(shop)
    if len(found) == 1:
        return redirect("seller:month", shop.slug, found[0].pk)
    return render(request, "seller/dates.html", frame(shop, "dates") | {"rows": dates.rows(shop, found, now=now)})


@require_safe
@for_managers
def month(request: HttpRequest, shop: Shop, listing: int) -> HttpResponse:
    """A month: sold and left for each day."""
    now = timezone.now()
    found = find_dated(shop, listing)
    today = day_of(now)
    try:
        first = date.fromisoformat(f"{request.GET.get('bulan', '')}-01")
    except ValueError:
        first = today.replace(day=1)
    if abs(first - today) > dates.HORIZON:
        first = today.replace(day=1)
    context = frame(shop, "dates") | {
        "listing": found,
        "month": dates.month_page(shop, found, first, now=now),
        "cap": daily_cap(found.pk),
        "has_pattern": bool(weekly(found.pk)),
    }
    return render(request, "seller/month.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def pattern(request: HttpRequest, shop: Shop, listing: int) -> HttpResponse:
    """The weekly pattern; saving it opens the days to come."""
    now = timezone.now()
    today = day_of(now)
    found = find_dated(shop, listing)
    forms = pattern_forms(request.POST if request.method == "POST" else None, weekly(found.pk))
    error = ""
    if request.method == "POST" and all([form.is_valid() for form in forms]):  # noqa: C419 - all of them are checked
        drafts = [form.draft(today) for form in forms if not form.is_blank]
        try:
            inventory.set_schedules(listing_id=found.pk, schedules=drafts)
            until = today + timedelta(days=DAYS_AHEAD)
            opened = inventory.open_slots(listing_id=found.pk, from_date=today, until_date=until, now=now)
        except DomainError as refusal:
            error = refusal.sentence
        else:
            words = ngettext("Saved. %(count)d new time is open.", "Saved. %(count)d new times are open.", opened)
            messages.success(request, words % {"count": opened})
            return redirect("seller:month", shop.slug, found.pk)
    is_broken = bool(error) or any(form.is_bound and form.errors for form in forms)
    context = frame(shop, "dates") | {"listing": found, "forms": forms, "error": error, "days_ahead": DAYS_AHEAD}
    return render(request, "seller/pattern.html", context, status=422 if is_broken else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def day(request: HttpRequest, shop: Shop, listing: int, day: str) -> HttpResponse:
    """One day: its times, places and prices; close it, or open it again."""
    now = timezone.now()
    found, chosen = find_dated(shop, listing), day_in(day)
    steps: dict[str, Callable[[HttpRequest, Listing, date, datetime], str]] = {
        "places": set_places,
        "day": set_day,
        "prices": set_prices,
        "close": close,
        "reopen": reopen,
    }
    if request.method != "POST":
        return show_day(request, shop, found, chosen, now=now)
    step = steps.get(request.POST.get("step", ""))
    if step is None:
        raise Http404
    try:
        sentence = step(request, found, chosen, now)
    except DomainError as refusal:
        return show_day(request, shop, found, chosen, now=now, error=refusal.sentence, status=refusal.status)
    messages.success(request, sentence)
    return redirect("seller:day", shop.slug, found.pk, chosen.isoformat())


def show_day(
    request: HttpRequest,
    shop: Shop,
    listing: Listing,
    chosen: date,
    *,
    now: datetime,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of a day."""
    standing = sales_of(listing, chosen, now=now)
    variants = variants_of(listing)
    context = frame(shop, "dates") | {
        "listing": listing,
        "day": chosen,
        "sales": standing,
        "words": dates.sold_words(standing.sold, standing.waiting),
        "rows": [
            SlotRow(
                slot=slot,
                badge=dates.slot_badge(slot),
                words=dates.sold_words(slot.sold, slot.waiting),
                form=PlacesForm(initial={"capacity": slot.capacity}, auto_id=f"s{slot.id}-%s"),
            )
            for slot in standing.slots
        ],
        "day_form": PlacesForm(initial={"capacity": standing.cap}, auto_id="day-%s")
        if standing.cap is not None
        else None,
        "prices": DayPricesForm(None, variants=variants, prices=price_on(variants, chosen)),
        "usual": [(variant.name or variant.get_audience_display(), variant.price) for variant in variants],
        "may_close": any(not slot.is_closed and not slot.has_passed for slot in standing.slots),
        "may_reopen": any(slot.is_closed and not slot.has_passed for slot in standing.slots),
        "close_url": reverse("seller:close_dates", args=[shop.slug])
        + f"?listing={listing.pk}&from_date={chosen.isoformat()}&until_date={chosen.isoformat()}",
        "has_buyers": bool(standing.sold or standing.waiting),
        "earlier": chosen - timedelta(days=1),
        "later": chosen + timedelta(days=1),
        "error": error,
    }
    return render(request, "seller/day.html", context, status=status)


# What can be done with a day --------------------------------------------------------------------------------------------
def set_places(request: HttpRequest, listing: Listing, chosen: date, now: datetime) -> str:
    """Other places for one time."""
    slot = slot_of(request, listing, chosen, now=now)
    capacity = places(request)
    inventory.set_slot_capacity(slot_id=slot.id, capacity=capacity, now=now)
    return ngettext("There is %(count)d place now.", "There are %(count)d places now.", capacity) % {"count": capacity}


def set_day(request: HttpRequest, listing: Listing, chosen: date, now: datetime) -> str:
    """Another cap for this day."""
    capacity = places(request)
    inventory.set_day_capacity(listing_id=listing.pk, day=chosen, capacity=capacity, now=now)
    return ngettext(
        "At most %(count)d visitor may come on this day.", "At most %(count)d visitors may come on this day.", capacity
    ) % {"count": capacity}


def set_prices(request: HttpRequest, listing: Listing, chosen: date, now: datetime) -> str:
    """Other prices for this day; an empty field asks the usual one."""
    variants = variants_of(listing)
    current = price_on(variants, chosen)
    form = DayPricesForm(request.POST, variants=variants, prices=current)
    if not form.is_valid():
        raise InvalidInput(str(next(iter(form.errors.values()))[0]))
    for variant_id, price in form.wanted.items():
        if price is None:
            ask_usual_price(variant_id=variant_id, day=chosen, now=now)
        elif price != current[variant_id]:
            set_dated_price(variant_id=variant_id, from_date=chosen, until_date=chosen, price=price, now=now)
    return _("The prices of this day are saved.")


def close(request: HttpRequest, listing: Listing, chosen: date, now: datetime) -> str:
    """Sell nothing more for the day, or for one of its times; where somebody has bought, another page does it whole."""
    slots = chosen_slots(request, listing, chosen, now=now)
    if any(slot.sold or slot.waiting for slot in slots):
        raise InvalidInput(_("Somebody has bought for it. Close it on the page that looks after the buyers."))
    inventory.close_slots(slot_ids=[slot.id for slot in slots], now=now)
    return _("Closed. Nothing more is sold for it.")


def reopen(request: HttpRequest, listing: Listing, chosen: date, now: datetime) -> str:
    """Sell it again."""
    slots = chosen_slots(request, listing, chosen, now=now)
    sales.reopen_dates(slot_ids=[slot.id for slot in slots], now=now)
    return _("It is for sale again.")


def chosen_slots(request: HttpRequest, listing: Listing, chosen: date, *, now: datetime) -> list[SlotSales]:
    """The time that was named, or all times of the day that are not over."""
    if request.POST.get("slot"):
        return [slot_of(request, listing, chosen, now=now)]
    return [slot for slot in sales_of(listing, chosen, now=now).slots if not slot.has_passed]


def slot_of(request: HttpRequest, listing: Listing, chosen: date, *, now: datetime) -> SlotSales:
    """The time that the form names; one of another day or listing does not exist."""
    for slot in sales_of(listing, chosen, now=now).slots:
        if str(slot.id) == request.POST.get("slot"):
            return slot
    raise Http404


def sales_of(listing: Listing, chosen: date, *, now: datetime) -> DaySales:
    """The day as it stands."""
    (standing,) = sales_by_day(listing_id=listing.pk, from_date=chosen, until_date=chosen, now=now)
    return standing


def places(request: HttpRequest) -> int:
    """How many places were typed.

    :raises InvalidInput: no number.
    """
    form = PlacesForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(str(form.errors["capacity"][0]))
    capacity: int = form.cleaned_data["capacity"]
    return capacity


def variants_of(listing: Listing) -> list[Variant]:
    """The categories on offer, in their order."""
    return list(Variant.objects.filter(listing=listing, is_active=True).order_by("position", "pk"))
