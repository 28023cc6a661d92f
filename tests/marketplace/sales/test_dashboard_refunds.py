"""What Midtrans gave back at its dashboard: what of ours it pays, and who bears the rest."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from foundation.errors import InvalidInput
from marketplace.catalog.models import ChargeKind
from marketplace.ledger.models import Entry
from marketplace.orders.models import OrderLine
from marketplace.payments.accounts import gateway_of
from marketplace.payments.models import CountedRefund, Payment, Refund
from marketplace.payments.queries import refunds_of_order
from marketplace.payments.services import try_at_gateway_again
from marketplace.sales.services import (
    BearerRefused,
    CountingRefused,
    RefundRefused,
    Rest,
    apply_payment,
    bear_refund,
    count_refund,
    lapse_unpaid_orders,
    lose_dispute,
    may_bear,
    record_manual_refund,
    refunding,
    request_refund,
    send_refund,
)
from marketplace.tickets.models import Ticket
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW, admission, goods, placed_order
from tests.factories.payouts import FeeScheduleFactory
from tests.factories.shops import CollectionAgreementFactory
from tests.marketplace.sales.money import choose, faults, money, pay
from tests.racing import in_parallel

LATER = NOW + timedelta(minutes=30)


def line_of(variant) -> OrderLine:
    return OrderLine.objects.get(variant=variant)


def dashboard_refund(midtrans, payment, amount: int | None = None, *, confirmed: bool = True) -> None:
    """Somebody gives money back at Midtrans' dashboard, and we learn of it."""
    midtrans.act(payment.gateway_order_id, "refund-from-dashboard", **({} if amount is None else {"amount": amount}))
    if confirmed:
        midtrans.advance(hours=1)
    apply_payment(payment_id=payment.pk, now=LATER)


