"""Asking for the money: a payment attempt and its page at Midtrans."""

from datetime import datetime

from foundation.errors import DomainError


class PaymentNotPossible(DomainError):
    """The order cannot be paid any more, or needs no payment."""

    code = "payment_not_possible"


def start_payment(*, order_id: int, now: datetime) -> str:
    """Where the buyer pays: the address of a Midtrans page for the whole order.

    A repeat gives the same page while it lives; after a failed or expired attempt it makes another. If Midtrans does not
    answer, nothing is lost: a repeat asks again under the same order_id. Call it outside any transaction.

    :raises PaymentNotPossible: paid, cancelled, or past its deadline.
    :raises GatewayError: Midtrans does not answer or refused; the sentence says to try again.
    """
    raise NotImplementedError
