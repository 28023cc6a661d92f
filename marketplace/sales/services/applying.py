"""Applying what Midtrans says: it is asked first, then everything happens once, in one transaction."""

import logging
from datetime import datetime

from django.db import transaction

from foundation.outbox.services import publish
from marketplace.inventory.services import release
from marketplace.orders.models import Order, OrderStatus
from marketplace.orders.services import cancel_parts
from marketplace.payments import services as payments
from marketplace.payments.accounts import gateway_of
from marketplace.payments.gateway import RefundRow, TransactionStatus
from marketplace.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from marketplace.sales.services import journals
from marketplace.sales.services.confirming import confirm_paid, fulfil
from marketplace.tickets import services as tickets

logger = logging.getLogger(__name__)

_CONFIRMED = (OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED)


def apply_payment(*, payment_id: int, now: datetime) -> PaymentStatus:
    """Ask Midtrans about a payment attempt and bring order, ledger, stock and tickets in line with the answer.

    Any number of calls, in any order, in parallel, end in the same state. Call it outside any transaction.

    :raises GatewayError: Midtrans does not answer; nothing was changed.
    """
    payment = Payment.objects.select_related("merchant_account").get(pk=payment_id)
    if payment.gateway_order_id is None:
        return PaymentStatus(payment.status)
    truth = gateway_of(payment.merchant_account).status(payment.gateway_order_id)
    if truth is None:
        payments.looked_in_vain(payment_id=payment_id, now=now)
        return PaymentStatus(payment.status)
    return _apply(payment, truth, now=now)


@transaction.atomic
def _apply(payment: Payment, truth: TransactionStatus, *, now: datetime) -> PaymentStatus:
    # One order of locks everywhere: order, payment, pools.
    order = Order.objects.select_for_update().get(pk=payment.order_id)
    change = payments.apply_truth(payment_id=payment.pk, truth=truth, now=now)
    payment = change.payment
    if change.became_paid:
        confirm_paid(order=order, payment=payment, now=now)
    elif change.became_reversed:
        _undo(order, payment, now=now)
    elif change.became_certain and order.status in _CONFIRMED and not payment.is_surplus:
        fulfil(order=order, payment=payment, now=now)
    if not payment.is_quarantined:
        _note_refunds(payment, truth.refunds, now=now)
    return change.after


def _undo(order: Order, payment: Payment, *, now: datetime) -> None:
    """The provider took its settlement back: the sale never was."""
    journals.undo_payment(payment=payment, called_off=payments.call_off(payment=payment), now=now)
    if payment.is_surplus:
        return
    if order.status not in _CONFIRMED:
        logger.error("Payment %s of order %s was taken back after all of it was given back", payment.pk, order.code)
        return
    lines = journals.lines_of(order)
    for line in lines:
        if line.slot_id is not None:
            tickets.void(line_id=line.pk, quantity=line.quantity, now=now)
    cancel_parts(order=order, now=now)
    order.move_to(OrderStatus.CANCELLED, at=now, note="the payment was taken back")
    publish(topic="order.cancelled", key=order.pk, now=now)
    release(lines=[line.pk for line in lines], now=now)


def _note_refunds(payment: Payment, rows: tuple[RefundRow, ...], *, now: datetime) -> None:
    """Bring our refund rows in line with Midtrans' list; one made at its dashboard gets a row of its own."""
    if not rows:
        return
    known = {refund.key: refund for refund in Refund.objects.filter(payment=payment)}
    for row in rows:
        key = row.refund_key or f"external-{row.reference}"[:50]
        refund = known.get(key)
        if refund is None:
            refund = Refund.objects.create(
                payment=payment,
                key=key,
                amount=row.amount,
                status=RefundStatus.ACCEPTED,
                reason=row.reason[:200] or "made at Midtrans",
                requested_at=row.created_at or now,
            )
        if row.bank_confirmed_at is None:
            payments.refund_accepted(refund_id=refund.pk)
        elif payments.confirm_refund(refund_id=refund.pk, now=now):
            refund.payment = payment
            journals.post_refund(refund, by_hand=False, now=now)
