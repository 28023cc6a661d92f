"""What pages show of orders: frozen values in the active language."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from foundation.accounts.buyer import Buyer
from marketplace.orders.models import Order


@dataclass(frozen=True)
class SlotView:
    """When a ticket line admits."""

    day: date
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool


@dataclass(frozen=True)
class LineView:
    """A line as it was sold."""

    id: UUID
    title: str
    variant: str
    quantity: int
    refunded_quantity: int
    unit_amount: int
    amount: int
    slot: SlotView | None
    charge_kind: str
    listing_id: int
    listing_slug: str
    listing_kind: str
    is_sample: bool


@dataclass(frozen=True)
class EventView:
    """One step that was taken."""

    after: str
    words: str
    at: datetime


@dataclass(frozen=True)
class ShopOrderView:
    """One shop's part of an order."""

    id: int
    shop_id: int
    shop_name: str
    shop_slug: str
    shop_address: str
    shop_phone: str
    region_name: str
    # A ShopOrderStatus, and its words for this way of shipping ("sent", "ready to be picked up").
    status: str
    status_words: str
    shipping_method: str
    shipping_amount: int
    discount_amount: int
    tracking_number: str
    lines: tuple[LineView, ...]
    amount: int
    events: tuple[EventView, ...]
    is_sample: bool
    # What the buyer can do: say that it arrived.
    can_be_received: bool


@dataclass(frozen=True)
class ContactView:
    """Who ordered and who receives; blank once erased."""

    name: str
    phone: str
    email: str
    recipient_name: str
    recipient_phone: str
    address: str
    village_name: str
    postal_code: str
    note: str
    is_gift: bool


@dataclass(frozen=True)
class OrderView:
    """An order as its buyer sees it."""

    id: int
    code: str
    status: str
    status_words: str
    amount: int
    placed_at: datetime
    payable_until: datetime
    paid_at: datetime | None
    language: str
    shop_orders: tuple[ShopOrderView, ...]
    contact: ContactView
    # Whether money is still asked for: placed, and its deadline not over.
    is_payable: bool
    has_tickets: bool
    has_goods: bool


@dataclass(frozen=True)
class OrderCard:
    """An order in the buyer's list."""

    code: str
    status: str
    status_words: str
    amount: int
    placed_at: datetime
    titles: tuple[str, ...]
    is_payable: bool


@dataclass(frozen=True)
class ShopOrderCard:
    """A shop order in the seller's list. ``recipient`` is the first name only."""

    id: int
    order_code: str
    shop_id: int
    status: str
    status_words: str
    recipient: str
    lines: tuple[LineView, ...]
    amount: int
    shipping_method: str
    paid_at: datetime | None
    is_sample: bool


@dataclass(frozen=True)
class ShopOrderDetail:
    """A shop order as its seller sees it, with where it goes; a gift's price is not for the slip."""

    order_code: str
    placed_at: datetime
    paid_at: datetime | None
    part: ShopOrderView
    contact: ContactView
    # Of "pack", "send", "receive", "cancel": what can be done now, most likely first.
    steps: tuple[str, ...]


def order_view(*, order_id: int, now: datetime) -> OrderView:
    """An order with its parts, lines and contact; a fixed number of queries. The caller found it through an owner filter."""
    raise NotImplementedError


def orders_of(buyer: Buyer, *, now: datetime, limit: int = 50) -> list[OrderCard]:
    """A buyer's orders, newest first."""
    raise NotImplementedError


def find_by_phone(*, code: str, phone: str) -> Order | None:
    """The order with this code, if its contact has this phone number in whatever way it is typed. Limit the tries before."""
    raise NotImplementedError


def todo_list(
    *, user_id: int, shop_id: int | None = None, statuses: tuple[str, ...] = (), limit: int = 100
) -> list[ShopOrderCard]:
    """Shop orders with goods in the shops that this account runs, what waits longest first."""
    raise NotImplementedError


def todo_counts(*, user_id: int, shop_id: int | None = None) -> dict[str, int]:
    """How many shop orders of goods are in each status, by ``ShopOrderStatus``."""
    raise NotImplementedError


def shop_order_detail(*, user_id: int, shop_order_id: int) -> ShopOrderDetail | None:
    """A shop order of a shop that this account runs; None for a stranger."""
    raise NotImplementedError
