"""Giving up: orders that nobody paid, and those that the buyer cancels before paying.

Midtrans is asked first: its page is closed, and a method that was chosen is expired. While it does not answer, or staff
review a payment, the order's last deadline moves on. Only then is anything given back.
"""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from foundation.outbox.services import publish
from marketplace.inventory.services import postpone, release
from marketplace.orders.models import Order, OrderLine, OrderStatus, TransitionRefused
from marketplace.orders.services import cancel_parts
from marketplace.payments import services as payments
from marketplace.payments.accounts import gateway_of
from marketplace.payments.gateway import GatewayError, GatewayRefused
from marketplace.payments.models import Payment, PaymentStatus
from marketplace.sales.services.applying import apply_payment

_LIVE = (PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.REVIEW)


def lapse_unpaid_orders(*, now: datetime, limit: int) -> int:
    """Close orders past their deadline and give back what they held; returns how many were looked at."""
    unsettled = Q(Exists(Payment.objects.filter(order=OuterRef("pk"), status__in=_LIVE)))
    due = Order.objects.filter(Q(lapses_at__lte=now) | unsettled, status=OrderStatus.PLACED, payable_until__lte=now)
    ids = list(due.order_by("lapses_at", "pk").values_list("pk", flat=True)[:limit])
    for order_id in ids:
        if not _settle_attempts(order_id, by_expiry=True, now=now):
            _move_on(order_id, now=now)
        else:
            _lapse(order_id, now=now)
    return len(ids)


def cancel_order(*, order_id: int, now: datetime, by_id: int | None = None) -> None:
    """Cancel an order that is not paid, and give back what it held. A repeat changes nothing.

    The payment page is closed first, outside any transaction.

    :raises TransitionRefused: the order is paid, or the buyer is paying right now.
    :raises GatewayError: Midtrans does not answer, so whether it was paid is not known.
    """
    status = OrderStatus(Order.objects.values_list("status", flat=True).get(pk=order_id))
    if status == OrderStatus.CANCELLED:
        return
    if status != OrderStatus.PLACED:
        raise TransitionRefused(before=status, after=OrderStatus.CANCELLED)
    for payment in Payment.objects.filter(order_id=order_id, status__in=_LIVE).select_related("merchant_account"):
        _close(payment, by_expiry=False, now=now)
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order_id)
        if order.status == OrderStatus.CANCELLED:
            return
        still_live = Payment.objects.filter(
            order=order, status__in=(PaymentStatus.PENDING, PaymentStatus.REVIEW)
        ).exists()
        if order.status != OrderStatus.PLACED or still_live:
            raise TransitionRefused(before=order.status, after=OrderStatus.CANCELLED)
        _give_up(order, OrderStatus.CANCELLED, topic="order.cancelled", by_id=by_id, now=now)


def _settle_attempts(order_id: int, *, by_expiry: bool, now: datetime) -> bool:
    """Close what is open at Midtrans; False if it does not answer or something is still being decided."""
    attempts = Payment.objects.filter(order_id=order_id, status__in=_LIVE).select_related("merchant_account")
    try:
        outcomes = [_close(payment, by_expiry=by_expiry, now=now) for payment in attempts]
    except GatewayError:
        return False
    return all(outcomes)


def _close(payment: Payment, *, by_expiry: bool, now: datetime) -> bool:
    """Close one attempt at Midtrans and apply what it says of it; True if nothing can come of it any more."""
    gateway = gateway_of(payment.merchant_account)
    is_closed = payment.status == PaymentStatus.CREATED and (
        not payment.snap_token or gateway.cancel_snap(payment.snap_token)
    )
    status = apply_payment(payment_id=payment.pk, now=now)
    if is_closed and status == PaymentStatus.CREATED:
        payments.close_attempt(payment_id=payment.pk)
        return True
    if status == PaymentStatus.PENDING:
        # A refusal means that it changed this very moment; the next look finds out how.
        with suppress(GatewayRefused):
            (gateway.expire if by_expiry else gateway.cancel)(payment.gateway_order_id or "")
        status = apply_payment(payment_id=payment.pk, now=now)
    return status not in _LIVE


@transaction.atomic
def _move_on(order_id: int, *, now: datetime) -> None:
    order = Order.objects.select_for_update().get(pk=order_id)
    until = now + settings.PAYMENT_GRACE
    if order.status == OrderStatus.PLACED and order.lapses_at < until:
        order.lapses_at = until
        order.save(update_fields=["lapses_at"])
        postpone(lines=_line_ids(order), until=until)


@transaction.atomic
def _lapse(order_id: int, *, now: datetime) -> None:
    order = Order.objects.select_for_update().get(pk=order_id)
    is_live = Payment.objects.filter(order=order, status__in=_LIVE).exists()
    if order.status == OrderStatus.PLACED and order.lapses_at <= now and not is_live:
        _give_up(order, OrderStatus.LAPSED, topic="order.lapsed", by_id=None, now=now)


def _give_up(order: Order, status: OrderStatus, *, topic: str, by_id: int | None, now: datetime) -> None:
    order.move_to(status, at=now, by_id=by_id)
    payments.close_attempts(order_id=order.pk)
    cancel_parts(order=order, now=now)
    publish(topic=topic, key=order.pk, now=now)
    release(lines=_line_ids(order), now=now)


def _line_ids(order: Order) -> list[UUID]:
    return list(OrderLine.objects.filter(shop_order__order=order).values_list("pk", flat=True))
