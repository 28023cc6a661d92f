"""Applying what Midtrans says: it is asked first, then everything happens once, in one transaction."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from foundation.outbox.services import publish
from marketplace.inventory.services import release
from marketplace.orders.models import Order, OrderStatus
from marketplace.orders.services import cancel_parts
from marketplace.payments import services as payments
from marketplace.payments.accounts import gateway_of
from marketplace.payments.gateway import GatewayRefused, RefundRow, TransactionStatus
from marketplace.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from marketplace.payments.services import Effect
from marketplace.sales.services import journals
from marketplace.sales.services.confirming import confirm_paid, fulfil
from marketplace.sales.services.refunding import is_listed, key_of
from marketplace.sales.services.returning import returnable, take_back, worth_of_all
from marketplace.tickets import services as tickets

logger = logging.getLogger(__name__)

_CONFIRMED = (OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED)
# What Midtrans accepted stands in its list by then, or was never taken up.
_LISTED_WITHIN = timedelta(minutes=30)


def apply_payment(*, payment_id: int, now: datetime) -> PaymentStatus:
    """Ask Midtrans about a payment attempt and bring order, ledger, stock and tickets in line with the answer.

    Any number of calls, in any order, in parallel, end in the same state. Call it outside any transaction.

    :raises GatewayError: Midtrans does not answer; nothing was changed.
    """
    payment = Payment.objects.select_related("merchant_account").get(pk=payment_id)
    if payment.gateway_order_id is None:
        return PaymentStatus(payment.status)
    return apply_answer(payment, gateway_of(payment.merchant_account).status(payment.gateway_order_id), now=now)


def apply_answer(payment: Payment, truth: TransactionStatus | None, *, now: datetime) -> PaymentStatus:
    """Bring everything in line with what Midtrans has just answered about a payment; None: it knows nothing of it."""
    if truth is None:
        payments.looked_in_vain(payment_id=payment.pk, now=now)
        return PaymentStatus(payment.status)
    return _apply(payment, truth, now=now)


@transaction.atomic
def _apply(payment: Payment, truth: TransactionStatus, *, now: datetime) -> PaymentStatus:
    # One order of locks everywhere: order, payment, pools.
    order = Order.objects.select_for_update().get(pk=payment.order_id)
    change = payments.apply_truth(payment_id=payment.pk, truth=truth, now=now)
    payment = change.payment
    if change.effect == Effect.CONFIRM:
        confirm_paid(order=order, payment=payment, now=now)
    elif change.effect == Effect.UNDO:
        _undo(order, payment, now=now)
    elif change.effect in (Effect.DISPUTE, Effect.SETTLE):
        publish(topic="payment.disputed", key=payment.pk, now=now, is_over=change.effect == Effect.SETTLE)
    elif change.became_certain and order.status in _CONFIRMED and not payment.is_surplus:
        fulfil(order=order, payment=payment, lines=journals.lines_of(order), now=now)
    if not payment.is_quarantined:
        _note_refunds(order, payment, truth.refunds, now=now)
    return change.after


@transaction.atomic
def lose_dispute(*, payment_id: int, now: datetime) -> None:
    """A person knows that a disputed payment is lost: the sale never was, and its tickets are void. A repeat changes nothing.

    :raises TransitionRefused: the payment is not disputed.
    """
    order_id = Payment.objects.values_list("order_id", flat=True).get(pk=payment_id)
    order = Order.objects.select_for_update().get(pk=order_id)
    payment = payments.give_up_dispute(payment_id=payment_id)
    if payment is not None:
        _undo(order, payment, now=now)


def decide_review(*, payment_id: int, accept: bool, now: datetime) -> PaymentStatus:
    """Accept or refuse a card payment that waits for staff, at Midtrans; then apply what it says. Outside any transaction.

    :raises GatewayError: Midtrans does not answer.
    """
    payment = Payment.objects.select_related("merchant_account").get(pk=payment_id)
    if payment.status == PaymentStatus.REVIEW and payment.gateway_order_id:
        gateway = gateway_of(payment.merchant_account)
        # A refusal means that somebody decided it meanwhile, here or at Midtrans' dashboard.
        with suppress(GatewayRefused):
            (gateway.approve if accept else gateway.deny)(payment.gateway_order_id)
    return apply_payment(payment_id=payment_id, now=now)


def _undo(order: Order, payment: Payment, *, now: datetime) -> None:
    """The provider took its settlement back: the sale never was."""
    paid = list(Refund.objects.filter(payment=payment, status=RefundStatus.DONE))
    journals.undo_payment(payment=payment, called_off=payments.call_off(payment=payment), paid=paid, now=now)
    if payment.is_surplus:
        return
    if order.status not in (*_CONFIRMED, OrderStatus.REFUNDED):
        logger.error("Payment %s of order %s was taken back, and had bought nothing", payment.pk, order.code)
        return
    # Of an order that was to be refunded all this was done then; a repeat changes nothing.
    lines = journals.lines_of(order)
    for line in lines:
        if line.slot_id is not None:
            tickets.void(line_id=line.pk, quantity=line.quantity, now=now)
    cancel_parts(order=order, now=now)
    order.move_to(OrderStatus.CANCELLED, at=now, note="the payment was taken back")
    publish(topic="order.cancelled", key=order.pk, now=now)
    release(lines=[line.pk for line in lines], now=now)


def _note_refunds(order: Order, payment: Payment, rows: tuple[RefundRow, ...], *, now: datetime) -> None:
    """Bring our refund rows in line with Midtrans' list."""
    ours = list(Refund.objects.filter(payment=payment).order_by("pk"))
    for row in rows:
        known = [refund for refund in ours if is_listed(refund, (row,))]
        if not known:
            known = _made_elsewhere(
                order, payment, row, [refund for refund in ours if not is_listed(refund, rows)], now=now
            )
        for refund in known:
            if row.bank_confirmed_at is None:
                payments.refund_accepted(refund_id=refund.pk, now=now)
            elif payments.confirm_refund(refund_id=refund.pk, now=now):
                refund.payment = payment
                journals.post_refund(refund, by_hand=False, now=now)
    for refund in ours:
        is_old = refund.accepted_at is not None and refund.accepted_at < now - _LISTED_WITHIN
        if refund.status == RefundStatus.ACCEPTED and is_old and not is_listed(refund, rows):
            payments.refund_forgotten(refund_id=refund.pk, now=now)


