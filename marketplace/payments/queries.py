"""What pages show of payments."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.payments.channels import words_of
from marketplace.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from marketplace.payments.services.accounts import BANKS


@dataclass(frozen=True)
class PaymentView:
    """One attempt to pay."""

    id: int
    status: str
    # A PaymentMethod with its words ("QRIS", "virtual account BNI"); empty before a method is chosen.
    method: str
    method_words: str
    amount: int
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    is_provisional: bool
    redirect_url: str


@dataclass(frozen=True)
class RefundView:
    """Money that goes back."""

    id: int
    # Without what was paid of it otherwise.
    amount: int
    status: str
    status_words: str
    reason: str
    requested_at: datetime
    done_at: datetime | None
    # Whether the buyer is to say where it goes; and what they said, but for its last digits hidden.
    needs_account: bool
    account_words: str


# Which attempt counts, best first; among equals the newest.
_WEIGHT = {
    PaymentStatus.PAID: 0,
    PaymentStatus.DISPUTED: 1,
    PaymentStatus.REVIEW: 2,
    PaymentStatus.PENDING: 3,
    PaymentStatus.CREATED: 4,
    PaymentStatus.REVERSED: 5,
    PaymentStatus.FAILED: 6,
}


def payment_of_order(order_id: int) -> PaymentView | None:
    """The attempt that counts: the paid one, else the newest that lives; one query."""
    attempts = sorted(
        Payment.objects.filter(order_id=order_id), key=lambda one: (_WEIGHT[PaymentStatus(one.status)], -one.pk)
    )
    return _view(attempts[0]) if attempts else None


def refunds_of_order(order_id: int) -> list[RefundView]:
    """What went back or is going back, oldest first; one query.

    One that was paid by others, which are shown, is not shown again.
    """
    rows = Refund.objects.filter(payment__order_id=order_id).select_related("account").order_by("pk")
    return [_refund_view(row) for row in rows if row.own_amount]


def refund_view(refund_id: int) -> RefundView | None:
    """One refund; one query."""
    row = Refund.objects.select_related("account").filter(pk=refund_id).first()
    return _refund_view(row) if row else None


def _refund_view(row: Refund) -> RefundView:
    account = getattr(row, "account", None)
    is_given = account is not None and account.given_at is not None
    return RefundView(
        id=row.pk,
        amount=row.own_amount or row.amount,
        status=row.status,
        status_words=str(RefundStatus(row.status).label),
        reason=row.reason,
        requested_at=row.requested_at,
        done_at=row.done_at,
        needs_account=account is not None and row.status in (RefundStatus.MANUAL, RefundStatus.TREASURY),
        account_words=f"{BANKS.get(account.bank, account.bank)} …{account.number[-4:]}" if account and is_given else "",
    )


def _view(payment: Payment) -> PaymentView:
    return PaymentView(
        id=payment.pk,
        status=payment.status,
        method=payment.method,
        method_words=words_of(payment),
        amount=payment.amount,
        created_at=payment.created_at,
        expires_at=payment.expires_at,
        paid_at=payment.paid_at,
        is_provisional=payment.status == PaymentStatus.PAID and payment.provisional_until is not None,
        redirect_url=payment.redirect_url,
    )
