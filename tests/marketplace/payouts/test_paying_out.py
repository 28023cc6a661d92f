"""Payouts: two people, a checked account, a bank file or Midtrans Payouts, and never twice."""

import json
from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation

from demo.simulator import iris as payouts_bank
from demo.simulator import iris_state
from foundation.errors import DomainError, InvalidInput
from foundation.outbox.services import drain
from marketplace.ledger.queries import balance
from marketplace.orders.models import TransitionRefused
from marketplace.payments.models import Payment
from marketplace.payouts.iris import IrisMisconfigured, IrisUnreachable, signature_is_valid
from marketplace.payouts.models import BatchWay, IrisNotification, Payout, PayoutBatch, PayoutEvent, PayoutStatus
from marketplace.payouts.papers import bank_file
from marketplace.payouts.queries import to_pay_out
from marketplace.payouts.services import (
    PayoutRefused,
    SamePerson,
    approve_batch,
    check_bank_account,
    export_batch,
    look_at,
    make_batch,
    poll,
    record_iris_notification,
    record_outcome,
    record_sent,
    reject_batch,
    send_batch,
)
from marketplace.payouts.services.sending import iris_of
from marketplace.shops.models import BankAccount, BankAccountStatus, MerchantAccount
from marketplace.shops.services import bank_account_checked, give_bank_account
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW, goods
from tests.factories.payouts import BankAccountFactory
from tests.marketplace.payouts.selling import SUNDAY, close, sold
from tests.marketplace.sales.money import faults
from tests.racing import in_parallel

pytestmark = pytest.mark.django_db
MONDAY = NOW + timedelta(days=8)


@pytest.fixture
def iris(midtrans, settings):
    """Payouts of the simulator."""
    settings.IRIS_URL = midtrans.iris_url
    return midtrans


@pytest.fixture
def settlement(midtrans):
    """A shop is owed 85,000 and has a checked bank account."""
    rendang = goods()
    sold(midtrans, (rendang, None, 1))
    BankAccountFactory(shop=rendang.listing.shop)
    (closed,) = close()
    return closed


@pytest.fixture
def maker():
    return UserFactory()


@pytest.fixture
def approver():
    return UserFactory()


def made(settlement, maker, way=BatchWay.BANK_FILE) -> PayoutBatch:
    return make_batch(way=way, settlement_ids=[settlement.pk], by_id=maker.pk, now=MONDAY)


def owed(settlement) -> int:
    return balance(f"settled:shop:{settlement.shop_id}")


class TestTwoPeople:
    def test_who_made_it_does_not_approve_it(self, settlement, maker, approver):
        batch = made(settlement, maker)
        with pytest.raises(SamePerson):
            approve_batch(batch_id=batch.pk, by_id=maker.pk, now=MONDAY)
        assert Payout.objects.get().status == PayoutStatus.MADE
        approve_batch(batch_id=batch.pk, by_id=approver.pk, now=MONDAY)
        approve_batch(batch_id=batch.pk, by_id=approver.pk, now=MONDAY)
        assert Payout.objects.get().status == PayoutStatus.APPROVED
        assert faults() == []

    def test_nor_does_the_database_let_them(self, settlement, maker):
        batch = made(settlement, maker)
        with pytest.raises(IntegrityError, match="batch_two_people"), transaction.atomic():
            PayoutBatch.objects.filter(pk=batch.pk).update(status="APPROVED", decided_by=maker, decided_at=MONDAY)

    def test_what_was_rejected_can_be_put_into_another(self, settlement, maker, approver):
        reject_batch(batch_id=made(settlement, maker).pk, by_id=approver.pk, reason="salah", now=MONDAY)
        assert [row.id for row in to_pay_out()] == [settlement.pk]
        made(settlement, maker)
        assert to_pay_out() == []

    @pytest.mark.parametrize("change", [{"amount": 1}, {"settlement": 0}, {"bank_account": 0}])
    def test_what_was_made_is_never_edited(self, settlement, maker, change):
        made(settlement, maker)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Payout.objects.update(**change)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            PayoutEvent.objects.update(note="x")


