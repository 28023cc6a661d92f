"""What must always hold of sales: lines 2 to 6 and 11 of the design, against the data as it is."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import BigIntegerField, F, Model, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from foundation.audit.registry import Finding, register
from marketplace.catalog.models import ChargeKind
from marketplace.ledger.models import AccountKind, Entry, Journal, JournalKind
from marketplace.ledger.queries import balances
from marketplace.orders.models import Order, OrderLine, OrderStatus, PriceRow, ShopOrder, ShopOrderStatus
from marketplace.payments.models import Payment, PaymentStatus, Refund, RefundStatus

_COUNTED = (PaymentStatus.PAID, PaymentStatus.DISPUTED)
_LIVE = (PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.REVIEW)
_CONFIRMED = (OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED)
_GIVEN_UP = (OrderStatus.PLACED, OrderStatus.LAPSED, OrderStatus.CANCELLED)


def register_all() -> None:
    """Have the checks run by ``manage.py audit``."""
    register("order_amounts", line=2, check=order_amounts)
    register("journals_of_money", line=3, check=journals_of_money)
    register("money_and_orders", line=4, check=money_and_orders)
    register("clearing_balances", line=4, check=clearing_balances)
    register("one_effect_per_payment", line=5, check=one_effect_per_payment)
    register("late_money", line=6, check=late_money)
    register("retribusi_gross", line=11, check=retribusi_gross)


def order_amounts() -> Iterator[Finding]:
    """An order's amount equals its lines, shipping and fees less discounts, and what Midtrans was asked for."""
    lines = _sum(OrderLine.objects.filter(shop_order__order=OuterRef("pk")), "shop_order__order", "amount")
    parts = ShopOrder.objects.filter(order=OuterRef("pk"))
    total = lines + _sum(parts, "order", "shipping_amount") - _sum(parts, "order", "discount_amount")
    orders = Order.objects.annotate(total=total).exclude(amount=F("total"))
    for code, amount, found in orders.values_list("code", "amount", "total"):
        yield Finding(row=f"order {code}", fault=f"its amount is {amount}, its parts add up to {found}")
    rows = _sum(PriceRow.objects.filter(line=OuterRef("pk")), "line", "amount")
    wrong = OrderLine.objects.annotate(total=rows).exclude(amount=F("total"))
    for pk, amount, found in wrong.values_list("pk", "amount", "total"):
        yield Finding(row=f"order line {pk}", fault=f"its amount is {amount}, its price rows add up to {found}")
    for payment_id in Payment.objects.exclude(amount=F("order__amount")).values_list("pk", flat=True):
        yield Finding(row=f"payment {payment_id}", fault="asks for another amount than its order's")


def journals_of_money() -> Iterator[Finding]:
    """Each payment that came in and each refund that went out has exactly one journal, of its amount."""
    came_in = Payment.objects.filter(status__in=(*_COUNTED, PaymentStatus.REVERSED), paid_at__isnull=False)
    went_out = Refund.objects.filter(status=RefundStatus.DONE)
    yield from _compare(dict(came_in.values_list("pk", "amount")), JournalKind.PAYMENT, "payment")
    yield from _compare(dict(went_out.values_list("pk", "amount")), JournalKind.REFUND, "refund")


def money_and_orders() -> Iterator[Finding]:
    """No order without its money, and no money lying between the buyer and those it is for."""
    counted = Payment.objects.filter(order=OuterRef("pk"), status__in=_COUNTED, is_surplus=False)
    confirmed = Order.objects.filter(status__in=_CONFIRMED, amount__gt=0).annotate(
        paid=_sum(counted, "order", "amount")
    )
    for code, amount, paid in confirmed.exclude(amount=F("paid")).values_list("code", "amount", "paid"):
        yield Finding(row=f"order {code}", fault=f"is confirmed for {amount}, and {paid} was paid")
    uncertain = Payment.objects.filter(status__in=_COUNTED, provisional_until__isnull=False, is_surplus=False)
    waiting = set(uncertain.values_list("order__code", flat=True))
    for account, balance in balances("buyer:").items():
        code = account.partition(":")[2]
        if balance and code not in waiting:
            yield Finding(row=f"order {code}", fault=f"{balance} of its money is nobody's")
    for pk in Payment.objects.filter(is_quarantined=True).values_list("pk", flat=True):
        yield Finding(row=f"payment {pk}", fault="Midtrans reports another amount, currency or merchant of it")


