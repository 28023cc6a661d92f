from datetime import UTC, datetime, timedelta

import pytest

from foundation.outbox.models import Event
from marketplace.catalog.models import ChargeKind
from marketplace.inventory.models import Hold, Pool
from marketplace.ledger.models import Journal
from marketplace.orders.models import Order, OrderLine, ShopOrder
from marketplace.payments.accounts import gateway_of
from marketplace.payments.gateway import GatewayUnreachable
from marketplace.payments.models import Payment, PaymentStatus, Refund
from marketplace.payouts.models import FeeSchedule
from marketplace.sales.queries import order_page
from marketplace.sales.services import (
    PaymentNotPossible,
    RefundRefused,
    apply_payment,
    lapse_unpaid_orders,
    request_refund,
    start_payment,
)
from marketplace.tickets.models import Ticket
from tests.factories.orders import NOW, admission, goods, placed_order
from tests.factories.shops import CollectionAgreementFactory
from tests.marketplace.sales.money import choose, faults, money, pay
from tests.racing import in_parallel


def topics() -> list[str]:
    return list(Event.objects.exclude(topic="listing.changed").order_by("pk").values_list("topic", flat=True))


@pytest.mark.django_db
class TestPaid:
    def test_money_makes_sales_tickets_and_work(self, midtrans):
        rendang, (adult, slot) = goods(), admission()
        order = placed_order((rendang, None, 2), (adult, slot, 3))
        payment = pay(midtrans, order)

        assert (order.status, payment.method, payment.payment_type) == ("PAID", "QRIS", "qris")
        assert set(Hold.objects.values_list("status", flat=True)) == {"CONFIRMED"}
        assert money() == {
            "clearing:operator:QRIS": -230_000,
            f"shop:{rendang.listing.shop_id}": 170_000,
            f"shop:{adult.listing.shop_id}": 60_000,
        }
        assert list(ShopOrder.objects.order_by("pk").values_list("status", flat=True)) == ["TO_PACK", "RECEIVED"]
        tickets = Ticket.objects.order_by("number")
        assert [(ticket.number, ticket.status, len(ticket.token)) for ticket in tickets] == [
            (1, "VALID", 155),
            (2, "VALID", 155),
            (3, "VALID", 155),
        ]
        assert topics() == [
            "order.placed",
            "order.paid",
            "tickets.issued",
            "shop_order.changed",
            "shop_order.changed",
        ]
        assert order_page(order_id=order.pk, now=NOW).step == "PAID"
        assert faults() == []

    def test_commission_is_taken_as_it_was_at_the_sale(self, midtrans):
        FeeSchedule.objects.create(rate=250, announced_from_date="2026-01-01", valid_from_date="2026-06-01")
        order = placed_order((goods(price=85_001), None, 1))
        FeeSchedule.objects.update(rate=3000)
        pay(midtrans, order)
        assert money() == {
            "clearing:operator:QRIS": -85_001,
            f"shop:{ShopOrder.objects.get().shop_id}": 82_876,
            "commission:operator": 2_125,
        }
        assert faults() == []

    def test_retribusi_reaches_its_treasury_gross(self, midtrans):
        FeeSchedule.objects.create(rate=500, announced_from_date="2026-01-01", valid_from_date="2026-06-01")
        adult, slot = admission(charge_kind=ChargeKind.RETRIBUSI)
        region = adult.listing.shop.region
        CollectionAgreementFactory(region=region)
        order = placed_order((adult, slot, 3), (goods(), None, 1))
        pay(midtrans, order)
        assert money()[f"treasury:{region.code}"] == 60_000
        assert faults() == []

    def test_before_a_method_is_chosen_nothing_changes(self, midtrans):
        order = placed_order((goods(), None, 1))
        start_payment(order_id=order.pk, now=NOW)
        payment = Payment.objects.get()
        assert apply_payment(payment_id=payment.pk, now=NOW) == PaymentStatus.CREATED
        assert order_page(order_id=order.pk, now=NOW).step == "PAY"

    def test_a_chosen_method_is_waited_for(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = choose(midtrans, order, "bni_va")
        assert apply_payment(payment_id=payment.pk, now=NOW) == PaymentStatus.PENDING
        page = order_page(order_id=order.pk, now=NOW)
        assert (page.step, page.keeps_changing) == ("CHECKING", True)
        assert page.payment is not None
        assert page.payment.method == "VIRTUAL_ACCOUNT"

    def test_a_repeat_changes_nothing(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = pay(midtrans, order)
        before = (money(), topics(), list(Pool.objects.values()))
        assert apply_payment(payment_id=payment.pk, now=NOW) == PaymentStatus.PAID
        assert (money(), topics(), list(Pool.objects.values())) == before

    def test_a_silent_midtrans_changes_nothing(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = choose(midtrans, order)
        midtrans.pay(payment.gateway_order_id)
        midtrans.fault("http", endpoint="status", status=503)
        with pytest.raises(GatewayUnreachable):
            apply_payment(payment_id=payment.pk, now=NOW)
        assert Order.objects.get().status == "PLACED"
        assert not Journal.objects.exists()

    def test_another_amount_is_set_aside(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = choose(midtrans, order)
        midtrans.pay(payment.gateway_order_id)
        with midtrans.world.held():
            transaction = midtrans.world.transaction(payment.gateway_order_id)
            transaction.gross_amount -= 1
            midtrans.world.store.save(transaction)
        assert apply_payment(payment_id=payment.pk, now=NOW) == PaymentStatus.CREATED
        assert Payment.objects.get().is_quarantined
        assert Order.objects.get().status == "PLACED"
        assert faults() == [
            f"money_and_orders: payment {payment.pk} Midtrans reports another amount, currency or merchant of it"
        ]

    def test_a_challenged_card_waits_for_staff(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = choose(midtrans, order, "credit_card", card="4511111111111117")
        midtrans.pay(payment.gateway_order_id)
        assert apply_payment(payment_id=payment.pk, now=NOW) == PaymentStatus.REVIEW
        assert lapse_unpaid_orders(now=NOW + timedelta(hours=2), limit=10) == 1
        assert Order.objects.get().status == "PLACED"
        with pytest.raises(PaymentNotPossible):
            start_payment(order_id=order.pk, now=NOW)
        gateway_of(payment.merchant_account).approve(payment.gateway_order_id)
        assert apply_payment(payment_id=payment.pk, now=NOW) == PaymentStatus.PAID


@pytest.mark.django_db
class TestProvisional:
    """Permata, Mandiri Bill and Indomaret may take a settlement back within minutes."""

    def test_goods_and_tokens_wait_until_it_is_certain(self, midtrans):
        (adult, slot), rendang = admission(), goods()
        order = placed_order((adult, slot, 1), (rendang, None, 1))
        payment = pay(midtrans, order, "permata_va")
        assert (order.status, payment.provisional_until) == ("PAID", NOW + timedelta(minutes=10))
        assert list(Ticket.objects.values_list("status", "token")) == [("PROVISIONAL", "")]
        assert set(ShopOrder.objects.values_list("status", flat=True)) == {"WAITING"}
        assert money() == {"clearing:operator:VIRTUAL_ACCOUNT": -105_000, f"buyer:{order.code}": 105_000}
        assert order_page(order_id=order.pk, now=NOW).step == "PROVISIONAL"
        assert faults() == []

        apply_payment(payment_id=payment.pk, now=NOW + timedelta(minutes=9))
        assert Ticket.objects.get().status == "PROVISIONAL"
        apply_payment(payment_id=payment.pk, now=NOW + timedelta(minutes=10))
        assert Ticket.objects.get().status == "VALID"
        assert sorted(ShopOrder.objects.values_list("status", flat=True)) == ["RECEIVED", "TO_PACK"]
        assert f"buyer:{order.code}" not in money()
        assert faults() == []

    def test_money_that_is_taken_back_undoes_the_sale(self, midtrans):
        (adult, slot), rendang = admission(), goods()
        order = placed_order((adult, slot, 1), (rendang, None, 1))
        payment = pay(midtrans, order, "echannel")
        midtrans.act(payment.gateway_order_id, "reverse")
        assert apply_payment(payment_id=payment.pk, now=NOW + timedelta(minutes=5)) == PaymentStatus.REVERSED
        order.refresh_from_db()
        assert order.status == "CANCELLED"
        assert list(Ticket.objects.values_list("status", flat=True)) == ["VOID"]
        assert set(ShopOrder.objects.values_list("status", flat=True)) == {"CANCELLED"}
        assert set(Pool.objects.values_list("taken", flat=True)) == {0}
        assert money() == {}
        assert faults() == []

    def test_it_can_also_be_taken_back_after_we_were_certain(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = pay(midtrans, order, "permata_va")
        apply_payment(payment_id=payment.pk, now=NOW + timedelta(minutes=10))
        midtrans.act(payment.gateway_order_id, "reverse")
        apply_payment(payment_id=payment.pk, now=NOW + timedelta(minutes=12))
        assert (Order.objects.get().status, money()) == ("CANCELLED", {})
        assert faults() == []

    def test_late_money_that_is_taken_back_calls_its_refund_off(self, midtrans):
        (adult, slot), rendang = admission(places=1), goods()
        order = placed_order((adult, slot, 1), (rendang, None, 1))
        payment = choose(midtrans, order, "permata_va")
        apply_payment(payment_id=payment.pk, now=NOW)
        midtrans.advance(minutes=76)
        late = NOW + timedelta(minutes=76)
        lapse_unpaid_orders(now=late, limit=10)
        placed_order((adult, slot, 1), now=late)
        midtrans.pay(payment.gateway_order_id, force=True)
        apply_payment(payment_id=payment.pk, now=late)
        order.refresh_from_db()
        assert (order.status, Refund.objects.get().status) == ("PARTLY_REFUNDED", "MANUAL")
        assert faults() == []
        midtrans.act(payment.gateway_order_id, "reverse")
        apply_payment(payment_id=payment.pk, now=late)
        order.refresh_from_db()
        assert (order.status, Refund.objects.get().status, money()) == ("CANCELLED", "FAILED", {})
        assert faults() == []

    def test_money_that_is_taken_back_after_all_was_to_go_back_goes_nowhere(self, midtrans):
        order = placed_order((goods(), None, 2))
        payment = pay(midtrans, order, "permata_va")
        certain = NOW + timedelta(minutes=10)
        apply_payment(payment_id=payment.pk, now=certain)
        request_refund(order_id=order.pk, lines=None, reason="changed my mind", now=certain)
        assert (Order.objects.get().status, Refund.objects.get().status) == ("REFUNDED", "MANUAL")
        midtrans.act(payment.gateway_order_id, "reverse")
        apply_payment(payment_id=payment.pk, now=certain)
        assert (Order.objects.get().status, Refund.objects.get().status, money()) == ("CANCELLED", "FAILED", {})
        assert faults() == []

    def test_nothing_is_given_back_before_it_is_certain(self, midtrans):
        order = placed_order((goods(), None, 1))
        pay(midtrans, order, "permata_va")
        with pytest.raises(RefundRefused):
            request_refund(order_id=order.pk, lines=None, reason="habis", now=NOW)


def lapsed(midtrans, *lines, method: str = "bni_va") -> tuple[Order, Payment]:
    """An order that lapsed with a method chosen."""
    order = placed_order(*lines)
    payment = choose(midtrans, order, method)
    apply_payment(payment_id=payment.pk, now=NOW)
    late = NOW + timedelta(minutes=76)
    midtrans.advance(minutes=76)
    lapse_unpaid_orders(now=late, limit=10)
    order.refresh_from_db()
    assert order.status == "LAPSED"
    return order, payment


@pytest.mark.django_db
class TestLateMoney:
    late = NOW + timedelta(minutes=80)

    def pay_late(self, midtrans, order, payment) -> None:
        midtrans.pay(payment.gateway_order_id, force=True)
        assert apply_payment(payment_id=payment.pk, now=self.late) == PaymentStatus.PAID
        order.refresh_from_db()

    def test_takes_again_what_is_free(self, midtrans):
        (adult, slot), rendang = admission(), goods()
        order, payment = lapsed(midtrans, (adult, slot, 2), (rendang, None, 1))
        self.pay_late(midtrans, order, payment)
        assert order.status == "PAID"
        assert sorted(Pool.objects.values_list("taken", flat=True)) == [1, 2]
        assert Ticket.objects.filter(status="VALID").count() == 2
        assert not Refund.objects.exists()
        assert faults() == []

    def test_of_retribusi_reaches_its_treasury_once_it_is_certain(self, midtrans):
        adult, slot = admission(charge_kind=ChargeKind.RETRIBUSI)
        region = adult.listing.shop.region
        CollectionAgreementFactory(region=region)
        order, payment = lapsed(midtrans, (adult, slot, 2), method="permata_va")
        self.pay_late(midtrans, order, payment)
        assert money() == {"clearing:operator:VIRTUAL_ACCOUNT": -40_000, f"buyer:{order.code}": 40_000}
        assert faults() == []
        apply_payment(payment_id=payment.pk, now=self.late + timedelta(minutes=10))
        assert money()[f"treasury:{region.code}"] == 40_000
        assert faults() == []

    def test_gives_back_what_is_gone(self, midtrans):
        (adult, slot), rendang = admission(places=2), goods()
        order, payment = lapsed(midtrans, (adult, slot, 2), (rendang, None, 1))
        placed_order((adult, slot, 1), now=self.late)
        self.pay_late(midtrans, order, payment)
        assert order.status == "PARTLY_REFUNDED"
        refund = Refund.objects.get()
        assert (refund.amount, refund.status) == (40_000, "MANUAL")  # a virtual account cannot give back
        assert Ticket.objects.count() == 0
        assert money() == {
            "clearing:operator:VIRTUAL_ACCOUNT": -125_000,
            f"shop:{rendang.listing.shop_id}": 85_000,
            "refunds:operator": 40_000,
        }
        assert sorted(ShopOrder.objects.filter(order=order).values_list("status", flat=True)) == [
            "CANCELLED",
            "TO_PACK",
        ]
        assert faults() == []

    def test_gives_all_back_if_all_is_gone(self, midtrans):
        adult, slot = admission(places=2)
        order, payment = lapsed(midtrans, (adult, slot, 2))
        placed_order((adult, slot, 1), now=self.late)
        self.pay_late(midtrans, order, payment)
        assert (order.status, order.paid_at) == ("REFUNDED", None)
        assert money() == {"clearing:operator:VIRTUAL_ACCOUNT": -40_000, "refunds:operator": 40_000}
        assert Payment.objects.get(pk=payment.pk).is_surplus
        assert faults() == []

    def test_a_slot_that_has_passed_is_not_taken_again(self, midtrans):
        adult, slot = admission()
        order, payment = lapsed(midtrans, (adult, slot, 1))
        self.late = datetime(2026, 11, 29, 6, tzinfo=UTC)
        self.pay_late(midtrans, order, payment)
        assert order.status == "REFUNDED"
        assert faults() == []

    def test_money_after_a_cancellation_is_late_too(self, midtrans):
        order, payment = lapsed(midtrans, (goods(), None, 1))
        Order.objects.filter(pk=order.pk).update(status="CANCELLED")
        self.pay_late(midtrans, order, payment)
        assert order.status == "PAID"
        assert faults() == []

    def test_a_second_payment_goes_back_whole(self, midtrans):
        order = placed_order((goods(), None, 1))
        first = choose(midtrans, order, "bni_va")
        midtrans.act(first.gateway_order_id, "deny")
        apply_payment(payment_id=first.pk, now=NOW)
        second = pay(midtrans, order)
        midtrans.pay(first.gateway_order_id, force=True)
        apply_payment(payment_id=first.pk, now=NOW)
        order.refresh_from_db()
        assert order.status == "PAID"
        assert Refund.objects.get().payment == first
        assert (first.gateway_order_id, second.gateway_order_id) == (f"{order.code}-1", f"{order.code}-2")
        assert money()["refunds:operator"] == 85_000
        assert faults() == []

    def test_an_old_attempts_expiry_never_cancels_an_order_that_a_newer_one_paid(self, midtrans):
        order = placed_order((goods(), None, 1))
        first = choose(midtrans, order, "bni_va")
        Payment.objects.filter(pk=first.pk).update(status="FAILED")
        pay(midtrans, order)
        midtrans.act(first.gateway_order_id, "expire")
        assert apply_payment(payment_id=first.pk, now=NOW) == PaymentStatus.FAILED
        order.refresh_from_db()
        assert order.status == "PAID"


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_eight_looks_at_once_sell_once(self, midtrans):
        rendang, (adult, slot) = goods(), admission()
        order = placed_order((rendang, None, 1), (adult, slot, 2))
        payment = choose(midtrans, order)
        midtrans.pay(payment.gateway_order_id)
        assert (
            in_parallel(lambda _look: apply_payment(payment_id=payment.pk, now=NOW), range(8))
            == [PaymentStatus.PAID] * 8
        )
        assert sorted(Journal.objects.values_list("kind", flat=True)) == ["PAYMENT", "SALE"]
        assert Ticket.objects.count() == 2
        assert OrderLine.objects.count() == 2
        assert topics().count("order.paid") == 1
        assert faults() == []

    def test_paying_and_lapsing_at_once_end_in_one_of_both(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = choose(midtrans, order, "bni_va")
        apply_payment(payment_id=payment.pk, now=NOW)
        midtrans.advance(minutes=76)
        midtrans.pay(payment.gateway_order_id, force=True)
        late = NOW + timedelta(minutes=76)
        in_parallel(
            lambda act: act(),
            [
                lambda: lapse_unpaid_orders(now=late, limit=10),
                lambda: apply_payment(payment_id=payment.pk, now=late),
                lambda: lapse_unpaid_orders(now=late, limit=10),
            ],
        )
        order.refresh_from_db()
        assert order.status == "PAID"
        assert faults() == []
