"""What becomes of a refund between the request and the buyer's account."""

from datetime import UTC, date, datetime, timedelta

import pytest

from foundation.errors import InvalidInput
from foundation.outbox.models import Event
from foundation.outbox.services import drain
from marketplace.catalog.models import ChargeKind
from marketplace.ledger.models import JournalKind
from marketplace.ledger.services import Transfer, post
from marketplace.orders.models import Order, OrderLine, PriceRow
from marketplace.payments import services as payments
from marketplace.payments.accounts import gateway_of
from marketplace.payments.channels import at_the_dashboard_until, can_refund, offered_for, quiet_until
from marketplace.payments.gateway import GatewayUnreachable
from marketplace.payments.models import ChannelRule, Payment, Refund, RefundAccount, RefundPart, RefundRule
from marketplace.sales.services import (
    apply_payment,
    deposits,
    give_back,
    lose_dispute,
    record_manual_refund,
    request_refund,
    send_refund,
)
from marketplace.tickets.models import Ticket
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW, admission, goods, placed_order
from tests.factories.payments import PaymentFactory
from tests.factories.payouts import FeeScheduleFactory
from tests.factories.shops import CollectionAgreementFactory
from tests.marketplace.sales.money import faults, money, pay

LATER = NOW + timedelta(minutes=30)
TODAY = date(2026, 11, 22)


def asked(midtrans, method: str = "other_qris", **changes: object) -> Refund:
    """A whole order of rendang asked back."""
    order = placed_order((goods(), None, 1))
    pay(midtrans, order, method)
    refund = request_refund(order_id=order.pk, lines=None, reason="habis", now=LATER)
    assert refund is not None
    Refund.objects.filter(pk=refund.pk).update(**changes)
    refund.refresh_from_db()
    return refund


@pytest.mark.django_db
class TestKeys:
    def test_a_key_serves_for_seven_days(self, midtrans):
        refund = asked(midtrans)
        send_refund(refund_id=refund.pk, now=LATER + timedelta(days=7))
        again = Refund.objects.get()
        assert (again.key, again.former_keys, again.status) == (refund.key, [], "ACCEPTED")

    def test_then_another_one_is_used_and_the_old_one_kept(self, midtrans):
        refund = asked(midtrans)
        send_refund(refund_id=refund.pk, now=LATER + timedelta(days=7, seconds=1))
        again = Refund.objects.get()
        assert again.key != refund.key
        assert (again.former_keys, again.status) == ([refund.key], "ACCEPTED")
        midtrans.advance(hours=1)
        apply_payment(payment_id=again.payment_id, now=LATER + timedelta(days=8))
        assert (Refund.objects.get().status, money()) == ("DONE", {})
        assert faults() == []

    def test_what_midtrans_did_under_the_old_key_is_not_done_again(self, midtrans):
        refund = asked(midtrans)
        send_refund(refund_id=refund.pk, now=LATER)
        # The answer never reached us.
        Refund.objects.update(status="REQUESTED", accepted_at=None)
        send_refund(refund_id=refund.pk, now=LATER + timedelta(days=8))
        assert (Refund.objects.get().key, Refund.objects.get().status) == (refund.key, "ACCEPTED")
        midtrans.advance(hours=1)
        apply_payment(payment_id=refund.payment_id, now=LATER + timedelta(days=9))
        assert (Refund.objects.count(), money()) == (1, {})
        assert faults() == []

    def test_what_was_refused_is_tried_again_by_a_person_under_a_new_key(self, midtrans):
        refund = asked(midtrans)
        midtrans.fault("refund_declined")
        send_refund(refund_id=refund.pk, now=LATER)
        refund.refresh_from_db()
        assert (refund.status, refund.last_error[:3]) == ("MANUAL", "414")
        assert payments.try_at_gateway_again(refund_id=refund.pk, now=LATER)
        assert not payments.try_at_gateway_again(refund_id=refund.pk, now=LATER)
        send_refund(refund_id=refund.pk, now=LATER)
        again = Refund.objects.get()
        assert (again.status, again.former_keys, again.last_error) == ("ACCEPTED", [refund.key], "")


