"""What pages show of payments."""

from dataclasses import dataclass
from datetime import datetime


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

    amount: int
    status: str
    status_words: str
    reason: str
    requested_at: datetime
    done_at: datetime | None


def payment_of_order(order_id: int, *, now: datetime) -> PaymentView | None:
    """The attempt that counts: the paid one, else the newest."""
    raise NotImplementedError


def refunds_of_order(order_id: int) -> list[RefundView]:
    """What went back or is going back, oldest first."""
    raise NotImplementedError
