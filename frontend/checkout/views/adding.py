"""Putting things in the cart, from pages that are the same for everybody and hold no token."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.accounts.buyer import Buyer
from foundation.errors import DomainError, InvalidInput
from frontend.checkout.same_site import same_site_post
from frontend.parts.visitors import cart_buyer
from marketplace.carts import services
from marketplace.catalog.models import Listing

# Longer numbers are no key and no quantity that anybody means; they must not reach the database as such.
MOST_DIGITS = 9
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,140}")


@dataclass(frozen=True)
class Wanted:
    """So many of a variant, for a slot of a day if it is dated."""

    variant_id: int
    slot_id: int | None
    quantity: int
    day: date | None = None


@same_site_post
def add(request: HttpRequest) -> HttpResponse:
    """Put what was chosen in the cart, all of it or nothing, and go on to the cart, to paying, or stay (htmx)."""
    now = timezone.now()
    buyer = cart_buyer(request, now=now, about_to_own=True)
    try:
        wanted = read(plain(request.POST))
        add_all(buyer, wanted, now=now)
    except DomainError as refusal:
        return refuse(request, refusal)
    if request.headers.get("HX-Request"):
        count = sum(one.quantity for one in wanted)
        said = ngettext("%(count)d added to your cart.", "%(count)d added to your cart.", count) % {"count": count}
        answer = render(request, "checkout/_added.html", {"said": said})
        answer["HX-Trigger"] = "cart-changed"
        return answer
    if request.POST.get("lanjut"):
        return redirect("checkout:checkout")
    messages.success(request, _("Added to your cart."))
    return redirect("checkout:cart")


@transaction.atomic
def add_all(buyer: Buyer, wanted: list[Wanted], *, now: datetime) -> None:
    """Everything or nothing."""
    for one in wanted:
        services.add_line(
            buyer=buyer,
            variant_id=one.variant_id,
            slot_id=one.slot_id,
            quantity=one.quantity,
            day=one.day,
            now=now,
        )


def plain(posted: QueryDict) -> dict[str, str]:
    """What a form sent, the last value of each name."""
    return {name: str(posted.get(name, "")) for name in posted}


def read(posted: Mapping[str, str]) -> list[Wanted]:
    """What a listing's form asks for: ``v`` and ``jumlah`` of goods, or ``jam`` and ``q<variant>`` of a ticket.

    The day beside it, ``tanggal``, may have been changed where no script shows its times at once.

    :raises InvalidInput: nothing was chosen, or what was sent is no number and no day.
    """
    if "v" in posted:
        return [Wanted(number(posted["v"]), None, number(posted.get("jumlah", "1")))]
    slot_id = number(posted["jam"]) if posted.get("jam") else None
    day = day_in(posted["tanggal"]) if posted.get("tanggal") else None
    chosen = {name[1:]: value for name, value in posted.items() if name.startswith("q") and name[1:].isdecimal()}
    wanted = [
        Wanted(number(variant), slot_id, number(typed), day)
        for variant, typed in chosen.items()
        if typed.strip() not in ("", "0")
    ]
    if not wanted:
        raise InvalidInput(_("Please choose how many."))
    return wanted


def number(typed: str) -> int:
    """A whole number of at most nine digits.

    :raises InvalidInput: anything else.
    """
    text = typed.strip()
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= MOST_DIGITS):
        raise InvalidInput(_("That is not a number we can use. Please choose again."))
    return int(text)


def day_in(typed: str) -> date:
    """A day of the calendar.

    :raises InvalidInput: anything else.
    """
    try:
        return date.fromisoformat(typed)
    except ValueError as nonsense:
        raise InvalidInput(_("Choose a day and a time first.")) from nonsense


def refuse(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """Say why not: in place for htmx, else on a page with the way back."""
    context: dict[str, Any] = {"sentence": refusal.sentence}
    if request.headers.get("HX-Request"):
        # htmx only shows 409 and 422.
        status = refusal.status if refusal.status in (409, 422) else 409
        return render(request, "checkout/_refused.html", context, status=status)
    slug = str(request.POST.get("listing", ""))
    listing = Listing.objects.for_sale().filter(slug=slug).first() if SLUG.fullmatch(slug) else None
    context |= {"listing": listing, "choice": choice_of(request.POST)}
    return render(request, "checkout/refused.html", context, status=refusal.status)


def choice_of(posted: QueryDict) -> str:
    """What was chosen, as the listing's page understands it, so that the way back shows it again.

    The time is left out: it may be another day's.
    """
    kept = {
        name: str(value)
        for name, value in posted.items()
        if name in ("tanggal", "v", "jumlah") or (name.startswith("q") and name[1:].isdecimal())
    }
    return urlencode({name: value for name, value in kept.items() if len(value) <= MOST_DIGITS + 1})