@pytest.mark.django_db
class TestTrying:
    def test_a_silent_midtrans_is_asked_again_with_growing_pauses(self, midtrans):
        refund = asked(midtrans)
        pauses = []
        for _try in range(7):
            midtrans.fault("http", endpoint="refund", status=503)
            with pytest.raises(GatewayUnreachable):
                send_refund(refund_id=refund.pk, now=LATER)
            refund.refresh_from_db()
            pauses.append(int((refund.try_at - LATER).total_seconds() / 60))
        assert (refund.status, pauses) == ("REQUESTED", [5, 15, 60, 240, 720, 720, 720])

    def test_the_sweep_finds_what_the_outbox_lost(self, midtrans):
        refund = asked(midtrans)
        Event.objects.filter(topic="refund.requested").update(topic="lost")
        assert payments.send_waiting_refunds(now=LATER, limit=10) == 0
        assert payments.send_waiting_refunds(now=LATER + timedelta(minutes=5), limit=10) == 1
        assert payments.send_waiting_refunds(now=LATER + timedelta(minutes=5), limit=10) == 0
        drain(now=LATER + timedelta(minutes=5))
        refund.refresh_from_db()
        assert (refund.status, refund.try_at) == ("ACCEPTED", None)

    def test_the_provider_sleeps(self, midtrans):
        refund = asked(midtrans, "shopeepay")
        night = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)  # half past midnight
        send_refund(refund_id=refund.pk, now=night)
        refund.refresh_from_db()
        assert (refund.status, refund.try_at) == ("REQUESTED", datetime(2026, 11, 22, 23, tzinfo=UTC))
        send_refund(refund_id=refund.pk, now=datetime(2026, 11, 22, 23, tzinfo=UTC))
        assert Refund.objects.get().status == "ACCEPTED"

    def test_what_it_accepted_and_does_not_list_is_asked_for_again(self, midtrans):
        refund = asked(midtrans, status="ACCEPTED", accepted_at=LATER)
        apply_payment(payment_id=refund.payment_id, now=LATER + timedelta(minutes=30))
        assert Refund.objects.get().status == "ACCEPTED"
        apply_payment(payment_id=refund.payment_id, now=LATER + timedelta(minutes=31))
        assert Refund.objects.get().status == "REQUESTED"

    def test_one_message_is_not_enough(self, midtrans):
        refund = asked(midtrans)
        midtrans.fault("refund_unconfirmed")
        send_refund(refund_id=refund.pk, now=LATER)
        midtrans.advance(hours=1)
        for hours, minutes in ((1, 15), (7, 12 * 60)):
            now = LATER + timedelta(hours=hours)
            apply_payment(payment_id=refund.payment_id, now=now)
            assert Refund.objects.get().status == "ACCEPTED"
            assert Payment.objects.get().check_at == now + timedelta(minutes=minutes)
        assert money()["refunds:operator"] == 85_000


