"""Numbers of a product: what happened to its stock, and how many one buyer may have."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from foundation.clock import day_words
from foundation.errors import DomainError
from frontend.seller.counter import for_managers, frame
from frontend.seller.date_forms import TAKING, AdjustForm, LimitsForm
from frontend.seller.deadlines import language
from frontend.seller.views.listings import find
from marketplace.catalog.limits import set_limits
from marketplace.catalog.models import DATED_KINDS, Listing, ListingKind, Variant
from marketplace.inventory import services as inventory
from marketplace.inventory.models import AdjustmentReason
from marketplace.inventory.queries import adjustments, daily_cap, stock_left
from marketplace.shops.models import Shop

PAGE_SIZE = 30
MOST_PAGES = 1000


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def history(request: HttpRequest, shop: Shop, listing: int) -> HttpResponse:
    """What was done to the stock by hand, newest first, and a form for the next time."""
    now = timezone.now()
    found = find(shop, listing)
    if found.kind != ListingKind.GOODS:
        raise Http404
    variants = list(
        Variant.objects.filter(listing=found, is_active=True, stock__isnull=False).order_by("position", "pk")
    )
    form = AdjustForm(request.POST if request.method == "POST" else None, variants=variants)
    if form.is_bound and form.is_valid():
        try:
            left = adjust(form, by_id=int(request.user.pk or 0), now=now)
        except DomainError as refusal:
            form.add_error("pieces", refusal.sentence)
        else:
            messages.success(
                request, ngettext("%(left)d can be sold now.", "%(left)d can be sold now.", left) % {"left": left}
            )
            return redirect("seller:history", shop.slug, found.pk)
    typed = request.GET.get("lewati", "")
    skip = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0
    rows = adjustments(listing_id=found.pk, limit=PAGE_SIZE + 1, skip=skip)
    left_now = stock_left([variant.pk for variant in variants], now)
    context = frame(shop, "listings") | {
        "listing": found,
        "form": form,
        "stock": [(variant.name or _("Stock"), left_now.get(variant.pk, 0)) for variant in variants],
        "rows": rows[:PAGE_SIZE],
        "names_sizes": len(variants) > 1,
        "more_url": f"{request.path}?lewati={skip + PAGE_SIZE}" if len(rows) > PAGE_SIZE else "",
    }
    return render(request, "seller/history.html", context, status=422 if form.errors else 200)


def adjust(form: AdjustForm, *, by_id: int, now: datetime) -> int:
    """Do what the form says; returns how many are left to sell."""
    cleaned = form.cleaned_data
    reason, pieces = AdjustmentReason(cleaned["reason"]), int(cleaned["pieces"])
    if reason == AdjustmentReason.COUNTED:
        return inventory.count_stock(
            variant_id=cleaned["variant"], counted=pieces, note=cleaned["note"], by_id=by_id, now=now
        )
    return inventory.adjust_stock(
        variant_id=cleaned["variant"],
        change=-pieces if reason in TAKING else pieces,
        reason=reason,
        note=cleaned["note"],
        by_id=by_id,
        now=now,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def limits(request: HttpRequest, shop: Shop, listing: int) -> HttpResponse:
    """How many one order, one buyer and, for tickets, one day may have."""
    now = timezone.now()
    found = find(shop, listing)
    variants = list(Variant.objects.filter(listing=found, is_active=True).order_by("position", "pk"))
    names = ("most_per_order", "most_per_buyer", "most_per_buyer_a_day")
    initial = {name: getattr(found, name) for name in names} | {"daily_cap": daily_cap(found.pk)}
    form = LimitsForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        variants=variants,
        is_goods=found.kind not in DATED_KINDS,
    )
    if form.is_bound and form.is_valid():
        try:
            sentence = save_limits(found, form, now=now)
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, sentence)
            return redirect("seller:limits", shop.slug, found.pk)
    context = frame(shop, "dates" if found.kind in DATED_KINDS else "listings") | {"listing": found, "form": form}
    return render(request, "seller/limits.html", context, status=422 if form.errors else 200)


def save_limits(listing: Listing, form: LimitsForm, *, now: datetime) -> str:
    """Save them; the sentence names days on which more are sold already."""
    cleaned = form.cleaned_data
    set_limits(
        listing_id=listing.pk,
        most_per_order=cleaned["most_per_order"],
        most_per_buyer=cleaned["most_per_buyer"],
        most_per_buyer_a_day=cleaned.get("most_per_buyer_a_day"),
        variants=form.of_variants,
        now=now,
    )
    if listing.kind not in DATED_KINDS or cleaned["daily_cap"] == daily_cap(listing.pk):
        return _("Saved.")
    beyond = inventory.set_daily_cap(listing_id=listing.pk, capacity=cleaned["daily_cap"], now=now)
    if not beyond:
        return _("Saved.")
    words = ngettext(
        "Saved. On %(count)d day (%(day)s) more are sold already: nothing more is sold for it.",
        "Saved. On %(count)d days (the first is %(day)s) more are sold already: nothing more is sold for them.",
        len(beyond),
    )
    return words % {"count": len(beyond), "day": day_words(beyond[0], language())}
