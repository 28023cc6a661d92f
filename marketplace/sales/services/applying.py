"""Applying what Midtrans says: it is asked first, then everything happens once, in one transaction."""

from datetime import datetime

from marketplace.payments.models import PaymentStatus


def apply_payment(*, payment_id: int, now: datetime) -> PaymentStatus:
    """Ask Midtrans about a payment attempt and bring order, ledger, stock and tickets in line with the answer.

    Any number of calls, in any order, in parallel, end in the same state. Call it outside any transaction.

    :raises GatewayError: Midtrans does not answer; nothing was changed.
    """
    raise NotImplementedError


def settle_provisional(*, now: datetime, limit: int) -> int:
    """Make tickets valid whose payment can no longer be taken back. Asks Midtrans first; returns how many payments."""
    raise NotImplementedError
