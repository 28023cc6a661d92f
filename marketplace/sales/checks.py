"""What must always hold of sales: lines 2 to 6 and 11 of the design, against the data as it is."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import BigIntegerField, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from foundation.audit.registry import Finding, register
from foundation.outbox.models import Delivery, DeliveryStatus
from marketplace.catalog.models import ChargeKind
from marketplace.inventory.models import Hold, HoldStatus
from marketplace.ledger import accounts
from marketplace.ledger.models import AccountKind, Entry, Journal, JournalKind
from marketplace.ledger.queries import balances
from marketplace.orders.models import Contact, Order, OrderLine, OrderStatus, PriceRow, ShopOrder, ShopOrderStatus
from marketplace.payments.models import (
    OWN_AMOUNT,
    CountedRefund,
    GatewayReportRow,
    Notification,
    NotificationVerdict,
    Payment,
    PaymentMethod,
    PaymentStatus,
    Refund,
    RefundBearer,
    RefundStatus,
    ReportDifference,
)
from marketplace.sales.models import (
    OPEN_VISITS,
    CashHandover,
    ClosedVisit,
    Closing,
    ClosingStatus,
    GateSale,
    VisitStatus,
)
from marketplace.sales.services.erasing import ANSWERED_WITHIN, due_to_erase
from marketplace.tickets.models import Ticket

_COUNTED = (PaymentStatus.PAID, PaymentStatus.DISPUTED)
_LIVE = (PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.REVIEW)
_BORNE = (RefundBearer.SHOP, RefundBearer.OPERATOR)
_CONFIRMED = (OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED)
_LEFT_THE_SHOP = (ShopOrderStatus.SENT, ShopOrderStatus.RECEIVED)
# The bank's word is looked for that long; after it a person asks Midtrans.
_GIVEN_UP_AFTER = timedelta(days=29)
_GIVEN_UP = (OrderStatus.PLACED, OrderStatus.LAPSED, OrderStatus.CANCELLED)


def register_all() -> None:
    """Have the checks run by ``manage.py audit``."""
    register("holds_of_lines", line=1, check=holds_of_lines)
    register("order_amounts", line=2, check=order_amounts)
    register("refund_amounts", line=2, check=refund_amounts)
    register("journals_of_money", line=3, check=journals_of_money)
    register("money_and_orders", line=4, check=money_and_orders)
    register("clearing_balances", line=4, check=clearing_balances)
    register("cash_at_gates", line=4, check=cash_at_gates)
    register("report_differences", line=4, check=report_differences)
    register("refunds_go_on", line=4, check=refunds_go_on)
    register("refunds_owed", line=4, check=refunds_owed)
    register("closed_dates", line=4, check=closed_dates)
    register("one_effect_per_payment", line=5, check=one_effect_per_payment)
    register("every_notification_is_looked_at", line=5, check=every_notification_is_looked_at)
    register("late_money", line=6, check=late_money)
    register("personal_data_goes", line=10, check=personal_data_goes)
    register("retribusi_gross", line=11, check=retribusi_gross)


def holds_of_lines() -> Iterator[Finding]:
    """Each hold is of a line that may have it, and each sold line has its place or piece, for all that did not go back."""
    lines = {
        pk: (status, quantity - refunded, has_left, pool)
        for pk, status, quantity, refunded, has_left, slot_pool, stock_pool in OrderLine.objects.annotate(
            left_the_shop=Q(shop_order__status__in=_LEFT_THE_SHOP, slot__isnull=True)
        ).values_list(
            "pk",
            "shop_order__order__status",
            "quantity",
            "refunded_quantity",
            "left_the_shop",
            "slot__pool_id",
            "variant__stock__pool_id",
        )
        for pool in [slot_pool or stock_pool]
    }
    held: defaultdict[Any, dict[int, int]] = defaultdict(dict)
    rows = Hold.objects.filter(status__in=(HoldStatus.ACTIVE, HoldStatus.CONFIRMED))
    for pk, line, pool, quantity, status in rows.values_list("pk", "line", "pool_id", "quantity", "status"):
        if line not in lines:
            yield Finding(row=f"hold {pk}", fault="is of no order line")
            continue
        order_status, left, has_left, _pool = lines[line]
        if status == HoldStatus.CONFIRMED:
            held[line][pool] = quantity
            if order_status not in _CONFIRMED and not has_left:
                yield Finding(row=f"hold {pk}", fault=f"is sold, and its order is {order_status}")
            elif quantity != left and not has_left:
                yield Finding(row=f"hold {pk}", fault=f"is of {quantity}, and {left} were kept")
        elif order_status != OrderStatus.PLACED:
            yield Finding(row=f"hold {pk}", fault=f"still waits, and its order is {order_status}")
    for line_id, (status, left, _has_left, pool) in lines.items():
        if status in _CONFIRMED and left and pool not in held[line_id]:
            yield Finding(row=f"order line {line_id}", fault="is sold without its place or piece")


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


def refund_amounts() -> Iterator[Finding]:
    """What refunds say went back of a line is what the line says, and their price rows add up to it."""
    named: Counter[str] = Counter()
    rows = Refund.objects.filter(payment__is_surplus=False).exclude(status=RefundStatus.FAILED)
    parts = dict(rows.order_by().values_list("pk").annotate(total=Sum("parts__amount")))
    shipping = {
        str(name): amount - discount
        for name, amount, discount in ShopOrder.objects.values_list("shipment", "shipping_amount", "discount_amount")
    }
    for pk, amount, lines in rows.values_list("pk", "amount", "lines"):
        named.update({name: quantity for name, quantity in lines.items() if name not in shipping})
        expected = (parts.get(pk) or 0) + sum(shipping.get(name, 0) for name in lines)
        # Made at Midtrans' dashboard for a part: a person says who bears it.
        if lines and expected != amount:
            yield Finding(row=f"refund {pk}", fault=f"is of {amount}, its price rows and shipments of {expected}")
    sold = OrderLine.objects.filter(shop_order__order__status__in=(*_CONFIRMED, OrderStatus.REFUNDED), amount__gt=0)
    sold = sold.exclude(shop_order__order__paid_at=None)
    for line_id, back in sold.values_list("pk", "refunded_quantity"):
        if named[str(line_id)] != back:
            yield Finding(
                row=f"order line {line_id}", fault=f"says {back} went back, its refunds say {named[str(line_id)]}"
            )


def journals_of_money() -> Iterator[Finding]:
    """Each payment that came in and each refund that went out has exactly one journal, of its amount."""
    came_in = Payment.objects.filter(status__in=(*_COUNTED, PaymentStatus.REVERSED), paid_at__isnull=False)
    went_out = Refund.objects.filter(status=RefundStatus.DONE)
    in_cash = came_in.filter(method=PaymentMethod.CASH)
    by_gateway = came_in.exclude(method=PaymentMethod.CASH)
    yield from _compare(dict(by_gateway.values_list("pk", "amount")), JournalKind.PAYMENT, "payment")
    yield from _compare(dict(in_cash.values_list("pk", "amount")), JournalKind.GATE_SALE, "payment")
    # What the dashboard paid of a refund has the journal of the one that was made there.
    paid = went_out.annotate(own=OWN_AMOUNT).filter(own__gt=0)
    yield from _compare(dict(paid.values_list("pk", "own")), JournalKind.REFUND, "refund")


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
    for pk in Payment.objects.filter(is_quarantined=True, explained_at=None).values_list("pk", flat=True):
        yield Finding(row=f"payment {pk}", fault="Midtrans reports another amount, currency or merchant of it")


def clearing_balances() -> Iterator[Finding]:
    """What came in by each channel of Midtrans, less what it gave back, is what the ledger says."""
    expected: Counter[str] = Counter()
    money = Payment.objects.filter(status__in=_COUNTED).exclude(method=PaymentMethod.CASH)
    back = Refund.objects.filter(status=RefundStatus.DONE, is_by_hand=False)
    for merchant, method, amount in money.values_list("merchant_account__code", "method", "amount"):
        expected[f"clearing:{merchant}:{method}"] += amount
    back = back.annotate(own=OWN_AMOUNT)
    for merchant, method, amount in back.values_list("payment__merchant_account__code", "payment__method", "own"):
        expected[f"clearing:{merchant}:{method}"] -= amount
    actual = _balances_of(AccountKind.CLEARING, (JournalKind.PAYMENT, JournalKind.REFUND, JournalKind.REVERSAL))
    for account in sorted(expected.keys() | actual.keys()):
        # Money enters the ledger from here, so what came in stands on the other side.
        if expected[account] != -actual[account]:
            yield Finding(row=account, fault=f"brought in {-actual[account]} instead of {expected[account]}")


def cash_at_gates() -> Iterator[Finding]:
    """What lies in each till is what was sold there and not handed over; what was handed over is on its way, or arrived.

    What a private shop keeps of its gate's cash counts against what it is owed, and never lies in a till of ours.
    """
    expected: Counter[str] = Counter()
    for gate_id, amount, kept in GateSale.objects.in_till().values_list("gate_id", "amount", "kept_amount"):
        expected[accounts.cash(gate_id)] += amount - kept
    of_handover = GateSale.objects.filter(handover=OuterRef("pk"))
    handovers = CashHandover.objects.annotate(
        sold=_sum(of_handover, "handover", "amount"), kept=_sum(of_handover, "handover", "kept_amount")
    )
    for row in handovers:
        sold, kept = row.sold, row.kept
        if row.expected_amount != sold:
            yield Finding(row=f"handover {row.pk}", fault=f"expected {row.expected_amount}, its sales add up to {sold}")
        if row.own_amount != kept:
            yield Finding(row=f"handover {row.pk}", fault=f"leaves {row.own_amount} with the shop, its sales {kept}")
        if row.taken_at is None:
            expected[accounts.cash_handed_over(row.gate_id)] += row.handed_amount
    yield from _kept_cash()
    actual = balances("cash:")
    for account in sorted(expected.keys() | actual.keys()):
        # Money enters the ledger from here, so what lies there stands on the other side.
        if expected[account] != -actual.get(account, 0):
            yield Finding(row=account, fault=f"holds {-actual.get(account, 0)} instead of {expected[account]}")


def _kept_cash() -> Iterator[Finding]:
    """Find sales whose journal says something else of what stayed with the shop than the sale itself."""
    posted = _balances_of(AccountKind.KEPT, (JournalKind.GATE_SALE, JournalKind.REFUND, JournalKind.REVERSAL))
    expected: Counter[str] = Counter()
    # What was taken back on its day went back to its buyer out of the shop's own cash.
    for shop_id, kept in GateSale.objects.filter(status="SOLD").values_list("gate__shop_id", "kept_amount"):
        expected[accounts.kept(shop_id)] += kept
    for account in sorted(expected.keys() | posted.keys()):
        if expected[account] != -posted[account]:
            yield Finding(row=account, fault=f"keeps {-posted[account]} instead of {expected[account]}")


def report_differences() -> Iterator[Finding]:
    """What Midtrans reports agrees with our books, or a person has said why not."""
    rows = GatewayReportRow.objects.exclude(difference=ReportDifference.NONE).filter(explained_at=None)
    for name, line, order_id, difference in rows.values_list("report__name", "line_number", "order_id", "difference"):
        yield Finding(row=f"{name} line {line or '-'}", fault=f"{order_id}: {difference.lower()}, and nobody said why")


def refunds_go_on() -> Iterator[Finding]:
    """Money that is to go back has somebody who sends it: Midtrans at a time, a person, or a treasury with a deadline."""
    for pk in Refund.objects.filter(status=RefundStatus.REQUESTED, try_at=None).values_list("pk", flat=True):
        yield Finding(row=f"refund {pk}", fault="is to be sent, and nobody sends it any more")
    accepted = Refund.objects.filter(
        status=RefundStatus.ACCEPTED, payment__check_at=None, payment__is_quarantined=False
    )
    last = accepted.exclude(requested_at__lt=F("payment__looked_at") - _GIVEN_UP_AFTER)
    for pk in last.values_list("pk", flat=True):
        yield Finding(row=f"refund {pk}", fault="was accepted, and nobody looks whether it arrives")
    # What Midtrans gave back at its dashboard comes on top, and is somebody's to bear.
    ours = Refund.objects.exclude(status=RefundStatus.FAILED).filter(bearer="")
    over = ours.values("payment").annotate(total=Sum("amount"))
    for payment_id, total, amount in over.filter(total__gt=F("payment__amount")).values_list(
        "payment", "total", "payment__amount"
    ):
        yield Finding(row=f"payment {payment_id}", fault=f"brought {amount}, and {total} goes back")


def refunds_owed() -> Iterator[Finding]:
    """What is set aside for buyers is what is still to go back, less what nobody bears yet; what somebody bears is posted."""
    expected: Counter[str] = Counter()
    posted = dict(
        Journal.objects.filter(kind=JournalKind.REVERSAL, reference__startswith="refund:")
        .annotate(total=Sum("entries__amount"))
        .values_list("reference", "total")
    )
    rows = Refund.objects.exclude(status=RefundStatus.FAILED)
    for row in rows.select_related("payment__merchant_account"):
        name = f"refund:{row.pk}"
        set_aside = row.amount if not row.bearer else row.unused_amount * (row.bearer in _BORNE)
        paid = row.own_amount if row.status == RefundStatus.DONE else 0
        expected[accounts.refunds(row.payment.merchant_account.code)] += set_aside - paid - row.closed_amount
        if row.bearer and posted.get(name, 0) != set_aside:
            yield Finding(
                row=f"refund {row.pk}", fault=f"is borne by {row.bearer}, its journal says {posted.get(name, 0)}"
            )
        if posted.get(f"{name}:rest", 0) != row.closed_amount:
            fault = f"lets {row.closed_amount} be, its journal says {posted.get(f'{name}:rest', 0)}"
            yield Finding(row=f"refund {row.pk}", fault=fault)
    yield from _counted_refunds()
    actual = balances("refunds:")
    for account in sorted(expected.keys() | actual.keys()):
        if expected[account] != actual.get(account, 0):
            yield Finding(row=account, fault=f"holds {actual.get(account, 0)} instead of {expected[account]}")


def _counted_refunds() -> Iterator[Finding]:
    """Find refunds whose counted part is not what was said of them one by one."""
    toward: Counter[int] = Counter()
    used: Counter[int] = Counter()
    for made, refund, amount, status in CountedRefund.objects.values_list("made", "refund", "amount", "refund__status"):
        toward[refund] += amount
        # One that was called off leaves what the dashboard paid to be borne again.
        used[made] += amount if status != RefundStatus.FAILED else 0
    rows = Refund.objects.filter(
        Q(pk__in={*toward, *used}) | Q(counted_amount__gt=0) | Q(used_amount__gt=0) | Q(bearer=RefundBearer.COUNTED)
    )
    for row in rows.order_by("pk"):
        if (row.counted_amount, row.used_amount) != (toward[row.pk], used[row.pk]):
            fault = f"says {row.counted_amount} and {row.used_amount} count, it is {toward[row.pk]} and {used[row.pk]}"
            yield Finding(row=f"refund {row.pk}", fault=fault)
        if (row.bearer == RefundBearer.COUNTED) != (row.used_amount == row.amount):
            yield Finding(row=f"refund {row.pk}", fault=f"is borne by {row.bearer}, and {row.unused_amount} is left")


def closed_dates() -> Iterator[Finding]:
    """Whoever bought a date that was closed is looked after, and a closing that says it is done is done."""
    open_ones = ClosedVisit.objects.exclude(closing__status=ClosingStatus.RUNNING)
    for pk in open_ones.filter(status__in=(*OPEN_VISITS, VisitStatus.FAILED)).values_list("closing_id", flat=True):
        yield Finding(row=f"closing {pk}", fault="is over, and a visit is still open")
    for pk in Closing.objects.filter(status=ClosingStatus.RUNNING, acts_at=None).values_list("pk", flat=True):
        if ClosedVisit.objects.filter(closing=pk, status__in=OPEN_VISITS).exists():
            yield Finding(row=f"closing {pk}", fault="has open visits, and nobody works on it any more")
    for pk in ClosedVisit.objects.filter(status=VisitStatus.MOVED, slot=F("moved_to")).values_list("pk", flat=True):
        yield Finding(row=f"closed visit {pk}", fault="moved to the date that was closed")
    handled = ClosedVisit.objects.filter(order=OuterRef("shop_order__order"), slot=OuterRef("slot"))
    running = Closing.objects.filter(slots=OuterRef("slot"), status=ClosingStatus.RUNNING)
    sold = OrderLine.objects.filter(
        slot__closed_at__isnull=False,
        slot__closings__isnull=False,
        shop_order__order__status__in=_CONFIRMED,
        refunded_quantity__lt=F("quantity"),
    )
    # An uncertain payment is given back once it is certain.
    for line_id in sold.exclude(Exists(handled)).exclude(Exists(running)).values_list("pk", flat=True).distinct():
        yield Finding(row=f"order line {line_id}", fault="is for a closed date, and nobody looks after it")


def every_notification_is_looked_at() -> Iterator[Finding]:
    """What Midtrans told of a payment was followed by a look at it, or one is on its way."""
    told = Notification.objects.filter(verdict=NotificationVerdict.ACCEPTED, payment__check_at=None)
    unseen = told.filter(Q(payment__looked_at=None) | Q(payment__looked_at__lt=F("received_at")))
    coming = set(
        Delivery.objects.filter(event__topic="payment.notified", status=DeliveryStatus.PENDING).values_list(
            "event__key", flat=True
        )
    )
    for payment_id in unseen.values_list("payment_id", flat=True).distinct():
        if str(payment_id) not in coming:
            yield Finding(row=f"payment {payment_id}", fault="Midtrans told of it, and nobody looked")


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
        Refund.objects.filter(payment=OuterRef("pk"), bearer="").exclude(status=RefundStatus.FAILED),
        "payment",
        "amount",
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


def personal_data_goes() -> Iterator[Finding]:
    """Who bought is erased in time, on wish within three days, and then everywhere."""
    now = timezone.now()
    # Erasing runs at night: what came due since is not late.
    for order in due_to_erase(now - ANSWERED_WITHIN).select_related("contact").order_by("pk"):
        asked = order.contact.erase_asked_at
        if asked is None or asked <= now - ANSWERED_WITHIN:
            why = "its buyer asked" if asked else "its time is over"
            yield Finding(row=f"order {order.code}", fault=f"still names its buyer, and {why}")
    blank = dict.fromkeys(("name", "phone", "email", "recipient_name", "recipient_phone", "address", "note"), "")
    left = Contact.objects.filter(erased_at__isnull=False).exclude(**blank)
    named = Ticket.objects.exclude(holder_name="").filter(line__shop_order__order__contact__erased_at__isnull=False)
    codes = {
        *left.values_list("order__code", flat=True),
        *named.values_list("line__shop_order__order__code", flat=True),
    }
    for code in sorted(codes):
        yield Finding(row=f"order {code}", fault="was erased, and something of its buyer is left")


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
        # Money that came late to an order that was given up waits with its parts cancelled until it is certain.
        is_sold = order.status in _CONFIRMED and part.status not in (ShopOrderStatus.WAITING, ShopOrderStatus.CANCELLED)
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
