"""What pages show of a whole purchase, and what came in on a day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from foundation.clock import end_of, start_of
from marketplace.catalog.models import ChargeKind, Listing
from marketplace.orders.models import OrderLine, OrderStatus
from marketplace.orders.queries import OrderView, order_view
from marketplace.payments.models import Payment, PaymentMethod, PaymentStatus, Refund, RefundStatus
from marketplace.payments.queries import PaymentView, RefundView, payment_of_order, refunds_of_order
from marketplace.tickets.models import Redemption, Verdict
from marketplace.tickets.queries import TicketView, tickets_of_order
from tourism.regions.models import Region

# How an order of 0 rupiah came in.
FREE = "FREE"


@dataclass(frozen=True)
class OrderPage:
    """An order with its tickets, its payment and what went back."""

    order: OrderView
    # The attempt that counts: the paid one, else the newest; None before the first.
    payment: PaymentView | None
    tickets: tuple[TicketView, ...]
    refunds: tuple[RefundView, ...]
    # PAY, CHECKING (a method was chosen, money not seen yet), PROVISIONAL, PAID, LAPSED, CANCELLED, REFUNDED.
    step: str
    # Whether the page should ask again in a moment.
    keeps_changing: bool

    @property
    def waits_for_payment(self) -> bool:
        """Whether the buyer has not paid yet, as far as we know, and still can."""
        return self.step in ("PAY", "CHECKING")


def order_page(*, order_id: int, now: datetime) -> OrderPage:
    """All that the order's page shows; a fixed number of queries. The caller found the order through an owner filter."""
    order = order_view(order_id=order_id, now=now)
    payment = payment_of_order(order_id)
    step = _step(order, payment)
    return OrderPage(
        order=order,
        payment=payment,
        tickets=tuple(tickets_of_order(order_id)) if order.has_tickets else (),
        refunds=tuple(refunds_of_order(order_id)),
        step=step,
        keeps_changing=step in ("PAY", "CHECKING", "PROVISIONAL"),
    )


def _step(order: OrderView, payment: PaymentView | None) -> str:
    match order.status:
        case OrderStatus.PLACED:
            waits = payment is not None and payment.status in (PaymentStatus.PENDING, PaymentStatus.REVIEW)
            return "CHECKING" if waits or not order.is_payable else "PAY"
        case OrderStatus.PAID | OrderStatus.PARTLY_REFUNDED:
            return "PROVISIONAL" if payment is not None and payment.is_provisional else "PAID"
        case status:
            return str(status)


@dataclass(frozen=True)
class ReceiptRow:
    """One listing, charge kind and channel of one day."""

    listing_id: int
    title: str
    shop_name: str
    charge_kind: str
    charge_kind_words: str
    # A PaymentMethod, or FREE for what costs nothing.
    channel: str
    channel_words: str
    # Pieces sold that day (by the moment of payment), tickets admitted that day, rupiah that came in and went back.
    sold: int
    admitted: int
    amount: int
    refunded: int


@dataclass(frozen=True)
class DailyReceipts:
    """A region's receipts of one day in WIB."""

    region_code: str
    region_name: str
    day: date
    rows: tuple[ReceiptRow, ...]

    @property
    def sold(self) -> int:
        """Pieces sold."""
        return sum(row.sold for row in self.rows)

    @property
    def admitted(self) -> int:
        """Tickets admitted."""
        return sum(row.admitted for row in self.rows)

    @property
    def amount(self) -> int:
        """Rupiah that came in."""
        return sum(row.amount for row in self.rows)

    @property
    def refunded(self) -> int:
        """Rupiah that went back, or are about to."""
        return sum(row.refunded for row in self.rows)

    @property
    def retribusi(self) -> int:
        """Of what came in: retribusi, owed to the region's treasury gross."""
        return sum(row.amount for row in self.rows if row.charge_kind == ChargeKind.RETRIBUSI)


@dataclass
class _Tally:
    sold: int = 0
    admitted: int = 0
    amount: int = 0
    refunded: int = 0


type _Key = tuple[int, str, str]


