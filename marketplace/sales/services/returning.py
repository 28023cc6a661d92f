"""Taking back what was sold, inside the caller's transaction: stock, tickets, ledger, and a refund row to be sent."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import F, Sum

from foundation.outbox.services import publish
from marketplace.inventory.services import release, release_quantity
from marketplace.orders.models import Order, OrderLine, OrderStatus, ShopOrder, ShopOrderStatus
from marketplace.orders.services import cancel_parts
from marketplace.payments import services as payments
from marketplace.payments.models import Payment, Refund, RefundStatus
from marketplace.sales.services import journals
from marketplace.tickets import services as tickets

_LEFT_THE_SHOP = (ShopOrderStatus.SENT, ShopOrderStatus.RECEIVED)


def returnable(payment: Payment) -> int:
    """How much of a payment has not gone back and is not about to; one query."""
    gone = Refund.objects.filter(payment=payment).exclude(status=RefundStatus.FAILED).aggregate(total=Sum("amount"))
    return payment.amount - (gone["total"] or 0)


def return_money(*, order: Order, payment: Payment, reason: str, now: datetime) -> Refund:
    """Send a whole payment back that bought nothing; the caller holds the locks."""
    payments.mark_surplus(payment=payment)
    refund = payments.request(payment=payment, amount=returnable(payment), lines={}, reason=reason, now=now)
    journals.set_aside_for(refund, order=order, lines={}, parts=(), now=now)
    publish(topic="refund.requested", key=refund.pk, now=now)
    return refund


def take_back(
    *,
    order: Order,
    payment: Payment,
    quantities: Mapping[UUID, int],
    reason: str,
    now: datetime,
    by_id: int | None = None,
) -> Refund | None:
    """Take lines of a paid order back, with the shipping of parts of which nothing is left; the caller holds the locks.

    None if they cost nothing.
    """
    lines = {line.pk: line for line in journals.lines_of(order)}
    taken = {lines[line_id]: quantity for line_id, quantity in quantities.items() if quantity}
    parts = _emptied(order, lines, quantities)
    amount = sum(journals.slice_of(line, quantity)[0] for line, quantity in taken.items())
    amount += sum(part.shipping_amount - part.discount_amount for part in parts)
    refund = None
    if amount:
        named = {str(line.pk): quantity for line, quantity in taken.items()} | {str(part.shipment): 1 for part in parts}
        refund = payments.request(payment=payment, amount=amount, lines=named, reason=reason, now=now)
        journals.set_aside_for(refund, order=order, lines=taken, parts=parts, now=now)
        publish(topic="refund.requested", key=refund.pk, now=now)
    for line, quantity in taken.items():
        _give_back(line, quantity, now=now)
    cancel_parts(order=order, now=now, only=[part.pk for part in parts])
    everything = all(line.refunded_quantity + taken.get(line, 0) == line.quantity for line in lines.values())
    order.move_to(
        OrderStatus.REFUNDED if everything else OrderStatus.PARTLY_REFUNDED, at=now, by_id=by_id, note=reason[:200]
    )
    publish(topic="order.refunded", key=order.pk, now=now)
    return refund


def _emptied(order: Order, lines: Mapping[UUID, OrderLine], quantities: Mapping[UUID, int]) -> list[ShopOrder]:
    """The parts of which nothing is left once these go back, and that have not left their shop."""
    left: dict[int, int] = {}
    for line in lines.values():
        still = line.quantity - line.refunded_quantity - quantities.get(line.pk, 0)
        left[line.shop_order_id] = left.get(line.shop_order_id, 0) + still
    return [
        part
        for part in journals.parts_of(order)
        if left.get(part.pk) == 0 and (not part.shipping_method or part.status not in _LEFT_THE_SHOP)
    ]


def _give_back(line: OrderLine, quantity: int, *, now: datetime) -> None:
    OrderLine.objects.filter(pk=line.pk).update(refunded_quantity=F("refunded_quantity") + quantity)
    if line.slot_id is not None:
        tickets.void(line_id=line.pk, quantity=quantity, now=now)
    elif line.shop_order.status in _LEFT_THE_SHOP:
        return  # what has left the shop is not back in its stock by our saying so
    if line.refunded_quantity + quantity == line.quantity:
        release(lines=[line.pk], now=now)
    else:
        release_quantity(line=line.pk, quantity=quantity, now=now)