def clearing_balances() -> Iterator[Finding]:
    """What came in by each channel of Midtrans, less what it gave back, is what the ledger says."""
    expected: Counter[str] = Counter()
    money = Payment.objects.filter(status__in=_COUNTED).values_list("merchant_account__code", "method", "amount")
    back = Refund.objects.filter(status=RefundStatus.DONE, is_by_hand=False)
    for merchant, method, amount in money:
        expected[f"clearing:{merchant}:{method}"] += amount
    for merchant, method, amount in back.values_list("payment__merchant_account__code", "payment__method", "amount"):
        expected[f"clearing:{merchant}:{method}"] -= amount
    actual = _balances_of(AccountKind.CLEARING, (JournalKind.PAYMENT, JournalKind.REFUND, JournalKind.REVERSAL))
    for account in sorted(expected.keys() | actual.keys()):
        # Money enters the ledger from here, so what came in stands on the other side.
        if expected[account] != -actual[account]:
            yield Finding(row=account, fault=f"brought in {-actual[account]} instead of {expected[account]}")


def one_effect_per_payment() -> Iterator[Finding]:
    """However often Midtrans told of it, an order is sold once; and what is undecided is still being looked at."""
    sales: defaultdict[str, list[str]] = defaultdict(list)
    orders = {f"payment:{pk}": code for pk, code in Payment.objects.values_list("pk", "order__code")}
    undone = set(Journal.objects.filter(kind=JournalKind.REVERSAL).values_list("reference", flat=True))
    for reference in Journal.objects.filter(kind=JournalKind.SALE).values_list("reference", flat=True):
        if reference not in orders:
            yield Finding(row=f"journal SALE {reference}", fault="sold something without a payment")
        elif reference not in undone:
            sales[orders[reference]].append(reference)
    for code, references in sales.items():
        if len(references) > 1:
            yield Finding(
                row=f"order {code}", fault=f"was sold {len(references)} times: {', '.join(sorted(references))}"
            )
    for pk in Payment.objects.filter(status__in=_LIVE, check_at=None, gateway_order_id__isnull=False).values_list(
        "pk", flat=True
    ):
        yield Finding(row=f"payment {pk}", fault="is undecided, and nobody looks at it any more")


def late_money() -> Iterator[Finding]:
    """Money that came late confirmed its order, or a part of it and the rest went back, or all of it went back."""
    counted = Payment.objects.filter(status__in=_COUNTED)
    for pk, code in counted.filter(is_surplus=False, order__status__in=_GIVEN_UP).values_list("pk", "order__code"):
        yield Finding(row=f"payment {pk}", fault=f"came in, and order {code} was neither confirmed nor refunded")
    returned = _sum(
        Refund.objects.filter(payment=OuterRef("pk")).exclude(status=RefundStatus.FAILED), "payment", "amount"
    )
    for pk, amount, back in (
        counted.filter(is_surplus=True)
        .annotate(back=returned)
        .exclude(amount=F("back"))
        .values_list("pk", "amount", "back")
    ):
        yield Finding(row=f"payment {pk}", fault=f"bought nothing, and {back} of {amount} goes back")
    for order in Order.objects.filter(status__in=(*_CONFIRMED, OrderStatus.REFUNDED), amount__gt=0).iterator():
        yield from _kept_and_returned(order)


