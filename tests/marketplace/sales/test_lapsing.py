from datetime import timedelta

import pytest

from foundation.outbox.models import Event
from marketplace.inventory.models import Hold, Pool
from marketplace.orders.models import Order, OrderEvent, ShopOrder, TransitionRefused
from marketplace.payments.gateway import GatewayUnreachable
from marketplace.payments.models import Payment
from marketplace.sales.services import apply_payment, cancel_order, lapse_unpaid_orders, start_payment
from tests.factories.orders import NOW, admission, goods, placed_order
from tests.marketplace.sales.money import choose, faults, pay

DEADLINE = NOW + timedelta(minutes=60)
LAST = NOW + timedelta(minutes=75)


@pytest.mark.django_db
class TestLapse:
    def test_gives_back_only_after_the_last_deadline(self, midtrans):
        (adult, slot), rendang = admission(), goods()
        order = placed_order((adult, slot, 2), (rendang, None, 1))
        assert lapse_unpaid_orders(now=LAST - timedelta(seconds=1), limit=10) == 0
        assert lapse_unpaid_orders(now=LAST, limit=10) == 1
        order.refresh_from_db()
        assert order.status == "LAPSED"
        assert set(Pool.objects.values_list("taken", flat=True)) == {0}
        assert set(Hold.objects.values_list("status", flat=True)) == {"RELEASED"}
        assert set(ShopOrder.objects.values_list("status", flat=True)) == {"CANCELLED"}
        assert list(OrderEvent.objects.filter(shop_order=None).order_by("pk").values_list("before", "after", "at")) == [
            ("", "PLACED", NOW),
            ("PLACED", "LAPSED", LAST),
        ]
        assert Event.objects.filter(topic="order.lapsed", key=order.pk).count() == 1
        assert lapse_unpaid_orders(now=LAST, limit=10) == 0
        assert faults() == []

    def test_closes_the_page_at_the_first_deadline(self, midtrans):
        order = placed_order((goods(), None, 1))
        start_payment(order_id=order.pk, now=NOW)
        assert lapse_unpaid_orders(now=DEADLINE, limit=10) == 1
        (session,) = midtrans.sessions(f"{order.code}-1")
        assert session.canceled_at is not None
        assert Payment.objects.get().status == "FAILED"
        order.refresh_from_db()
        assert order.status == "PLACED"
        assert lapse_unpaid_orders(now=DEADLINE, limit=10) == 0

    def test_expires_a_method_that_was_chosen(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = choose(midtrans, order, "bni_va")
        lapse_unpaid_orders(now=LAST, limit=10)
        (transaction,) = midtrans.transactions(payment.gateway_order_id)
        order.refresh_from_db()
        assert (transaction.status, order.status) == ("expire", "LAPSED")
        assert faults() == []

    def test_moves_the_deadline_on_while_midtrans_is_silent(self, midtrans):
        order = placed_order((goods(), None, 1))
        choose(midtrans, order, "bni_va")
        midtrans.fault("http", status=503, count=None)
        lapse_unpaid_orders(now=LAST, limit=10)
        order.refresh_from_db()
        assert (order.status, order.lapses_at) == ("PLACED", LAST + timedelta(minutes=15))
        assert Hold.objects.get().lapses_at == LAST + timedelta(minutes=15)
        assert Pool.objects.get().taken == 1

    def test_money_that_came_at_the_last_moment_confirms_the_order(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = choose(midtrans, order, "bni_va")
        apply_payment(payment_id=payment.pk, now=NOW)
        midtrans.fault("paid_during_cancel")
        lapse_unpaid_orders(now=LAST, limit=10)
        order.refresh_from_db()
        assert order.status == "PAID"
        assert faults() == []

    def test_one_order_in_trouble_stops_no_other(self, midtrans):
        stuck, free = placed_order((goods(), None, 1)), placed_order((goods(), None, 1))
        choose(midtrans, stuck, "bni_va")
        midtrans.fault("http", status=503, order_id=f"{stuck.code}-1", count=None)
        assert lapse_unpaid_orders(now=LAST, limit=10) == 2
        free.refresh_from_db()
        assert free.status == "LAPSED"


@pytest.mark.django_db
class TestCancel:
    def test_gives_everything_back_and_closes_the_page(self, midtrans):
        order = placed_order((goods(), None, 1))
        start_payment(order_id=order.pk, now=NOW)
        cancel_order(order_id=order.pk, now=NOW)
        cancel_order(order_id=order.pk, now=NOW)
        order.refresh_from_db()
        assert (order.status, Pool.objects.get().taken) == ("CANCELLED", 0)
        (session,) = midtrans.sessions(f"{order.code}-1")
        assert session.canceled_at is not None
        assert Event.objects.filter(topic="order.cancelled").count() == 1
        assert faults() == []

    def test_a_method_that_was_chosen_is_cancelled_too(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = choose(midtrans, order, "bni_va")
        cancel_order(order_id=order.pk, now=NOW)
        (transaction,) = midtrans.transactions(payment.gateway_order_id)
        assert transaction.status == "cancel"
        assert Order.objects.get().status == "CANCELLED"

    def test_a_paid_order_is_not_cancelled(self, midtrans):
        order = placed_order((goods(), None, 1))
        pay(midtrans, order)
        with pytest.raises(TransitionRefused):
            cancel_order(order_id=order.pk, now=NOW)

    def test_money_that_came_unseen_wins(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = choose(midtrans, order)
        midtrans.pay(payment.gateway_order_id)
        with pytest.raises(TransitionRefused):
            cancel_order(order_id=order.pk, now=NOW)
        assert Order.objects.get().status == "PAID"

    def test_nothing_is_given_back_while_midtrans_is_silent(self, midtrans):
        order = placed_order((goods(), None, 1))
        start_payment(order_id=order.pk, now=NOW)
        midtrans.fault("http", status=503, count=None)
        with pytest.raises(GatewayUnreachable):
            cancel_order(order_id=order.pk, now=NOW)
        assert (Order.objects.get().status, Pool.objects.get().taken) == ("PLACED", 1)
