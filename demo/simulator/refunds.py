"""Giving money back: what each method allows, and the two messages of each refund."""

import uuid
from datetime import time, timedelta

from demo.simulator import lifecycle, notifications
from demo.simulator.faults import take
from demo.simulator.methods import METHODS, Method
from demo.simulator.state import WIB, Refund, Transaction, World

SAME_KEY_FOR = timedelta(days=7)
# ShopeePay gives nothing back around midnight, in WIB.
ASLEEP_FROM, ASLEEP_UNTIL = time(23, 55), time(6)


class RefundRefused(Exception):
    """Midtrans' code and words for a refund that is not made."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


def refund(
    world: World,
    transaction: Transaction,
    *,
    refund_key: str,
    amount: int | None = None,
    reason: str = "",
    method: str = "online",
) -> Refund:
    """Give back ``amount``, or all that is left. The same key within seven days answers with the same refund.

    :raises RefundRefused: 406 key used otherwise, 412 wrong state, method or time, 414 amount or balance.
    """
    now = world.clock.now()
    for earlier in world.refunds(transaction):
        if earlier.refund_key == refund_key:
            if now - earlier.created_at <= SAME_KEY_FOR and amount in (None, earlier.amount):
                return earlier
            raise RefundRefused("406", "Duplicate refund ID")
    left = transaction.gross_amount - sum(earlier.amount for earlier in world.refunds(transaction))
    asked = left if amount is None else amount
    _check(world, transaction, asked=asked, left=left)
    made = Refund(
        refund_id=str(uuid.uuid4()),
        transaction_id=transaction.transaction_id,
        refund_key=refund_key,
        amount=asked,
        reason=reason,
        method=method,
        created_at=now,
    )
    # Said yes to, and forgotten: what is missing from the list was not acknowledged.
    if take(world, "refund_unacknowledged", order_id=transaction.order_id) is not None:
        return made
    world.store.save(made)
    lifecycle.move(world, transaction, "refund" if asked == left else "partial_refund")
    if take(world, "refund_unconfirmed", order_id=transaction.order_id) is None:
        lifecycle.plan(world, transaction, "confirm_refund", at=now + world.confirm_after, subject=made.refund_id)
    return made


def confirm(world: World, transaction: Transaction, made: Refund) -> None:
    """The provider has given the money back: the second message says so."""
    made.bank_confirmed_at = world.clock.now()
    world.store.save(made)
    notifications.announce(world, transaction)


def _check(world: World, transaction: Transaction, *, asked: int, left: int) -> None:
    method = METHODS[transaction.method]
    if transaction.status not in ("settlement", "partial_refund"):
        raise RefundRefused("412", "Transaction status cannot be updated.")
    # Our reading: for what a method cannot do, the documents name the rule but not the words.
    if method.refund_days is None:
        raise RefundRefused("412", "Payment type does not support refund.")
    settled_at = transaction.settled_at or transaction.created_at
    if world.clock.now() > settled_at + timedelta(days=_window(method, transaction)):
        raise RefundRefused("412", "Refund window of the payment has passed.")
    if not 0 < asked <= left or (asked < transaction.gross_amount and not method.partial_refunds):
        raise RefundRefused("414", "Refund request is rejected due to invalid amount")
    hour = world.clock.now().astimezone(WIB).time()
    if method.sleeps and (hour >= ASLEEP_FROM or hour < ASLEEP_UNTIL):
        raise RefundRefused("412", "Refund of the payment is not available between 23:55 and 06:00.")
    declined = take(world, "refund_declined", order_id=transaction.order_id)
    if declined is not None:
        words = "Refund request is rejected due to insufficient merchant balance"
        raise RefundRefused(str(declined.get("code", "414")), str(declined.get("message", words)))


def _window(method: Method, transaction: Transaction) -> int:
    if transaction.details.get("transaction_type") == "off-us" and method.refund_days_off_us is not None:
        return method.refund_days_off_us
    return method.refund_days or 0
