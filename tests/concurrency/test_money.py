"""What only holds because of a guard or a lock: with it removed, each of these goes wrong."""

import contextlib
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import DatabaseError
from django.db.models import QuerySet

from foundation.errors import DomainError
from foundation.outbox.models import Event
from marketplace.inventory.services import release_lapsed_holds
from marketplace.ledger.models import Journal
from marketplace.orders.models import Order, TransitionRefused
from marketplace.payments.models import PaymentStatus
from marketplace.sales.services import (
    apply_payment,
    apply_payments,
    applying,
    cancel_order,
    lapse_unpaid_orders,
    together,
)
from marketplace.tickets import services as tickets
from marketplace.tickets.models import Redemption, Ticket, TicketStatus
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW, admission, placed_order
from tests.factories.tickets import GateFactory, TicketFactory
from tests.marketplace.sales.conftest import midtrans  # noqa: F401  # the fixture
from tests.marketplace.sales.money import choose, faults
from tests.marketplace.sales.test_together import keys, paid_at_midtrans
from tests.marketplace.tickets.test_services import OPEN
from tests.racing import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)
PHONES = range(8)


def admit_at_once(ticket: Ticket) -> list[str]:
    gate, user = GateFactory(shop=ticket.listing.shop), UserFactory()

    def scan(phone: int) -> str:
        return tickets.redeem(
            gate=gate, scanned=ticket.token, by_id=user.pk, nonce=f"p{phone}", scanned_at=OPEN, now=OPEN
        ).verdict

    return sorted(in_parallel(scan, PHONES))


class TestAdmitting:
    def test_one_ticket_admits_one_person(self):
        assert admit_at_once(TicketFactory()) == ["ADMITTED"] + ["ALREADY_USED"] * 7

    @pytest.mark.full
    def test_without_the_guard_it_admits_several(self, monkeypatch):
        together = Barrier(len(PHONES), timeout=2)

        def read_then_write(ticket: Ticket) -> bool:
            is_open = Ticket.objects.get(pk=ticket.pk).status == TicketStatus.VALID
            with contextlib.suppress(BrokenBarrierError):
                together.wait()
            Ticket.objects.filter(pk=ticket.pk).update(admitted=1, status=TicketStatus.USED)
            return is_open

        monkeypatch.setattr(tickets, "_admit", read_then_write)
        assert admit_at_once(TicketFactory()) == ["ADMITTED"] * 8
        assert Redemption.objects.count() == 8


class TestApplying:
    def sell_at_once(self, midtrans) -> list[str]:  # noqa: F811
        adult, slot = admission()
        payment = choose(midtrans, placed_order((adult, slot, 1)))
        midtrans.pay(payment.gateway_order_id)

        def look(_time: int) -> str:
            try:
                return apply_payment(payment_id=payment.pk, now=NOW)
            except (DatabaseError, DomainError) as failure:
                return type(failure).__name__

        return in_parallel(look, PHONES)

    def test_many_looks_sell_once(self, midtrans):  # noqa: F811
        assert self.sell_at_once(midtrans) == [PaymentStatus.PAID] * 8
        assert Event.objects.filter(topic="order.paid").count() == 1
        assert faults() == []

    @pytest.mark.full
    def test_without_locks_they_collide(self, midtrans, monkeypatch):  # noqa: F811
        together = Barrier(len(PHONES), timeout=2)
        confirm = applying.confirm_paid

        def all_at_once(**given):
            with contextlib.suppress(BrokenBarrierError):
                together.wait()
            confirm(**given)

        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self.all())
        monkeypatch.setattr(applying, "confirm_paid", all_at_once)
        outcomes = self.sell_at_once(midtrans)
        assert outcomes.count(PaymentStatus.PAID) < 8 or Event.objects.filter(topic="order.paid").count() > 1


class TestApplyingTogether:
    WORKERS = range(4)

    def sell_at_once(self, midtrans) -> list[dict[int, Exception]]:  # noqa: F811
        payments = paid_at_midtrans(midtrans, 6)

        def work(number: int) -> dict[int, Exception]:
            # Each begins elsewhere, and all want the same.
            wanted = keys(payments)
            return apply_payments(payment_ids=wanted[number:] + wanted[:number], now=NOW)

        return in_parallel(work, self.WORKERS)

    def test_workers_with_the_same_notifications_sell_once(self, midtrans, caplog):  # noqa: F811
        assert self.sell_at_once(midtrans) == [{}] * 4
        assert "together" not in caplog.text
        assert Event.objects.filter(topic="order.paid").count() == 6
        assert Journal.objects.count() == 12
        assert faults() == []

    @pytest.mark.full
    def test_without_locks_they_collide(self, midtrans, monkeypatch, caplog):  # noqa: F811
        at_the_till, sell = Barrier(len(self.WORKERS), timeout=5), together._sell

        def all_at_once(sales, *, now):
            with contextlib.suppress(BrokenBarrierError):
                at_the_till.wait()
            sell(sales, now=now)

        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self.all())
        monkeypatch.setattr(together, "_sell", all_at_once)
        self.sell_at_once(midtrans)
        assert "6 payments could not be applied together" in caplog.text

    def test_they_bear_buyers_who_give_up_and_deadlines(self, midtrans):  # noqa: F811
        payments = paid_at_midtrans(midtrans, 6)
        orders = [payment.order_id for payment in payments]

        def act(number: int) -> None:
            if number < 2:
                assert apply_payments(payment_ids=keys(payments)[:: 1 - 2 * number], now=NOW) == {}
            elif number == 2:
                for order_id in reversed(orders[:3]):
                    # All of them are paid at Midtrans, so closing the page finds the money.
                    with contextlib.suppress(TransitionRefused):
                        cancel_order(order_id=order_id, now=NOW)
            else:
                release_lapsed_holds(now=NOW + timedelta(hours=2), limit=10)
                lapse_unpaid_orders(now=NOW + timedelta(hours=2), limit=10)

        in_parallel(act, range(4))
        apply_payments(payment_ids=keys(payments), now=NOW + timedelta(hours=2))
        assert Order.objects.filter(status="PAID").count() == 6
        assert Event.objects.filter(topic="order.paid").count() == 6
        assert faults() == []