@pytest.mark.django_db
class TestRules:
    @pytest.mark.parametrize(
        ("payment_type", "on_us", "part", "days", "possible"),
        [
            ("qris", True, False, 45, True),
            ("qris", True, True, 45, True),
            ("qris", True, False, 46, False),
            ("qris", False, False, 7, True),
            ("qris", False, False, 8, False),
            ("qris", None, False, 45, True),
            ("gopay", None, True, 45, True),
            ("gopay", None, True, 46, False),
            ("shopeepay", None, False, 365, True),
            ("shopeepay", None, True, 1, False),
            ("dana", None, True, 45, True),
            ("ovo", None, False, 7, True),
            ("ovo", None, True, 1, False),
            ("ovo", None, False, 8, False),
            ("kredivo", None, True, 14, True),
            ("kredivo", None, True, 15, False),
            ("akulaku", None, True, 900, True),
            ("credit_card", None, True, 900, True),
            ("bank_transfer", None, False, 0, False),
            ("echannel", None, False, 0, False),
            ("cstore", None, False, 0, False),
            ("tomorrow", None, False, 0, False),
        ],
    )
    def test_what_can_be_given_back(self, payment_type, on_us, part, days, possible):
        payment = PaymentFactory(payment_type=payment_type, is_on_us=on_us, paid_at=NOW)
        amount = payment.amount - 1 if part else payment.amount
        assert can_refund(payment, amount, now=NOW + timedelta(days=days)) is possible

    @pytest.mark.parametrize(
        ("payment_type", "acquirer", "on_us", "days"),
        [
            ("qris", "gopay", True, 45),
            ("qris", "gopay", False, 7),
            ("qris", "airpay shopee", True, 365),
            ("qris", "airpay shopee", False, 7),
            ("gopay", "", None, 45),
            ("shopeepay", "", None, 365),
            ("dana", "", None, 45),
            ("ovo", "", None, 7),
            ("kredivo", "", None, 14),
        ],
    )
    @pytest.mark.parametrize("has_rows", [True, False])
    def test_to_the_second(self, payment_type, acquirer, on_us, days, has_rows):
        if not has_rows:
            RefundRule.objects.all().delete()
        payment = PaymentFactory(payment_type=payment_type, acquirer=acquirer, is_on_us=on_us, paid_at=NOW)
        last = NOW + timedelta(days=days)
        assert [can_refund(payment, payment.amount, now=last + timedelta(seconds=more)) for more in (0, 1)] == [
            True,
            False,
        ]

    def test_qris_of_another_acquirer_has_its_own(self):
        payment = PaymentFactory(payment_type="qris", acquirer="airpay shopee", is_on_us=True, paid_at=NOW)
        assert [can_refund(payment, payment.amount - less, now=NOW) for less in (0, 1)] == [True, False]
        midnight = datetime(2026, 11, 22, 17, tzinfo=UTC)
        assert quiet_until(payment, now=midnight) == datetime(2026, 11, 22, 23, tzinfo=UTC)
        RefundRule.objects.create(payment_type="qris", is_refundable=False, valid_from_date=date(2026, 11, 23))
        tomorrow = NOW + timedelta(days=1)
        assert can_refund(payment, payment.amount, now=tomorrow)
        payment.acquirer = "gopay"
        assert not can_refund(payment, payment.amount, now=tomorrow)

    @pytest.mark.parametrize(
        ("payment_type", "days", "seconds", "until"),
        [
            ("gopay", 45, 0, None),
            ("gopay", 45, 1, NOW + timedelta(days=180)),
            ("gopay", 180, 0, NOW + timedelta(days=180)),
            ("gopay", 180, 1, None),
            ("ovo", 8, 0, None),
            ("bank_transfer", 8, 0, None),
        ],
    )
    def test_what_the_dashboard_can_longer_than_we(self, payment_type, days, seconds, until):
        payment = PaymentFactory(payment_type=payment_type, paid_at=NOW)
        assert at_the_dashboard_until(payment, now=NOW + timedelta(days=days, seconds=seconds)) == until

    def test_what_waited_until_the_time_was_over_comes_to_a_person(self, midtrans):
        refund = asked(midtrans, "gopay")
        paid_at = Payment.objects.get().paid_at
        send_refund(refund_id=refund.pk, now=paid_at + timedelta(days=45, seconds=1))
        refund.refresh_from_db()
        assert (refund.status, refund.try_at, refund.account.asked_at) == (
            "MANUAL",
            None,
            paid_at + timedelta(days=45, seconds=1),
        )
        assert midtrans.world.refunds(midtrans.world.transaction(refund.payment.gateway_order_id)) == []

    def test_unless_midtrans_has_taken_it_up_and_the_answer_was_lost(self, midtrans):
        refund = asked(midtrans, "gopay")
        payment = refund.payment
        gateway_of(payment.merchant_account).refund(payment.gateway_order_id, refund.key, refund.amount, "habis")
        send_refund(refund_id=refund.pk, now=payment.paid_at + timedelta(days=45, seconds=1))
        assert Refund.objects.get().status == "ACCEPTED"

    @pytest.mark.parametrize(("method", "acquirer"), [("other_qris", "gopay"), ("shopee_qris", "airpay shopee")])
    def test_who_took_qris_is_kept(self, midtrans, method, acquirer):
        payment = pay(midtrans, placed_order((goods(), None, 1)), method)
        assert (payment.payment_type, payment.acquirer) == ("qris", acquirer)

    def test_they_are_the_same_without_a_row(self):
        RefundRule.objects.all().delete()
        payment = PaymentFactory(payment_type="ovo", paid_at=NOW)
        assert [can_refund(payment, payment.amount - less, now=NOW) for less in (0, 1)] == [True, False]
        assert not can_refund(PaymentFactory(payment_type="cstore"), 1, now=NOW)

    def test_they_change_from_a_day_on(self):
        RefundRule.objects.create(payment_type="ovo", is_refundable=False, valid_from_date=date(2026, 11, 23))
        RefundRule.objects.create(payment_type="bank_transfer", days=3, valid_from_date=date(2026, 11, 23))
        ovo, bank = (
            PaymentFactory(payment_type="ovo", paid_at=NOW),
            PaymentFactory(payment_type="bank_transfer", paid_at=NOW),
        )
        assert [can_refund(one, one.amount, now=NOW) for one in (ovo, bank)] == [True, False]
        assert [can_refund(one, one.amount, now=NOW + timedelta(days=1)) for one in (ovo, bank)] == [False, True]

    @pytest.mark.parametrize(
        ("hour", "minute", "until"),
        [
            (16, 54, None),
            (16, 55, datetime(2026, 11, 22, 23, tzinfo=UTC)),
            (22, 59, datetime(2026, 11, 22, 23, tzinfo=UTC)),
            (23, 0, None),
        ],
    )
    def test_hours_over_midnight(self, hour, minute, until):
        payment = PaymentFactory(payment_type="shopeepay")
        assert quiet_until(payment, now=datetime(2026, 11, 22, hour, minute, tzinfo=UTC)) == until

    def test_a_small_amount_is_paid_without_a_flat_fee(self):
        small = ("other_qris", "gopay", "shopeepay")
        assert offered_for(49_999, day=TODAY) == small
        assert offered_for(50_000, day=TODAY)[:3] == small
        assert len(offered_for(50_000, day=TODAY)) == 14
        ChannelRule.objects.all().delete()
        assert offered_for(49_999, day=TODAY) == small

    def test_what_is_offered_changes_from_a_day_on(self):
        ChannelRule.objects.create(channel="bca_va", least_amount=100_000, valid_from_date=date(2026, 11, 23))
        ChannelRule.objects.create(channel="akulaku", is_offered=False, valid_from_date=date(2026, 11, 23))
        ChannelRule.objects.create(channel="gopay", most_amount=60_000, valid_from_date=date(2026, 11, 23))
        before, after = (set(offered_for(70_000, day=day)) for day in (TODAY, date(2026, 11, 23)))
        assert before - after == {"bca_va", "akulaku", "gopay"}

    def test_never_nothing_is_offered(self):
        for channel in offered_for(50_000, day=TODAY):
            ChannelRule.objects.create(channel=channel, is_offered=False, valid_from_date=TODAY)
        assert offered_for(50_000, day=TODAY) == ("other_qris",)


