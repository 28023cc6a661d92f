"""Refund rows: asked for, accepted by Midtrans, confirmed by the bank; or paid by a person."""

from collections.abc import Mapping
from datetime import datetime

from foundation.codes import random_code
from marketplace.payments.channels import can_refund
from marketplace.payments.models import Payment, Refund, RefundStatus


def request(*, payment: Payment, amount: int, lines: Mapping[str, int], reason: str, now: datetime) -> Refund:
    """Note that money is to go back; the caller holds the order's lock and has seen that there is so much."""
    by_gateway = can_refund(payment, amount)
    return Refund.objects.create(
        payment=payment,
        key=f"{payment.gateway_order_id or payment.pk}-R{random_code(6)}",
        amount=amount,
        status=RefundStatus.REQUESTED if by_gateway else RefundStatus.MANUAL,
        reason=reason[:200],
        lines=dict(lines),
        requested_at=now,
    )


def mark_surplus(*, payment: Payment) -> None:
    """Note that a payment bought nothing; the caller holds the order's lock and sends all of it back."""
    payment.is_surplus = True
    payment.save(update_fields=["is_surplus"])


def refund_accepted(*, refund_id: int) -> None:
    """Midtrans took it up; only the bank's confirmation ends it."""
    Refund.objects.filter(pk=refund_id, status=RefundStatus.REQUESTED).update(
        status=RefundStatus.ACCEPTED, last_error=""
    )


def refund_failed(*, refund_id: int, error: str) -> None:
    """Midtrans will not do it: a person has to."""
    open_ones = Refund.objects.filter(pk=refund_id, status__in=(RefundStatus.REQUESTED, RefundStatus.ACCEPTED))
    open_ones.update(status=RefundStatus.MANUAL, last_error=error[:200])


def call_off(*, payment: Payment) -> list[Refund]:
    """The payment was taken back, so nothing of it is given back: end its open refunds, and return them.

    The caller holds the order's lock.
    """
    refunds = list(Refund.objects.filter(payment=payment).exclude(status__in=(RefundStatus.DONE, RefundStatus.FAILED)))
    Refund.objects.filter(pk__in=[refund.pk for refund in refunds]).update(
        status=RefundStatus.FAILED, last_error="the payment was taken back"
    )
    return refunds


def confirm_refund(*, refund_id: int, now: datetime) -> bool:
    """The money is back with the buyer, says the bank; True the first time."""
    pending = Refund.objects.filter(
        pk=refund_id, status__in=(RefundStatus.REQUESTED, RefundStatus.ACCEPTED, RefundStatus.MANUAL)
    )
    return bool(pending.update(status=RefundStatus.DONE, done_at=now))


def refund_paid_by_hand(*, refund_id: int, now: datetime) -> bool:
    """A person has paid it back; True the first time."""
    manual = Refund.objects.filter(pk=refund_id, status=RefundStatus.MANUAL)
    return bool(manual.update(status=RefundStatus.DONE, done_at=now, is_by_hand=True))
