"""Giving money back: by Midtrans where the channel can, by hand where it cannot."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from foundation.errors import DomainError
from marketplace.payments.models import Refund


class RefundRefused(DomainError):
    """There is not that much to give back."""

    code = "refund_refused"


def request_refund(
    *, order_id: int, lines: Mapping[UUID, int] | None, reason: str, now: datetime, by_id: int | None = None
) -> Refund:
    """Take lines of a paid order back: stock, tickets, ledger, and a refund row that is sent afterwards.

    :param lines: how many of which line; None for all that is left, shipping included.
    :raises RefundRefused: not paid, or more than is left.
    """
    raise NotImplementedError


def send_refunds(*, now: datetime, limit: int) -> int:
    """Ask Midtrans for requested refunds, outside any transaction; returns how many were tried."""
    raise NotImplementedError


def record_manual_refund(*, refund_id: int, by_id: int, now: datetime) -> None:
    """Note that a person has paid back what the channel cannot. A repeat changes nothing."""
    raise NotImplementedError
