"""What Midtrans answers when asked, written on the payment: the only writer of its status."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from marketplace.payments.channels import PROVISIONAL, PROVISIONAL_FOR, method_of
from marketplace.payments.gateway import TransactionStatus
from marketplace.payments.models import PAYMENT_TRANSITIONS, Payment, PaymentMethod, PaymentStatus, RefundStatus

logger = logging.getLogger(__name__)

_SAFE_FRAUD = {"", "accept"}
_RECHECKS = timedelta(days=3)
_REFUND_LOOKS = timedelta(minutes=15)


@dataclass(frozen=True)
class Change:
    """What an answer did to a payment. ``before`` and ``after`` are equal where it told nothing new."""

    payment: Payment
    before: PaymentStatus
    after: PaymentStatus
    # Whether a channel that could have taken the money back no longer can.
    became_certain: bool = False

    @property
    def became_paid(self) -> bool:
        """Whether the money is new to us."""
        return self.before != self.after == PaymentStatus.PAID

    @property
    def became_reversed(self) -> bool:
        """Whether money that we counted was taken back."""
        return self.before != self.after == PaymentStatus.REVERSED


@transaction.atomic
def apply_truth(*, payment_id: int, truth: TransactionStatus, now: datetime) -> Change:
    """Write an answer of Midtrans on a payment; the caller holds the order's lock.

    An answer that is older than what is known changes nothing. One of another amount, currency or merchant sets the
    payment aside for a person and changes nothing else.
    """
    payment = Payment.objects.select_related("merchant_account").select_for_update(of=("self",)).get(pk=payment_id)
    before = PaymentStatus(payment.status)
    payment.checks += 1
    if not _is_ours(payment, truth):
        logger.error("Midtrans reports another amount, currency or merchant for payment %s", payment.pk)
        payment.is_quarantined = True
        payment.check_at = next_look(payment, now=now)
        payment.save(update_fields=["is_quarantined", "checks", "check_at"])
        return Change(payment, before, before)
    after = status_of(truth, before)
    if after is not None and after != before and after in PAYMENT_TRANSITIONS[before]:
        payment.status = after
        if after == PaymentStatus.PAID:
            _note_money(payment, truth, now=now)
    was_certain = payment.provisional_until is None
    if after == before == PaymentStatus.PAID and not was_certain and (payment.provisional_until or now) <= now:
        payment.provisional_until = None
    if truth.payment_type and payment.status in (PaymentStatus.PENDING, PaymentStatus.REVIEW):
        payment.method, payment.payment_type = method_of(truth.payment_type), truth.payment_type
        payment.issuer = truth.channel[:30]
    payment.transaction_id = truth.transaction_id[:60] or payment.transaction_id
    payment.is_quarantined = False
    payment.check_at = next_look(payment, now=now)
    if payment.refunds.filter(status=RefundStatus.ACCEPTED).exists():
        payment.check_at = now + _REFUND_LOOKS
    payment.save()
    is_certain = payment.provisional_until is None
    return Change(payment, before, PaymentStatus(payment.status), became_certain=is_certain and not was_certain)


@transaction.atomic
def looked_in_vain(*, payment_id: int, now: datetime) -> None:
    """Midtrans knows nothing of the attempt: nobody has chosen a method yet, or ever will."""
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    payment.checks += 1
    payment.check_at = next_look(payment, now=now)
    payment.save(update_fields=["checks", "check_at"])


def status_of(truth: TransactionStatus, before: PaymentStatus) -> PaymentStatus | None:
    """Midtrans' words as a status of ours; None for a word that we do not know, which changes nothing."""
    counted = before in (PaymentStatus.PAID, PaymentStatus.DISPUTED)
    match truth.transaction_status:
        case "pending" | "authorize":
            return PaymentStatus.PENDING
        case "capture" | "settlement" if truth.fraud_status in _SAFE_FRAUD:
            return PaymentStatus.PAID
        case "capture" | "settlement" if truth.fraud_status == "challenge":
            return PaymentStatus.REVIEW
        case "deny" | "failure" | "cancel" | "expire" | "capture" | "settlement":
            return PaymentStatus.REVERSED if counted else PaymentStatus.FAILED
        case "refund" | "partial_refund":
            return PaymentStatus.PAID
        case "chargeback" | "partial_chargeback":
            return PaymentStatus.DISPUTED
        case unknown:
            logger.error("Midtrans says %.20r of a payment; that word is not known", unknown)
            return None


def next_look(payment: Payment, *, now: datetime) -> datetime | None:
    """When the poller asks again: soon at first, then every five minutes, hourly after the deadline, then daily while it
    is undecided, and no more once it has failed.

    What was paid is looked at once when it can no longer be taken back, and once a day for three days, for what was done
    at Midtrans without us.
    """
    if payment.status == PaymentStatus.PAID and payment.paid_at is not None:
        if payment.provisional_until is not None:
            return max(payment.provisional_until, now + timedelta(minutes=1))
        return now + timedelta(days=1) if now < payment.paid_at + _RECHECKS else None
    if payment.status in (PaymentStatus.REVERSED, PaymentStatus.DISPUTED):
        return None
    if now < payment.expires_at + timedelta(minutes=30):
        return now + timedelta(minutes=min(1 + payment.checks, 5))
    if now < payment.expires_at + timedelta(hours=2):
        return now + timedelta(minutes=15)
    if now < payment.expires_at + timedelta(hours=48):
        return now + timedelta(hours=1)
    # Nothing undecided is ever forgotten, however long the sweeper stood still.
    return None if payment.status == PaymentStatus.FAILED else now + timedelta(days=1)


def _is_ours(payment: Payment, truth: TransactionStatus) -> bool:
    return (
        truth.order_id in ("", payment.gateway_order_id)
        and truth.gross_amount == payment.amount
        and truth.currency in ("", "IDR")
        and truth.merchant_id in ("", payment.merchant_account.keys().merchant_id)
    )


def _note_money(payment: Payment, truth: TransactionStatus, *, now: datetime) -> None:
    payment.method = method_of(truth.payment_type) if truth.payment_type else payment.method or PaymentMethod.OTHER
    payment.payment_type = truth.payment_type or payment.payment_type
    payment.issuer = truth.channel[:30]
    payment.paid_at = truth.settled_at or truth.transaction_at or now
    if (payment.payment_type, truth.channel) in PROVISIONAL:
        # Counted from when we learn of it: Midtrans' clock and ours need not agree.
        payment.provisional_until = now + PROVISIONAL_FOR
