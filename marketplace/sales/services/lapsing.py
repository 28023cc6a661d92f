"""Giving up: orders that nobody paid, and those that the buyer cancels before paying."""

from datetime import datetime


def lapse_unpaid_orders(*, now: datetime, limit: int) -> int:
    """Close orders past their last deadline and give back what they held; returns how many were looked at.

    Midtrans is asked first; if it does not answer, the deadline moves on.
    """
    raise NotImplementedError


def cancel_order(*, order_id: int, now: datetime, by_id: int | None = None) -> None:
    """Cancel an order that is not paid, and give back what it held. A repeat changes nothing.

    The payment page is closed first, outside any transaction.

    :raises TransitionRefused: the order is paid, or the buyer is paying right now.
    :raises GatewayError: Midtrans does not answer, so whether it was paid is not known.
    """
    raise NotImplementedError