@pytest.mark.django_db
class TestAccounts:
    def test_is_asked_for_where_the_channel_cannot(self, midtrans):
        refund = asked(midtrans, "bni_va")
        account = RefundAccount.objects.get()
        assert (account.refund, account.asked_at, account.given_at, account.number) == (refund, LATER, None, "")
        assert Event.objects.filter(topic="refund.account_wanted", key=str(refund.pk)).count() == 1
        asked(midtrans)
        assert RefundAccount.objects.count() == 1

    @pytest.mark.parametrize(
        ("bank", "typed", "kept"),
        [
            ("NAGARI", "2100 0123-4567", "210001234567"),
            ("BRI", "012345", "012345"),
            ("GOPAY", "+62812 3456 7890", "081234567890"),
            ("OVO", "0812.3456.7890", "081234567890"),
        ],
    )
    def test_is_kept_in_one_form_and_can_be_mended(self, midtrans, bank, typed, kept):
        refund = asked(midtrans, "bni_va")
        for holder in ("Siti", "  Siti   Aminah "):
            payments.give_account(refund_id=refund.pk, bank=bank, number=typed, holder=holder, now=LATER)
        account = RefundAccount.objects.get()
        assert (account.bank, account.number, account.holder, account.given_at) == (bank, kept, "Siti Aminah", LATER)

    @pytest.mark.parametrize(
        ("bank", "number", "holder", "field"),
        [
            ("", "123456", "Siti", "bank"),
            ("BANK LAIN", "123456", "Siti", "bank"),
            ("BRI", "12345", "Siti", "number"),
            ("BRI", "1" * 21, "Siti", "number"),
            ("BRI", "12345a", "Siti", "number"),
            ("BRI", "١٢٣٤٥٦", "Siti", "number"),
            ("GOPAY", "123456789", "Siti", "number"),
            ("BRI", "123456", "Al", "holder"),
            ("BRI", "123456", "Siti 2", "holder"),
            ("BRI", "123456", "x" * 81, "holder"),
        ],
    )
    def test_that_cannot_be_meant_is_refused(self, midtrans, bank, number, holder, field):
        refund = asked(midtrans, "bni_va")
        with pytest.raises(payments.AccountRefused) as refusal:
            payments.give_account(refund_id=refund.pk, bank=bank, number=number, holder=holder, now=LATER)
        assert refusal.value.field == field
        assert RefundAccount.objects.get().given_at is None

    def test_is_of_no_use_once_it_was_paid(self, midtrans):
        refund = asked(midtrans, "bni_va")
        record_manual_refund(refund_id=refund.pk, now=LATER)
        with pytest.raises(InvalidInput):
            payments.give_account(refund_id=refund.pk, bank="BRI", number="123456", holder="Siti", now=LATER)

    def test_is_blanked_when_its_time_is_over(self, midtrans):
        refund, waiting = asked(midtrans, "bni_va"), asked(midtrans, "bni_va")
        for one in (refund, waiting):
            payments.give_account(refund_id=one.pk, bank="BRI", number="123456", holder="Siti", now=LATER)
        record_manual_refund(refund_id=refund.pk, now=LATER)
        assert payments.erase_old_accounts(now=LATER + timedelta(days=400)) == 0
        much_later = LATER + timedelta(days=401)
        assert payments.erase_old_accounts(now=much_later) == 1
        blanked, kept = RefundAccount.objects.order_by("pk")
        assert (blanked.bank, blanked.number, blanked.holder, blanked.erased_at) == ("", "", "", much_later)
        assert kept.number == "123456"
        assert faults() == []

    def test_who_paid_and_the_number_of_the_proof_are_kept(self, midtrans):
        refund, treasurer = asked(midtrans, "bni_va"), UserFactory()
        record_manual_refund(
            refund_id=refund.pk, by_id=treasurer.pk, proof="TRF-771", paid_at=LATER - timedelta(hours=1), now=LATER
        )
        refund.refresh_from_db()
        assert (refund.paid_by, refund.proof, refund.is_by_hand) == (treasurer, "TRF-771", True)
        assert refund.done_at == LATER - timedelta(hours=1)


