"""Which accounts a sale moves money between. Account codes are written here and nowhere else in this room."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from marketplace.catalog.models import ChargeKind
from marketplace.ledger.models import JournalKind
from marketplace.ledger.queries import EntryView, entries_for
from marketplace.ledger.services import Transfer, post
from marketplace.orders.models import Order, OrderLine, ShopOrder
from marketplace.payments.models import Payment, Refund, RefundStatus


def post_payment(*, order: Order, payment: Payment, now: datetime) -> None:
    """The whole payment came in: the gateway owes it to us, we owe it to the order."""
    transfer = Transfer(clearing(payment), buyer(order), payment.amount)
    post(kind=JournalKind.PAYMENT, reference=cause(payment), transfers=[transfer], now=now)


def post_sale(*, order: Order, payment: Payment, now: datetime) -> None:
    """The order's money goes to those it is owed: shops, treasuries (gross), the operator's commission, shipping."""
    merchant, transfers = payment.merchant_account.code, []
    for line in lines_of(order):
        amount, commission = left_of(line)
        transfers += _shares(buyer(order), line, amount, commission, merchant)
    for part in parts_of(order):
        transfers.append(Transfer(buyer(order), f"shop:{part.shop_id}", part.shipping_amount, part.shipment))
        transfers.append(Transfer(f"discount:SHOP:{part.shop_id}", buyer(order), part.discount_amount, part.shipment))
    transfers = [transfer for transfer in transfers if transfer.amount]
    post(kind=JournalKind.SALE, reference=cause(payment), transfers=transfers, now=now)


def was_sold(payment: Payment) -> bool:
    """Whether this payment's money has gone on to those it is owed."""
    return bool(entries_for(kind=JournalKind.SALE, references=[cause(payment)]))


def undo_payment(*, payment: Payment, called_off: Iterable[Refund], now: datetime) -> None:
    """The provider took the money back: what was posted for it is posted the other way round.

    :param called_off: refunds of it that will not be paid any more.
    """
    entries: list[EntryView] = []
    for kind in (JournalKind.SALE, JournalKind.PAYMENT):
        entries += entries_for(kind=kind, references=[cause(payment)])
    entries += entries_for(kind=JournalKind.REVERSAL, references=[f"refund:{refund.pk}" for refund in called_off])
    back = [Transfer(entry.to_code, entry.from_code, entry.amount, entry.line) for entry in entries]
    post(kind=JournalKind.REVERSAL, reference=cause(payment), transfers=back, now=now)


def set_aside_for(
    refund: Refund, *, order: Order, lines: Mapping[OrderLine, int], parts: Iterable[ShopOrder], now: datetime
) -> None:
    """What is to go back to the buyer is taken from whoever has it, and owed to the buyer from now on."""
    payment = refund.payment
    owed, merchant, transfers = refunds(payment), payment.merchant_account.code, []
    if not was_sold(payment):
        transfers.append(Transfer(buyer(order), owed, refund.amount))
    else:
        for line, quantity in lines.items():
            amount, commission = slice_of(line, quantity)
            given = _shares(owed, line, amount, commission, merchant)
            transfers += [Transfer(one.to_code, one.from_code, one.amount, one.line) for one in given]
        for part in parts:
            transfers.append(Transfer(f"shop:{part.shop_id}", owed, part.shipping_amount, part.shipment))
            transfers.append(Transfer(owed, f"discount:SHOP:{part.shop_id}", part.discount_amount, part.shipment))
    transfers = [transfer for transfer in transfers if transfer.amount]
    post(kind=JournalKind.REVERSAL, reference=f"refund:{refund.pk}", transfers=transfers, now=now)


def post_refund(refund: Refund, *, by_hand: bool, now: datetime) -> None:
    """The money left: from the gateway's balance, from the bank where a person paid it, or from the treasury that had it."""
    payment = refund.payment
    source = f"bank:{payment.merchant_account.code}" if by_hand else clearing(payment)
    transfers = [Transfer(refunds(payment), source, refund.amount)]
    if refund.region_id is not None:
        # The treasury owed it since it was set aside, line by line; now it has paid.
        owed = entries_for(kind=JournalKind.REVERSAL, references=[f"refund:{refund.pk}"])
        transfers = [Transfer(entry.to_code, entry.from_code, entry.amount, entry.line) for entry in owed]
    post(kind=JournalKind.REFUND, reference=f"refund:{refund.pk}", transfers=transfers, now=now)


def lines_of(order: Order) -> list[OrderLine]:
    """An order's lines with what journals and tickets need of them; one query."""
    rows = OrderLine.objects.filter(shop_order__order=order).select_related(
        "shop_order__shop__region", "variant__listing", "slot"
    )
    return list(rows.order_by("shop_order_id", "pk"))


def parts_of(order: Order) -> list[ShopOrder]:
    """The parts of an order whose shipping has not gone back; two queries."""
    returned: set[str] = set()
    for lines in (
        Refund.objects.filter(payment__order=order).exclude(status=RefundStatus.FAILED).values_list("lines", flat=True)
    ):
        returned.update(lines)
    return [part for part in ShopOrder.objects.filter(order=order).order_by("pk") if str(part.shipment) not in returned]


def slice_of(line: OrderLine, quantity: int) -> tuple[int, int]:
    """Amount and commission of the next ``quantity`` pieces that go back; all slices of a line add up to it."""
    before, after = line.refunded_quantity, line.refunded_quantity + quantity

    def between(whole: int) -> int:
        return whole * after // line.quantity - whole * before // line.quantity

    return between(line.amount), between(line.commission_amount)


def left_of(line: OrderLine) -> tuple[int, int]:
    """Amount and commission of the pieces that did not go back."""
    return slice_of(line, line.quantity - line.refunded_quantity)


def cause(payment: Payment) -> str:
    """What journals of a payment are found by."""
    return f"payment:{payment.pk}"


def buyer(order: Order) -> str:
    """The account of an order's money before it is anybody's."""
    return f"buyer:{order.code}"


def clearing(payment: Payment) -> str:
    """The account of what the gateway owes, by channel."""
    return f"clearing:{payment.merchant_account.code}:{payment.method}"


def refunds(payment: Payment) -> str:
    """The account of what is owed back to buyers."""
    return f"refunds:{payment.merchant_account.code}"


def _shares(source: str, line: OrderLine, amount: int, commission: int, merchant: str) -> list[Transfer]:
    shop = line.shop_order.shop
    if line.charge_kind == ChargeKind.RETRIBUSI:
        return [Transfer(source, f"treasury:{shop.region.code}", amount, line.pk)]
    return [
        Transfer(source, f"shop:{shop.pk}", amount - commission, line.pk),
        Transfer(source, f"commission:{merchant}", commission, line.pk),
    ]
