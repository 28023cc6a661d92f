"""Giving money back: by Midtrans where the channel can, by hand where it cannot."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.errors import DomainError
from marketplace.orders.models import Order, OrderLine, OrderStatus, ShopOrder, ShopOrderStatus
from marketplace.payments import services as payments
from marketplace.payments.accounts import gateway_of
from marketplace.payments.gateway import GatewayRefused
from marketplace.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from marketplace.sales.services import journals
from marketplace.sales.services.returning import returnable, take_back

_CONFIRMED_SOON = timedelta(minutes=1)


class RefundRefused(DomainError):
    """There is not that much to give back."""

    code = "refund_refused"


@transaction.atomic
def request_refund(
    *, order_id: int, lines: Mapping[UUID, int] | None, reason: str, now: datetime, by_id: int | None = None
) -> Refund | None:
    """Take lines of a paid order back: stock, tickets, ledger, and a refund row that is sent afterwards.

    Goods that have left their shop go back into no stock. The shipping of a part goes back with its last line, unless it
    was sent. None if the lines cost nothing.

    :param lines: how many of which line; None for all that is left.
    :raises RefundRefused: not paid, or more than is left.
    """
    order = Order.objects.select_for_update().get(pk=order_id)
    if order.status not in (OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED):
        raise RefundRefused(_("Nothing of this order can be given back."))
    left = {
        line_id: quantity - refunded
        for line_id, quantity, refunded in OrderLine.objects.filter(shop_order__order=order).values_list(
            "pk", "quantity", "refunded_quantity"
        )
    }
    wanted = left if lines is None else dict(lines)
    if not any(wanted.values()) or any(not 0 <= many <= left.get(line_id, 0) for line_id, many in wanted.items()):
        raise RefundRefused(_("There is not that much left to give back."))
    attempts = (
        Payment.objects.filter(order=order, status=PaymentStatus.PAID).select_related("merchant_account").order_by("pk")
    )
    payment = next((one for one in attempts.select_for_update(of=("self",)) if returnable(one) > 0), None)
    if payment is None:
        raise RefundRefused(_("Nothing of this order can be given back."))
    if payment.provisional_until is not None:
        raise RefundRefused(_("The payment is still being confirmed. Please try again in ten minutes."))
    return take_back(order=order, payment=payment, quantities=wanted, reason=reason, now=now, by_id=by_id)


def cancel_shop_order(*, shop_order_id: int, user_id: int, reason: str, now: datetime) -> Refund | None:
    """The seller cannot deliver: its part goes back to the buyer, shipping included.

    :raises ShopOrder.DoesNotExist: not a shop order of a shop that this account runs.
    :raises RefundRefused: it was sent already, or nothing of it is left.
    """
    part = ShopOrder.objects.managed_by(user_id).get(pk=shop_order_id)
    if part.status not in (ShopOrderStatus.TO_PACK, ShopOrderStatus.PACKED):
        raise RefundRefused(_("This part was already sent. Please arrange a return with the buyer."))
    rows = OrderLine.objects.filter(shop_order=part).values_list("pk", "quantity", "refunded_quantity")
    lines = {line_id: quantity - refunded for line_id, quantity, refunded in rows}
    return request_refund(order_id=part.order_id, lines=lines, reason=reason, now=now, by_id=user_id)


def send_refund(*, refund_id: int, now: datetime) -> None:
    """Ask Midtrans for a requested refund, outside any transaction. A repeat is the same refund, never a second.

    What Midtrans refuses becomes a refund by hand.

    :raises GatewayUnreachable: no answer; ask again later.
    """
    refund = Refund.objects.select_related("payment__merchant_account").get(pk=refund_id)
    if refund.status != RefundStatus.REQUESTED:
        return
    payment = refund.payment
    gateway = gateway_of(payment.merchant_account)
    try:
        gateway.refund(payment.gateway_order_id or "", refund.key, refund.amount, refund.reason)
    except GatewayRefused as refusal:
        payments.refund_failed(refund_id=refund_id, error=f"{refusal.refusal}: {refusal.message}")
        return
    payments.refund_accepted(refund_id=refund_id)
    payments.look_at(payment_id=payment.pk, at=now + _CONFIRMED_SOON)


@transaction.atomic
def record_manual_refund(*, refund_id: int, now: datetime) -> None:
    """Note that a person has paid back what the channel cannot. A repeat changes nothing.

    :raises RefundRefused: this refund is not one to be paid by hand.
    """
    refund = Refund.objects.select_related("payment__merchant_account").get(pk=refund_id)
    if payments.refund_paid_by_hand(refund_id=refund_id, now=now):
        journals.post_refund(refund, by_hand=True, now=now)
    elif refund.status != RefundStatus.DONE:
        raise RefundRefused(_("This refund is paid by Midtrans, not by hand."))
