"""Which accounts a sale moves money between."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from marketplace.catalog.models import ChargeKind
from marketplace.ledger import accounts
from marketplace.ledger.models import JournalKind
from marketplace.ledger.queries import EntryView, entries_for
from marketplace.ledger.services import Posting, Transfer, post, post_new
from marketplace.orders.models import Order, OrderLine, ShopOrder
from marketplace.payments.models import Payment, PaymentMethod, Refund, RefundStatus
from marketplace.payouts.queries import share_account
from marketplace.sales.models import GateSale

# Texts, and a boundary of some hundred kB, that no journal and no ticket needs.
_LONG = (
    "shop_order__shop__region__boundary",
    "shop_order__shop__story_id",
    "shop_order__shop__story_en",
    "variant__listing__description_id",
    "variant__listing__description_en",
    "variant__listing__terms_id",
    "variant__listing__terms_en",
)


def post_payment(*, order: Order, payment: Payment, now: datetime) -> None:
    """The whole payment came in: the gateway owes it to us, or it lies in a till; we owe it to the order."""
    posting = _payment(order, payment)
    post(kind=posting.kind, reference=posting.reference, transfers=posting.transfers, now=now)


def post_sale(*, order: Order, payment: Payment, lines: Iterable[OrderLine], now: datetime) -> None:
    """The order's money goes to those it is owed: shops, treasuries (gross), the operator's commission, shipping.

    :param lines: the order's, as :func:`lines_of` reads them.
    """
    posting = _sale(order, payment, lines, parts_of(order))
    post(kind=posting.kind, reference=posting.reference, transfers=posting.transfers, now=now)


def post_paid_and_sold(*, sold: Iterable[tuple[Order, Payment, Sequence[OrderLine]]], now: datetime) -> None:
    """Payments that came in and whose sales are certain, of orders of which nothing was posted, nor given back; all at once.

    :raises IntegrityError: something was posted before.
    """
    postings = []
    for order, payment, lines in sold:
        parts = {line.shop_order_id: line.shop_order for line in lines}
        postings += [_payment(order, payment), _sale(order, payment, lines, parts.values())]
    post_new(postings=postings, now=now)


def was_sold(payment: Payment) -> bool:
    """Whether this payment's money has gone on to those it is owed."""
    return bool(entries_for(kind=JournalKind.SALE, references=[cause(payment)]))


def undo_payment(*, payment: Payment, called_off: Iterable[Refund], paid: Iterable[Refund], now: datetime) -> None:
    """The provider took the money back: what was posted for it is posted the other way round.

    :param called_off: refunds of it that will not be paid any more.
    :param paid: refunds of it that went to the buyer: the operator's loss, since by now nobody else has sold anything.
    """
    entries: list[EntryView] = []
    for kind in (JournalKind.SALE, JournalKind.PAYMENT):
        entries += entries_for(kind=kind, references=[cause(payment)])
    entries += entries_for(kind=JournalKind.REVERSAL, references=[f"refund:{refund.pk}" for refund in called_off])
    transfers = [*_the_other_way(entries), *_loss(payment, paid)]
    post(kind=JournalKind.REVERSAL, reference=cause(payment), transfers=transfers, now=now)


def _loss(payment: Payment, paid: Iterable[Refund]) -> list[Transfer]:
    """What was set aside for these refunds goes back to whomever it was taken from, and the operator sets it aside instead."""
    references = [f"refund:{refund.pk}" for refund in paid]
    taken = entries_for(kind=JournalKind.REVERSAL, references=references)
    let_be = entries_for(kind=JournalKind.REVERSAL, references=[f"{reference}:rest" for reference in references])
    lost = sum(entry.amount for entry in taken) - sum(entry.amount for entry in let_be)
    back = _the_other_way([*taken, *let_be])
    loss = accounts.discount("OPERATOR", payment.merchant_account.code)
    return [*back, Transfer(loss, refunds(payment), lost)] if lost else back


def _the_other_way(moved: Iterable[EntryView | Transfer]) -> list[Transfer]:
    """The same amounts of the same lines, back to where they came from."""
    return [Transfer(one.to_code, one.from_code, one.amount, one.line) for one in moved]


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
            given = _shares(owed, line, quantity, merchant)
            transfers += _the_other_way(given)
        for part in parts:
            transfers += _the_other_way(_of_part(owed, part))
    transfers = [transfer for transfer in transfers if transfer.amount]
    post(kind=JournalKind.REVERSAL, reference=f"refund:{refund.pk}", transfers=transfers, now=now)


def post_refund(refund: Refund, *, by_hand: bool, now: datetime) -> None:
    """The money left: from the gateway's balance or the till, from the bank where a person paid it, or from the treasury that had it."""
    payment = refund.payment
    if by_hand:
        transfers = [Transfer(refunds(payment), accounts.bank(payment.merchant_account.code), refund.own_amount)]
    elif payment.method == PaymentMethod.CASH:
        # Whole, and to where it came in.
        came_in = entries_for(kind=JournalKind.GATE_SALE, references=[cause(payment)])
        transfers = [Transfer(refunds(payment), entry.from_code, entry.amount, entry.line) for entry in came_in]
    else:
        transfers = [Transfer(refunds(payment), clearing(payment), refund.own_amount)]
    if refund.region_id is not None:
        # The treasury owed it since it was set aside, line by line; now it has paid.
        owed = entries_for(kind=JournalKind.REVERSAL, references=[f"refund:{refund.pk}"])
        transfers = _the_other_way(owed)
    post(kind=JournalKind.REFUND, reference=f"refund:{refund.pk}", transfers=transfers, now=now)