@pytest.mark.django_db
class TestParts:
    def test_a_refund_names_its_price_rows(self, midtrans):
        rendang = goods(price=30_000)
        order = placed_order((rendang, None, 3))
        line = OrderLine.objects.get()
        # A second row: a discount on the whole line.
        PriceRow.objects.create(
            line=line, kind="DISCOUNT", unit_amount=-1_000, quantity=1, amount=-1_000, borne_by="SHOP"
        )
        OrderLine.objects.update(amount=89_000)
        Order.objects.update(amount=89_000)
        order.refresh_from_db()
        pay(midtrans, order)
        for quantity in (1, 2):
            request_refund(order_id=order.pk, lines={line.pk: quantity}, reason="habis", now=LATER)
        parts = RefundPart.objects.order_by("pk").values_list("refund__amount", "price_row__kind", "quantity", "amount")
        assert list(parts) == [
            (29_666, "UNIT", 1, 30_000),
            (29_666, "DISCOUNT", 1, -334),
            (59_334, "UNIT", 2, 60_000),
            (59_334, "DISCOUNT", 1, -666),
        ]
        assert faults() == []


@pytest.mark.django_db
class TestTreasury:
    @pytest.fixture
    def mixed(self, midtrans, monkeypatch):
        """Two retribusi tickets, deposited already, and a rendang; paid by QRIS."""
        adult, slot = admission(charge_kind=ChargeKind.RETRIBUSI)
        CollectionAgreementFactory(region=adult.listing.shop.region)
        order = placed_order((adult, slot, 2), (goods(), None, 1))
        pay(midtrans, order)
        gone = {OrderLine.objects.get(charge_kind="RETRIBUSI").pk}
        deposit = Transfer(f"treasury:{adult.listing.shop.region.code}", "bank:operator", 40_000)
        post(kind=JournalKind.DEPOSIT, reference="deposit:1", transfers=[deposit], now=NOW)
        monkeypatch.setattr(deposits, "deposited", lambda ids: frozenset(gone & set(ids)))
        monkeypatch.setattr("marketplace.sales.services.returning.deposited", deposits.deposited)
        return order, adult.listing.shop.region

    def test_gives_back_what_it_has_and_midtrans_the_rest(self, mixed):
        order, region = mixed
        rest, treasury = give_back(order_id=order.pk, lines=None, reason="tutup", now=LATER)
        treasury.refresh_from_db()
        assert (rest.amount, rest.status, rest.region) == (85_000, "REQUESTED", None)
        assert (treasury.amount, treasury.status, treasury.region) == (40_000, "TREASURY", region)
        assert treasury.deadline_date == date(2026, 12, 6)
        assert RefundAccount.objects.get().refund == treasury
        assert money()[f"treasury:{region.code}"] == -40_000
        assert set(Ticket.objects.values_list("status", flat=True)) == {"VOID"}

    def test_paid_by_the_treasury_its_account_is_even_again(self, mixed):
        order, region = mixed
        _rest, treasury = give_back(order_id=order.pk, lines=None, reason="tutup", now=LATER)
        officer = UserFactory()
        payments.put_in_charge(refund_id=treasury.pk, user_id=officer.pk)
        record_manual_refund(refund_id=treasury.pk, by_id=officer.pk, proof="SP2D-9", now=LATER)
        treasury.refresh_from_db()
        assert (treasury.status, treasury.in_charge, treasury.proof) == ("DONE", officer, "SP2D-9")
        assert f"treasury:{region.code}" not in money()
        assert money()["refunds:operator"] == 85_000

    def test_only_a_part_of_it(self, mixed):
        order, _region = mixed
        line = OrderLine.objects.get(charge_kind="RETRIBUSI")
        (treasury,) = give_back(order_id=order.pk, lines={line.pk: 1}, reason="tutup", now=LATER)
        assert (treasury.amount, treasury.status) == (20_000, "TREASURY")


