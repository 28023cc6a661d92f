"""Many payments applied at once: what comes of each is what comes of one alone, and none is another's concern."""

import os
import signal
from collections.abc import Sequence
from datetime import timedelta
from threading import Event as Signal
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from foundation.accounts.buyer import Buyer
from foundation.outbox.models import Delivery, Event
from foundation.outbox.registry import SomeFailed
from foundation.outbox.services import LEASE, drain, publish_many
from marketplace.inventory.models import Hold, Pool
from marketplace.inventory.services import release
from marketplace.ledger.models import Journal
from marketplace.orders.models import Order, OrderEvent, OrderStatus, ShopOrder
from marketplace.payments.gateway import Gateway, GatewayUnreachable
from marketplace.payments.models import Payment, PaymentStatus, Refund
from marketplace.payments.services import ask, asking
from marketplace.sales import subscribers
from marketplace.sales.services import apply_payment, apply_payments, journals, start_payment, together
from marketplace.tickets.models import Ticket
from tests.factories.orders import NOW, admission, goods, placed_order
from tests.marketplace.sales.money import choose, faults, money

pytestmark = pytest.mark.django_db


def paid_at_midtrans(midtrans, count: int, *, method: str = "other_qris") -> list[Payment]:
    """So many orders of two shops, each of two tickets and one parcel, paid at Midtrans; nobody told us."""
    rendang, (adult, slot) = goods(pieces=100), admission(places=100)
    payments = []
    for number in range(count):
        buyer = Buyer(user_id=None, guest_key=f"tamu-{number}")
        payment = choose(midtrans, placed_order((rendang, None, 1), (adult, slot, 2), buyer=buyer), method)
        midtrans.pay(payment.gateway_order_id)
        payments.append(payment)
    return payments


def keys(payments: Sequence[Payment]) -> list[int]:
    return [payment.pk for payment in payments]


def statuses() -> list[str]:
    return list(Order.objects.order_by("pk").values_list("status", flat=True))


def give_up(order_id: int) -> None:
    """The order's deadline is over; Midtrans does not hear of it."""
    order = Order.objects.get(pk=order_id)
    order.move_to(OrderStatus.LAPSED, at=NOW)
    release(lines=[line.pk for line in journals.lines_of(order)], now=NOW)


def notify(payments: Sequence[Payment], times: int = 1) -> None:
    """The events that notifications leave behind."""
    publish_many(topic="payment.notified", keys=keys(payments) * times, now=NOW)


def what_came_of(payment: Payment) -> dict[str, object]:
    """All rows that a payment leaves behind, without their keys."""
    order = Order.objects.get(pk=payment.order_id)
    posted = Journal.objects.filter(reference=f"payment:{payment.pk}").order_by("kind")
    known = {
        "id",
        "order_id",
        "gateway_order_id",
        "transaction_id",
        "snap_token",
        "redirect_url",
        "created_at",
        "paid_at",
    }
    row = Payment.objects.values().get(pk=payment.pk)
    return {
        "order": (order.status, order.paid_at == row["paid_at"]),
        "payment": {name: value for name, value in row.items() if name not in known},
        "journals": [
            (
                journal.kind,
                [
                    (
                        entry.from_account.code.replace(order.code, "<code>"),
                        entry.to_account.code.replace(order.code, "<code>"),
                        entry.amount,
                        entry.line is not None,
                    )
                    for entry in journal.entries.select_related("from_account", "to_account").order_by("pk")
                ],
            )
            for journal in posted
        ],
        "parts": list(ShopOrder.objects.filter(order=order).order_by("pk").values_list("status", flat=True)),
        "steps": sorted(OrderEvent.objects.filter(order=order).values_list("before", "after", "note")),
        "tickets": [
            (number, status, len(token))
            for number, status, token in Ticket.objects.filter(line__shop_order__order=order)
            .order_by("number")
            .values_list("number", "status", "token")
        ],
        "holds": sorted(
            Hold.objects.filter(line__in=[line.pk for line in journals.lines_of(order)]).values_list(
                "status", "quantity"
            )
        ),
        "told": sorted(
            (topic, payload.get("status"))
            for topic, key, payload in Event.objects.values_list("topic", "key", "payload")
            if (topic in ("order.paid", "tickets.issued") and key == str(order.pk))
            or (topic == "shop_order.changed" and ShopOrder.objects.filter(order=order, pk=int(key)).exists())
        ),
    }


