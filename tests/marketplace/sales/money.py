"""Short ways of saying what tests of money say often."""

from datetime import datetime

from demo.simulator.server import SimulatorServer
from foundation.audit.registry import registered
from marketplace.ledger.queries import balances
from marketplace.orders.models import Order
from marketplace.payments.models import Payment, PaymentStatus
from marketplace.sales.services import apply_payment, start_payment
from tests.factories.orders import NOW

# Of "What must always hold": all but who sees what, the search index, and personal data.
MONEY_LINES = {1, 2, 3, 4, 5, 6, 7, 11}


def choose(
    midtrans: SimulatorServer, order: Order, method: str = "other_qris", *, card: str = "", now: datetime = NOW
) -> Payment:
    """Open the order's payment page and pick a method on it."""
    start_payment(order_id=order.pk, now=now)
    payment = Payment.objects.filter(order=order).latest("pk")
    midtrans.choose(payment.snap_token, method, card)
    return payment


def pay(midtrans: SimulatorServer, order: Order, method: str = "other_qris", *, now: datetime = NOW) -> Payment:
    """Pay an order and apply what Midtrans says of it."""
    payment = choose(midtrans, order, method, now=now)
    midtrans.pay(payment.gateway_order_id or "")
    assert apply_payment(payment_id=payment.pk, now=now) == PaymentStatus.PAID
    payment.refresh_from_db()
    order.refresh_from_db()
    return payment


def money() -> dict[str, int]:
    """Every account that holds something."""
    return {code: balance for code, balance in balances("").items() if balance}


def faults() -> list[str]:
    """What the audit of stock, money and tickets finds at fault; the search index is another matter."""
    money_checks = [(name, check) for name, line, check in registered() if line in MONEY_LINES]
    return [f"{name}: {finding.row} {finding.fault}" for name, check in money_checks for finding in check()]