class TestMaking:
    def test_needs_a_checked_account(self, settlement, maker):
        BankAccount.objects.update(status=BankAccountStatus.DIFFERS)
        with pytest.raises(PayoutRefused):
            made(settlement, maker)
        assert not PayoutBatch.objects.exists()

    def test_takes_a_settlement_once(self, settlement, maker):
        made(settlement, maker)
        with pytest.raises(PayoutRefused):
            made(settlement, maker)
        assert Payout.objects.count() == 1

    def test_an_account_that_changed_meanwhile_stops_the_approval(self, settlement, maker, approver):
        batch = made(settlement, maker)
        give_bank_account(
            shop_id=settlement.shop_id, bank="bri", number="123456789", holder="Orang Lain", by_id=None, now=MONDAY
        )
        with pytest.raises(PayoutRefused):
            approve_batch(batch_id=batch.pk, by_id=approver.pk, now=MONDAY)


class TestDisputes:
    """A settlement was closed, and then a payment in it is disputed."""

    def test_nothing_of_it_is_put_into_a_batch_until_it_is_over(self, settlement, maker):
        Payment.objects.update(status="DISPUTED")
        assert [(row.id, row.is_disputed) for row in to_pay_out()] == [(settlement.pk, True)]
        with pytest.raises(PayoutRefused):
            made(settlement, maker)
        assert not PayoutBatch.objects.exists()
        Payment.objects.update(status="PAID")
        assert [row.is_disputed for row in to_pay_out()] == [False]
        made(settlement, maker)
        assert faults() == []

    def test_a_batch_that_waits_is_not_approved_until_it_is_over(self, settlement, maker, approver):
        batch = made(settlement, maker)
        Payment.objects.update(status="DISPUTED")
        with pytest.raises(PayoutRefused):
            approve_batch(batch_id=batch.pk, by_id=approver.pk, now=MONDAY)
        assert (PayoutBatch.objects.get().status, Payout.objects.get().status) == ("MADE", "MADE")
        Payment.objects.update(status="PAID")
        approve_batch(batch_id=batch.pk, by_id=approver.pk, now=MONDAY)
        assert Payout.objects.get().status == "APPROVED"

    def test_others_are_paid_meanwhile(self, midtrans, settlement, maker):
        Payment.objects.update(status="DISPUTED")
        other = goods()
        sold(midtrans, (other, None, 1), at=NOW + timedelta(days=8))
        BankAccountFactory(shop=other.listing.shop)
        (fine,) = close(SUNDAY + timedelta(days=7))
        with pytest.raises(PayoutRefused):
            make_batch(way=BatchWay.BANK_FILE, settlement_ids=[settlement.pk, fine.pk], by_id=maker.pk, now=MONDAY)
        made(fine, maker)
        assert Payout.objects.get().settlement_id == fine.pk


def approved_batch(*settlements, way=BatchWay.BANK_FILE) -> PayoutBatch:
    batch = make_batch(way=way, settlement_ids=[one.pk for one in settlements], by_id=UserFactory().pk, now=MONDAY)
    approve_batch(batch_id=batch.pk, by_id=UserFactory().pk, now=MONDAY)
    return batch


def statuses() -> list[str]:
    return list(Payout.objects.order_by("pk").values_list("status", flat=True))


@pytest.fixture
def two(midtrans):
    """Two shops are owed 85,000 each."""
    things = [goods(), goods()]
    for thing in things:
        sold(midtrans, (thing, None, 1))
        BankAccountFactory(shop=thing.listing.shop)
    return close()


def dispute(settlement) -> None:
    order = settlement.items.exclude(entry__line=None).first().entry.line
    Payment.objects.filter(order__shop_orders__lines=order).update(status="DISPUTED")