class TestTogether:
    def test_it_leaves_behind_just_what_one_alone_does(self, midtrans):
        alone, *others = paid_at_midtrans(midtrans, 3)
        apply_payment(payment_id=alone.pk, now=NOW)
        assert apply_payments(payment_ids=keys(others), now=NOW) == {}
        expected = what_came_of(alone)
        assert [what_came_of(payment) for payment in others] == [expected, expected]
        assert expected["told"] == [
            ("order.paid", None),
            ("shop_order.changed", "RECEIVED"),
            ("shop_order.changed", "TO_PACK"),
            ("tickets.issued", None),
        ]
        assert faults() == []

    def test_many_take_as_many_statements_as_two(self, midtrans, monkeypatch):
        monkeypatch.setattr(asking, "_GATHER_SECONDS", 60)
        payments = paid_at_midtrans(midtrans, 12)
        apply_payments(payment_ids=keys(payments[:2]), now=NOW)
        counts = []
        for some in (payments[2:4], payments[4:]):
            with CaptureQueriesContext(connection) as asked:
                apply_payments(payment_ids=keys(some), now=NOW)
            counts.append(len(asked))
        assert counts[0] == counts[1]
        assert statuses() == ["PAID"] * 12
        assert faults() == []

    def test_a_repeat_changes_nothing(self, midtrans):
        payments = paid_at_midtrans(midtrans, 3)
        apply_payments(payment_ids=keys(payments), now=NOW)
        before = (money(), Event.objects.count(), Ticket.objects.count(), list(Pool.objects.order_by("pk").values()))
        assert apply_payments(payment_ids=keys(payments), now=NOW) == {}
        assert (
            money(),
            Event.objects.count(),
            Ticket.objects.count(),
            list(Pool.objects.order_by("pk").values()),
        ) == before
        assert set(Payment.objects.values_list("checks", flat=True)) == {2}

    def test_what_waits_goes_on_waiting(self, midtrans):
        rendang = goods()
        unopened = placed_order((rendang, None, 1))
        start_payment(order_id=unopened.pk, now=NOW)
        chosen = choose(midtrans, placed_order((rendang, None, 1)), "bni_va")
        assert apply_payments(payment_ids=Payment.objects.values_list("pk", flat=True), now=NOW) == {}
        chosen.refresh_from_db()
        assert (chosen.status, chosen.method, chosen.issuer, chosen.checks) == ("PENDING", "VIRTUAL_ACCOUNT", "bni", 1)
        waiting = Payment.objects.get(order=unopened)
        assert (waiting.status, waiting.checks, waiting.check_at) == ("CREATED", 1, NOW + timedelta(minutes=2))
        assert statuses() == ["PLACED", "PLACED"]


