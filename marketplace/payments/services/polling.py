"""The poller: what a lost notification would have told is found out anyway."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from foundation.outbox.services import publish_many
from marketplace.payments.models import Payment, PaymentStatus

# Until the look was taken, and wrote a better time on the row.
_PATIENCE = timedelta(minutes=5)
RECHECKED_FOR = timedelta(days=3)


@transaction.atomic
def ask_again(*, now: datetime, limit: int) -> int:
    """Have due payments looked at; returns how many. Whoever applies payments does the asking."""
    due = Payment.objects.filter(check_at__lte=now).order_by("check_at", "pk")
    ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
    if ids:
        Payment.objects.filter(pk__in=ids).update(check_at=now + _PATIENCE)
        publish_many(topic="payment.notified", keys=ids, now=now)
    return len(ids)


def look_at(*, payment_id: int, at: datetime) -> None:
    """Have the poller look at a payment at this time, if it would not sooner."""
    Payment.objects.filter(Q(check_at=None) | Q(check_at__gt=at), pk=payment_id).update(check_at=at)


def recheck_paid(*, now: datetime) -> int:
    """Have everything that was paid in the last days looked at: refunds, reversals and disputes may come without a word.

    Each payment has its own daily look already; this finds those that lost it. Returns how many are looked at.
    """
    paid = Payment.objects.filter(
        status__in=(PaymentStatus.PAID, PaymentStatus.DISPUTED),
        paid_at__gt=now - RECHECKED_FOR,
        gateway_order_id__isnull=False,
    )
    return paid.filter(Q(check_at=None) | Q(check_at__gt=now)).update(check_at=now)
