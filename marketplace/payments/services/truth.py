"""What Midtrans answers when asked, written on the payment: the only writer of its status.

Two tables say all of it: ``MEANINGS``, what its words are here, and ``EFFECTS``, what a step then does to the order.
Which steps there are is ``PAYMENT_TRANSITIONS``, beside the statuses.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from foundation.errors import InvalidInput
from marketplace.orders.models import TransitionRefused
from marketplace.payments.channels import PROVISIONAL, PROVISIONAL_FOR, method_of
from marketplace.payments.gateway import TransactionStatus
from marketplace.payments.models import PAYMENT_TRANSITIONS, Payment, PaymentMethod, PaymentStatus, Refund, RefundStatus

logger = logging.getLogger(__name__)

_RECHECKS = timedelta(days=3)
_DISPUTES = timedelta(days=120)
# How often a refund is looked for that the bank has not confirmed: soon at first, then twice a day.
_REFUND_LOOKS = ((timedelta(hours=6), timedelta(minutes=15)), (timedelta(days=30), timedelta(hours=12)))

# What an answer writes on a payment.
_JUDGED = [
    "status", "method", "payment_type", "issuer", "acquirer",
    "is_on_us", "transaction_id", "paid_at", "provisional_until",
    "check_at", "checks", "looked_at", "is_quarantined", "explained_at",
]  # fmt: skip

_MONEY = {"": PaymentStatus.PAID, "accept": PaymentStatus.PAID, "challenge": PaymentStatus.REVIEW}
# Midtrans' transaction_status, then its fraud_status ("*": whatever that is). A fraud_status that is not named means
# that the money did not come.
MEANINGS: Mapping[str, Mapping[str, PaymentStatus]] = {
    "pending": {"*": PaymentStatus.PENDING},
    "authorize": {"*": PaymentStatus.PENDING},
    "capture": _MONEY,
    "settlement": _MONEY,
    # Our own refunds, or such as were made at Midtrans' dashboard: the money had come.
    "refund": {"*": PaymentStatus.PAID},
    "partial_refund": {"*": PaymentStatus.PAID},
    "chargeback": {"*": PaymentStatus.DISPUTED},
    "partial_chargeback": {"*": PaymentStatus.DISPUTED},
    "deny": {"*": PaymentStatus.FAILED},
    "failure": {"*": PaymentStatus.FAILED},
    "cancel": {"*": PaymentStatus.FAILED},
    "expire": {"*": PaymentStatus.FAILED},
}


class Effect(StrEnum):
    """What a step of a payment does to its order."""

    # Only the attempt changes: the order stays payable until its own deadline.
    NOTHING = "NOTHING"
    # The money is new: confirm, or re-take and give back.
    CONFIRM = "CONFIRM"
    # Money that was counted is gone: the sale never was.
    UNDO = "UNDO"
    # A person must look; nothing of it is paid out.
    DISPUTE = "DISPUTE"
    # The dispute was won.
    SETTLE = "SETTLE"


def effect_of(before: PaymentStatus, after: PaymentStatus) -> Effect:
    """What the step from one status to the other does; a step that is none does nothing."""
    return EFFECTS.get((before, after), Effect.NOTHING)


_OPEN = (PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.REVIEW, PaymentStatus.FAILED)
EFFECTS: Mapping[tuple[PaymentStatus, PaymentStatus], Effect] = {
    **{(before, PaymentStatus.PAID): Effect.CONFIRM for before in _OPEN},
    (PaymentStatus.PAID, PaymentStatus.DISPUTED): Effect.DISPUTE,
    (PaymentStatus.PAID, PaymentStatus.REVERSED): Effect.UNDO,
    (PaymentStatus.DISPUTED, PaymentStatus.REVERSED): Effect.UNDO,
    (PaymentStatus.DISPUTED, PaymentStatus.PAID): Effect.SETTLE,
}


@dataclass(frozen=True)
class Change:
    """What an answer did to a payment. ``before`` and ``after`` are equal where it told nothing new."""

    payment: Payment
    before: PaymentStatus
    after: PaymentStatus
    # Whether a channel that could have taken the money back no longer can.
    became_certain: bool = False

    @property
    def effect(self) -> Effect:
        """What it does to the order."""
        return effect_of(self.before, self.after)


# If this fails, so does all that follows from it: no savepoint of its own.
@transaction.atomic(savepoint=False)
def apply_truth(*, payment_id: int, truth: TransactionStatus, now: datetime) -> Change:
    """Write an answer of Midtrans on a payment; the caller holds the order's lock.

    An answer that is older than what is known changes nothing. One of another amount, currency or merchant sets the
    payment aside for a person and changes nothing else.
    """
    payment = Payment.objects.select_related("merchant_account").select_for_update(of=("self",)).get(pk=payment_id)
    change = judge(payment, truth, refund_look=_next_refund_look(payment, now=now), now=now)
    payment.save(update_fields=_JUDGED)
    return change


def judge(
    payment: Payment, truth: TransactionStatus | None, *, refund_look: datetime | None = None, now: datetime
) -> Change:
    """Write an answer on a payment in memory, as :func:`apply_truth` does; the caller holds its lock, and saves it.

    :param truth: None where Midtrans knows nothing of the attempt: nobody has chosen a method yet, or ever will.
    :param refund_look: when a refund of it must be looked for.
    """
    before = PaymentStatus(payment.status)
    was_certain = payment.provisional_until is None
    payment.checks += 1
    if truth is not None:
        _write(payment, truth, now=now)
    payment.looked_at, payment.check_at = now, next_look(payment, now=now)
    if refund_look is not None and not payment.is_quarantined:
        payment.check_at = min(payment.check_at or refund_look, refund_look)
    became_certain = payment.provisional_until is None and not was_certain
    return Change(payment, before, PaymentStatus(payment.status), became_certain=became_certain)


def judge_together(*, truths: Mapping[int, TransactionStatus | None], now: datetime) -> list[Change]:
    """Lock payments and judge, in memory, those answers that ask for a plain step and no more; the caller holds the
    locks of their orders, and saves what it uses by :func:`keep`.

    Left out is what needs a look of its own: a payment that somebody else has locked, or has looked at since ``now``, one
    that is set aside or may still be taken back, money that is gone or disputed, and an order with refunds.
    """
    with_refunds = Refund.objects.filter(payment__order=OuterRef("order"))
    plain = Payment.objects.filter(~Exists(with_refunds), pk__in=truths, is_quarantined=False, provisional_until=None)
    rows = plain.select_related("merchant_account").select_for_update(of=("self",), skip_locked=True).order_by("pk")
    changes = [
        judge(payment, truths[payment.pk], now=now)
        for payment in rows
        if payment.looked_at is None or payment.looked_at <= now
    ]
    return [
        change
        for change in changes
        if change.effect in (Effect.NOTHING, Effect.CONFIRM)
        and not change.payment.is_quarantined
        and change.payment.provisional_until is None
    ]


def keep(changes: Collection[Change]) -> None:
    """Save payments that were judged together, in one statement."""
    # The rows exist and are locked: an upsert is one plain statement where a bulk update is a forest of CASEs.
    Payment.objects.bulk_create(
        [change.payment for change in changes], update_conflicts=True, unique_fields=["id"], update_fields=_JUDGED
    )


def explain_payment(*, payment_id: int, explanation: str, by_id: int | None, now: datetime) -> None:
    """A person found out why Midtrans reports something else of a payment that is set aside. A repeat mends the words.

    :raises InvalidInput: nothing was written, or the payment agrees (by now).
    """
    words = " ".join(explanation.replace("\x00", "").split())[:200]
    if not words:
        raise InvalidInput(_("Write down why it differs."))
    aside = Payment.objects.filter(pk=payment_id, is_quarantined=True)
    if not aside.update(explanation=words, explained_by_id=by_id, explained_at=now):
        raise InvalidInput(_("This payment is not set aside any more. Load the page again."))


@transaction.atomic
def give_up_dispute(*, payment_id: int) -> Payment | None:
    """Write a disputed payment off; the caller holds the order's lock. None if that was done before.

    :raises TransitionRefused: it is not disputed.
    """
    payment = Payment.objects.select_related("merchant_account").select_for_update(of=("self",)).get(pk=payment_id)
    if payment.status == PaymentStatus.REVERSED:
        return None
    if payment.status != PaymentStatus.DISPUTED:
        raise TransitionRefused(before=payment.status, after=PaymentStatus.REVERSED)
    payment.status, payment.check_at = PaymentStatus.REVERSED, None
    payment.save(update_fields=["status", "check_at"])
    return payment


@transaction.atomic
def looked_in_vain(*, payment_id: int, now: datetime) -> None:
    """Midtrans knows nothing of the attempt: nobody has chosen a method yet, or ever will."""
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    judge(payment, None, now=now)
    payment.save(update_fields=["checks", "looked_at", "check_at"])


def status_of(truth: TransactionStatus, before: PaymentStatus) -> PaymentStatus | None:
    """Midtrans' words as a status of ours; None for a word that we do not know, which changes nothing."""
    meanings = MEANINGS.get(truth.transaction_status)
    if meanings is None:
        logger.error("Midtrans says %.20r of a payment; that word is not known", truth.transaction_status)
        return None
    after = meanings.get("*") or meanings.get(truth.fraud_status, PaymentStatus.FAILED)
    counted = before in (PaymentStatus.PAID, PaymentStatus.DISPUTED)
    # Money that was counted and is gone is another matter than money that never came.
    return PaymentStatus.REVERSED if counted and after == PaymentStatus.FAILED else after


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
    if payment.status == PaymentStatus.DISPUTED:
        return now + timedelta(days=1) if now < (payment.paid_at or payment.created_at) + _DISPUTES else None
    if payment.status == PaymentStatus.REVERSED:
        return None
    if now < payment.expires_at + timedelta(minutes=30):
        return now + timedelta(minutes=min(1 + payment.checks, 5))
    if now < payment.expires_at + timedelta(hours=2):
        return now + timedelta(minutes=15)
    if now < payment.expires_at + timedelta(hours=48):
        return now + timedelta(hours=1)
    # Nothing undecided is ever forgotten, however long the sweeper stood still.
    return None if payment.status == PaymentStatus.FAILED else now + timedelta(days=1)