def lines_of(order: Order) -> list[OrderLine]:
    """An order's lines with what journals and tickets need of them; two queries."""
    return lines_by_order([order.pk]).get(order.pk, [])


def lines_by_order(order_ids: Collection[int]) -> dict[int, list[OrderLine]]:
    """The lines of many orders, as :func:`lines_of` reads those of one; two queries."""
    rows = OrderLine.objects.filter(shop_order__order__in=order_ids).select_related(
        "shop_order__shop__region", "variant__listing", "slot"
    )
    lines: dict[int, list[OrderLine]] = {}
    for line in rows.defer(*_LONG).prefetch_related("shares").order_by("shop_order_id", "pk"):
        lines.setdefault(line.shop_order.order_id, []).append(line)
    return lines


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
    return _slice(line, quantity, line.amount), _slice(line, quantity, line.commission_amount)


def left_of(line: OrderLine) -> tuple[int, int]:
    """Amount and commission of the pieces that did not go back."""
    return slice_of(line, line.quantity - line.refunded_quantity)


def own_of(line: OrderLine) -> int:
    """What the shop itself has of the pieces that did not go back."""
    own = accounts.shop(line.shop_order.shop_id)
    shares = _shares("", line, line.quantity - line.refunded_quantity, "")
    return sum(share.amount for share in shares if share.to_code == own)


def cause(payment: Payment) -> str:
    """What journals of a payment are found by."""
    return f"payment:{payment.pk}"


def buyer(order: Order) -> str:
    """The account of an order's money before it is anybody's."""
    return accounts.buyer(order.code)


def clearing(payment: Payment) -> str:
    """The account that a payment by the gateway came in by: what the gateway owes, by channel."""
    return accounts.clearing(payment.merchant_account.code, payment.method)


def refunds(payment: Payment) -> str:
    """The account of what is owed back to buyers."""
    return accounts.refunds(payment.merchant_account.code)


def _payment(order: Order, payment: Payment) -> Posting:
    if payment.method == PaymentMethod.CASH:
        return Posting(JournalKind.GATE_SALE, cause(payment), _cash(order, payment))
    transfer = Transfer(clearing(payment), buyer(order), payment.amount)
    return Posting(JournalKind.PAYMENT, cause(payment), [transfer])


def _sale(order: Order, payment: Payment, lines: Iterable[OrderLine], parts: Iterable[ShopOrder]) -> Posting:
    merchant, transfers = payment.merchant_account.code, []
    for line in lines:
        transfers += _shares(buyer(order), line, line.quantity - line.refunded_quantity, merchant)
    for part in parts:
        transfers += _of_part(buyer(order), part)
    return Posting(JournalKind.SALE, cause(payment), [transfer for transfer in transfers if transfer.amount])


def _cash(order: Order, payment: Payment) -> list[Transfer]:
    """Cash at a gate: into its till, and so to the treasurer; what a private shop sold for itself stays with the shop."""
    sale = GateSale.objects.get(order=order)
    till = accounts.cash(sale.gate_id)
    if not sale.kept_amount:
        return [Transfer(till, buyer(order), payment.amount)]
    rows = OrderLine.objects.filter(shop_order__order=order, amount__gt=0).order_by("pk")
    return [
        Transfer(till if kind == ChargeKind.RETRIBUSI else accounts.kept(shop_id), buyer(order), amount, pk)
        for pk, kind, shop_id, amount in rows.values_list("pk", "charge_kind", "shop_order__shop_id", "amount")
    ]


def _shares(source: str, line: OrderLine, quantity: int, merchant: str) -> list[Transfer]:
    """Whose the next ``quantity`` pieces of a line are: the treasury's whole, or the parties', the tax's, the shop's."""
    shop, (amount, commission) = line.shop_order.shop, slice_of(line, quantity)
    if line.charge_kind == ChargeKind.RETRIBUSI:
        return [Transfer(source, accounts.treasury(shop.region.code), amount, line.pk)]
    shares = [
        (share_account(share, shop_id=shop.pk), _slice(line, quantity, share.amount)) for share in line.shares.all()
    ]
    own = amount - commission - sum(part for _account, part in shares)
    return [
        Transfer(source, accounts.shop(shop.pk), own, line.pk),
        Transfer(source, accounts.commission(merchant), commission, line.pk),
        *(Transfer(source, account, part, line.pk) for account, part in shares),
    ]


def _of_part(source: str, part: ShopOrder) -> list[Transfer]:
    """Delivery and discount of a part."""
    bearer = accounts.discount("SHOP", part.shop_id)
    return [
        Transfer(source, accounts.shipping(part.shop_id), part.shipping_amount, part.shipment),
        Transfer(bearer, source, part.discount_amount, part.shipment),
    ]


def _slice(line: OrderLine, quantity: int, whole: int) -> int:
    """Of an amount of a line: what belongs to the next ``quantity`` pieces that go back."""
    before, after = line.refunded_quantity, line.refunded_quantity + quantity
    return whole * after // line.quantity - whole * before // line.quantity
