"""Attempts to pay: each with an order_id of its own at Midtrans, so that one may fail and the next succeed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from marketplace.orders.models import Order
from marketplace.payments.gateway import SnapSession
from marketplace.payments.models import Payment, PaymentMethod, PaymentStatus

# A request for a page that said nothing for this long has died; the gateway's own time-outs are shorter.
PAGE_PATIENCE = timedelta(seconds=20)
FIRST_LOOK = timedelta(minutes=1)


@transaction.atomic
def open_attempt(*, order: Order, now: datetime) -> Payment:
    """The attempt that is still good, or a new one; the caller holds the order's lock."""
    live = (PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.REVIEW)
    attempts = list(Payment.objects.filter(order=order).order_by("pk"))
    for attempt in reversed(attempts):
        if attempt.status in live and attempt.expires_at > now:
            return attempt
    return Payment.objects.create(
        order=order,
        merchant_account_id=order.merchant_account_id,
        gateway_order_id=f"{order.code}-{len(attempts) + 1}",
        amount=order.amount,
        created_at=now,
        expires_at=order.payable_until,
        check_at=now + FIRST_LOOK,
    )


def take_cash(*, order: Order, now: datetime) -> Payment:
    """The whole amount was paid in cash; the caller is in the transaction that made the order."""
    return Payment.objects.create(
        order=order,
        merchant_account_id=order.merchant_account_id,
        amount=order.amount,
        status=PaymentStatus.PAID,
        method=PaymentMethod.CASH,
        created_at=now,
        expires_at=now,
        paid_at=now,
    )


def take_page(*, payment_id: int, now: datetime) -> bool:
    """Claim the right to ask Midtrans for this attempt's page; False if it has one, or another request is asking."""
    nobody_asks = Q(page_asked_at=None) | Q(page_asked_at__lt=now - PAGE_PATIENCE)
    claimed = Payment.objects.filter(nobody_asks, pk=payment_id, redirect_url="", status=PaymentStatus.CREATED)
    return bool(claimed.update(page_asked_at=now))


def page_opened(*, payment_id: int, session: SnapSession) -> None:
    """Keep where the buyer pays."""
    Payment.objects.filter(pk=payment_id).update(
        snap_token=session.token, redirect_url=session.redirect_url, page_asked_at=None
    )


def page_unknown(*, payment_id: int) -> None:
    """Midtrans did not answer: the next request asks again under the same order_id, which is safe."""
    Payment.objects.filter(pk=payment_id).update(page_asked_at=None)


def page_refused(*, payment_id: int) -> None:
    """Midtrans will not open a page for this attempt: it ends, and the next has another order_id."""
    Payment.objects.filter(pk=payment_id, status=PaymentStatus.CREATED).update(
        status=PaymentStatus.FAILED, page_asked_at=None
    )


def close_attempt(*, payment_id: int) -> None:
    """End an attempt of which Midtrans said that its page is closed and nothing was chosen."""
    Payment.objects.filter(pk=payment_id, status=PaymentStatus.CREATED).update(
        status=PaymentStatus.FAILED, check_at=None
    )


def close_attempts(*, order_id: int) -> None:
    """End attempts of which Midtrans said that no page is open and nothing was chosen; the caller holds the order's lock."""
    Payment.objects.filter(order_id=order_id, status=PaymentStatus.CREATED).update(
        status=PaymentStatus.FAILED, check_at=None
    )