def daily_receipts(*, region_code: str, day: date) -> DailyReceipts:
    """What was sold, admitted and came in on a day, by listing, charge kind and channel: for the region's bendahara.

    Shipping is the shops' own and not in it. What was sold counts on the day of its payment, what was admitted on the
    day of the scan, what went back on the day it was asked for. A fixed number of queries.

    :raises Region.DoesNotExist: no such region.
    """
    region = Region.objects.only("code", "short_name").get(code=region_code)
    tallies: defaultdict[_Key, _Tally] = defaultdict(_Tally)
    _count_sales(tallies, region, day)
    _count_refunds(tallies, region, day)
    _count_admissions(tallies, region, day)
    facts = _facts({line for line, _kind, _way in tallies})
    rows = [
        ReceiptRow(
            listing_id=listing_id,
            title=facts[listing_id][0],
            shop_name=facts[listing_id][1],
            charge_kind=kind,
            charge_kind_words=str(ChargeKind(kind).label),
            channel=channel,
            channel_words=_channel_words(channel),
            sold=tally.sold,
            admitted=tally.admitted,
            amount=tally.amount,
            refunded=tally.refunded,
        )
        for (listing_id, kind, channel), tally in tallies.items()
    ]
    rows.sort(
        key=lambda row: (row.charge_kind != ChargeKind.RETRIBUSI, row.shop_name, row.title, row.channel, row.listing_id)
    )
    return DailyReceipts(region_code=region.code, region_name=region.short_name, day=day, rows=tuple(rows))


def _count_sales(tallies: defaultdict[_Key, _Tally], region: Region, day: date) -> None:
    lines = list(
        _lines_of(region).filter(
            shop_order__order__paid_at__gte=start_of(day),
            shop_order__order__paid_at__lt=end_of(day),
            shop_order__order__status__in=_CAME_IN,
        )
    )
    channels = _channels({line.shop_order.order_id for line in lines})
    for line in lines:
        tally = tallies[_key(line, channels)]
        tally.sold += line.quantity
        tally.amount += line.amount


def _count_refunds(tallies: defaultdict[_Key, _Tally], region: Region, day: date) -> None:
    rows = Refund.objects.filter(requested_at__gte=start_of(day), requested_at__lt=end_of(day))
    pieces = [
        (name, quantity)
        for lines in rows.exclude(status=RefundStatus.FAILED).values_list("lines", flat=True)
        for name, quantity in lines.items()
    ]
    lines = {str(line.pk): line for line in _lines_of(region).filter(pk__in=[name for name, _quantity in pieces])}
    channels = _channels({line.shop_order.order_id for line in lines.values()})
    for name, quantity in pieces:
        # Shipments are named too; they are no lines.
        if name in lines:
            line = lines[name]
            tallies[_key(line, channels)].refunded += line.amount * quantity // line.quantity


def _count_admissions(tallies: defaultdict[_Key, _Tally], region: Region, day: date) -> None:
    scans = Redemption.objects.filter(
        scanned_at__gte=start_of(day), scanned_at__lt=end_of(day), verdict=Verdict.ADMITTED
    ).filter(ticket__line__shop_order__shop__region=region)
    counted = dict(scans.order_by().values_list("ticket__line_id").annotate(count=Count("pk")))
    lines = list(_lines_of(region).filter(pk__in=counted))
    channels = _channels({line.shop_order.order_id for line in lines})
    for line in lines:
        tallies[_key(line, channels)].admitted += counted[line.pk]


_CAME_IN = (OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED, OrderStatus.REFUNDED)


def _lines_of(region: Region) -> QuerySet[OrderLine]:
    lines = OrderLine.objects.filter(shop_order__shop__region=region).select_related("shop_order", "variant")
    return lines.order_by("pk")


def _channels(order_ids: Iterable[int]) -> dict[int, str]:
    paid = Payment.objects.filter(order_id__in=order_ids, paid_at__isnull=False, is_surplus=False)
    return dict(paid.values_list("order_id", "method"))


def _key(line: OrderLine, channels: dict[int, str]) -> _Key:
    return (line.variant.listing_id, line.charge_kind, channels.get(line.shop_order.order_id, FREE))


def _facts(listing_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    rows = Listing.objects.filter(pk__in=listing_ids).select_related("shop")
    return {row.pk: (row.title, row.shop.name) for row in rows}


def _channel_words(channel: str) -> str:
    return _("free of charge") if channel == FREE else str(PaymentMethod(channel).label)
