"""What a shop is owed, and why each rupiah: the ledger's rows put in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.utils.translation import gettext as _

from marketplace.ledger.models import JournalKind
from marketplace.orders.models import OrderLine, ShopOrder
from marketplace.payouts.queries import Statement, StatementRow
from marketplace.payouts.queries.settlements import explain, percent, title_of
from marketplace.shops.models import Shop

__all__ = ["Group", "Movement", "groups", "movements", "percent"]


@dataclass(frozen=True)
class Movement:
    """One movement of money in words. ``explanation`` says how the amount comes about."""

    at: datetime
    title: str
    explanation: str
    amount: int
    # The shop order it belongs to; None for a payout.
    order_id: int | None
    order_code: str
    is_return: bool


@dataclass(frozen=True)
class Group:
    """What moved at once for one order; or one payout."""

    at: datetime
    title: str
    order_id: int | None
    order_code: str
    is_return: bool
    amount: int
    movements: Sequence[Movement]


def groups(found: Iterable[Movement]) -> list[Group]:
    """Movements of the same order at the same moment together, in their order."""
    grouped = []
    for (at, order_id, is_return), members in groupby(found, key=lambda one: (one.at, one.order_id, one.is_return)):
        together = list(members)
        # Without an order each is its own: two payouts are two.
        for part in [together] if order_id else [[one] for one in together]:
            first = part[0]
            amount = sum(one.amount for one in part)
            grouped.append(Group(at, first.title, order_id, first.order_code, is_return, amount, part))
    return grouped


def movements(shop: Shop, statement: Statement) -> list[Movement]:
    """The rows of a statement, explained; a fixed number of queries more."""
    keys = [row.line for row in statement.rows if row.line is not None]
    lines = _lines(shop, keys)
    parts = _parts(shop, keys)
    return [_movement(row, lines, parts) for row in statement.rows]


def _lines(shop: Shop, keys: Sequence[UUID]) -> dict[UUID, OrderLine]:
    rows = OrderLine.objects.filter(pk__in=keys, shop_order__shop=shop)
    rows = rows.select_related("shop_order__order", "variant").prefetch_related("shares__party")
    return {row.pk: row for row in rows}


def _parts(shop: Shop, keys: Iterable[UUID]) -> dict[UUID, ShopOrder]:
    rows = ShopOrder.objects.filter(shipment__in=list(keys), shop=shop)
    return {row.shipment: row for row in rows.select_related("order")}


def _movement(row: StatementRow, lines: dict[UUID, OrderLine], parts: dict[UUID, ShopOrder]) -> Movement:
    line = lines.get(row.line) if row.line else None
    part = parts.get(row.line) if row.line else None
    order = line.shop_order.order if line else part.order if part else None
    shop_order_id = line.shop_order_id if line else part.pk if part else None
    return Movement(
        at=row.at,
        title=_title(row, line, part),
        explanation=_explanation(row, line, part),
        amount=row.amount,
        order_id=shop_order_id,
        order_code=order.code if order else "",
        is_return=row.kind in (JournalKind.REVERSAL, JournalKind.REFUND) and "payout" not in row.reference,
    )


def _title(row: StatementRow, line: OrderLine | None, part: ShopOrder | None) -> str:
    if line is not None:
        return title_of(line, row.account)
    if part is not None:
        return _("Delivery") if part.shipping_amount else _("Discount")
    words = {
        JournalKind.PAYOUT: _("Paid out to your bank account"),
        JournalKind.REMITTANCE: _("Paid back by you"),
        JournalKind.FEE: _("Fee"),
        JournalKind.SETTLEMENT: _("PPh 22 withheld"),
        JournalKind.GATE_SALE: _("Sold at the gate"),
        JournalKind.REFUND: _("Money back to a buyer"),
        JournalKind.REVERSAL: _("Payout that came back") if "payout" in row.reference else _("Money back to a buyer"),
    }
    return words.get(JournalKind(row.kind), _("Sale"))


def _explanation(row: StatementRow, line: OrderLine | None, part: ShopOrder | None) -> str:
    if row.kind == JournalKind.REVERSAL:
        return ""
    if line is not None:
        return explain(line) if row.account.startswith("shop:") else ""
    if part is not None:
        return _("What the buyer paid for delivery; all of it is yours.") if row.amount > 0 else _("Your own voucher.")
    return ""
