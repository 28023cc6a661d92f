"""The state machine of payments as one table: what Midtrans says, from every state, against real rows and a real order.

``STEPS`` names each status before, each word of Midtrans, and what must then be so: the status, the order, and the money
that the ledger says came in.
"""

from datetime import timedelta
from itertools import product

import pytest

from foundation.outbox.models import Event
from marketplace.ledger.models import Journal
from marketplace.orders.models import Order, TransitionRefused
from marketplace.payments.gateway import TransactionStatus
from marketplace.payments.models import PAYMENT_TRANSITIONS, Payment, PaymentStatus
from marketplace.payments.services import EFFECTS, MEANINGS, Effect, effect_of, open_attempt
from marketplace.sales.services import apply_payment, applying, lose_dispute
from tests.factories.orders import NOW, goods, placed_order
from tests.marketplace.sales.money import faults, money

CREATED, PENDING, REVIEW, PAID, FAILED, REVERSED, DISPUTED = PaymentStatus
LATER = NOW + timedelta(minutes=5)
AMOUNT = 85_000


class Told:
    """A gateway that answers what a test wants it to say."""

    def __init__(self) -> None:
        self.word, self.fraud = "pending", ""

    def status(self, order_id: str) -> TransactionStatus:
        return TransactionStatus(
            order_id=order_id,
            transaction_id="t-1",
            transaction_status=self.word,
            fraud_status=self.fraud,
            gross_amount=AMOUNT,
            currency="IDR",
            merchant_id="G000000000",
            payment_type="credit_card",
        )


# How an attempt gets into each state: the words that lead there.
WAYS = {
    CREATED: [],
    PENDING: [("pending", "")],
    REVIEW: [("pending", ""), ("capture", "challenge")],
    PAID: [("settlement", "")],
    FAILED: [("deny", "")],
    REVERSED: [("settlement", ""), ("deny", "")],
    DISPUTED: [("settlement", ""), ("chargeback", "")],
}
MONEY = [("capture", "accept"), ("capture", ""), ("settlement", "accept"), ("settlement", "")]
REFUNDED = [("partial_refund", ""), ("refund", "accept")]
NO_MONEY = [("deny", ""), ("failure", ""), ("cancel", ""), ("expire", ""), ("capture", "deny"), ("settlement", "deny")]
WAITING = [("pending", ""), ("authorize", "accept")]
CHALLENGED = [("capture", "challenge"), ("settlement", "challenge")]
CHARGED_BACK = [("chargeback", ""), ("partial_chargeback", "")]
UNKNOWN = [("tomorrow", ""), ("", "")]

# (before, words) -> (after, the order's status). What is not named here changes nothing.
STEPS: dict[tuple[PaymentStatus, str, str], tuple[PaymentStatus, str]] = {}


def step(before, words, after, order):
    for one, (word, fraud) in product(before, words):
        STEPS[one, word, fraud] = (after, order)


step([CREATED, FAILED], WAITING, PENDING, "PLACED")
step([CREATED, PENDING, FAILED], CHALLENGED, REVIEW, "PLACED")
step([CREATED, PENDING, REVIEW, FAILED], MONEY + REFUNDED, PAID, "PAID")
step([CREATED, PENDING, REVIEW], NO_MONEY, FAILED, "PLACED")
step([PAID], NO_MONEY, REVERSED, "CANCELLED")
step([PAID], CHARGED_BACK, DISPUTED, "PAID")
step([DISPUTED], MONEY + REFUNDED, PAID, "PAID")
step([DISPUTED], NO_MONEY, REVERSED, "CANCELLED")

EVERY_WORD = MONEY + REFUNDED + NO_MONEY + WAITING + CHALLENGED + CHARGED_BACK + UNKNOWN
ORDER_OF = {PAID: "PAID", DISPUTED: "PAID", REVERSED: "CANCELLED"}
COUNTED = {PAID, DISPUTED}


@pytest.fixture
def told(monkeypatch) -> Told:
    gateway = Told()
    monkeypatch.setattr(applying, "gateway_of", lambda _account: gateway)
    return gateway


