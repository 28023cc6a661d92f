"""One order: what is to be paid, what was paid, where each part of it is."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.buyer import buyer_of
from foundation.codes import tidy_code
from foundation.errors import DomainError
from foundation.limits import spend
from frontend.checkout import presenting
from frontend.parts.order_access import buyer_of_order, orders_open_to
from marketplace.orders import services as order_services
from marketplace.orders.models import Order, OrderLine
from marketplace.reviews.services import write_review
from marketplace.sales import queries, services

MOST_CHECKS = 12
STARS = ("1", "2", "3", "4", "5")
CHECK_WINDOW = timedelta(minutes=5)


def find(request: HttpRequest, code: str) -> Order:
    """The visitor's own order; a stranger's does not exist."""
    order = orders_open_to(request, buyer_of(request)).filter(code=tidy_code(code)).first()
    if order is None:
        raise Http404
    return order


@require_safe
@never_cache
def order(request: HttpRequest, code: str) -> HttpResponse:
    """The order's page: waiting for payment, or what became of it.

    Who comes back from Midtrans' page (``order_id`` in the address, which proves nothing) has likely paid: ask at once.
    """
    now = timezone.now()
    found = find(request, code)
    if "order_id" in request.GET:
        with suppress(DomainError):
            ask_midtrans(found, now=now)
        return redirect("checkout:order", code=found.code)
    return show(request, found, now=now)


def ask_midtrans(found: Order, *, now: datetime) -> None:
    """Have the payment that counts applied now.

    :raises DomainError: too often in a short while, or Midtrans does not answer.
    """
    page = queries.order_page(order_id=found.pk, now=now)
    spend("check-payment", found.code, most=MOST_CHECKS, within=CHECK_WINDOW)
    if page.keeps_changing and page.payment is not None:
        services.apply_payment(payment_id=page.payment.id, now=now)


@require_safe
@never_cache
def state(request: HttpRequest, code: str) -> HttpResponse:
    """What changed since ``dari``: only the time left, or the whole part of the page. For htmx, every three seconds."""
    now = timezone.now()
    found = find(request, code)
    page = queries.order_page(order_id=found.pk, now=now)
    context = presenting.of_order(page, now=now)
    if page.step != request.GET.get("dari"):
        return render(request, "checkout/_order.html", context)
    if not context["waiting"]:
        return HttpResponse(status=204)
    answer = render(request, "checkout/_time_left.html", context)
    answer["HX-Retarget"] = "#sisa"
    answer["HX-Reswap"] = "innerHTML"
    return answer


@require_POST
@never_cache
def check(request: HttpRequest, code: str) -> HttpResponse:
    """The buyer says "I have paid": ask Midtrans now."""
    now = timezone.now()
    found = find(request, code)
    try:
        ask_midtrans(found, now=now)
    except DomainError as refusal:
        messages.warning(request, refusal.sentence)
    else:
        if queries.order_page(order_id=found.pk, now=timezone.now()).waits_for_payment:
            messages.info(
                request,
                _("Midtrans has not seen your payment yet. It can take a few minutes; this page keeps looking."),
            )
    return redirect("checkout:order", code=found.code)


@require_http_methods(["GET", "POST"])
@never_cache
def pay(request: HttpRequest, code: str) -> HttpResponse:
    """On to the payment page: the one that is open, or a new one. If it cannot be reached now, to the order.

    Placing an order leads here by GET: it can be reloaded when the signal breaks off, and repeats the same page.
    """
    found = find(request, code)
    try:
        return HttpResponseRedirect(services.start_payment(order_id=found.pk, now=timezone.now()))
    except services.PaymentNotPossible as refusal:
        if request.method == "POST":
            messages.warning(request, refusal.sentence)
        return redirect("checkout:order", code=found.code)
    except DomainError as refusal:
        messages.warning(request, refusal.sentence)
        return redirect("checkout:order", code=found.code)


@require_POST
@never_cache
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Give up an order that is not paid."""
    found = find(request, code)
    try:
        services.cancel_order(order_id=found.pk, now=timezone.now(), by_id=request.user.pk)
        messages.success(request, _("Your order is cancelled. Nothing was charged."))
    except DomainError as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("checkout:order", code=found.code)


@require_POST
@never_cache
def receive(request: HttpRequest, code: str, part: int) -> HttpResponse:
    """The parcel of one shop arrived."""
    found = find(request, code)
    shop_order = found.shop_orders.filter(pk=part).first()
    if shop_order is None:
        raise Http404
    try:
        order_services.receive(shop_order_id=shop_order.pk, buyer=buyer_of_order(found), now=timezone.now())
        messages.success(request, _("Thank you. The shop knows that it arrived."))
    except DomainError as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("checkout:order", code=found.code)


@require_POST
@never_cache
def review(request: HttpRequest, code: str, line: UUID) -> HttpResponse:
    """What the buyer says of a line that was received or used."""
    found = find(request, code)
    if not OrderLine.objects.filter(pk=line, shop_order__order=found).exists():
        raise Http404
    stars = str(request.POST.get("bintang", ""))
    try:
        write_review(
            buyer=buyer_of_order(found),
            line_id=line,
            stars=int(stars) if stars in STARS else 0,
            text=str(request.POST.get("kata", "")).replace("\x00", ""),
            now=timezone.now(),
        )
        messages.success(request, _("Thank you. Others see what you wrote."))
    except DomainError as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("checkout:order", code=found.code)


def show(request: HttpRequest, found: Order, *, now: datetime) -> HttpResponse:
    """The whole page."""
    page = queries.order_page(order_id=found.pk, now=now)
    return render(request, "checkout/order.html", presenting.of_order(page, now=now) | {"nav_current": "orders"})