@pytest.mark.django_db
class TestTakenBackByTheBankAfterwards:
    """Whoever has sold nothing by now owes nothing: what the buyer has is the operator's loss."""

    @pytest.fixture
    def paid_back(self, midtrans) -> Payment:
        """Two of three pieces were paid back by hand; a commission of a tenth was taken."""
        FeeScheduleFactory(rate=1_000)
        order = placed_order((goods(price=30_000), None, 3))
        payment = pay(midtrans, order, "bni_va")
        refund = request_refund(order_id=order.pk, lines={OrderLine.objects.get().pk: 2}, reason="rusak", now=LATER)
        assert refund is not None
        record_manual_refund(refund_id=refund.pk, now=LATER)
        return payment

    def test_before(self, paid_back):
        assert money() == {
            "clearing:operator:VIRTUAL_ACCOUNT": -90_000,
            f"shop:{OrderLine.objects.get().shop_order.shop_id}": 27_000,
            "commission:operator": 3_000,
            "bank:operator": 60_000,
        }

    def test_of_a_part(self, paid_back):
        Payment.objects.update(status="DISPUTED")
        lose_dispute(payment_id=paid_back.pk, now=LATER)
        assert money() == {"bank:operator": 60_000, "discount:OPERATOR:operator": -60_000}
        assert faults() == []

    def test_of_retribusi(self, midtrans):
        ticket, slot = admission(price=7_000, places=9, charge_kind=ChargeKind.RETRIBUSI)
        CollectionAgreementFactory(
            merchant_account=ticket.listing.shop.merchant_account, region=ticket.listing.shop.region
        )
        payment = pay(midtrans, placed_order((ticket, slot, 2)), "bni_va")
        refund = request_refund(order_id=payment.order_id, lines=None, reason="banjir", now=LATER)
        assert refund is not None
        record_manual_refund(refund_id=refund.pk, now=LATER)
        Payment.objects.update(status="DISPUTED")
        lose_dispute(payment_id=payment.pk, now=LATER)
        assert money() == {"bank:operator": 14_000, "discount:OPERATOR:operator": -14_000}
        assert faults() == []

    def test_of_all(self, midtrans, paid_back):
        request_refund(order_id=paid_back.order_id, lines=None, reason="rusak", now=LATER)
        record_manual_refund(refund_id=Refund.objects.latest("pk").pk, now=LATER)
        Payment.objects.update(status="DISPUTED")
        lose_dispute(payment_id=paid_back.pk, now=LATER)
        assert money() == {"bank:operator": 90_000, "discount:OPERATOR:operator": -90_000}
        assert faults() == []