class TestHeldBack:
    """Both were approved, and then a payment of the first is disputed, or its account changes."""

    def file(self, batch) -> list[str]:
        return bank_file(batch).decode("utf-8-sig").splitlines()[1:]

    def test_the_bank_file_leaves_it_out_and_the_other_goes(self, two, maker):
        first, second = two
        batch = approved_batch(first, second)
        dispute(first)
        with translation.override("id"):
            (held,) = export_batch(batch_id=batch.pk, by_id=maker.pk, now=MONDAY)
        assert held.settlement_id == first.pk
        sentence = f"Ada pembayaran untuk {first.shop.name} yang disengketakan: ini dicairkan setelah ada keputusan."
        assert (held.failure, held.events.latest("pk").note, held.events.latest("pk").by_id) == (
            sentence,
            sentence,
            maker.pk,
        )
        assert [row.split(";")[-1] for row in self.file(batch)] == [f"Lapau {second.pk}"]
        record_sent(batch_id=batch.pk, by_id=maker.pk, now=MONDAY)
        assert statuses() == ["HELD", "SENT"]
        assert (owed(first), owed(second), balance("bank:operator")) == (85_000, 0, 85_000)
        assert faults() == []

    def test_it_goes_with_another_batch_once_the_dispute_is_over(self, two, maker):
        first, second = two
        dispute(first)
        with pytest.raises(PayoutRefused):
            approved_batch(first, second)
        Payment.objects.update(status="PAID")
        batch = approved_batch(first, second)
        dispute(first)
        export_batch(batch_id=batch.pk, by_id=maker.pk, now=MONDAY)
        assert [(row.id, row.is_disputed) for row in to_pay_out()] == [(first.pk, True)]
        Payment.objects.update(status="PAID")
        again = approved_batch(first)
        export_batch(batch_id=again.pk, by_id=maker.pk, now=MONDAY)
        for one in (batch, again):
            record_sent(batch_id=one.pk, by_id=maker.pk, now=MONDAY)
        assert statuses() == ["HELD", "SENT", "SENT"]
        assert (owed(first), owed(second)) == (0, 0)
        assert faults() == []

    def test_an_account_that_changed_since_the_approval_is_not_paid_to(self, two, maker):
        first, second = two
        batch = approved_batch(first, second)
        give_bank_account(
            shop_id=first.shop_id, bank="bri", number="123456789", holder="Orang Lain", by_id=None, now=MONDAY
        )
        with translation.override("en"):
            (held,) = export_batch(batch_id=batch.pk, by_id=maker.pk, now=MONDAY)
        assert held.failure == f"The bank account of {first.shop.name} was changed since this batch was approved."
        assert statuses() == ["HELD", "APPROVED"]

    def test_the_file_is_written_before_the_bank_has_it(self, settlement, maker):
        batch = approved_batch(settlement)
        with pytest.raises(PayoutRefused):
            record_sent(batch_id=batch.pk, by_id=maker.pk, now=MONDAY)
        assert statuses() == ["APPROVED"]

    def test_a_dispute_after_the_file_was_written_asks_for_another_file(self, two, maker):
        first, second = two
        batch = approved_batch(first, second)
        assert export_batch(batch_id=batch.pk, by_id=maker.pk, now=MONDAY) == []
        dispute(first)
        with pytest.raises(PayoutRefused):
            record_sent(batch_id=batch.pk, by_id=maker.pk, now=MONDAY)
        assert statuses() == ["APPROVED", "APPROVED"]
        export_batch(batch_id=batch.pk, by_id=maker.pk, now=MONDAY)
        record_sent(batch_id=batch.pk, by_id=maker.pk, now=MONDAY)
        assert statuses() == ["HELD", "SENT"]

    def test_or_the_bank_has_the_older_file_and_that_is_written_down(self, two, maker):
        batch = approved_batch(*two)
        export_batch(batch_id=batch.pk, by_id=maker.pk, now=MONDAY)
        dispute(two[0])
        record_sent(batch_id=batch.pk, by_id=maker.pk, now=MONDAY, with_disputed=True)
        assert (statuses(), balance("bank:operator")) == (["SENT", "SENT"], 170_000)
        # What has left is not touched any more.
        assert export_batch(batch_id=batch.pk, by_id=maker.pk, now=MONDAY) == []
        assert (statuses(), len(self.file(batch))) == (["SENT", "SENT"], 2)
        assert faults() == []

    def test_midtrans_never_hears_of_it(self, iris, two):
        batch = approved_batch(*two, way=BatchWay.IRIS)
        dispute(two[0])
        drain(now=MONDAY)
        assert statuses() == ["HELD", "SENT"]
        assert [one.amount for one in iris_state.find(iris.world)] == [85_000]
        assert (owed(two[0]), owed(two[1]), balance("bank:operator:IRIS")) == (85_000, 0, 85_000)
        send_batch(batch_id=batch.pk, now=MONDAY)
        assert len(iris_state.find(iris.world)) == 1
        assert faults() == []

    def test_what_midtrans_has_not_let_go_is_stopped_there(self, iris, two):
        batch = approved_batch(*two, way=BatchWay.IRIS)
        iris.fault("http", endpoint="iris_approve", status=503)
        with pytest.raises(IrisUnreachable):
            send_batch(batch_id=batch.pk, now=MONDAY)
        dispute(two[0])
        send_batch(batch_id=batch.pk, now=MONDAY)
        send_batch(batch_id=batch.pk, now=MONDAY)
        assert statuses() == ["HELD", "SENT"]
        assert [one.status for one in iris_state.find(iris.world)] == ["rejected", "approved"]
        assert balance("bank:operator:IRIS") == 85_000
        assert faults() == []

    def test_what_midtrans_has_let_go_is_on_its_way(self, iris, two):
        batch = approved_batch(*two, way=BatchWay.IRIS)
        send_batch(batch_id=batch.pk, now=MONDAY)
        # Our side forgets that it was let go, as if the answer had been lost.
        Payout.objects.update(status="APPROVED")
        dispute(two[0])
        send_batch(batch_id=batch.pk, now=MONDAY)
        assert (statuses(), balance("bank:operator:IRIS")) == (["SENT", "SENT"], 170_000)
        assert [one.status for one in iris_state.find(iris.world)] == ["approved", "approved"]

    def test_a_lost_answer_to_the_making_is_repeated_with_the_same_transfers(self, iris, two):
        batch = approved_batch(*two, way=BatchWay.IRIS)
        iris.fault("http", endpoint="iris_create", status=503)
        with pytest.raises(IrisUnreachable):
            send_batch(batch_id=batch.pk, now=MONDAY)
        dispute(two[0])
        send_batch(batch_id=batch.pk, now=MONDAY)
        assert statuses() == ["HELD", "SENT"]
        assert [one.status for one in iris_state.find(iris.world)] == ["rejected", "approved"]

    def test_one_that_somebody_rejected_there_fails_alone(self, iris, two):
        batch = approved_batch(*two, way=BatchWay.IRIS)
        iris.fault("http", endpoint="iris_approve", status=503)
        with pytest.raises(IrisUnreachable):
            send_batch(batch_id=batch.pk, now=MONDAY)
        iris_of(MerchantAccount(code="operator")).reject([Payout.objects.first().reference_no], reason="no", key="k")
        send_batch(batch_id=batch.pk, now=MONDAY)
        assert statuses() == ["FAILED", "SENT"]
        assert (owed(two[0]), owed(two[1])) == (85_000, 0)
        assert faults() == []


