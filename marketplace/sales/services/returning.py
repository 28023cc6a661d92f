"""Taking back what was sold, inside the caller's transaction: stock, tickets, ledger, and a refund row to be sent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, Sum

from foundation.outbox.services import publish
from marketplace.catalog.models import ChargeKind
from marketplace.inventory.services import release, release_quantity
from marketplace.orders.models import Order, OrderLine, OrderStatus, PriceRow, ShopOrder, ShopOrderStatus
from marketplace.orders.services import cancel_parts
from marketplace.payments import services as payments
from marketplace.payments.models import Payment, Refund, RefundPart, RefundStatus
from marketplace.sales.services import journals
from marketplace.sales.services.deposits import deposited, treasury_deadline
from marketplace.tickets import services as tickets

_LEFT_THE_SHOP = (ShopOrderStatus.SENT, ShopOrderStatus.RECEIVED)


def returnable(payment: Payment) -> int:
    """How much of a payment has not gone back and is not about to; one query."""
    refunds = Refund.objects.filter(payment=payment).exclude(status=RefundStatus.FAILED)
    # What counts toward another refund is in that one.
    gone = refunds.aggregate(total=Sum(F("amount") - F("used_amount")))
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
    payment: Payment | None,
    quantities: Mapping[UUID, int],
    reason: str,
    now: datetime,
    by_id: int | None = None,
    made: Refund | None = None,
) -> list[Refund]:
    """Take lines of a paid order back, with the shipping of parts of which nothing is left; the caller holds the locks.

    One refund, and one more for each treasury that has its retribusi already. None if they cost nothing.

    :param payment: None only for an order that cost nothing.
    :param made: a refund that Midtrans has made without us, of just this amount: no other is asked for.
    """
    lines = {line.pk: line for line in journals.lines_of(order)}
    taken = {lines[line_id]: quantity for line_id, quantity in quantities.items() if quantity}
    parts = _emptied(order, lines, quantities)
    refunds: list[Refund] = []
    if payment is not None and made is not None:
        _describe(made, taken, parts)
        journals.set_aside_for(made, order=order, lines=taken, parts=parts, now=now)
    elif payment is not None:
        refunds = _ask_back(order, payment, taken, parts, reason=reason, now=now)
    for line, quantity in taken.items():
        _give_back(line, quantity, now=now)
    cancel_parts(order=order, now=now, only=[part.pk for part in parts])
    everything = all(line.refunded_quantity + taken.get(line, 0) == line.quantity for line in lines.values())
    order.move_to(
        OrderStatus.REFUNDED if everything else OrderStatus.PARTLY_REFUNDED, at=now, by_id=by_id, note=reason[:200]
    )
    publish(topic="order.refunded", key=order.pk, now=now)
    return refunds


def worth_of(lines: Mapping[OrderLine, int], parts: Iterable[ShopOrder]) -> int:
    """What goes back for so many of these lines and these shipments."""
    of_lines = sum(journals.slice_of(line, quantity)[0] for line, quantity in lines.items())
    return of_lines + sum(part.shipping_amount - part.discount_amount for part in parts)


def worth_of_all(order: Order) -> int:
    """What goes back if all that is left of an order does."""
    lines = {line.pk: line for line in journals.lines_of(order)}
    left = {line.pk: line.quantity - line.refunded_quantity for line in lines.values()}
    return worth_of({lines[pk]: many for pk, many in left.items()}, _emptied(order, lines, left))


def _ask_back(
    order: Order,
    payment: Payment,
    taken: Mapping[OrderLine, int],
    parts: Sequence[ShopOrder],
    *,
    reason: str,
    now: datetime,
) -> list[Refund]:
    retribusi = [line.pk for line in taken if line.charge_kind == ChargeKind.RETRIBUSI]
    gone = deposited(retribusi)
    by_treasury: defaultdict[int | None, dict[OrderLine, int]] = defaultdict(dict)
    for line, quantity in taken.items():
        by_treasury[line.shop_order.shop.region_id if line.pk in gone else None][line] = quantity
    if parts:
        by_treasury.setdefault(None, {})
    refunds = []
    for region_id, lines in sorted(by_treasury.items(), key=lambda entry: entry[0] or 0):
        with_shipping = parts if region_id is None else ()
        amount = worth_of(lines, with_shipping)
        if not amount:
            continue
        refund = payments.request(
            payment=payment,
            amount=amount,
            lines=_names(lines, with_shipping),
            reason=reason,
            now=now,
            parts=_parts_of(lines),
            treasury=None if region_id is None else (region_id, treasury_deadline(now)),
        )
        journals.set_aside_for(refund, order=order, lines=lines, parts=with_shipping, now=now)
        publish(topic="refund.requested", key=refund.pk, now=now)
        refunds.append(refund)
    return refunds


def _describe(refund: Refund, lines: Mapping[OrderLine, int], parts: Sequence[ShopOrder]) -> None:
    """Say on a refund that was made without us what it is of."""
    refund.lines, refund.bearer = _names(lines, parts), ""
    refund.save(update_fields=["lines", "bearer"])
    rows = _parts_of(lines)
    for row in rows:
        row.refund = refund
    RefundPart.objects.bulk_create(rows)


def _names(lines: Mapping[OrderLine, int], parts: Iterable[ShopOrder]) -> dict[str, int]:
    return {str(line.pk): quantity for line, quantity in lines.items()} | {str(part.shipment): 1 for part in parts}


def _parts_of(lines: Mapping[OrderLine, int]) -> list[RefundPart]:
    """The price rows that go back with so many of these lines, unsaved; together they are what goes back of each line."""
    quantities = {line.pk: (line, quantity) for line, quantity in lines.items()}
    rows: defaultdict[UUID, list[PriceRow]] = defaultdict(list)
    for row in PriceRow.objects.filter(line__in=quantities).order_by("pk"):
        rows[row.line_id].append(row)
    parts = []
    for line_id, of_line in rows.items():
        line, quantity = quantities[line_id]
        before, after = line.refunded_quantity, line.refunded_quantity + quantity
        shares = [row.amount * after // line.quantity - row.amount * before // line.quantity for row in of_line]
        # What rounding leaves goes with the first row, so that the parts are what the line gives back.
        shares[0] += journals.slice_of(line, quantity)[0] - sum(shares)
        parts += [
            RefundPart(price_row=row, quantity=min(quantity, row.quantity), amount=share)
            for row, share in zip(of_line, shares, strict=True)
            if share
        ]
    return parts


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
