from datetime import timedelta

import pytest

from foundation.outbox.services import drain
from marketplace.inventory.models import Pool
from marketplace.orders import services as orders
from marketplace.orders.models import Order, OrderLine, ShopOrder
from marketplace.payments.gateway import GatewayUnreachable
from marketplace.payments.models import Refund
from marketplace.sales.services import (
    RefundRefused,
    apply_payment,
    cancel_shop_order,
    record_manual_refund,
    request_refund,
    send_refund,
)
from marketplace.tickets.models import Ticket
from tests.factories.orders import NOW, admission, goods, placed_order
from tests.factories.shops import MemberFactory
from tests.marketplace.sales.money import faults, money, pay

LATER = NOW + timedelta(minutes=30)


def line_of(variant) -> OrderLine:
    return OrderLine.objects.get(variant=variant)


@pytest.mark.django_db
class TestByMidtrans:
    def test_a_part_goes_back_with_its_tickets_and_places(self, midtrans):
        (adult, slot), rendang = admission(), goods()
        order = placed_order((adult, slot, 3), (rendang, None, 1))
        payment = pay(midtrans, order)
        refund = request_refund(order_id=order.pk, lines={line_of(adult).pk: 2}, reason="hujan", now=LATER)

        assert refund is not None
        assert (refund.amount, refund.status) == (40_000, "REQUESTED")
        assert list(Ticket.objects.order_by("number").values_list("status", flat=True)) == ["VALID", "VOID", "VOID"]
        slot.pool.refresh_from_db()
        assert slot.pool.taken == 1
        assert Order.objects.get().status == "PARTLY_REFUNDED"
        assert money()["refunds:operator"] == 40_000
        assert faults() == []

        send_refund(refund_id=refund.pk, now=LATER)
        send_refund(refund_id=refund.pk, now=LATER)
        refund.refresh_from_db()
        assert refund.status == "ACCEPTED"
        midtrans.advance(hours=1)
        apply_payment(payment_id=payment.pk, now=LATER)
        apply_payment(payment_id=payment.pk, now=LATER)
        refund.refresh_from_db()
        assert (refund.status, refund.done_at) == ("DONE", LATER)
        assert money() == {
            "clearing:operator:QRIS": -105_000,
            f"shop:{adult.listing.shop_id}": 20_000,
            f"shop:{rendang.listing.shop_id}": 85_000,
        }
        assert faults() == []

    def test_all_of_it_goes_back(self, midtrans):
        (adult, slot), rendang = admission(), goods()
        order = placed_order((adult, slot, 3), (rendang, None, 2))
        pay(midtrans, order)
        request_refund(order_id=order.pk, lines={line_of(adult).pk: 1}, reason="hujan", now=LATER)
        request_refund(order_id=order.pk, lines=None, reason="tutup", now=LATER)
        assert list(Refund.objects.order_by("pk").values_list("amount", flat=True)) == [20_000, 210_000]
        assert Order.objects.get().status == "REFUNDED"
        assert set(ShopOrder.objects.values_list("status", flat=True)) == {"CANCELLED"}
        assert set(Pool.objects.values_list("taken", flat=True)) == {0}
        assert faults() == []

    def test_the_outbox_sends_it_and_tries_again(self, midtrans):
        order = placed_order((goods(), None, 1))
        pay(midtrans, order)
        drain(now=NOW)
        midtrans.fault("http", endpoint="refund", status=503)
        request_refund(order_id=order.pk, lines=None, reason="habis", now=LATER)
        drain(now=LATER)
        assert Refund.objects.get().status == "REQUESTED"
        drain(now=LATER + timedelta(minutes=5))
        assert Refund.objects.get().status == "ACCEPTED"

    def test_a_time_out_is_repeated_with_the_same_key(self, midtrans, monkeypatch):
        order = placed_order((goods(), None, 1))
        payment = pay(midtrans, order)
        refund = request_refund(order_id=order.pk, lines=None, reason="habis", now=LATER)
        midtrans.fault("timeout_after_refund")
        monkeypatch.setattr("marketplace.payments.gateway.READ_SECONDS", 0.2)
        from functools import partial

        from marketplace.payments.accounts import gateway_of
        from marketplace.sales.services import refunding

        monkeypatch.setattr(refunding, "gateway_of", partial(gateway_of, read_seconds=0.2))
        with pytest.raises(GatewayUnreachable):
            send_refund(refund_id=refund.pk, now=LATER)
        send_refund(refund_id=refund.pk, now=LATER)
        midtrans.advance(hours=1)
        apply_payment(payment_id=payment.pk, now=LATER)
        assert Refund.objects.get().status == "DONE"
        assert money() == {}
        assert faults() == []

    def test_what_midtrans_refuses_comes_to_a_person(self, midtrans):
        order = placed_order((goods(), None, 1))
        pay(midtrans, order)
        refund = request_refund(order_id=order.pk, lines=None, reason="habis", now=LATER)
        midtrans.fault("refund_declined")
        send_refund(refund_id=refund.pk, now=LATER)
        refund.refresh_from_db()
        assert refund.status == "MANUAL"
        assert refund.last_error.startswith("414")

    def test_one_made_at_the_dashboard_is_seen(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = pay(midtrans, order)
        midtrans.act(payment.gateway_order_id, "refund-from-dashboard", amount=10_000)
        midtrans.advance(hours=1)
        apply_payment(payment_id=payment.pk, now=LATER)
        assert list(Refund.objects.values_list("amount", "status")) == [(10_000, "DONE")]
        assert money()["refunds:operator"] == -10_000  # who bears it is for a person to say
        assert faults() == []

    def test_one_made_at_the_dashboard_is_looked_for_until_it_arrives_however_old_its_payment(self, midtrans):
        payment = pay(midtrans, placed_order((goods(), None, 1)))
        much_later = NOW + timedelta(days=10)
        midtrans.advance(days=10)
        apply_payment(payment_id=payment.pk, now=much_later)
        payment.refresh_from_db()
        assert payment.check_at is None

        midtrans.act(payment.gateway_order_id, "refund-from-dashboard", amount=10_000)
        apply_payment(payment_id=payment.pk, now=much_later)
        payment.refresh_from_db()
        assert Refund.objects.get().status == "ACCEPTED"
        assert payment.check_at == much_later + timedelta(minutes=30)
        assert faults() == []


@pytest.mark.django_db
class TestByHand:
    def test_a_virtual_account_is_paid_back_by_a_person(self, midtrans):
        order = placed_order((goods(), None, 1))
        pay(midtrans, order, "bni_va")
        refund = request_refund(order_id=order.pk, lines=None, reason="habis", now=LATER)
        assert refund is not None
        assert refund.status == "MANUAL"
        record_manual_refund(refund_id=refund.pk, now=LATER)
        record_manual_refund(refund_id=refund.pk, now=LATER)
        assert money() == {"clearing:operator:VIRTUAL_ACCOUNT": -85_000, "bank:operator": 85_000}
        assert faults() == []

    def test_what_midtrans_pays_is_not_paid_twice(self, midtrans):
        order = placed_order((goods(), None, 1))
        pay(midtrans, order)
        refund = request_refund(order_id=order.pk, lines=None, reason="habis", now=LATER)
        with pytest.raises(RefundRefused):
            record_manual_refund(refund_id=refund.pk, now=LATER)

    def test_a_seller_who_cannot_deliver_gives_its_part_back(self, midtrans):
        rendang, keripik = goods(), goods(price=20_000)
        member = MemberFactory(shop=rendang.listing.shop)
        order = placed_order((rendang, None, 1), (keripik, None, 1))
        pay(midtrans, order)
        part = ShopOrder.objects.get(shop=rendang.listing.shop)
        cancel_shop_order(shop_order_id=part.pk, user_id=member.user_id, reason="habis", now=LATER)
        assert Refund.objects.get().amount == 85_000
        assert sorted(ShopOrder.objects.values_list("status", flat=True)) == ["CANCELLED", "TO_PACK"]
        with pytest.raises(ShopOrder.DoesNotExist):
            other = ShopOrder.objects.get(shop=keripik.listing.shop)
            cancel_shop_order(shop_order_id=other.pk, user_id=member.user_id, reason="habis", now=LATER)


@pytest.mark.django_db
class TestRefusals:
    def test_more_than_was_bought(self, midtrans):
        rendang = goods()
        order = placed_order((rendang, None, 1))
        pay(midtrans, order)
        for lines in ({line_of(rendang).pk: 2}, {line_of(rendang).pk: 0}, {line_of(rendang).pk: -1}, {}):
            with pytest.raises(RefundRefused):
                request_refund(order_id=order.pk, lines=lines, reason="habis", now=LATER)
        assert not Refund.objects.exists()

    def test_twice(self, midtrans):
        order = placed_order((goods(), None, 1))
        pay(midtrans, order)
        request_refund(order_id=order.pk, lines=None, reason="habis", now=LATER)
        with pytest.raises(RefundRefused):
            request_refund(order_id=order.pk, lines=None, reason="habis", now=LATER)

    def test_what_was_not_paid(self):
        order = placed_order((goods(), None, 1))
        with pytest.raises(RefundRefused):
            request_refund(order_id=order.pk, lines=None, reason="habis", now=LATER)

    def test_goods_that_left_the_shop_go_back_into_no_stock(self, midtrans):
        rendang = goods()
        member = MemberFactory(shop=rendang.listing.shop)
        order = placed_order((rendang, None, 1))
        pay(midtrans, order)
        part = ShopOrder.objects.get()
        orders.send(shop_order_id=part.pk, user_id=member.user_id, now=LATER)
        request_refund(order_id=order.pk, lines=None, reason="rusak", now=LATER)
        assert Pool.objects.get().taken == 1
        assert ShopOrder.objects.get().status == "SENT"
        assert faults() == []
