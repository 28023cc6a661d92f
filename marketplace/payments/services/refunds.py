"""Refund rows: asked for, accepted by Midtrans, confirmed by the bank; or paid by a person, or by a treasury."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Case, F, Value, When

from foundation.codes import random_code
from foundation.outbox.services import publish_many
from marketplace.payments.channels import can_refund
from marketplace.payments.models import (
    OPEN_REFUNDS,
    CountedRefund,
    Payment,
    Refund,
    RefundAccount,
    RefundBearer,
    RefundPart,
    RefundStatus,
)
from marketplace.payments.services.accounts import ask_for_account

# The same key is the same refund at Midtrans for this long; then another one is needed.
SAME_KEY_FOR = timedelta(days=7)
# What a refund made at Midtrans' dashboard may pay; what a treasury has is not Midtrans' to give back.
SATISFIABLE = (RefundStatus.REQUESTED, RefundStatus.MANUAL, RefundStatus.ACCEPTED)
# Pauses between tries when Midtrans does not answer; the last one repeats.
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720))


def request(
    *,
    payment: Payment,
    amount: int,
    lines: Mapping[str, int],
    reason: str,
    now: datetime,
    parts: Iterable[RefundPart] = (),
    treasury: tuple[int, date] | None = None,
) -> Refund:
    """Note that money is to go back; the caller holds the order's lock and has seen that there is so much.

    :param parts: unsaved, the price rows that it is of.
    :param treasury: whose treasury has the money already (a region's key), and until when it is to give it back.
    """
    if treasury is not None:
        status = RefundStatus.TREASURY
    elif can_refund(payment, amount, now=now):
        status = RefundStatus.REQUESTED
    else:
        status = RefundStatus.MANUAL
    refund = Refund.objects.create(
        payment=payment,
        key=new_key(payment),
        key_made_at=now,
        amount=amount,
        status=status,
        reason=reason[:200],
        lines=dict(lines),
        requested_at=now,
        try_at=now + _PAUSES[0] if status == RefundStatus.REQUESTED else None,
        region_id=treasury[0] if treasury else None,
        deadline_date=treasury[1] if treasury else None,
    )
    rows = list(parts)
    for row in rows:
        row.refund = refund
    RefundPart.objects.bulk_create(rows)
    if status != RefundStatus.REQUESTED:
        ask_for_account(refund_id=refund.pk, now=now)
    return refund


def give_back_cash(*, payment: Payment, reason: str, by_id: int, now: datetime) -> Refund:
    """Note that a payment in cash was given back whole, in cash; the caller holds the order's lock."""
    return Refund.objects.create(
        payment=payment,
        key=new_key(payment),
        amount=payment.amount,
        status=RefundStatus.DONE,
        reason=reason[:200],
        requested_at=now,
        done_at=now,
        is_by_hand=True,
        paid_by_id=by_id,
    )


def note_made(*, payment: Payment, key: str, amount: int, reason: str, made_at: datetime, now: datetime) -> Refund:
    """Note a refund that Midtrans made without us; the caller holds the order's lock. Who bears it is open."""
    return Refund.objects.create(
        payment=payment,
        key=key,
        amount=amount,
        status=RefundStatus.ACCEPTED,
        reason=reason[:200],
        bearer=RefundBearer.OPEN,
        requested_at=made_at,
        accepted_at=now,
    )


def satisfied_by(*, refund: Refund, key: str, now: datetime) -> bool:
    """Midtrans gave this money back unasked, under a key of its own; False if a person paid it meanwhile.

    The keys it was asked for with are forgotten: should Midtrans do that, too, it is another refund.
    """
    is_satisfied = Refund.objects.filter(pk=refund.pk, status__in=SATISFIABLE).update(
        status=RefundStatus.ACCEPTED,
        key=new_key(refund.payment),
        former_keys=[key],
        accepted_at=now,
        try_at=None,
        last_error="",
    )
    refund.refresh_from_db()
    return bool(is_satisfied)


def new_key(payment: Payment) -> str:
    """A key that no refund had: letters, digits and dashes, as Midtrans wants them."""
    return f"{payment.gateway_order_id or payment.pk}-R{random_code(6)}"


def mark_surplus(*, payment: Payment) -> None:
    """Note that a payment bought nothing; the caller holds the order's lock and sends all of it back."""
    payment.is_surplus = True
    payment.save(update_fields=["is_surplus"])


def refund_accepted(*, refund_id: int, now: datetime) -> None:
    """Midtrans took it up; only the bank's confirmation ends it."""
    waiting = Refund.objects.filter(pk=refund_id, status__in=(RefundStatus.REQUESTED, RefundStatus.MANUAL))
    waiting.update(status=RefundStatus.ACCEPTED, accepted_at=now, try_at=None, last_error="")


def refund_failed(*, refund_id: int, error: str) -> None:
    """Midtrans will not do it: a person decides, who can try again or ask the buyer for an account.

    Not where its list has shown meanwhile that the money went back.
    """
    Refund.objects.filter(pk=refund_id, status=RefundStatus.REQUESTED).update(
        status=RefundStatus.MANUAL, try_at=None, last_error=error[:200]
    )


def refund_forgotten(*, refund_id: int, now: datetime) -> None:
    """Midtrans does not list what it had accepted: it is asked again, with the same key."""
    accepted = Refund.objects.filter(pk=refund_id, status=RefundStatus.ACCEPTED)
    accepted.update(status=RefundStatus.REQUESTED, accepted_at=None, try_at=now)


def refund_waits(*, refund_id: int, until: datetime | None, now: datetime) -> None:
    """Midtrans did not answer, or takes no refunds at this hour: when it is asked again."""
    refund = Refund.objects.get(pk=refund_id)
    pause = _PAUSES[min(refund.tries, len(_PAUSES) - 1)]
    Refund.objects.filter(pk=refund_id, status=RefundStatus.REQUESTED).update(
        try_at=until or now + pause, tries=F("tries") + 1
    )


def try_at_gateway_again(*, refund_id: int, now: datetime) -> bool:
    """A person wants Midtrans asked once more for what it refused, under a new key; True if it was waiting for that."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    # Midtrans knows amounts by their key: one of which a part was paid otherwise is paid by hand.
    refused = Refund.objects.filter(pk=refund_id, status=RefundStatus.MANUAL, counted_amount=0)
    return bool(
        refused.update(
            status=RefundStatus.REQUESTED,
            key=new_key(refund.payment),
            key_made_at=now,
            former_keys=[*refund.former_keys, refund.key],
            try_at=now,
            tries=0,
            last_error="",
        )
    )


def renew_key(*, refund_id: int, now: datetime) -> Refund:
    """Give a refund another key, since Midtrans no longer knows the old one for a repeat; the old one is kept."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    Refund.objects.filter(pk=refund_id, key=refund.key).update(
        key=new_key(refund.payment), key_made_at=now, former_keys=[*refund.former_keys, refund.key]
    )
    return Refund.objects.select_related("payment__merchant_account").get(pk=refund_id)