def _made_elsewhere(
    order: Order, payment: Payment, row: RefundRow, unlisted: Sequence[Refund], *, now: datetime
) -> list[Refund]:
    """Which of our refunds one made at Midtrans' dashboard is: those that it pays, and one of its own for the rest.

    It pays an open refund of just its amount. If it is more than is left beside what is to go back already, it pays that,
    too, oldest first.
    """
    free, rest, paid = returnable(payment), row.amount, list[Refund]()
    waiting = [refund for refund in unlisted if refund.status in payments.SATISFIABLE]
    for refund in sorted(waiting, key=lambda one: one.own_amount != row.amount):
        fits = refund.own_amount == rest or (refund.own_amount < rest and rest > free)
        if fits and payments.satisfied_by(refund=refund, key=key_of(row), now=now):
            paid.append(refund)
            rest -= refund.own_amount
    if rest:
        made = payments.note_made(
            payment=payment,
            key=key_of(row),
            amount=rest,
            reason=row.reason or "made at Midtrans",
            made_at=row.created_at or now,
            now=now,
        )
        _take_back_all(order, payment, made, now=now)
        paid.append(made)
    # The payment's own looks may be over; this has to be seen to its end.
    payments.look_at(payment_id=payment.pk, at=now + _LISTED_WITHIN)
    return paid


def _take_back_all(order: Order, payment: Payment, refund: Refund, *, now: datetime) -> None:
    """Somebody gave the whole rest back at Midtrans' dashboard: then nothing of the order is left to fulfil.

    What was given back in part is of nobody's lines; a person says who bears it.
    """
    if payment.is_surplus or order.status not in _CONFIRMED or payment.provisional_until is not None:
        return
    left = {line.pk: line.quantity - line.refunded_quantity for line in journals.lines_of(order)}
    if returnable(payment) == 0 and worth_of_all(order) == refund.amount:
        refund.payment = payment
        take_back(order=order, payment=payment, quantities=left, reason=refund.reason, now=now, made=refund)
