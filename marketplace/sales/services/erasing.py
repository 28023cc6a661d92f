"""Erasing who bought: once an order is over, and its time is, or its buyer asks. What was sold and paid stays, without a name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from foundation.clock import day_of
from marketplace.orders import services as orders
from marketplace.orders.models import Order, OrderEvent, OrderLine, OrderStatus, ShopOrder, ShopOrderStatus
from marketplace.payments import services as payments
from marketplace.payments.models import OPEN_REFUNDS, Payment, PaymentStatus, Refund
from marketplace.tickets import services as tickets

# So long after the last thing that happened to an order its buyer may come back to it, and so may the money.
QUIET_FOR = timedelta(days=14)
# The law gives three days for what a person asks for.
ANSWERED_WITHIN = timedelta(hours=72)
_HAS_MONEY = (OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED)
_FULFILLED = (ShopOrderStatus.RECEIVED, ShopOrderStatus.CANCELLED)
_UNDECIDED = (PaymentStatus.REVIEW, PaymentStatus.DISPUTED)


@dataclass(frozen=True)
class Asked:
    """What became of a buyer's wish: so many orders were erased at once, so many wait until they are over."""

    erased: int
    waiting: int


def kept_for(day: date) -> tuple[timedelta, timedelta]:
    """How long contacts are kept by the rule of a day: of paid orders, and of others (the setting ``CONTACT_KEPT``)."""
    rows = [row for row in settings.CONTACT_KEPT if date.fromisoformat(row["from"]) <= day]
    row = max(rows, key=lambda row: str(row["from"]))
    return timedelta(days=int(row["paid_days"])), timedelta(days=int(row["unpaid_days"]))


def over(now: datetime) -> QuerySet[Order]:
    """Orders of which nothing is to be done any more: fulfilled, their dates past, no money on its way, and quiet for a while."""
    quiet = now - QUIET_FOR
    of_order = OuterRef("pk")
    open_part = ShopOrder.objects.filter(order=of_order).exclude(status__in=_FULFILLED)
    return (
        Order.objects.exclude(status=OrderStatus.PLACED)
        .exclude(Q(status__in=_HAS_MONEY) & Exists(open_part))
        .exclude(Exists(OrderLine.objects.filter(shop_order__order=of_order, slot__ends_at__gt=quiet)))
        .exclude(Exists(OrderEvent.objects.filter(order=of_order, at__gt=quiet)))
        .exclude(Exists(Refund.objects.filter(payment__order=of_order, status__in=OPEN_REFUNDS)))
        .exclude(Exists(Payment.objects.filter(order=of_order, status__in=_UNDECIDED)))
        .exclude(placed_at__gt=quiet)
    )


def due_to_erase(now: datetime) -> QuerySet[Order]:
    """Orders that are over and still name their buyer, though their time is over, or their buyer wants it so."""
    paid, unpaid = kept_for(day_of(now))
    return over(now).filter(
        Q(contact__erase_asked_at__isnull=False)
        | Q(paid_at__isnull=False, placed_at__lt=now - paid)
        | Q(paid_at__isnull=True, placed_at__lt=now - unpaid),
        contact__erased_at__isnull=True,
    )


def erase_due_contacts(*, now: datetime, limit: int) -> int:
    """Erase who bought what is due; returns how many orders. A repeat changes nothing."""
    found = list(due_to_erase(now).order_by("pk").values_list("pk", flat=True)[:limit])
    for order_id in found:
        _erase(order_id, now=now)
    return len(found)


def ask_erasure(*, order_ids: Collection[int], now: datetime) -> Asked:
    """Erase who bought these orders: at once where they are over, else as soon as they are. A repeat changes nothing.

    The caller found them through an owner filter, or has a written wish.
    """
    named = orders.ask_erasure(order_ids=order_ids, now=now)
    found = list(due_to_erase(now).filter(pk__in=order_ids).order_by("pk").values_list("pk", flat=True))
    for order_id in found:
        _erase(order_id, now=now)
    return Asked(erased=len(found), waiting=named - len(found))


@transaction.atomic
def _erase(order_id: int, *, now: datetime) -> None:
    """One order in one transaction: the contact, the names on its tickets, the accounts that its refunds went to."""
    Order.objects.select_for_update().get(pk=order_id)
    orders.erase_contact(order_id=order_id, now=now)
    tickets.erase_holders(order_id=order_id)
    payments.erase_accounts_of(order_id=order_id, now=now)