class TestBankFile:
    def test_names_every_transfer(self, settlement, maker, approver):
        batch = made(settlement, maker)
        approve_batch(batch_id=batch.pk, by_id=approver.pk, now=MONDAY)
        with translation.override("id"):
            rows = bank_file(batch).decode("utf-8-sig").splitlines()
        account = BankAccount.objects.get()
        assert len(rows) == 2
        assert (
            rows[1] == f"{Payout.objects.get().pk};nagari;{account.number};Pemilik Contoh;85000;Lapau {settlement.pk}"
        )

    def test_money_leaves_when_the_bank_has_it_and_comes_back_if_it_fails(self, settlement, maker, approver):
        batch = made(settlement, maker)
        with pytest.raises(PayoutRefused):
            record_sent(batch_id=batch.pk, by_id=maker.pk, now=MONDAY)
        approve_batch(batch_id=batch.pk, by_id=approver.pk, now=MONDAY)
        export_batch(batch_id=batch.pk, by_id=maker.pk, now=MONDAY)
        for _twice in range(2):
            record_sent(batch_id=batch.pk, by_id=maker.pk, now=MONDAY)
        assert (owed(settlement), balance("bank:operator")) == (0, 85_000)
        payout = Payout.objects.get()
        record_outcome(payout_id=payout.pk, is_done=True, by_id=maker.pk, now=MONDAY)
        assert faults() == []
        record_outcome(payout_id=payout.pk, is_done=False, reason="ditolak", by_id=maker.pk, now=MONDAY)
        assert (owed(settlement), balance("bank:operator")) == (85_000, 0)
        assert faults() == []
        with pytest.raises(TransitionRefused):
            record_outcome(payout_id=payout.pk, is_done=True, by_id=maker.pk, now=MONDAY)
        assert [row.id for row in to_pay_out()] == [settlement.pk]


