"""What pages show of a whole purchase, and what came in on a day."""

from dataclasses import dataclass
from datetime import date, datetime

from marketplace.orders.queries import OrderView
from marketplace.payments.queries import PaymentView, RefundView
from marketplace.tickets.queries import TicketView


@dataclass(frozen=True)
class OrderPage:
    """An order with its tickets, its payment and what went back."""

    order: OrderView
    # The attempt that counts: the paid one, else the newest; None before the first.
    payment: PaymentView | None
    tickets: tuple[TicketView, ...]
    refunds: tuple[RefundView, ...]
    # PAY, CHECKING (a method was chosen, money not seen yet), PAID, PROVISIONAL, LAPSED, CANCELLED, REFUNDED.
    step: str
    # Whether the page should ask again in a moment.
    keeps_changing: bool


def order_page(*, order_id: int, now: datetime) -> OrderPage:
    """All that the order's page shows; a fixed number of queries. The caller found the order through an owner filter."""
    raise NotImplementedError


@dataclass(frozen=True)
class ReceiptRow:
    """One listing, charge kind and channel of one day."""

    listing_id: int
    title: str
    shop_name: str
    charge_kind: str
    channel: str
    # Pieces sold that day (by payment), pieces of the day that were admitted, rupiah that came in.
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
    sold: int
    admitted: int
    amount: int
    refunded: int
    # Of ``amount``: retribusi owed to the region's treasury.
    retribusi: int


def daily_receipts(*, region_code: str, day: date, language: str) -> DailyReceipts:
    """What was sold, admitted and came in on a day, by listing, charge kind and channel. For the region's bendahara."""
    raise NotImplementedError
