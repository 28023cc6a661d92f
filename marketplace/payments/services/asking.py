"""Asking Midtrans about many payments at once, outside any transaction."""

from collections.abc import Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from marketplace.payments.accounts import gateway_of
from marketplace.payments.gateway import TransactionStatus
from marketplace.payments.models import Payment

# Few at a time: Midtrans limits how often it is asked, and connections are kept open for the next time.
_AT_ONCE = 10
# What was answered until then is handed on; who answers slowly holds up nobody else.
_GATHER_SECONDS = 0.5


@dataclass(frozen=True)
class Answered:
    """What Midtrans says of a payment: nothing where it knows nothing of it; or why it did not answer."""

    payment: Payment
    truth: TransactionStatus | None = None
    failure: Exception | None = None


def ask(payments: Collection[Payment]) -> Iterator[list[Answered]]:
    """Ask about payments, each read with its merchant account, and hand on what was answered, as it comes.

    Whatever goes wrong with one, a time-out or keys that are not set, is its own answer.
    """
    if not payments:
        return
    with ThreadPoolExecutor(min(len(payments), _AT_ONCE), thread_name_prefix="asking") as pool:
        asked = {pool.submit(_truth_of, payment): payment for payment in payments}
        waiting: set[Future[TransactionStatus | None]] = set(asked)
        while waiting:
            done, waiting = wait(waiting, timeout=_GATHER_SECONDS)
            if not done:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield [_answered(asked[one], one) for one in sorted(done, key=lambda one: asked[one].pk)]


def _truth_of(payment: Payment) -> TransactionStatus | None:
    return gateway_of(payment.merchant_account).status(payment.gateway_order_id or "")


def _answered(payment: Payment, done: Future[TransactionStatus | None]) -> Answered:
    failure = done.exception()
    if isinstance(failure, Exception):
        return Answered(payment, failure=failure)
    return Answered(payment, truth=done.result())