class TestIris:
    def approved(self, settlement, maker, approver) -> PayoutBatch:
        batch = made(settlement, maker, BatchWay.IRIS)
        approve_batch(batch_id=batch.pk, by_id=approver.pk, now=MONDAY)
        return batch

    def test_a_batch_is_sent_by_itself_and_done_when_the_bank_says_so(self, iris, settlement, maker, approver):
        batch = self.approved(settlement, maker, approver)
        drain(now=MONDAY)
        payout = Payout.objects.get()
        assert (payout.status, owed(settlement), balance("bank:operator:IRIS")) == ("SENT", 0, 85_000)
        assert iris_state.balance(iris.world) == iris_state.OPENING_BALANCE - 85_000
        iris.advance(seconds=60)
        poll(now=MONDAY + timedelta(hours=1), limit=10)
        payout.refresh_from_db()
        assert payout.status == "DONE"
        batch.refresh_from_db()
        assert batch.check_at == MONDAY + timedelta(hours=1, days=1)
        assert faults() == []

    def test_completed_may_fail_later_and_is_owed_again(self, iris, settlement, maker, approver):
        self.approved(settlement, maker, approver)
        drain(now=MONDAY)
        payout = Payout.objects.get()
        iris.iris_act(payout.reference_no, "complete")
        look_at(payout_id=payout.pk, now=MONDAY)
        iris.iris_act(payout.reference_no, "fail")
        look_at(payout_id=payout.pk, now=MONDAY)
        payout.refresh_from_db()
        assert (payout.status, payout.failure) == ("FAILED", "002 Transaction failed")
        assert (owed(settlement), balance("bank:operator:IRIS")) == (85_000, 0)
        assert [event.after for event in payout.events.order_by("pk")] == [
            "MADE",
            "APPROVED",
            "SENT",
            "DONE",
            "FAILED",
        ]
        assert faults() == []

    @pytest.mark.parametrize("endpoint", ["iris_create", "iris_approve"])
    def test_no_answer_is_asked_again_and_pays_once(self, iris, settlement, maker, approver, endpoint):
        batch = self.approved(settlement, maker, approver)
        iris.fault("http", endpoint=endpoint, status=503)
        with pytest.raises(IrisUnreachable):
            send_batch(batch_id=batch.pk, now=MONDAY)
        send_batch(batch_id=batch.pk, now=MONDAY)
        send_batch(batch_id=batch.pk, now=MONDAY)
        assert len(iris_state.find(iris.world)) == 1
        assert (Payout.objects.get().status, owed(settlement)) == ("SENT", 0)

    def test_what_was_created_but_not_heard_of_is_the_same_transfer(self, iris, settlement, maker, approver):
        batch = self.approved(settlement, maker, approver)
        send_batch(batch_id=batch.pk, now=MONDAY)
        # Our side forgets what it was told, as if the answer had been lost.
        Payout.objects.update(reference_no="", status="APPROVED")
        iris.advance(hours=1)
        send_batch(batch_id=batch.pk, now=MONDAY)
        assert len(iris_state.find(iris.world)) == 1

    def test_a_refusal_fails_the_batch_and_owes_it_still(self, iris, settlement, maker, approver):
        batch = self.approved(settlement, maker, approver)
        with iris.world.held():
            iris_state.change_balance(iris.world, -iris_state.OPENING_BALANCE)
        send_batch(batch_id=batch.pk, now=MONDAY)
        payout = Payout.objects.get()
        assert (payout.status, payout.failure, owed(settlement)) == ("FAILED", "Insufficient balance", 85_000)
        assert faults() == []

    def test_a_wrong_key_is_for_people(self, iris, settings, settlement, maker, approver):
        batch = self.approved(settlement, maker, approver)
        keys = settings.IRIS_KEYS["operator"]
        settings.IRIS_KEYS = {"operator": keys | {"approver_key": keys["creator_key"]}}
        with pytest.raises(IrisMisconfigured):
            send_batch(batch_id=batch.pk, now=MONDAY)
        assert Payout.objects.get().status == "APPROVED"

    def test_the_same_key_with_another_body_is_refused(self, iris):
        adapter = iris_of(MerchantAccount(code="operator"))
        order = payouts_order(1_000)
        assert adapter.create([order], key="k") == adapter.create([order], key="k")
        with pytest.raises(DomainError) as refusal:
            adapter.create([payouts_order(2_000)], key="k")
        assert refusal.value.key_was_used
        assert (adapter.balance(), adapter.state(adapter.create([order], key="k")[0]).status) == (500_000_000, "queued")


