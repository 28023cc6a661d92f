"""Payments: attempts, what Midtrans told us unasked, what it answered when asked, and what went back."""

from marketplace.payments.services.attempts import (
    close_attempt,
    close_attempts,
    open_attempt,
    page_opened,
    page_refused,
    page_unknown,
    take_page,
)
from marketplace.payments.services.notifications import Answer, erase_old_notifications, record_notification
from marketplace.payments.services.polling import ask_again, look_at
from marketplace.payments.services.refunds import (
    call_off,
    confirm_refund,
    mark_surplus,
    refund_accepted,
    refund_failed,
    refund_paid_by_hand,
    request,
)
from marketplace.payments.services.truth import Change, apply_truth, looked_in_vain

__all__ = [
    "Answer",
    "Change",
    "apply_truth",
    "ask_again",
    "call_off",
    "close_attempt",
    "close_attempts",
    "confirm_refund",
    "erase_old_notifications",
    "look_at",
    "looked_in_vain",
    "mark_surplus",
    "open_attempt",
    "page_opened",
    "page_refused",
    "page_unknown",
    "record_notification",
    "refund_accepted",
    "refund_failed",
    "refund_paid_by_hand",
    "request",
    "take_page",
]