class TestFallingOut:
    """What is not plain goes the way of one alone; the others do not notice."""

    def test_another_amount(self, midtrans):
        payments = paid_at_midtrans(midtrans, 3)
        with midtrans.world.held():
            transaction = midtrans.world.transaction(payments[1].gateway_order_id)
            transaction.gross_amount -= 1
            midtrans.world.store.save(transaction)
        assert apply_payments(payment_ids=keys(payments), now=NOW) == {}
        assert statuses() == ["PAID", "PLACED", "PAID"]
        assert [payment.is_quarantined for payment in Payment.objects.order_by("pk")] == [False, True, False]

    def test_a_challenged_card(self, midtrans):
        payments = paid_at_midtrans(midtrans, 2)
        card = choose(midtrans, placed_order((goods(), None, 1)), "credit_card", card="4511111111111117")
        midtrans.pay(card.gateway_order_id)
        assert apply_payments(payment_ids=[*keys(payments), card.pk], now=NOW) == {}
        assert statuses() == ["PAID", "PAID", "PLACED"]
        card.refresh_from_db()
        assert card.status == PaymentStatus.REVIEW

    def test_money_that_may_be_taken_back(self, midtrans):
        payments = [*paid_at_midtrans(midtrans, 2), *paid_at_midtrans(midtrans, 1, method="permata_va")]
        assert apply_payments(payment_ids=keys(payments), now=NOW) == {}
        assert statuses() == ["PAID"] * 3
        tickets = Ticket.objects.order_by("pk").values_list("line__shop_order__order_id", "status")
        assert dict(tickets) == {
            payments[0].order_id: "VALID",
            payments[1].order_id: "VALID",
            payments[2].order_id: "PROVISIONAL",
        }
        assert faults() == []

    def test_a_second_payment_of_an_order(self, midtrans):
        (other,) = paid_at_midtrans(midtrans, 1)
        first = choose(midtrans, placed_order((goods(), None, 1)), "bni_va")
        midtrans.act(first.gateway_order_id, "deny")
        apply_payment(payment_id=first.pk, now=NOW)
        second = choose(midtrans, Order.objects.get(pk=first.order_id))
        midtrans.pay(second.gateway_order_id)
        midtrans.pay(first.gateway_order_id, force=True)
        assert apply_payments(payment_ids=[first.pk, second.pk, other.pk], now=NOW) == {}
        assert statuses() == ["PAID", "PAID"]
        assert dict(Payment.objects.values_list("pk", "is_surplus")) == {
            other.pk: False,
            first.pk: False,
            second.pk: True,
        }
        assert Refund.objects.get().payment == second
        assert faults() == []

    def test_late_money(self, midtrans):
        payments = paid_at_midtrans(midtrans, 3)
        give_up(payments[0].order_id)
        give_up(payments[1].order_id)
        # Two of four places are the third one's; of the two late ones, the first has the others.
        Pool.objects.filter(kind="SLOT").update(capacity=4)
        assert apply_payments(payment_ids=keys(payments), now=NOW) == {}
        assert statuses() == ["PAID", "PARTLY_REFUNDED", "PAID"]
        assert faults() == []

    def test_one_of_which_midtrans_says_nothing(self, midtrans):
        payments = paid_at_midtrans(midtrans, 3)
        midtrans.fault("http", endpoint="status", status=503, order_id=payments[1].gateway_order_id, count=None)
        failures = apply_payments(payment_ids=keys(payments), now=NOW)
        assert {key: type(failure) for key, failure in failures.items()} == {payments[1].pk: GatewayUnreachable}
        assert statuses() == ["PAID", "PLACED", "PAID"]
        assert not Journal.objects.filter(reference=f"payment:{payments[1].pk}").exists()

    def test_one_whose_hold_is_gone_without_its_order_knowing(self, midtrans):
        payments = paid_at_midtrans(midtrans, 3)
        lines = journals.lines_of(Order.objects.get(pk=payments[1].order_id))
        release(lines=[line.pk for line in lines], now=NOW)
        assert apply_payments(payment_ids=keys(payments), now=NOW) == {}
        assert statuses() == ["PAID"] * 3
        assert faults() == []


class TestFailing:
    def test_if_all_at_once_fails_each_is_done_alone(self, midtrans, monkeypatch):
        payments = paid_at_midtrans(midtrans, 3)

        def break_down(*_given, **_named):
            raise DatabaseError("deadlock detected")

        monkeypatch.setattr(together, "pay_and_open", break_down)
        assert apply_payments(payment_ids=keys(payments), now=NOW) == {}
        assert statuses() == ["PAID"] * 3
        assert faults() == []

    def test_one_that_always_fails_holds_up_nobody(self, midtrans, monkeypatch):
        payments = paid_at_midtrans(midtrans, 3)
        cursed = f"payment:{payments[1].pk}"

        def fail_for_one(payment: Payment) -> str:
            if payment.pk == payments[1].pk:
                raise ZeroDivisionError
            return f"payment:{payment.pk}"

        monkeypatch.setattr(journals, "cause", fail_for_one)
        failures = apply_payments(payment_ids=keys(payments), now=NOW)
        assert {key: type(failure) for key, failure in failures.items()} == {payments[1].pk: ZeroDivisionError}
        assert statuses() == ["PAID", "PLACED", "PAID"]
        assert not Journal.objects.filter(reference=cursed).exists()

    def test_holds_given_back_at_the_last_moment_undo_all_of_it(self, midtrans, monkeypatch):
        payments = paid_at_midtrans(midtrans, 3)
        lines = journals.lines_of(Order.objects.get(pk=payments[1].order_id))
        monkeypatch.setattr(together, "gone_of", lambda _lines: frozenset())
        release(lines=[line.pk for line in lines], now=NOW)
        assert apply_payments(payment_ids=keys(payments), now=NOW) == {}
        # One by one the gone ones are taken anew.
        assert statuses() == ["PAID"] * 3
        assert Journal.objects.filter(kind="SALE").count() == 3
        assert faults() == []