def payouts_order(amount: int):
    from marketplace.payouts.iris import PayoutOrder

    return PayoutOrder(holder="Pemilik Contoh", number="123456789", bank="bri", amount=amount, note="uji")


class TestNotifications:
    @pytest.fixture
    def payout(self, iris, settlement, maker, approver):
        batch = made(settlement, maker, BatchWay.IRIS)
        approve_batch(batch_id=batch.pk, by_id=approver.pk, now=MONDAY)
        send_batch(batch_id=batch.pk, now=MONDAY)
        return Payout.objects.get()

    def last(self, iris) -> tuple[bytes, str]:
        with iris.world.held():
            notice = iris_state.notices(iris.world)[-1]
        return notice["raw"].encode(), notice["signature"]

    def test_the_vector_of_the_simulator_is_ours(self):
        assert payouts_bank.KEYS.merchant_key
        assert not signature_is_valid(b"{}", "", "")

    def test_is_a_reason_to_look_and_counts_once(self, client, iris, payout):
        iris.iris_act(payout.reference_no, "complete")
        raw, signature = self.last(iris)
        for _twice in range(2):
            answer = client.post(
                "/payouts/iris/notification/",
                raw,
                content_type="application/json",
                headers={"Iris-Signature": signature},
                HTTP_HOST="whatever.example",
            )
            assert answer.status_code == 200
        drain(now=MONDAY)
        assert IrisNotification.objects.count() == 1
        payout.refresh_from_db()
        assert payout.status == "DONE"

    def test_a_told_state_is_not_believed(self, iris, payout):
        raw = json.dumps({"reference_no": payout.reference_no, "status": "failed", "amount": "85000.0"}).encode()
        import hashlib

        signature = hashlib.sha512(raw + payouts_bank.KEYS.merchant_key.encode()).hexdigest()
        assert record_iris_notification(raw=raw, signature=signature, now=MONDAY).status == 200
        drain(now=MONDAY)
        payout.refresh_from_db()
        assert payout.status == "SENT"

    @pytest.mark.parametrize(
        ("raw", "signature", "status"),
        [
            (b"[]", "", 400),
            (b"{", "", 400),
            (b'{"reference_no": "fremd"}', "", 404),
            (b'{"reference_no": "\\u0000"}', "", 404),
            (b'{"reference_no": 7}', "", 404),
            (b"x" * (64 * 1024 + 1), "", 413),
        ],
    )
    def test_what_cannot_be_ours_is_refused(self, raw, signature, status):
        assert record_iris_notification(raw=raw, signature=signature, now=MONDAY).status == status

    def test_a_forged_one_is_refused(self, iris, payout):
        raw, _signature = self.last(iris)
        assert record_iris_notification(raw=raw, signature="0" * 128, now=MONDAY).status == 403
        assert not IrisNotification.objects.exists()

    def test_the_address_is_never_redirected(self, client):
        for path in ("/payouts/iris/notification/",):
            assert client.post(path, b"[]", content_type="application/json").status_code == 400