def send_waiting_refunds(*, now: datetime, limit: int) -> int:
    """Have refunds sent whose time has come; returns how many. Whoever sends refunds does the asking."""
    due = Refund.objects.filter(status=RefundStatus.REQUESTED, try_at__lte=now).order_by("try_at", "pk")
    ids = list(due.values_list("pk", flat=True)[:limit])
    if ids:
        Refund.objects.filter(pk__in=ids).update(try_at=now + _PAUSES[0])
        publish_many(topic="refund.requested", keys=ids, now=now)
    return len(ids)


def call_off(*, payment: Payment) -> list[Refund]:
    """The payment was taken back, so nothing of it is given back: end its open refunds, and return them.

    The caller holds the order's lock.
    """
    refunds = list(Refund.objects.filter(payment=payment, status__in=OPEN_REFUNDS))
    # What the dashboard paid of one that ends so is somebody's to bear again.
    for counted in CountedRefund.objects.filter(refund__in=refunds).select_related("made"):
        Refund.objects.filter(pk=counted.made_id).update(
            used_amount=F("used_amount") - counted.amount,
            bearer=Case(When(bearer=RefundBearer.COUNTED, then=Value(RefundBearer.OPEN.value)), default=F("bearer")),
        )
    Refund.objects.filter(pk__in=[refund.pk for refund in refunds]).update(
        status=RefundStatus.FAILED, try_at=None, last_error="the payment was taken back"
    )
    return refunds