def _write(payment: Payment, truth: TransactionStatus, *, now: datetime) -> None:
    """Status, method and times of an answer; or that it does not fit."""
    before = PaymentStatus(payment.status)
    after = status_of(truth, before)
    if _is_riddle(before, after) or not _is_ours(payment, truth):
        logger.error("Midtrans reports of payment %s what does not fit it", payment.pk)
        if not payment.is_quarantined:
            # What was found out about an earlier time says nothing of this one.
            payment.is_quarantined, payment.explained_at = True, None
        return
    if after is not None and after != before and after in PAYMENT_TRANSITIONS[before]:
        payment.status = after
        if effect_of(before, after) == Effect.CONFIRM:
            _note_money(payment, truth, now=now)
    elif after == before == PaymentStatus.PAID and (payment.provisional_until or now) <= now:
        payment.provisional_until = None
    if truth.payment_type and payment.status in (PaymentStatus.PENDING, PaymentStatus.REVIEW):
        payment.method, payment.payment_type = method_of(truth.payment_type), truth.payment_type
        payment.issuer = truth.channel[:30]
    payment.transaction_id = truth.transaction_id[:60] or payment.transaction_id
    payment.acquirer = truth.acquirer[:30] or payment.acquirer
    payment.is_on_us = payment.is_on_us if truth.on_us is None else truth.on_us
    payment.is_quarantined = False


def _is_riddle(before: PaymentStatus, after: PaymentStatus | None) -> bool:
    """Whether only a person can say what is left: of what was disputed before we knew of the money, for which nothing is
    handed over, and of what is paid after all although it was taken back or written off here.
    """
    if before == PaymentStatus.REVERSED:
        return after == PaymentStatus.PAID
    return after == PaymentStatus.DISPUTED and after not in PAYMENT_TRANSITIONS[before] and after != before


def _next_refund_look(payment: Payment, *, now: datetime) -> datetime | None:
    """When to look for a refund that Midtrans accepted and the bank has not confirmed."""
    accepted = payment.refunds.filter(status=RefundStatus.ACCEPTED).order_by("-requested_at")
    since = accepted.values_list("requested_at", flat=True).first()
    if since is None:
        return None
    return next((now + pause for age, pause in _REFUND_LOOKS if now < since + age), None)


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