def attempt_in(status: PaymentStatus, told: Told) -> Payment:
    """An attempt that came into this state by what Midtrans said."""
    order = placed_order((goods(price=AMOUNT), None, 1))
    payment = open_attempt(order=order, now=NOW)
    for told.word, told.fraud in WAYS[status]:
        apply_payment(payment_id=payment.pk, now=NOW)
    payment.refresh_from_db()
    assert payment.status == status
    return payment


@pytest.mark.django_db
@pytest.mark.parametrize("before", list(PaymentStatus))
@pytest.mark.parametrize(("word", "fraud"), EVERY_WORD, ids="-".join)
def test_every_word_in_every_state(told, before, word, fraud):
    payment = attempt_in(before, told)
    journals = Journal.objects.count()
    after, order_status = STEPS.get((before, word, fraud), (before, ORDER_OF.get(before, "PLACED")))
    told.word, told.fraud = word, fraud
    for _repeat in range(2):
        assert apply_payment(payment_id=payment.pk, now=LATER) == after
    payment.refresh_from_db()
    order = Order.objects.get()
    assert (payment.status, order.status) == (after, order_status)
    came_in = AMOUNT if after in COUNTED else 0
    assert -money().get("clearing:operator:CARD", 0) == came_in
    grown = {Effect.CONFIRM: 2, Effect.UNDO: 1}.get(effect_of(before, after), 0) if before != after else 0
    assert Journal.objects.count() == journals + grown
    # Disputed before we knew of any money, or paid after it was written off: nothing happens but that a person must look.
    is_riddle = (
        (word, fraud) in MONEY + REFUNDED
        if before == REVERSED
        else (word, fraud) in CHARGED_BACK and before in (CREATED, PENDING, REVIEW, FAILED)
    )
    assert payment.is_quarantined is is_riddle
    expected = [f"money_and_orders: payment {payment.pk} Midtrans reports another amount, currency or merchant of it"]
    assert faults() == (expected if is_riddle else [])


def test_the_table_of_code_says_the_same():
    """Each step of this table is one of the code's, and the code has no other."""
    told_steps = {(before, after) for (before, _word, _fraud), (after, _order) in STEPS.items()}
    assert told_steps == {(before, after) for before, leads in PAYMENT_TRANSITIONS.items() for after in leads}
    assert set(EFFECTS) <= told_steps
    assert set(MEANINGS) == {word for word, _fraud in EVERY_WORD if (word, _fraud) not in UNKNOWN}


@pytest.mark.django_db
class TestDisputes:
    def test_are_told(self, told):
        payment = attempt_in(DISPUTED, told)
        told.word = "settlement"
        apply_payment(payment_id=payment.pk, now=LATER)
        events = Event.objects.filter(topic="payment.disputed").order_by("pk")
        assert [event.payload for event in events] == [{"is_over": False}, {"is_over": True}]

    def test_that_are_lost_stay_lost_whatever_midtrans_goes_on_to_say_of_them(self, told):
        payment = attempt_in(DISPUTED, told)
        lose_dispute(payment_id=payment.pk, now=LATER)
        assert apply_payment(payment_id=payment.pk, now=LATER) == REVERSED
        assert faults() == []

    def test_are_looked_at_daily_for_four_months(self, told):
        payment = attempt_in(DISPUTED, told)
        assert payment.check_at == NOW + timedelta(days=1)
        apply_payment(payment_id=payment.pk, now=NOW + timedelta(days=121))
        payment.refresh_from_db()
        assert payment.check_at is None

    def test_lost_undo_the_sale(self, told):
        payment = attempt_in(DISPUTED, told)
        lose_dispute(payment_id=payment.pk, now=LATER)
        lose_dispute(payment_id=payment.pk, now=LATER)
        assert (Order.objects.get().status, money()) == ("CANCELLED", {})
        assert faults() == []
        fine = attempt_in(PAID, told)
        with pytest.raises(TransitionRefused):
            lose_dispute(payment_id=fine.pk, now=LATER)
