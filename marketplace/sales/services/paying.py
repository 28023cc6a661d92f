"""Asking for the money: a payment attempt and its page at Midtrans."""

import time
from datetime import datetime
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from foundation.clock import day_of
from foundation.errors import DomainError
from marketplace.orders.models import Order, OrderLine, OrderStatus, PriceRow, ShopOrder
from marketplace.payments import services as payments
from marketplace.payments.accounts import gateway_of
from marketplace.payments.channels import offered_for
from marketplace.payments.gateway import Customer, GatewayError, GatewayRefused, GatewayUnreachable, Item, SnapRequest
from marketplace.payments.models import Payment, PaymentStatus
from marketplace.sales.services.applying import apply_payment

# How long a second click waits for the page that the first one is asking for.
_PATIENCE_SECONDS = 4.0
_STEP_SECONDS = 0.1
_NAME = 50
_BEING_PROCESSED = gettext_lazy("Your payment is being processed. This page shows as soon as it is through.")


class PaymentNotPossible(DomainError):
    """The order cannot be paid any more, or needs no payment."""

    code = "payment_not_possible"


def start_payment(*, order_id: int, now: datetime, finish_url: str = "") -> str:
    """Where the buyer pays: the address of a Midtrans page for the whole order.

    A repeat gives the same page while it lives; after a failed or expired attempt it makes another. If Midtrans does not
    answer, nothing is lost: a repeat asks again under the same order_id. Call it outside any transaction.

    :param finish_url: where Midtrans sends the buyer afterwards; by default the order's own page.
    :raises PaymentNotPossible: paid, cancelled, or past its deadline.
    :raises GatewayError: Midtrans does not answer or refused; the sentence says to try again.
    """
    payment = _attempt(order_id, now=now)
    if payment.status == PaymentStatus.REVIEW:
        raise PaymentNotPossible(str(_BEING_PROCESSED))
    if payment.redirect_url:
        return payment.redirect_url
    if not payments.take_page(payment_id=payment.pk, now=now):
        return _page_of_the_other(payment.pk)
    try:
        request = _snap_request(payment, finish_url=finish_url, now=now)
        session = gateway_of(payment.merchant_account).create_snap(request)
    except GatewayRefused as refusal:
        return _after_refusal(payment, refusal, finish_url=finish_url, now=now)
    except GatewayError:
        payments.page_unknown(payment_id=payment.pk)
        raise
    payments.page_opened(payment_id=payment.pk, session=session)
    return session.redirect_url


@transaction.atomic
def _attempt(order_id: int, *, now: datetime) -> Payment:
    order = Order.objects.select_for_update().get(pk=order_id)
    if order.status == OrderStatus.PAID:
        raise PaymentNotPossible(_("This order is already paid."))
    if order.status != OrderStatus.PLACED or now >= order.payable_until:
        raise PaymentNotPossible(_("The time to pay this order is over. Nothing was charged; please order again."))
    return payments.open_attempt(order=order, now=now)


def _page_of_the_other(payment_id: int) -> str:
    """The page that another request of the same buyer is asking for right now."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        address = Payment.objects.values_list("redirect_url", flat=True).get(pk=payment_id)
        if address:
            return address
        if time.monotonic() >= until:
            raise GatewayUnreachable(detail="another request is asking", outcome_unknown=True)
        time.sleep(_STEP_SECONDS)


def _after_refusal(payment: Payment, refusal: GatewayRefused, *, finish_url: str, now: datetime) -> str:
    """The order_id has a transaction, of a page that we lost: see what became of it. Anything else ends the attempt."""
    if not refusal.order_id_taken:
        payments.page_refused(payment_id=payment.pk)
        raise refusal
    payments.page_unknown(payment_id=payment.pk)
    status = apply_payment(payment_id=payment.pk, now=now)
    if status in (PaymentStatus.CREATED, PaymentStatus.FAILED):
        payments.page_refused(payment_id=payment.pk)
        return start_payment(order_id=payment.order_id, now=now, finish_url=finish_url)
    raise PaymentNotPossible(str(_BEING_PROCESSED))


def _snap_request(payment: Payment, *, finish_url: str, now: datetime) -> SnapRequest:
    order = Order.objects.select_related("contact").get(pk=payment.order_id)
    contact = order.contact
    with override(order.language):
        items = _items(order)
    return SnapRequest(
        order_id=payment.gateway_order_id or "",
        gross_amount=payment.amount,
        opens_at=now,
        lasts=payment.expires_at - now,
        items=items,
        # As little as a payment page needs: no address, no family name.
        customer=Customer(first_name=contact.name.split()[0] if contact.name else "-", phone=contact.phone),
        enabled_payments=offered_for(payment.amount, day=day_of(now)),
        finish_url=finish_url
        or f"{settings.SITE_ORIGIN}{'/en' if order.language == 'en' else ''}/pesanan/{quote(order.code)}/",
    )


def _items(order: Order) -> tuple[Item, ...]:
    items = []
    lines = {line.pk: line for line in OrderLine.objects.filter(shop_order__order=order).select_related("variant")}
    for row in PriceRow.objects.filter(line__in=lines).order_by("pk"):
        line = lines[row.line_id]
        title = (line.title_en if order.language == "en" else "") or line.title_id
        items.append(
            Item(id=f"{row.pk}", name=_short(title, line.variant.name), price=row.unit_amount, quantity=row.quantity)
        )
    for part in ShopOrder.objects.filter(order=order).select_related("shop").order_by("pk"):
        if part.shipping_amount:
            items.append(Item(id=f"S{part.pk}", name=_short(_("Delivery"), part.shop.name), price=part.shipping_amount))
        if part.discount_amount:
            items.append(
                Item(id=f"D{part.pk}", name=_short(_("Discount"), part.shop.name), price=-part.discount_amount)
            )
    return tuple(items)


def _short(title: str, detail: str) -> str:
    # Alfamart's cash registers choke on a bar.
    name = f"{title}, {detail}" if detail else title
    name = name.replace("|", "/")
    return name if len(name) <= _NAME else name[: _NAME - 1] + "…"