class TestAsking:
    def test_an_order_is_asked_about_once_however_many_events_name_it(self, midtrans, monkeypatch):
        payments, asked = paid_at_midtrans(midtrans, 3), list[str]()
        status = Gateway.status

        def count(self, order_id: str):
            asked.append(order_id)
            return status(self, order_id)

        monkeypatch.setattr(Gateway, "status", count)
        notify(payments, times=4)
        drain(now=timezone.now())
        assert sorted(asked) == sorted(payment.gateway_order_id or "" for payment in payments)
        assert statuses() == ["PAID"] * 3

    def test_who_answers_slowly_holds_up_nobody(self, midtrans, monkeypatch):
        payments, others_are_done = paid_at_midtrans(midtrans, 3), Signal()
        truth_of = asking._truth_of

        def slow_for_one(payment: Payment):
            if payment.pk == payments[0].pk:
                assert others_are_done.wait(timeout=20)
            return truth_of(payment)

        monkeypatch.setattr(asking, "_truth_of", slow_for_one)
        answers = ask(list(Payment.objects.select_related("merchant_account").order_by("pk")))
        assert [one.payment.pk for one in next(answers)] == keys(payments[1:])
        others_are_done.set()
        assert [one.payment.pk for one in next(answers)] == keys(payments[:1])

    def test_the_outbox_brings_again_only_what_failed(self, midtrans):
        payments = paid_at_midtrans(midtrans, 3)
        midtrans.fault("http", endpoint="status", status=503, order_id=payments[1].gateway_order_id, count=1)
        notify(payments)
        drain(now=NOW)
        rows = Delivery.objects.filter(subscriber="sales.payment").order_by("pk")
        assert list(rows.values_list("status", "last_error")) == [
            ("DONE", ""),
            ("PENDING", "GatewayUnreachable"),
            ("DONE", ""),
        ]
        assert statuses() == ["PAID", "PLACED", "PAID"]
        drain(now=NOW + timedelta(minutes=1))
        assert statuses() == ["PAID"] * 3
        assert faults() == []

    def test_what_there_is_no_time_for_comes_again(self, midtrans, monkeypatch):
        payments = paid_at_midtrans(midtrans, 2)
        monkeypatch.setattr(subscribers, "_TOGETHER", 1)
        clock = iter((0.0, 0.0, subscribers._MOST_SECONDS))
        monkeypatch.setattr(subscribers, "time", SimpleNamespace(monotonic=lambda: next(clock)))
        events = [Event(pk=key, topic="payment.notified", key=str(key)) for key in keys(payments)]
        with pytest.raises(SomeFailed) as some:
            subscribers.apply_payments(events)
        assert {key: type(failure) for key, failure in some.value.failures.items()} == {payments[1].pk: TimeoutError}
        assert statuses() == ["PAID", "PLACED"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_asking_and_applying_costs_delay_only(midtrans, monkeypatch):
    payments = paid_at_midtrans(midtrans, 3)
    notify(payments)
    # The child opens connections of its own.
    connections.close_all()
    worker = os.fork()
    if worker == 0:
        monkeypatch.setattr(together, "apply_together", lambda **_given: os.kill(os.getpid(), signal.SIGKILL))
        drain(now=NOW)
        os._exit(0)
    _pid, ended = os.waitpid(worker, 0)
    assert os.WTERMSIG(ended) == signal.SIGKILL
    assert statuses() == ["PLACED"] * 3
    drain(now=NOW + timedelta(seconds=1))
    assert statuses() == ["PLACED"] * 3
    drain(now=NOW + LEASE)
    assert statuses() == ["PAID"] * 3
    assert Event.objects.filter(topic="order.paid").count() == 3
    assert faults() == []