@pytest.mark.django_db
class TestAtTheDashboard:
    """Beside what is to go back already."""

    def refused(self, midtrans, order, lines=None) -> Refund:
        """A refund that Midtrans refused, so that a person is to pay it."""
        refund = request_refund(order_id=order.pk, lines=lines, reason="habis", now=LATER)
        assert refund is not None
        midtrans.fault("refund_declined")
        send_refund(refund_id=refund.pk, now=LATER)
        refund.refresh_from_db()
        assert refund.status == "MANUAL"
        return refund

    def rows(self) -> list[tuple[int, str, str]]:
        return list(Refund.objects.order_by("pk").values_list("amount", "status", "bearer"))

    def test_pays_the_open_refund_of_the_same_amount(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = pay(midtrans, order)
        refund = self.refused(midtrans, order)
        dashboard_refund(midtrans, payment, confirmed=False)
        assert self.rows() == [(85_000, "ACCEPTED", "")]
        with pytest.raises(RefundRefused):
            record_manual_refund(refund_id=refund.pk, now=LATER)
        assert faults() == []

        midtrans.advance(hours=1)
        apply_payment(payment_id=payment.pk, now=LATER)
        apply_payment(payment_id=payment.pk, now=LATER)
        refund.refresh_from_db()
        assert (refund.status, refund.is_by_hand, refund.last_error) == ("DONE", False, "")
        assert money() == {}
        assert faults() == []
        record_manual_refund(refund_id=refund.pk, now=LATER)
        assert money() == {}

    def test_pays_one_that_is_still_to_be_sent_so_that_midtrans_is_not_asked_again(self, midtrans):
        rendang = goods()
        order = placed_order((rendang, None, 2))
        payment = pay(midtrans, order)
        request_refund(order_id=order.pk, lines={line_of(rendang).pk: 1}, reason="habis", now=LATER)
        dashboard_refund(midtrans, payment, 85_000)
        assert self.rows() == [(85_000, "DONE", "")]
        send_refund(refund_id=Refund.objects.get().pk, now=LATER)
        assert len(midtrans.world.refunds(midtrans.world.transaction(payment.gateway_order_id))) == 1
        assert faults() == []

    def test_what_midtrans_does_of_an_earlier_question_after_all_is_another_refund(self, midtrans):
        rendang = goods()
        order = placed_order((rendang, None, 3))
        payment = pay(midtrans, order)
        refund = request_refund(order_id=order.pk, lines={line_of(rendang).pk: 1}, reason="habis", now=LATER)
        assert refund is not None
        dashboard_refund(midtrans, payment, 85_000)
        gateway_of(payment.merchant_account).refund(payment.gateway_order_id, refund.key, 85_000, "habis")
        midtrans.advance(hours=1)
        apply_payment(payment_id=payment.pk, now=LATER)
        assert self.rows() == [(85_000, "DONE", ""), (85_000, "DONE", "OPEN")]
        assert money()["refunds:operator"] == -85_000
        assert faults() == []

    def test_a_question_that_was_under_way_meanwhile_and_is_refused_changes_nothing(self, midtrans, monkeypatch):
        order = placed_order((goods(), None, 1))
        payment = pay(midtrans, order)
        refund = request_refund(order_id=order.pk, lines=None, reason="habis", now=LATER)
        assert refund is not None
        ask = refunding._send

        def late(refund: Refund, *, now: datetime) -> None:
            dashboard_refund(midtrans, payment, confirmed=False)
            ask(refund, now=now)

        monkeypatch.setattr(refunding, "_send", late)
        send_refund(refund_id=refund.pk, now=LATER)
        assert self.rows() == [(85_000, "ACCEPTED", "")]
        assert faults() == []

    def test_of_everything_pays_what_is_open_and_takes_the_rest_of_the_order_back(self, midtrans):
        (adult, slot), rendang = admission(), goods()
        order = placed_order((adult, slot, 2), (rendang, None, 1))
        payment = pay(midtrans, order)
        self.refused(midtrans, order, {line_of(adult).pk: 1})
        dashboard_refund(midtrans, payment)
        assert self.rows() == [(20_000, "DONE", ""), (105_000, "DONE", "")]
        order.refresh_from_db()
        assert (order.status, money()) == ("REFUNDED", {})
        assert set(Ticket.objects.values_list("status", flat=True)) == {"VOID"}
        assert faults() == []

    def test_of_less_than_is_left_is_nobodys_yet_and_the_open_one_stays(self, midtrans):
        rendang = goods()
        order = placed_order((rendang, None, 2))
        payment = pay(midtrans, order)
        self.refused(midtrans, order, {line_of(rendang).pk: 1})
        dashboard_refund(midtrans, payment, 10_000)
        assert self.rows() == [(85_000, "MANUAL", ""), (10_000, "DONE", "OPEN")]
        assert money()["refunds:operator"] == 75_000
        assert faults() == []

    def test_after_a_person_paid_it_went_twice_and_somebody_bears_it(self, midtrans):
        order = placed_order((goods(), None, 1))
        payment = pay(midtrans, order)
        refund = self.refused(midtrans, order)
        record_manual_refund(refund_id=refund.pk, now=LATER)
        dashboard_refund(midtrans, payment)
        assert self.rows() == [(85_000, "DONE", ""), (85_000, "DONE", "OPEN")]
        assert money() == {"bank:operator": 85_000, "refunds:operator": -85_000}
        assert faults() == []

    def test_of_a_payment_that_bought_nothing_pays_its_refund(self, midtrans):
        adult, slot = admission(places=2)
        order = placed_order((adult, slot, 2))
        payment = choose(midtrans, order)
        late = NOW + timedelta(minutes=76)
        apply_payment(payment_id=payment.pk, now=NOW)
        midtrans.advance(minutes=76)
        lapse_unpaid_orders(now=late, limit=10)
        placed_order((adult, slot, 1), now=late)
        midtrans.pay(payment.gateway_order_id, force=True)
        apply_payment(payment_id=payment.pk, now=late)
        dashboard_refund(midtrans, payment)
        assert self.rows() == [(40_000, "DONE", "")]
        assert money() == {}
        assert faults() == []


@pytest.mark.django_db
class TestCounting:
    """One from the dashboard was meant for a refund that was open here, of another amount."""

    @pytest.fixture
    def bought(self, midtrans):
        """Three of a thing, 85,000 each, less a commission of a tenth; one of them is to go back by hand."""
        FeeScheduleFactory(rate=1_000)
        rendang = goods()
        order = placed_order((rendang, None, 3))
        payment = pay(midtrans, order)
        refund = request_refund(order_id=order.pk, lines={line_of(rendang).pk: 1}, reason="habis", now=LATER)
        assert refund is not None
        Refund.objects.update(status="MANUAL", try_at=None)
        return payment, Refund.objects.get(), line_of(rendang)

    def made(self, midtrans, payment, amount: int) -> Refund:
        dashboard_refund(midtrans, payment, amount)
        return Refund.objects.get(bearer="OPEN")

    def rows(self) -> list[tuple[int, str, str, int, int, int]]:
        names = ("amount", "status", "bearer", "counted_amount", "closed_amount", "used_amount")
        return list(Refund.objects.order_by("pk").values_list(*names))

    def test_less_leaves_the_rest_to_be_paid(self, midtrans, bought):
        payment, refund, line = bought
        made = self.made(midtrans, payment, 80_000)
        count_refund(made_id=made.pk, refund_id=refund.pk, now=LATER, by_id=UserFactory().pk)
        assert self.rows() == [(85_000, "MANUAL", "", 80_000, 0, 0), (80_000, "DONE", "COUNTED", 0, 0, 80_000)]
        assert (money()["refunds:operator"], faults()) == (5_000, [])
        record_manual_refund(refund_id=refund.pk, now=LATER)
        assert self.rows()[0] == (85_000, "DONE", "", 80_000, 0, 0)
        assert money() == {
            "bank:operator": 5_000,
            "clearing:operator:QRIS": -175_000,
            f"shop:{line.shop_order.shop_id}": 153_000,
            "commission:operator": 17_000,
        }
        assert faults() == []

    def test_the_rest_is_let_be_and_the_shop_keeps_it(self, midtrans, bought):
        payment, refund, line = bought
        made = self.made(midtrans, payment, 80_000)
        rest = Rest("pembeli setuju", line.pk)
        count_refund(made_id=made.pk, refund_id=refund.pk, rest=rest, now=LATER)
        assert self.rows() == [(85_000, "DONE", "", 80_000, 5_000, 0), (80_000, "DONE", "COUNTED", 0, 0, 80_000)]
        assert money() == {
            "clearing:operator:QRIS": -175_000,
            f"shop:{line.shop_order.shop_id}": 158_000,
            "commission:operator": 17_000,
        }
        assert faults() == []

    def test_or_the_operator_does(self, midtrans, bought):
        payment, refund, _line = bought
        made = self.made(midtrans, payment, 80_000)
        count_refund(made_id=made.pk, refund_id=refund.pk, rest=Rest("pembeli setuju"), now=LATER)
        assert (money()["discount:OPERATOR:operator"], "refunds:operator" in money(), faults()) == (5_000, False, [])

    def test_more_leaves_somebody_to_bear_what_is_beyond_it(self, midtrans, bought):
        payment, refund, line = bought
        made = self.made(midtrans, payment, 90_000)
        count_refund(made_id=made.pk, refund_id=refund.pk, now=LATER)
        assert self.rows() == [(85_000, "DONE", "", 85_000, 0, 0), (90_000, "DONE", "OPEN", 0, 0, 85_000)]
        assert (money()["refunds:operator"], faults()) == (-5_000, [])
        bear_refund(refund_id=made.pk, line_id=line.pk, now=LATER)
        assert "refunds:operator" not in money()
        assert money()[f"shop:{line.shop_order.shop_id}"] == 148_000
        assert faults() == []

    def test_one_counts_toward_two(self, midtrans, bought):
        payment, refund, line = bought
        second = request_refund(order_id=payment.order_id, lines={line.pk: 1}, reason="rusak", now=LATER)
        assert second is not None
        Refund.objects.filter(pk=second.pk).update(status="MANUAL", try_at=None)
        made = self.made(midtrans, payment, 84_999)
        count_refund(made_id=made.pk, refund_id=refund.pk, now=LATER)
        assert self.rows()[0][:4] == (85_000, "MANUAL", "", 84_999)
        dashboard_refund(midtrans, payment, 85_001)
        # Just what is open of both: it pays them without anybody's help.
        assert [row[1:3] for row in self.rows()] == [("DONE", ""), ("DONE", ""), ("DONE", "COUNTED")]
        assert ("refunds:operator" in money(), faults()) == (False, [])

    def test_what_is_left_of_it_is_paid_by_another_of_just_that(self, midtrans, bought):
        payment, refund, _line = bought
        count_refund(made_id=self.made(midtrans, payment, 80_000).pk, refund_id=refund.pk, now=LATER)
        dashboard_refund(midtrans, payment, 5_000)
        assert self.rows() == [(85_000, "DONE", "", 80_000, 0, 0), (80_000, "DONE", "COUNTED", 0, 0, 80_000)]
        assert (money()["clearing:operator:QRIS"], faults()) == (-170_000, [])

    def test_is_said_once(self, midtrans, bought):
        payment, refund, _line = bought
        made = self.made(midtrans, payment, 80_000)
        count_refund(made_id=made.pk, refund_id=refund.pk, now=LATER)
        before = (self.rows(), money())
        with pytest.raises(CountingRefused):
            count_refund(made_id=made.pk, refund_id=refund.pk, now=LATER)
        with pytest.raises(BearerRefused):
            bear_refund(refund_id=made.pk, line_id=None, now=LATER)
        assert (self.rows(), money()) == before

    def test_not_before_the_bank_confirmed_it(self, midtrans, bought):
        payment, refund, _line = bought
        dashboard_refund(midtrans, payment, 80_000, confirmed=False)
        with pytest.raises(CountingRefused):
            count_refund(made_id=Refund.objects.get(bearer="OPEN").pk, refund_id=refund.pk, now=LATER)

    def test_not_toward_another_payments(self, midtrans, bought):
        other = placed_order((goods(), None, 2))
        made = self.made(midtrans, pay(midtrans, other), 80_000)
        with pytest.raises(CountingRefused):
            count_refund(made_id=made.pk, refund_id=bought[1].pk, now=LATER)
        assert faults() == []

    @pytest.mark.parametrize("line_id", [uuid4()])
    def test_the_rest_is_kept_by_nobody_else(self, midtrans, bought, line_id):
        payment, refund, line = bought
        made = self.made(midtrans, payment, 1_000)
        # The shop gave 76,500 of the 85,000; more than that it cannot keep.
        for rest in (Rest("x", line_id), Rest("x", line.pk)):
            with pytest.raises(CountingRefused):
                count_refund(made_id=made.pk, refund_id=refund.pk, rest=rest, now=LATER)
        with pytest.raises(InvalidInput):
            count_refund(made_id=made.pk, refund_id=refund.pk, rest=Rest(" "), now=LATER)
        assert self.rows() == [(85_000, "MANUAL", "", 0, 0, 0), (1_000, "DONE", "OPEN", 0, 0, 0)]
        assert faults() == []

    def test_retribusi_goes_back_whole(self, midtrans):
        adult, slot = admission(charge_kind=ChargeKind.RETRIBUSI)
        CollectionAgreementFactory(region=adult.listing.shop.region)
        order = placed_order((adult, slot, 2))
        payment = pay(midtrans, order)
        refund = request_refund(order_id=order.pk, lines={line_of(adult).pk: 1}, reason="x", now=LATER)
        assert refund is not None
        Refund.objects.update(status="MANUAL", try_at=None)
        made = self.made(midtrans, payment, 15_000)
        with pytest.raises(CountingRefused):
            count_refund(made_id=made.pk, refund_id=refund.pk, rest=Rest("x"), now=LATER)
        count_refund(made_id=made.pk, refund_id=refund.pk, now=LATER)
        assert (self.rows()[0][:4], faults()) == ((20_000, "MANUAL", "", 15_000), [])

    def test_midtrans_is_not_asked_again_for_what_is_paid_in_part(self, midtrans, bought):
        payment, refund, _line = bought
        count_refund(made_id=self.made(midtrans, payment, 80_000).pk, refund_id=refund.pk, now=LATER)
        assert not try_at_gateway_again(refund_id=refund.pk, now=LATER)

    def test_a_dispute_that_is_lost_leaves_it_to_be_borne(self, midtrans, bought):
        payment, refund, _line = bought
        count_refund(made_id=self.made(midtrans, payment, 80_000).pk, refund_id=refund.pk, now=LATER)
        Payment.objects.update(status="DISPUTED")
        lose_dispute(payment_id=payment.pk, now=LATER)
        assert [row[1:3] for row in self.rows()] == [("FAILED", ""), ("DONE", "OPEN")]
        assert [fault for fault in faults() if "refund" in fault] == []

    def test_the_buyer_sees_each_rupiah_once(self, midtrans, bought):
        payment, refund, _line = bought
        count_refund(made_id=self.made(midtrans, payment, 80_000).pk, refund_id=refund.pk, now=LATER)
        shown = [(one.amount, one.status) for one in refunds_of_order(payment.order_id)]
        assert shown == [(5_000, "MANUAL"), (80_000, "DONE")]

    def test_the_audit_sees_what_was_counted_without_a_word(self, midtrans, bought):
        payment, refund, _line = bought
        count_refund(made_id=self.made(midtrans, payment, 80_000).pk, refund_id=refund.pk, now=LATER)
        CountedRefund.objects.update(amount=70_000)
        made = Refund.objects.get(bearer="COUNTED")
        assert faults() == [
            f"refunds_owed: refund {refund.pk} says 80000 and 0 count, it is 70000 and 0",
            f"refunds_owed: refund {made.pk} says 0 and 80000 count, it is 0 and 70000",
        ]


@pytest.mark.django_db(transaction=True)
def test_a_payer_and_one_who_counts_at_once_pay_it_once(midtrans):
    rendang = goods()
    order = placed_order((rendang, None, 2))
    payment = pay(midtrans, order)
    refund = request_refund(order_id=order.pk, lines={line_of(rendang).pk: 1}, reason="x", now=LATER)
    assert refund is not None
    Refund.objects.update(status="MANUAL", try_at=None)
    dashboard_refund(midtrans, payment, 80_000)
    made = Refund.objects.get(bearer="OPEN")

    def act(number: int) -> None:
        with suppress(CountingRefused):
            if number % 2:
                count_refund(made_id=made.pk, refund_id=refund.pk, now=LATER)
            else:
                record_manual_refund(refund_id=refund.pk, now=LATER)

    in_parallel(act, range(4))
    made.refresh_from_db()
    assert (made.bearer, money()["bank:operator"]) in (("COUNTED", 5_000), ("OPEN", 85_000))
    assert faults() == []


@pytest.mark.django_db
class TestWhoBears:
    @pytest.fixture
    def given(self, midtrans):
        """Two of a thing were bought, and 10,000 given back at the dashboard."""
        rendang = goods()
        order = placed_order((rendang, None, 2))
        dashboard_refund(midtrans, pay(midtrans, order), 10_000)
        return Refund.objects.get(), line_of(rendang)

    def test_the_shop_of_a_line(self, given):
        refund, line = given
        bear_refund(refund_id=refund.pk, line_id=line.pk, now=LATER)
        refund.refresh_from_db()
        assert refund.bearer == "SHOP"
        assert money() == {"clearing:operator:QRIS": -160_000, f"shop:{line.shop_order.shop_id}": 160_000}
        entry = Entry.objects.get(journal__kind="REVERSAL", journal__reference=f"refund:{refund.pk}")
        assert (entry.amount, entry.line) == (10_000, line.pk)
        assert faults() == []

    def test_the_operator(self, given):
        refund, line = given
        bear_refund(refund_id=refund.pk, line_id=None, now=LATER)
        assert money() == {
            "clearing:operator:QRIS": -160_000,
            "discount:OPERATOR:operator": -10_000,
            f"shop:{line.shop_order.shop_id}": 170_000,
        }
        assert faults() == []

    def test_is_said_once(self, given):
        refund, line = given
        bear_refund(refund_id=refund.pk, line_id=None, now=LATER)
        before = money()
        for line_id in (None, line.pk):
            with pytest.raises(BearerRefused):
                bear_refund(refund_id=refund.pk, line_id=line_id, now=LATER)
        assert money() == before
        assert faults() == []

    def test_is_not_said_of_a_refund_of_ours_nor_by_a_strange_line(self, midtrans):
        order, other = placed_order((goods(), None, 2)), placed_order((goods(), None, 1))
        pay(midtrans, other)
        dashboard_refund(midtrans, pay(midtrans, order), 10_000)
        refund = Refund.objects.get()
        ours = request_refund(order_id=other.pk, lines=None, reason="habis", now=LATER)
        assert ours is not None
        before = money()
        with pytest.raises(BearerRefused):
            bear_refund(refund_id=ours.pk, line_id=None, now=LATER)
        for line_id in (OrderLine.objects.get(shop_order__order=other).pk, uuid4()):
            with pytest.raises(BearerRefused):
                bear_refund(refund_id=refund.pk, line_id=line_id, now=LATER)
        assert money() == before

    def test_no_shop_bears_more_than_it_kept_of_a_line(self, midtrans):
        FeeScheduleFactory(rate=1_000)
        rendang = goods()
        order = placed_order((rendang, None, 1), (goods(), None, 1))
        payment = pay(midtrans, order)
        dashboard_refund(midtrans, payment, 70_000)
        dashboard_refund(midtrans, payment, 6_501)
        first, second = Refund.objects.order_by("pk")
        line = line_of(rendang)
        assert may_bear(order)[line] == 76_500
        bear_refund(refund_id=first.pk, line_id=line.pk, now=LATER)
        assert may_bear(order)[line] == 6_500
        with pytest.raises(BearerRefused):
            bear_refund(refund_id=second.pk, line_id=line.pk, now=LATER)
        second.refresh_from_db()
        assert second.bearer == "OPEN"
        assert faults() == []

    def test_retribusi_bears_nothing(self, midtrans):
        adult, slot = admission(charge_kind=ChargeKind.RETRIBUSI)
        CollectionAgreementFactory(region=adult.listing.shop.region)
        order = placed_order((adult, slot, 2))
        dashboard_refund(midtrans, pay(midtrans, order), 5_000)
        assert may_bear(order) == {}
        with pytest.raises(BearerRefused):
            bear_refund(refund_id=Refund.objects.get().pk, line_id=line_of(adult).pk, now=LATER)

    def test_the_audit_sees_what_is_borne_without_a_journal(self, given):
        refund, _line = given
        Refund.objects.update(bearer="OPERATOR")
        assert faults() == [
            f"refunds_owed: refund {refund.pk} is borne by OPERATOR, its journal says 0",
            "refunds_owed: refunds:operator holds -10000 instead of 0",
        ]

    def test_of_a_dispute_that_is_lost_what_was_on_its_way_is_called_off(self, midtrans):
        rendang = goods()
        order = placed_order((rendang, None, 2))
        payment = pay(midtrans, order, "gopay")
        dashboard_refund(midtrans, payment, 10_000, confirmed=False)
        bear_refund(refund_id=Refund.objects.get().pk, line_id=line_of(rendang).pk, now=LATER)
        midtrans.act(payment.gateway_order_id, "chargeback")
        apply_payment(payment_id=payment.pk, now=LATER)
        lose_dispute(payment_id=payment.pk, now=LATER)
        assert Refund.objects.get().status == "FAILED"
        assert money() == {}
        assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_a_person_and_the_dashboard_at_once_pay_it_once_or_somebody_bears_it(midtrans):
    order = placed_order((goods(), None, 1))
    payment = pay(midtrans, order)
    refund = request_refund(order_id=order.pk, lines=None, reason="habis", now=LATER)
    assert refund is not None
    Refund.objects.update(status="MANUAL", try_at=None)
    midtrans.act(payment.gateway_order_id, "refund-from-dashboard")
    midtrans.advance(hours=1)

    def act(number: int) -> None:
        if number % 2:
            apply_payment(payment_id=payment.pk, now=LATER)
            return
        with suppress(RefundRefused):
            record_manual_refund(refund_id=refund.pk, now=LATER)

    in_parallel(act, range(4))
    rows = list(Refund.objects.order_by("pk").values_list("status", "is_by_hand", "bearer"))
    assert rows in ([("DONE", False, "")], [("DONE", True, ""), ("DONE", False, "OPEN")])
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_two_who_say_who_bears_it_at_once_post_it_once(midtrans):
    rendang = goods()
    order = placed_order((rendang, None, 2))
    dashboard_refund(midtrans, pay(midtrans, order), 10_000)
    refund, line = Refund.objects.get(), line_of(rendang)

    def say(line_id) -> str:
        try:
            bear_refund(refund_id=refund.pk, line_id=line_id, now=LATER)
        except BearerRefused:
            return "refused"
        return "said"

    assert sorted(in_parallel(say, [None, line.pk, None, line.pk])) == ["refused"] * 3 + ["said"]
    assert "refunds:operator" not in money()
    assert faults() == []