def confirm_refund(*, refund_id: int, now: datetime) -> bool:
    """The money is back with the buyer, says the bank; True the first time."""
    pending = Refund.objects.filter(
        pk=refund_id, status__in=(RefundStatus.REQUESTED, RefundStatus.ACCEPTED, RefundStatus.MANUAL)
    )
    return bool(pending.update(status=RefundStatus.DONE, done_at=now, try_at=None, last_error=""))


def refund_paid_by_hand(
    *, refund_id: int, now: datetime, paid_at: datetime | None = None, by_id: int | None = None, proof: str = ""
) -> bool:
    """A person or a treasury has paid it back; True the first time."""
    manual = Refund.objects.filter(pk=refund_id, status__in=(RefundStatus.MANUAL, RefundStatus.TREASURY))
    return bool(
        manual.update(
            status=RefundStatus.DONE, done_at=paid_at or now, is_by_hand=True, paid_by_id=by_id, proof=proof[:60]
        )
    )


def count_toward(*, made: Refund, refund: Refund, amount: int, closed: int, now: datetime, by_id: int | None) -> None:
    """Count so much of one that Midtrans made without us toward one that a person was to pay, and let so much of it be.

    The caller holds the order's lock and both rows'. What is paid so is done; what is left waits on.
    """
    CountedRefund.objects.create(made=made, refund=refund, amount=amount, at=now, by_id=by_id)
    made.used_amount += amount
    if not made.unused_amount:
        made.bearer = RefundBearer.COUNTED
    made.save(update_fields=["used_amount", "bearer"])
    refund.counted_amount += amount
    refund.closed_amount += closed
    if not refund.own_amount:
        refund.status, refund.done_at, refund.try_at, refund.last_error = RefundStatus.DONE, now, None, ""
    refund.save(update_fields=["counted_amount", "closed_amount", "status", "done_at", "try_at", "last_error"])


def put_in_charge(*, refund_id: int, user_id: int) -> None:
    """Who sees to a refund of a treasury."""
    Refund.objects.filter(pk=refund_id, status=RefundStatus.TREASURY).update(in_charge_id=user_id)


def erase_old_accounts(*, now: datetime) -> int:
    """Blank accounts whose refund ended long enough ago; returns how many were blanked."""
    ended = RefundAccount.objects.filter(erased_at=None).exclude(refund__status__in=OPEN_REFUNDS)
    old = ended.filter(refund__requested_at__lt=now - ACCOUNTS_KEPT_FOR).exclude(
        refund__done_at__gte=now - ACCOUNTS_KEPT_FOR
    )
    return old.update(bank="", number="", holder="", erased_at=now)


def erase_accounts_of(*, order_id: int, now: datetime) -> int:
    """Blank the accounts that an order's ended refunds went to; returns how many were blanked."""
    ended = RefundAccount.objects.filter(refund__payment__order=order_id, erased_at=None)
    return ended.exclude(refund__status__in=OPEN_REFUNDS).update(bank="", number="", holder="", erased_at=now)


# A buyer may ask where the money went, and an auditor of the year too.
ACCOUNTS_KEPT_FOR = timedelta(days=400)