def retribusi_gross() -> Iterator[Finding]:
    """Retribusi reaches its treasury gross: only buyers' money posts to it, of the full amount."""
    treasury = Q(to_account__kind=AccountKind.TREASURY) | Q(from_account__kind=AccountKind.TREASURY)
    others = (AccountKind.BUYER, AccountKind.REFUNDS, AccountKind.BANK, AccountKind.CASH)
    for pk, source, target in Entry.objects.filter(treasury).values_list(
        "pk", "from_account__kind", "to_account__kind"
    ):
        if {source, target} - {AccountKind.TREASURY} - set(others):
            yield Finding(row=f"entry {pk}", fault=f"moves money between a treasury and {source} or {target}")
    net: Counter[Any] = Counter()
    # What a treasury paid back itself evens out what it owed; of the line it says nothing new.
    of_lines = Entry.objects.filter(treasury, line__isnull=False).exclude(journal__kind=JournalKind.REFUND)
    for line_id, amount, target in of_lines.values_list("line", "amount", "to_account__kind"):
        net[line_id] += amount if target == AccountKind.TREASURY else -amount
    lines = OrderLine.objects.filter(charge_kind=ChargeKind.RETRIBUSI, amount__gt=0)
    for line in lines.select_related("shop_order__order"):
        order, part = line.shop_order.order, line.shop_order
        is_sold = order.status in _CONFIRMED and part.status != ShopOrderStatus.WAITING
        owed = line.amount - line.amount * line.refunded_quantity // line.quantity if is_sold else 0
        if net[line.pk] != owed:
            yield Finding(row=f"order line {line.pk}", fault=f"its treasury has {net[line.pk]} of {owed}")


def _kept_and_returned(order: Order) -> Iterator[Finding]:
    refunds = Refund.objects.filter(payment__order=order, payment__is_surplus=False).exclude(status=RefundStatus.FAILED)
    # Refunds made at Midtrans' dashboard name no lines; a person decides who bears them.
    named = [(amount, lines) for amount, lines in refunds.values_list("amount", "lines") if lines]
    back = sum(amount for amount, _lines in named)
    parts_back = {name for _amount, lines in named for name in lines}
    kept = sum(
        line.amount - line.amount * line.refunded_quantity // line.quantity
        for line in OrderLine.objects.filter(shop_order__order=order)
    )
    for part in ShopOrder.objects.filter(order=order):
        if str(part.shipment) not in parts_back:
            kept += part.shipping_amount - part.discount_amount
    is_all_surplus = order.status == OrderStatus.REFUNDED and order.paid_at is None
    if not is_all_surplus and kept + back != order.amount:
        yield Finding(row=f"order {order.code}", fault=f"{kept} was kept and {back} given back of {order.amount}")


def _compare(expected: dict[int, int], kind: JournalKind, prefix: str) -> Iterator[Finding]:
    """Find causes without their journal, with one of another amount, and journals without a cause."""
    posted: Counter[str] = Counter()
    for reference, amount in (
        Journal.objects.filter(kind=kind).annotate(total=Sum("entries__amount")).values_list("reference", "total")
    ):
        posted[reference] = amount or 0
    for pk, amount in expected.items():
        found = posted.pop(f"{prefix}:{pk}", None)
        if found != amount:
            yield Finding(row=f"{prefix} {pk}", fault=f"moved {amount}, its journal says {found or 'nothing'}")
    for reference in posted:
        yield Finding(row=f"journal {kind} {reference}", fault="no money moved for it")


def _balances_of(kind: AccountKind, journals: tuple[JournalKind, ...]) -> Counter[str]:
    found: Counter[str] = Counter()
    moved = Entry.objects.filter(journal__kind__in=journals)
    for side, sign in (("to_account", 1), ("from_account", -1)):
        rows = (
            moved.filter(**{f"{side}__kind": kind})
            .order_by()
            .values_list(f"{side}__code")
            .annotate(total=Sum("amount"))
        )
        for code, total in rows:
            found[code] += sign * total
    return found


def _sum[M: Model](rows: QuerySet[M], by: str, column: str) -> Coalesce:
    """The sum of a column over the rows of an outer row, 0 if there are none."""
    totals = rows.order_by().values(by).annotate(total=Sum(column)).values("total")
    return Coalesce(Subquery(totals), Value(0), output_field=BigIntegerField())
