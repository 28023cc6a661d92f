"""Giving money back: by Midtrans where the channel can, by hand where it cannot, by the treasury that has it already."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.errors import DomainError
from marketplace.orders.models import Order, OrderLine, OrderStatus, ShopOrder, ShopOrderStatus
from marketplace.payments import services as payments
from marketplace.payments.accounts import gateway_of
from marketplace.payments.channels import can_refund, quiet_until
from marketplace.payments.gateway import GatewayError, GatewayRefused, RefundRow
from marketplace.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from marketplace.sales.services import journals
from marketplace.sales.services.returning import returnable, take_back

_CONFIRMED_SOON = timedelta(minutes=1)
_CERTAIN_SOON = timedelta(minutes=10)


class RefundRefused(DomainError):
    """There is not that much to give back, or not now; ``again_at`` says when to try again, if it helps."""

    code = "refund_refused"

    def __init__(self, sentence: str, *, again_at: datetime | None = None) -> None:
        self.again_at = again_at
        super().__init__(sentence)


def request_refund(
    *, order_id: int, lines: Mapping[UUID, int] | None, reason: str, now: datetime, by_id: int | None = None
) -> Refund | None:
    """Take lines of a paid order back: stock, tickets, ledger, and a refund row that is sent afterwards.

    Goods that have left their shop go back into no stock. The shipping of a part goes back with its last line, unless it
    was sent. None if the lines cost nothing; the first of them if treasuries give back a part (see :func:`give_back`).

    :param lines: how many of which line; None for all that is left.
    :raises RefundRefused: not paid, or more than is left.
    """
    refunds = give_back(order_id=order_id, lines=lines, reason=reason, now=now, by_id=by_id)
    return refunds[0] if refunds else None


@transaction.atomic
def give_back(
    *, order_id: int, lines: Mapping[UUID, int] | None, reason: str, now: datetime, by_id: int | None = None
) -> list[Refund]:
    """As :func:`request_refund`, and answer all its refunds: one, and one for each treasury that has its part already."""
    order = Order.objects.select_for_update().get(pk=order_id)
    if order.status not in (OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED):
        raise RefundRefused(_("Nothing of this order can be given back."))
    left = {
        line_id: quantity - refunded
        for line_id, quantity, refunded in OrderLine.objects.filter(shop_order__order=order).values_list(
            "pk", "quantity", "refunded_quantity"
        )
    }
    wanted = left if lines is None else dict(lines)
    if not any(wanted.values()) or any(not 0 <= many <= left.get(line_id, 0) for line_id, many in wanted.items()):
        raise RefundRefused(_("There is not that much left to give back."))
    payment = _payment_of(order, now=now) if order.amount else None
    return take_back(order=order, payment=payment, quantities=wanted, reason=reason, now=now, by_id=by_id)


def _payment_of(order: Order, *, now: datetime) -> Payment:
    """The payment that bought it, locked; the caller holds the order's lock.

    :raises RefundRefused: it is not certain yet, is disputed, or nothing of it is left.
    """
    attempts = (
        Payment.objects.filter(order=order, status=PaymentStatus.PAID, is_surplus=False)
        .select_related("merchant_account")
        .order_by("pk")
    )
    payment = next((one for one in attempts.select_for_update(of=("self",)) if returnable(one) > 0), None)
    if payment is None:
        raise RefundRefused(_("Nothing of this order can be given back."))
    if payment.provisional_until is not None:
        raise RefundRefused(
            _("The payment is still being confirmed. Please try again in ten minutes."),
            again_at=max(payment.provisional_until, now) + _CERTAIN_SOON,
        )
    return payment


def cancel_shop_order(*, shop_order_id: int, user_id: int, reason: str, now: datetime) -> Refund | None:
    """The seller cannot deliver: its part goes back to the buyer, shipping included.

    :raises ShopOrder.DoesNotExist: not a shop order of a shop that this account runs.
    :raises RefundRefused: it was sent already, or nothing of it is left.
    """
    part = ShopOrder.objects.managed_by(user_id).get(pk=shop_order_id)
    if part.status not in (ShopOrderStatus.TO_PACK, ShopOrderStatus.PACKED):
        raise RefundRefused(_("This part was already sent. Please arrange a return with the buyer."))
    rows = OrderLine.objects.filter(shop_order=part).values_list("pk", "quantity", "refunded_quantity")
    lines = {line_id: quantity - refunded for line_id, quantity, refunded in rows}
    return request_refund(order_id=part.order_id, lines=lines, reason=reason, now=now, by_id=user_id)


def send_refund(*, refund_id: int, now: datetime) -> None:
    """Ask Midtrans for a requested refund, outside any transaction. A repeat is the same refund, never a second.

    A key is good for seven days; before another one is used, Midtrans' own list is read, so that what it has done
    already is found and not done twice. What Midtrans refuses comes to a person, and so does what waited until the channel
    gives nothing back any more.

    :raises GatewayUnreachable: no answer; ask again later.
    """
    refund = Refund.objects.select_related("payment__merchant_account").get(pk=refund_id)
    if refund.status != RefundStatus.REQUESTED:
        return
    later = quiet_until(refund.payment, now=now)
    if later is not None:
        payments.refund_waits(refund_id=refund_id, until=later, now=now)
        return
    try:
        if can_refund(refund.payment, refund.amount, now=now):
            _send(refund, now=now)
        elif not _was_taken_up(refund):
            payments.refund_failed(refund_id=refund_id, error=_("the time in which the channel gives back is over"))
            payments.ask_for_account(refund_id=refund_id, now=now)
            return
    except GatewayRefused as refusal:
        payments.refund_failed(refund_id=refund_id, error=f"{refusal.refusal}: {refusal.message}")
        return
    except GatewayError:
        payments.refund_waits(refund_id=refund_id, until=None, now=now)
        raise
    payments.refund_accepted(refund_id=refund_id, now=now)
    payments.look_at(payment_id=refund.payment_id, at=now + _CONFIRMED_SOON)


def _was_taken_up(refund: Refund) -> bool:
    """Whether an earlier question arrived whose answer was lost: then it stands in Midtrans' list."""
    payment = refund.payment
    truth = gateway_of(payment.merchant_account).status(payment.gateway_order_id or "")
    return truth is not None and is_listed(refund, truth.refunds)


