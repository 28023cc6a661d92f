"""Moving orders on: opened once paid, packed, sent, received. And forgetting who they were for."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.buyer import Buyer
from foundation.errors import InvalidInput
from foundation.outbox.services import News, publish, publish_all
from marketplace.catalog.models import DATED_KINDS
from marketplace.orders.models import Contact, Order, OrderEvent, OrderLine, OrderStatus, ShopOrder, ShopOrderStatus

# What was sent this long ago and never complained about has arrived.
SILENCE = timedelta(days=14)
_LONGEST_TRACKING = 60


@transaction.atomic
def pack(*, shop_order_id: int, user_id: int, now: datetime) -> None:
    """The seller has packed it. A repeat changes nothing.

    :raises ShopOrder.DoesNotExist: not a shop order of a shop that this account runs.
    :raises TransitionRefused: it is not there yet, or was cancelled.
    """
    part = _managed(shop_order_id, user_id)
    _move(part, ShopOrderStatus.PACKED, now=now, by_id=user_id)


@transaction.atomic
def send(*, shop_order_id: int, user_id: int, now: datetime, tracking_number: str = "") -> None:
    """The seller has sent it, or has it ready to be picked up. A repeat may add or mend the receipt number.

    What was not marked as packed is packed on the way. Raises as :func:`pack`, and ``InvalidInput`` for a receipt number
    that is too long.
    """
    tracking_number = " ".join(tracking_number.split())
    if len(tracking_number) > _LONGEST_TRACKING:
        raise InvalidInput(_("This receipt number is too long."))
    part = _managed(shop_order_id, user_id)
    if part.status == ShopOrderStatus.TO_PACK:
        _move(part, ShopOrderStatus.PACKED, now=now, by_id=user_id)
    _move(part, ShopOrderStatus.SENT, now=now, by_id=user_id)
    if tracking_number and tracking_number != part.tracking_number:
        part.tracking_number = tracking_number
        part.save(update_fields=["tracking_number"])


@transaction.atomic
def hand_over(*, shop_order_id: int, user_id: int, now: datetime) -> None:
    """The seller saw the buyer take it, or knows that it arrived. A repeat changes nothing. Raises as :func:`pack`."""
    _move(_managed(shop_order_id, user_id), ShopOrderStatus.RECEIVED, now=now, by_id=user_id)


@transaction.atomic
def receive(*, shop_order_id: int, buyer: Buyer, now: datetime) -> None:
    """The buyer says that it arrived. A repeat changes nothing.

    :raises ShopOrder.DoesNotExist: not a part of an order of this buyer.
    :raises TransitionRefused: it was not sent yet.
    """
    own = Order.objects.bought_by(buyer).values("pk")
    part = ShopOrder.objects.only("order_id").get(pk=shop_order_id, order_id__in=own)
    receive_part(part, now=now, by_id=buyer.user_id)


@transaction.atomic
def receive_by_link(*, shop_order_id: int, order_id: int, now: datetime) -> None:
    """Whoever holds the order's signed link says that it arrived. Raises as :func:`receive`."""
    receive_part(ShopOrder.objects.only("order_id").get(pk=shop_order_id, order_id=order_id), now=now, by_id=None)


def receive_part(part: ShopOrder, *, now: datetime, by_id: int | None) -> None:
    """Close a part that arrived, under its order's lock."""
    _move(_locked(part.pk, part.order_id), ShopOrderStatus.RECEIVED, now=now, by_id=by_id)


def receive_silent(*, now: datetime, limit: int) -> int:
    """Close shop orders sent long ago of which nobody said anything; returns how many."""
    sent = ShopOrder.objects.filter(status=ShopOrderStatus.SENT)
    old = sent.exclude(events__after=ShopOrderStatus.SENT, events__at__gt=now - SILENCE).order_by("pk")[:limit]
    parts = list(old)
    for part in parts:
        with transaction.atomic():
            locked = _locked(part.pk, part.order_id)
            if locked.status == ShopOrderStatus.SENT:
                _move(locked, ShopOrderStatus.RECEIVED, now=now, by_id=None)
    return len(parts)


def open_parts(*, order: Order, now: datetime, without: Collection[int] = ()) -> None:
    """Hand a paid order to its shops: goods to pack, tickets done. Called under the order's lock; a repeat changes nothing.

    :param without: parts of which everything went back.
    """
    closed = ShopOrder.objects.filter(order=order, status__in=_NOT_OPEN).exclude(pk__in=without)
    parts = list(closed.order_by("pk"))
    with_goods = set(
        OrderLine.objects.filter(shop_order__in=parts)
        .exclude(variant__listing__kind__in=DATED_KINDS)
        .values_list("shop_order_id", flat=True)
    )
    for part in parts:
        _move(part, ShopOrderStatus.TO_PACK if part.pk in with_goods else ShopOrderStatus.RECEIVED, now=now, by_id=None)


