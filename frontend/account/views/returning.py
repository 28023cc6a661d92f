"""What a buyer answers by link: another date for a visit that cannot take place, and where money is to go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.errors import DomainError
from foundation.limits import spend
from foundation.links import LinkRefused
from frontend.account.forms import AccountForm
from frontend.account.views.tickets import LANGUAGES
from frontend.parts.order_access import remember_opened
from marketplace.inventory.queries.availability import SlotChoice
from marketplace.orders.models import Order
from marketplace.payments import services as payments
from marketplace.payments.links import refund_of
from marketplace.payments.models import Refund
from marketplace.payments.queries import refund_view
from marketplace.sales import services
from marketplace.sales.closing_queries import VisitOffer, visit_of, visit_offer

MOST_TRIES = 20
WINDOW = timedelta(minutes=10)


@dataclass(frozen=True)
class Day:
    """A day on which the visit could be, with its times."""

    day: date
    slots: Sequence[SlotChoice]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def visit(request: HttpRequest, token: str) -> HttpResponse:
    """Another date, or the money: the buyer of a visit on a closed date chooses."""
    offer = find_visit(token)
    with override(language_of(request, offer.language)):
        refused, status = "", 200
        if request.method == "POST":
            refused, status = answer_visit(request, offer)
            if not refused:
                return redirect(request.get_full_path())
        offer = find_visit(token)
        context = {
            "offer": offer,
            "days": days_of(offer.choices),
            "refused": refused,
            "alternates": alternates(request),
            "nav_current": "orders",
            "region": {"slug": offer.region_slug, "name": "", "url": ""},
        }
        return render(request, "account/closed_visit.html", context, status=status)


def find_visit(token: str) -> VisitOffer:
    """The visit behind a link; a changed or old link leads nowhere."""
    try:
        offer = visit_offer(visit_id=visit_of(token), now=timezone.now())
    except LinkRefused as refusal:
        raise Http404 from refusal
    if offer is None:
        raise Http404
    return offer


def answer_visit(request: HttpRequest, offer: VisitOffer) -> tuple[str, int]:
    """Do what was chosen; a sentence and a status if it cannot be done."""
    typed = str(request.POST.get("jam", ""))
    try:
        spend("closed-visit", str(offer.id), most=MOST_TRIES, within=WINDOW)
        if "uang" in request.POST:
            services.take_money(visit_id=offer.id, now=timezone.now())
        elif typed.isdecimal() and typed.isascii() and len(typed) < 16:
            services.move_visit(visit_id=offer.id, slot_id=int(typed), now=timezone.now())
        else:
            return _("Please choose a date, or the money."), 422
    except DomainError as refusal:
        return refusal.sentence, refusal.status
    remember_opened(request, offer.order_code)
    return "", 302


def days_of(choices: Sequence[SlotChoice]) -> list[Day]:
    """Days with their times, nearest first."""
    by_day: dict[date, list[SlotChoice]] = {}
    for choice in choices:
        by_day.setdefault(choice.day, []).append(choice)
    return [Day(day, slots) for day, slots in by_day.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def account(request: HttpRequest, token: str) -> HttpResponse:
    """Ask where money is to go that the channel cannot return."""
    try:
        refund_id = refund_of(token)
    except LinkRefused as refusal:
        raise Http404 from refusal
    order = Order.objects.filter(payments__refunds=refund_id).first()
    if order is None:
        raise Http404
    with override(language_of(request, order.language)):
        form = AccountForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                spend("refund-account", str(refund_id), most=MOST_TRIES, within=WINDOW)
                payments.give_account(refund_id=refund_id, now=timezone.now(), **form.cleaned_data)
            except payments.AccountRefused as refusal:
                form.add_error(refusal.field, refusal.sentence)
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
            else:
                messages.success(request, _("Thank you. You see here when the money is on its way."))
                return redirect(request.get_full_path())
        refund = refund_view(refund_id)
        context: dict[str, Any] = {
            "form": form,
            "refund": refund,
            "deadline": Refund.objects.values_list("deadline_date", flat=True).get(pk=refund_id),
            "order_code": order.code,
            "alternates": alternates(request),
            "nav_current": "orders",
        }
        return render(request, "account/refund_account.html", context, status=422 if form.errors else 200)


def language_of(request: HttpRequest, placed_in: str) -> str:
    """The language asked for, else the one in which the order was placed."""
    asked = request.GET.get("bahasa", "")
    return asked if asked in LANGUAGES else placed_in


def alternates(request: HttpRequest) -> dict[str, str]:
    """The same page in each language."""
    return {code: f"{request.path}?bahasa={code}" for code in sorted(LANGUAGES)}