def _send(refund: Refund, *, now: datetime) -> None:
    """Ask for it; it returns where Midtrans has taken it up, now or before."""
    payment = refund.payment
    gateway, order_id = gateway_of(payment.merchant_account), payment.gateway_order_id or ""
    key_is_old = refund.key_made_at is not None and now > refund.key_made_at + payments.SAME_KEY_FOR
    if refund.former_keys or key_is_old:
        truth = gateway.status(order_id)
        if truth is not None and is_listed(refund, truth.refunds):
            return
    if key_is_old:
        refund = payments.renew_key(refund_id=refund.pk, now=now)
    try:
        gateway.refund(order_id, refund.key, refund.amount, refund.reason)
    except GatewayRefused as refusal:
        # "406": the key was used. "412": perhaps because all of it is back. Its list says whether that was this refund.
        if refusal.refusal not in ("406", "412"):
            raise
        truth = gateway.status(order_id)
        if truth is None or not is_listed(refund, truth.refunds):
            raise


def is_listed(refund: Refund, rows: tuple[RefundRow, ...]) -> bool:
    """Whether Midtrans lists a refund, under its key or one that it had before."""
    keys = {refund.key, *refund.former_keys}
    return any(key_of(row) in keys for row in rows)


def key_of(row: RefundRow) -> str:
    """What a refund in Midtrans' list is known by; one that was made without us may have no key."""
    return row.refund_key or f"external-{row.reference}"[:50]


@transaction.atomic
def record_manual_refund(
    *, refund_id: int, now: datetime, by_id: int | None = None, proof: str = "", paid_at: datetime | None = None
) -> None:
    """Note that a person, or the treasury that had it, has paid back what the channel cannot. A repeat changes nothing.

    :param proof: the number on the transfer's slip, or of the treasury's payment order.
    :raises RefundRefused: this refund is not one to be paid by hand.
    """
    paid = payments.refund_paid_by_hand(refund_id=refund_id, now=now, by_id=by_id, proof=proof, paid_at=paid_at)
    # Read under the lock of that step: a part of it may have been counted as paid meanwhile.
    refund = Refund.objects.select_related("payment__merchant_account", "region").get(pk=refund_id)
    if paid:
        journals.post_refund(refund, by_hand=True, now=now)
    elif refund.status != RefundStatus.DONE:
        raise RefundRefused(_("This refund is paid by Midtrans, not by hand."))
