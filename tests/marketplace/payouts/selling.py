"""What settlements are made of: orders that were paid, fulfilled, and whose hold is over."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from django.db import transaction

from demo.simulator.server import SimulatorServer
from marketplace.ledger.models import JournalKind
from marketplace.ledger.services import Transfer, post
from marketplace.orders.models import Order, ShopOrder
from marketplace.orders.services import receive_part
from marketplace.payouts.models import Settlement
from marketplace.payouts.services import close_period
from tests.factories.orders import NOW, fill_cart, goods, placed_order
from tests.marketplace.sales.money import pay

__all__ = ["NOW", "SUNDAY", "close", "comes_to_owe", "fill_cart", "goods", "placed_order", "receive", "sold"]

# NOW is Sunday 22 November 2026; a week later everything is off hold.
SUNDAY = date(2026, 11, 29)


@transaction.atomic
def receive(order: Order, *, at: datetime = NOW) -> None:
    """All of an order arrived."""
    for part in ShopOrder.objects.filter(order=order, status="TO_PACK"):
        part.status = "SENT"
        part.save(update_fields=["status"])
        receive_part(part, now=at, by_id=None)


def sold(midtrans: SimulatorServer, *lines: tuple, at: datetime = NOW) -> Order:
    """An order that was paid and has arrived."""
    order = placed_order(*lines, now=at)
    pay(midtrans, order, now=at)
    receive(order, at=at)
    return order


def comes_to_owe(code: str, amount: int, *, at: datetime) -> None:
    """Something of a payee's account goes to the operator, as the commission on cash does: so much less is settled."""
    transfer = Transfer(code, "commission:operator", amount)
    post(kind=JournalKind.REVERSAL, reference=f"test:{uuid4()}", transfers=[transfer], now=at)


def close(until: date = SUNDAY) -> list[Settlement]:
    """Close a period on the morning after it."""
    now = datetime.combine(until + timedelta(days=1), NOW.timetz())
    return list(Settlement.objects.filter(pk__in=close_period(until=until, now=now)).order_by("pk"))
