"""What pages show of orders: frozen values in the active language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation.accounts.buyer import Buyer
from foundation.accounts.phones import InvalidPhone, e164
from foundation.codes import tidy_code
from marketplace.catalog.models import DATED_KINDS
from marketplace.orders.models import Contact, Order, OrderEvent, OrderLine, OrderStatus, ShopOrder, ShopOrderStatus
from marketplace.shipping.models import ShippingMethod
from tourism.regions.models import Region

# A village with its kecamatan and its kabupaten or kota.
_ADDRESS = "contact__village__parent__parent"


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
    is_dated: bool
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
    region_slug: str
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
    # Nagari or kelurahan, kecamatan, kabupaten or kota; outside the province the city and province.
    place: str
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
    # Of "pack", "send", "hand_over": what can be done now, most likely first.
    steps: tuple[str, ...]


def order_view(*, order_id: int, now: datetime) -> OrderView:
    """An order with its parts, lines and contact; a fixed number of queries. The caller found it through an owner filter."""
    order = Order.objects.select_related(_ADDRESS).defer(f"{_ADDRESS}__boundary").get(pk=order_id)
    parts = _parts(ShopOrder.objects.filter(order=order))
    lines = [line for part in parts for line in part.lines]
    return OrderView(
        id=order.pk,
        code=order.code,
        status=order.status,
        status_words=str(OrderStatus(order.status).label),
        amount=order.amount,
        placed_at=order.placed_at,
        payable_until=order.payable_until,
        paid_at=order.paid_at,
        language=order.language,
        shop_orders=parts,
        contact=_contact(order.contact),
        is_payable=is_payable(order, now=now),
        has_tickets=any(line.is_dated for line in lines),
        has_goods=any(not line.is_dated for line in lines),
    )


def is_payable(order: Order, *, now: datetime) -> bool:
    """Whether money is still asked for."""
    return order.status == OrderStatus.PLACED and order.amount > 0 and now < order.payable_until


def orders_of(buyer: Buyer, *, now: datetime, limit: int = 50) -> list[OrderCard]:
    """A buyer's orders, newest first; two queries."""
    orders = list(Order.objects.bought_by(buyer).order_by("-placed_at", "-pk")[:limit])
    titles: dict[int, list[str]] = {order.pk: [] for order in orders}
    rows = OrderLine.objects.filter(shop_order__order__in=orders).order_by("shop_order_id", "title_id", "pk")
    for order_id, title_id, title_en in rows.values_list("shop_order__order_id", "title_id", "title_en"):
        titles[order_id].append(_in_language(title_id, title_en))
    return [
        OrderCard(
            code=order.code,
            status=order.status,
            status_words=str(OrderStatus(order.status).label),
            amount=order.amount,
            placed_at=order.placed_at,
            titles=tuple(titles[order.pk]),
            is_payable=is_payable(order, now=now),
        )
        for order in orders
    ]


def find_by_phone(*, code: str, phone: str) -> Order | None:
    """The order with this code, if its contact has this phone number in whatever way it is typed. Limit the tries before."""
    try:
        number = e164(phone)
    except InvalidPhone:
        return None
    return Order.objects.filter(code=tidy_code(code), contact__phone=number).first()


def todo_list(
    *, user_id: int, shop_id: int | None = None, statuses: tuple[str, ...] = (), limit: int = 100
) -> list[ShopOrderCard]:
    """Shop orders with goods in the shops that this account runs: what is to be done first, and of that the oldest."""
    found = _with_goods(user_id, shop_id)
    if statuses:
        found = found.filter(status__in=statuses)
    urgency = Case(
        *(When(status=status, then=Value(place)) for place, status in enumerate(_URGENCY)), output_field=IntegerField()
    )
    rows = found.order_by(urgency, "order__paid_at", "pk").select_related("order__contact", "shop")[:limit]
    lines = _lines(rows)
    return [
        ShopOrderCard(
            id=row.pk,
            order_code=row.order.code,
            shop_id=row.shop_id,
            status=row.status,
            status_words=status_words(row),
            recipient=_first_name(row.order.contact.recipient_name or row.order.contact.name),
            lines=tuple(lines.get(row.pk, ())),
            amount=_amount(row, lines.get(row.pk, ())),
            shipping_method=row.shipping_method,
            paid_at=row.order.paid_at,
            is_sample=row.shop.is_sample,
        )
        for row in rows
    ]


def todo_counts(*, user_id: int, shop_id: int | None = None) -> dict[str, int]:
    """How many shop orders of goods are in each status, by ``ShopOrderStatus``; one query."""
    counted = _with_goods(user_id, shop_id).values("status").annotate(count=Count("pk", distinct=True))
    return {str(status): 0 for status in ShopOrderStatus} | {row["status"]: row["count"] for row in counted.order_by()}