@pytest.mark.django_db
class TestDashboard:
    def test_all_of_it_given_back_there_ends_the_order(self, midtrans):
        (adult, slot), rendang = admission(), goods()
        order = placed_order((adult, slot, 1), (rendang, None, 1))
        payment = pay(midtrans, order)
        midtrans.act(payment.gateway_order_id, "refund-from-dashboard", amount=105_000)
        midtrans.advance(hours=1)
        for _look in range(2):
            apply_payment(payment_id=payment.pk, now=LATER)
        order.refresh_from_db()
        assert (order.status, Ticket.objects.get().status) == ("REFUNDED", "VOID")
        assert list(Refund.objects.values_list("amount", "status")) == [(105_000, "DONE")]
        assert money() == {}
        assert faults() == []

    def test_what_we_have_asked_for_counts_too(self, midtrans):
        (adult, slot), rendang = admission(), goods()
        order = placed_order((adult, slot, 1), (rendang, None, 1))
        payment = pay(midtrans, order)
        line = OrderLine.objects.get(variant=adult)
        ours = request_refund(order_id=order.pk, lines={line.pk: 1}, reason="tutup", now=LATER)
        send_refund(refund_id=ours.pk, now=LATER)
        midtrans.act(payment.gateway_order_id, "refund-from-dashboard", amount=85_000)
        midtrans.advance(hours=1)
        apply_payment(payment_id=payment.pk, now=LATER)
        assert (Order.objects.get().status, money()) == ("REFUNDED", {})
        assert faults() == []