def pay_and_open(*, paid: Iterable[tuple[Order, datetime]], lines: Iterable[OrderLine], now: datetime) -> None:
    """Mark many placed orders as paid, each at its time, and hand them to their shops, in few statements.

    Called under the orders' locks.

    :param lines: all of these orders, with their shop orders and listings; nothing of them went back.
    :raises TransitionRefused: one of them is not placed.
    """
    orders, parts, with_goods, news = list[Order](), dict[int, ShopOrder](), set[int](), list[News]()
    events: list[OrderEvent] = []
    for order, at in paid:
        events.append(order.step_to(OrderStatus.PAID, at=at))
        order.paid_at = at
        orders.append(order)
    for line in lines:
        parts.setdefault(line.shop_order_id, line.shop_order)
        if line.variant.listing.kind not in DATED_KINDS:
            with_goods.add(line.shop_order_id)
    closed = [part for _key, part in sorted(parts.items()) if part.status in _NOT_OPEN]
    for part in closed:
        status = ShopOrderStatus.TO_PACK if part.pk in with_goods else ShopOrderStatus.RECEIVED
        events.append(part.step_to(status, at=now))
        news.append(News("shop_order.changed", part.pk, {"status": str(status)}))
    # The rows exist and are locked: an upsert is one plain statement where a bulk update is a forest of CASEs.
    Order.objects.bulk_create(orders, update_conflicts=True, unique_fields=["id"], update_fields=["status", "paid_at"])
    ShopOrder.objects.bulk_create(closed, update_conflicts=True, unique_fields=["id"], update_fields=["status"])
    OrderEvent.objects.bulk_create(events)
    publish_all(news, now=now)


def cancel_parts(*, order: Order, now: datetime, only: Collection[int] | None = None) -> None:
    """Take parts of an order away from their shops. Called under the order's lock; what has left the shop stays as it is."""
    parts = ShopOrder.objects.filter(order=order).exclude(status__in=(ShopOrderStatus.SENT, ShopOrderStatus.CANCELLED))
    for part in parts.order_by("pk"):
        if only is None or part.pk in only:
            _move(part, ShopOrderStatus.CANCELLED, now=now, by_id=None)


def change_slot(*, line_ids: Collection[UUID], slot_id: int) -> None:
    """Let lines be for another date; the caller holds the order's lock and moves holds and tickets with them."""
    OrderLine.objects.filter(pk__in=line_ids).update(slot_id=slot_id)


@transaction.atomic
def erase_contact(*, order_id: int, now: datetime) -> None:
    """Blank the personal data of an order. A repeat changes nothing."""
    Contact.objects.filter(order_id=order_id, erased_at=None).update(
        name="",
        phone="",
        email="",
        recipient_name="",
        recipient_phone="",
        address="",
        village=None,
        locality="",
        postal_code="",
        note="",
        erased_at=now,
    )


def ask_erasure(*, order_ids: Collection[int], now: datetime) -> int:
    """Note that buyers want these orders without their personal data; returns how many of them still had some. A repeat keeps the first day."""
    waiting = Contact.objects.filter(order__in=order_ids, erased_at=None)
    waiting.filter(erase_asked_at=None).update(erase_asked_at=now)
    return waiting.count()


_NOT_OPEN = (ShopOrderStatus.WAITING, ShopOrderStatus.CANCELLED)


def _managed(shop_order_id: int, user_id: int) -> ShopOrder:
    part = ShopOrder.objects.managed_by(user_id).only("order_id").get(pk=shop_order_id)
    return _locked(part.pk, part.order_id)


def _locked(shop_order_id: int, order_id: int) -> ShopOrder:
    # The order's row is the lock of all its parts, so that a refund and a seller's step cannot cross.
    Order.objects.select_for_update().get(pk=order_id)
    return ShopOrder.objects.get(pk=shop_order_id)


def _move(part: ShopOrder, status: ShopOrderStatus, *, now: datetime, by_id: int | None) -> None:
    if part.status == status:
        return
    part.move_to(status, at=now, by_id=by_id)
    publish(topic="shop_order.changed", key=part.pk, now=now, status=str(status))
