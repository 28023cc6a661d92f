"""Confirming: holds become sales, tickets are issued, shops get their parts. Each step is safe to repeat."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from foundation.outbox.services import publish
from marketplace.inventory.queries import pools_of
from marketplace.inventory.services import Demand, PoolExhausted, confirm, retake
from marketplace.orders.models import Order, OrderLine, OrderStatus
from marketplace.orders.services import open_parts
from marketplace.payments.models import Payment
from marketplace.sales.services import journals
from marketplace.sales.services.returning import return_money, take_back
from marketplace.tickets import services as tickets

# Of a hold that is confirmed in the same transaction.
_A_MOMENT = timedelta(minutes=1)


def confirm_free(*, order: Order, now: datetime) -> None:
    """An order of 0 rupiah is paid when it is placed; called inside that transaction."""
    lines = journals.lines_of(order)
    confirm(lines=[line.pk for line in lines], now=now)
    _mark_paid(order, at=now, now=now)
    fulfil(order=order, payment=None, lines=lines, now=now)


def confirm_paid(*, order: Order, payment: Payment, now: datetime) -> None:
    """The whole amount came in; the caller holds the locks of order and payment.

    Money for an order that was given up re-takes what is still free; the rest goes back. Money for an order that is
    already paid goes back whole.
    """
    journals.post_payment(order=order, payment=payment, now=now)
    if order.status not in (OrderStatus.PLACED, OrderStatus.LAPSED, OrderStatus.CANCELLED):
        return_money(order=order, payment=payment, reason="paid twice", now=now)
        return
    lines = journals.lines_of(order)
    gone = _retake(_not_held(order, lines, now=now), now=now)
    if len(gone) == len(lines):
        if order.status == OrderStatus.PLACED:
            order.move_to(OrderStatus.LAPSED, at=now, note="all holds were gone")
        return_money(order=order, payment=payment, reason="paid too late", now=now)
        order.move_to(OrderStatus.REFUNDED, at=now, note="paid too late")
        publish(topic="order.refunded", key=order.pk, now=now)
        return
    _mark_paid(order, at=payment.paid_at or now, now=now)
    if gone:
        take_back(
            order=order,
            payment=payment,
            quantities={line.pk: line.quantity for line in lines if line.pk in gone},
            reason="sold out before the money came",
            now=now,
        )
        lines = journals.lines_of(order)
    if payment.provisional_until is None:
        fulfil(order=order, payment=payment, lines=lines, now=now)
    else:
        tickets.issue(lines=_dated(lines), provisional=True, now=now)


def fulfil(*, order: Order, payment: Payment | None, lines: list[OrderLine], now: datetime) -> None:
    """Pass the money on, issue valid tickets, hand the parts to their shops. A repeat changes nothing.

    :param lines: the order's, as they are now (``journals.lines_of``).
    """
    if payment is not None:
        journals.post_sale(order=order, payment=payment, lines=lines, now=now)
    dated = _dated(lines)
    if dated:
        tickets.issue(lines=dated, provisional=False, now=now)
        publish(topic="tickets.issued", key=order.pk, now=now)
    open_parts(order=order, without=_wholly_returned(lines), now=now)


def _mark_paid(order: Order, *, at: datetime, now: datetime) -> None:
    order.move_to(OrderStatus.PAID, at=now)
    order.paid_at = at
    order.save(update_fields=["paid_at"])
    publish(topic="order.paid", key=order.pk, now=now)


def _not_held(order: Order, lines: list[OrderLine], *, now: datetime) -> list[OrderLine]:
    """The lines that must be taken anew; those that are still held are sold now."""
    gone = confirm(lines=[line.pk for line in lines], now=now)
    return [line for line in lines if line.pk in gone]


def _retake(lines: list[OrderLine], *, now: datetime) -> frozenset[UUID]:
    """Take lines anew where they are still free; returns those that are not. All together if possible, else one by one."""
    if not lines:
        return frozenset()
    open_lines = [
        line for line in lines if line.slot is None or (line.slot.closed_at is None and line.slot.ends_at > now)
    ]
    if not _hold_again(open_lines, now=now):
        open_lines = [line for line in open_lines if _hold_again([line], now=now)]
    taken = {line.pk for line in open_lines}
    confirm(lines=taken, now=now)
    return frozenset(line.pk for line in lines if line.pk not in taken)


def _hold_again(lines: Collection[OrderLine], *, now: datetime) -> bool:
    demands = [
        Demand(pool_id, line.pk, line.quantity) for line in lines for pool_id in pools_of(line.variant, line.slot)
    ]
    try:
        with transaction.atomic():
            retake(demands=demands, until=now + _A_MOMENT, now=now)
    except PoolExhausted:
        return False
    return True


def _dated(lines: Iterable[OrderLine]) -> list[OrderLine]:
    return [line for line in lines if line.slot_id is not None]


def _wholly_returned(lines: Iterable[OrderLine]) -> frozenset[int]:
    kept: dict[int, bool] = {}
    for line in lines:
        kept[line.shop_order_id] = kept.get(line.shop_order_id, False) or line.refunded_quantity < line.quantity
    return frozenset(part for part, is_kept in kept.items() if not is_kept)