def shop_order_detail(*, user_id: int, shop_order_id: int) -> ShopOrderDetail | None:
    """A shop order of a shop that this account runs; None for a stranger."""
    row = (
        ShopOrder.objects.managed_by(user_id)
        .select_related(f"order__{_ADDRESS}")
        .defer(f"order__{_ADDRESS}__boundary")
        .filter(pk=shop_order_id)
        .first()
    )
    if row is None:
        return None
    (part,) = _parts(ShopOrder.objects.filter(pk=row.pk))
    return ShopOrderDetail(
        order_code=row.order.code,
        placed_at=row.order.placed_at,
        paid_at=row.order.paid_at,
        part=part,
        contact=_contact(row.order.contact),
        steps=_STEPS.get(ShopOrderStatus(row.status), ()),
    )


def status_words(part: ShopOrder) -> str:
    """A shop order's status in words that fit its way of shipping."""
    if part.status == ShopOrderStatus.SENT and part.shipping_method == ShippingMethod.PICK_UP:
        return _("ready to be picked up")
    return str(ShopOrderStatus(part.status).label)


_URGENCY = (
    ShopOrderStatus.TO_PACK,
    ShopOrderStatus.PACKED,
    ShopOrderStatus.SENT,
    ShopOrderStatus.RECEIVED,
    ShopOrderStatus.CANCELLED,
)
_STEPS = {
    ShopOrderStatus.TO_PACK: ("pack", "send"),
    ShopOrderStatus.PACKED: ("send",),
    ShopOrderStatus.SENT: ("hand_over",),
}


def _with_goods(user_id: int, shop_id: int | None) -> QuerySet[ShopOrder]:
    found = ShopOrder.objects.managed_by(user_id).filter(~Q(shipping_method=""))
    return found if shop_id is None else found.filter(shop_id=shop_id)


def _parts(rows: QuerySet[ShopOrder]) -> tuple[ShopOrderView, ...]:
    parts = list(rows.select_related("shop__region").defer("shop__region__boundary").order_by("pk"))
    lines = _lines(parts)
    events: dict[int, list[EventView]] = {part.pk: [] for part in parts}
    for event in OrderEvent.objects.filter(shop_order__in=parts).order_by("at", "pk"):
        words = str(ShopOrderStatus(event.after).label)
        events[event.shop_order_id or 0].append(EventView(after=event.after, words=words, at=event.at))
    return tuple(
        ShopOrderView(
            id=part.pk,
            shop_id=part.shop_id,
            shop_name=part.shop.name,
            shop_slug=part.shop.slug,
            shop_address=part.shop.address,
            shop_phone=part.shop.phone,
            region_name=part.shop.region.short_name,
            region_slug=part.shop.region.slug or "",
            status=part.status,
            status_words=status_words(part),
            shipping_method=part.shipping_method,
            shipping_amount=part.shipping_amount,
            discount_amount=part.discount_amount,
            tracking_number=part.tracking_number,
            lines=tuple(lines.get(part.pk, ())),
            amount=_amount(part, lines.get(part.pk, ())),
            events=tuple(events[part.pk]),
            is_sample=part.shop.is_sample,
            can_be_received=part.status == ShopOrderStatus.SENT,
        )
        for part in parts
    )


def _lines(parts: Iterable[ShopOrder]) -> dict[int, list[LineView]]:
    rows = (
        OrderLine.objects.filter(shop_order__in=[part.pk for part in parts])
        .select_related("variant__listing", "slot")
        .order_by("shop_order_id", "slot__starts_at", "title_id", "variant__position", "pk")
    )
    lines: dict[int, list[LineView]] = {}
    for row in rows:
        lines.setdefault(row.shop_order_id, []).append(_line(row))
    return lines


def _line(row: OrderLine) -> LineView:
    listing, slot = row.variant.listing, row.slot
    return LineView(
        id=row.pk,
        title=_in_language(row.title_id, row.title_en),
        variant=row.variant.name,
        quantity=row.quantity,
        refunded_quantity=row.refunded_quantity,
        unit_amount=row.amount // row.quantity,
        amount=row.amount,
        slot=SlotView(slot.day, slot.starts_at, slot.ends_at, slot.is_all_day) if slot else None,
        charge_kind=row.charge_kind,
        listing_id=listing.pk,
        listing_slug=listing.slug,
        listing_kind=listing.kind,
        is_dated=listing.kind in DATED_KINDS,
        is_sample=listing.is_sample,
    )


def _contact(contact: Contact) -> ContactView:
    return ContactView(
        name=contact.name,
        phone=contact.phone,
        email=contact.email,
        recipient_name=contact.recipient_name,
        recipient_phone=contact.recipient_phone,
        address=contact.address,
        place=_place(contact.village) if contact.village else contact.locality,
        postal_code=contact.postal_code,
        note=contact.note,
        is_gift=contact.is_gift,
    )


def _place(village: Region) -> str:
    """A nagari or kelurahan with its kecamatan and its kabupaten or kota; they are loaded."""
    regency = village.parent.parent if village.parent else None
    return ", ".join(region.name for region in (village, village.parent, regency) if region)


def _amount(part: ShopOrder, lines: Iterable[LineView]) -> int:
    return sum(line.amount for line in lines) + part.shipping_amount - part.discount_amount


def _in_language(indonesian: str, english: str) -> str:
    return (english if get_language() == "en" else "") or indonesian


def _first_name(name: str) -> str:
    return name.split()[0] if name.split() else ""