class TestBankAccounts:
    def given(self, shop, number="123456789", holder="Pemilik Contoh") -> BankAccount:
        return give_bank_account(shop_id=shop.pk, bank="nagari", number=number, holder=holder, by_id=None, now=NOW)

    @pytest.fixture
    def shop(self):
        return goods().listing.shop

    @pytest.mark.parametrize(
        ("number", "holder", "status"),
        [
            ("123456789", "Ibu pemilik contoh, SE", BankAccountStatus.VALID),
            ("123456789", "Siti Aminah", BankAccountStatus.DIFFERS),
            ("123450000", "Pemilik Contoh", BankAccountStatus.REFUSED),
        ],
    )
    def test_the_bank_says_who_holds_it(self, iris, shop, number, holder, status):
        account = self.given(shop, number, holder)
        drain(now=NOW)
        account.refresh_from_db()
        assert account.status == status

    def test_without_keys_a_person_checks_it(self, settings, shop):
        settings.IRIS_KEYS = {}
        account = self.given(shop)
        check_bank_account(account_id=account.pk, now=NOW)
        account.refresh_from_db()
        assert account.status == BankAccountStatus.GIVEN
        person = UserFactory()
        bank_account_checked(
            account_id=account.pk, status=BankAccountStatus.VALID, known_as="", now=NOW, by_id=person.pk
        )
        account.refresh_from_db()
        assert (account.status, account.checked_by_id) == (BankAccountStatus.VALID, person.pk)

    def test_the_same_again_changes_nothing_and_another_replaces_it(self, shop):
        first = self.given(shop)
        assert self.given(shop) == first
        second = self.given(shop, "987654321")
        first.refresh_from_db()
        assert (first.status, second.status) == (BankAccountStatus.REPLACED, BankAccountStatus.GIVEN)

    def test_its_number_cannot_be_changed_under_its_check(self, shop):
        self.given(shop)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            BankAccount.objects.update(number="111111111")

    @pytest.mark.parametrize(
        ("bank", "number", "holder"),
        [("nowhere", "123456789", "Siti Aminah"), ("bri", "12a", "Siti Aminah"), ("bri", "123456789", "S")],
    )
    def test_what_cannot_be_meant_is_refused(self, shop, bank, number, holder):
        with pytest.raises(InvalidInput):
            give_bank_account(shop_id=shop.pk, bank=bank, number=number, holder=holder, by_id=None, now=NOW)
        assert not BankAccount.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_a_settlement_gets_into_one_batch(self, settlement):
        people = [UserFactory().pk for _number in range(4)]

        def try_to_make(person: int) -> str:
            try:
                make_batch(way=BatchWay.BANK_FILE, settlement_ids=[settlement.pk], by_id=person, now=MONDAY)
            except PayoutRefused:
                return "refused"
            return "made"

        assert sorted(in_parallel(try_to_make, people)) == ["made", "refused", "refused", "refused"]
        assert Payout.objects.count() == 1

    def test_a_batch_is_sent_once_by_two_workers(self, iris, settlement):
        batch = made(settlement, UserFactory(), BatchWay.IRIS)
        approve_batch(batch_id=batch.pk, by_id=UserFactory().pk, now=MONDAY)

        def try_to_send(_number: int) -> None:
            send_batch(batch_id=batch.pk, now=MONDAY)

        in_parallel(partial(try_to_send), range(3))
        assert len(iris_state.find(iris.world)) == 1
        assert (Payout.objects.get().status, owed(settlement), balance("bank:operator:IRIS")) == ("SENT", 0, 85_000)
