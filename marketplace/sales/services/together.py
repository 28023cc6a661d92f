"""Applying many answers of Midtrans at once.

Nearly all of them say the same: nothing yet, or the whole amount of an order that waits for it. Those are applied together,
in as many statements as one order takes. Whatever is not as plain falls out and goes the way of one alone
(``applying``), and so does everything if something goes wrong: no order holds up or undoes another.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from foundation.outbox.services import News, publish_all
from marketplace.inventory.services import confirm, gone_of
from marketplace.orders.models import Order, OrderLine, OrderStatus
from marketplace.orders.services import pay_and_open
from marketplace.payments import services as payments
from marketplace.payments.gateway import TransactionStatus
from marketplace.payments.models import Payment
from marketplace.payments.services import Answered, Change, Effect
from marketplace.sales.services import journals
from marketplace.sales.services.applying import apply_answer, apply_payment
from marketplace.tickets import services as tickets

logger = logging.getLogger(__name__)

type Sale = tuple[Change, Order, list[OrderLine]]


class _Spoiled(Exception):
    """A hold was given back while the orders were written: they are applied one by one instead."""


def apply_payments(*, payment_ids: Collection[int], now: datetime) -> dict[int, Exception]:
    """Ask Midtrans about payment attempts and apply its answers, as :func:`apply_payment` does for one. A repeat is harmless.

    Call it outside any transaction, and with so few that Midtrans answers within minutes.

    :returns: why some could not be applied, by payment; those are unchanged, all others are done.
    """
    asked = Payment.objects.filter(pk__in=payment_ids, gateway_order_id__isnull=False)
    failures: dict[int, Exception] = {}
    for answers in payments.ask(list(asked.select_related("merchant_account").order_by("pk"))):
        failures |= _apply_all(answers, now=now)
    return failures


def _apply_all(answers: Sequence[Answered], *, now: datetime) -> dict[int, Exception]:
    failures = {one.payment.pk: one.failure for one in answers if one.failure is not None}
    plain = {one.payment.pk: one for one in answers if one.failure is None and (not one.truth or not one.truth.refunds)}
    done = _try_together(plain, now=now) if len(plain) > 1 else None
    for one in answers:
        key = one.payment.pk
        if key in failures or (done is not None and key in done):
            continue
        try:
            if done is not None and key in plain:
                # Left out, perhaps because somebody else is at it, and has asked later than we.
                apply_payment(payment_id=key, now=timezone.now())
            else:
                apply_answer(one.payment, one.truth, now=now)
        except Exception as failure:
            logger.exception("Payment %s could not be applied", key)
            failures[key] = failure
    return failures


def _try_together(plain: Mapping[int, Answered], *, now: datetime) -> frozenset[int] | None:
    """The payments that are done; None if it failed, and nothing is."""
    try:
        return apply_together(
            orders={key: one.payment.order_id for key, one in plain.items()},
            truths={key: one.truth for key, one in plain.items()},
            now=now,
        )
    except Exception:
        logger.exception("%d payments could not be applied together; each is applied alone", len(plain))
        return None


@transaction.atomic
def apply_together(
    *, orders: Mapping[int, int], truths: Mapping[int, TransactionStatus | None], now: datetime
) -> frozenset[int]:
    """Apply what is plain of these answers, all or nothing; returns the payments that are done.

    Orders and payments that somebody else has locked are left out, not waited for.

    :param orders: the order of each payment.
    :raises _Spoiled: a hold was given back meanwhile; nothing is changed.
    """
    # The locks of all others: orders, payments, pools, each in key order.
    waiting = Order.objects.filter(pk__in=set(orders.values())).select_for_update(skip_locked=True).order_by("pk")
    locked = {order.pk: order for order in waiting}
    changes = payments.judge_together(
        truths={key: truth for key, truth in truths.items() if orders[key] in locked}, now=now
    )
    sales = _sales([change for change in changes if change.effect == Effect.CONFIRM], locked)
    kept = [change for change in changes if change.effect == Effect.NOTHING] + [
        change for change, _order, _lines in sales
    ]
    if kept:
        payments.keep(kept)
    if sales:
        _sell(sales, now=now)
    return frozenset(change.payment.pk for change in kept)


def _sales(changes: Sequence[Change], locked: Mapping[int, Order]) -> list[Sale]:
    """The payments whose orders wait for just this money and still hold all that was ordered."""
    first = {change.payment.order_id: change for change in reversed(changes)}
    placed = [key for key in first if locked[key].status == OrderStatus.PLACED]
    lines = journals.lines_by_order(placed)
    gone = gone_of([line.pk for found in lines.values() for line in found])
    return [
        (first[key], locked[key], found)
        for key, found in sorted(lines.items())
        if not any(line.pk in gone or line.refunded_quantity for line in found)
    ]


def _sell(sales: Sequence[Sale], *, now: datetime) -> None:
    """What ``confirming`` does for one order, for many."""
    lines = [line for _change, _order, found in sales for line in found]
    dated = [line for line in lines if line.slot_id is not None]
    journals.post_paid_and_sold(sold=[(order, change.payment, found) for change, order, found in sales], now=now)
    tickets.issue(lines=dated, provisional=False, now=now)
    publish_all(_news(sales), now=now)
    pay_and_open(paid=[(order, change.payment.paid_at or now) for change, order, _found in sales], lines=lines, now=now)
    # Last, so that a hot pool is locked for a few statements only.
    if confirm(lines=[line.pk for line in lines], now=now):
        raise _Spoiled


def _news(sales: Sequence[Sale]) -> list[News]:
    news = []
    for _change, order, lines in sales:
        news.append(News("order.paid", order.pk))
        if any(line.slot_id is not None for line in lines):
            news.append(News("tickets.issued", order.pk))
    return news
