"""Who was settled below zero pays it back: never more than is owed, each transfer once, and the next settlement nets it."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation

from marketplace.catalog.models import ChargeKind
from marketplace.ledger.models import Journal
from marketplace.orders.models import OrderLine
from marketplace.payouts.models import Remittance, Settlement
from marketplace.payouts.papers import statement_csv, statement_pdf
from marketplace.payouts.queries import (
    Payee,
    debt_of,
    debts,
    owed,
    payee_of,
    remittances,
    settlement_page,
    to_pay_out,
)
from marketplace.payouts.services import (
    RemittanceRefused,
    approve_batch,
    export_batch,
    make_batch,
    record_outcome,
    record_remittance,
    record_sent,
)
from marketplace.sales.services import request_refund
from marketplace.shops.models import Shop
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW, goods
from tests.factories.payouts import (
    BankAccountFactory,
    FeeScheduleFactory,
    PartyFactory,
    ShareRuleFactory,
    WithholdingRateFactory,
)
from tests.factories.shops import ShopFactory
from tests.marketplace.payouts.selling import close, sold
from tests.marketplace.sales.money import faults, money
from tests.marketplace.sales.test_gate_sales import Booth

pytestmark = pytest.mark.django_db
# Sunday by Sunday: the gate's sale is settled in the first of them.
FIRST, SECOND, THIRD = (date(2026, 12, day) for day in (6, 13, 20))


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def booth():
    """A private shop that sells two tickets of 20,000 for cash at its gate, at a commission of 5 %."""
    FeeScheduleFactory(rate=500)
    booth = Booth(charge_kind=ChargeKind.PRIVATE_PRICE)
    booth.sells(adults=2, admit=True)
    return booth


def morning_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), NOW.timetz())


def remit(payee: Payee, amount: int, reference: str = "TRF 001", **changes) -> Remittance:
    """Record a transfer on the morning after the first period."""
    given = {"received_on": FIRST, "by_id": UserFactory().pk, "now": morning_after(FIRST)}
    return record_remittance(payee=payee, amount=amount, bank_reference=reference, **(given | changes))


def pay_out(settlement: Settlement) -> int:
    """Let a bank file go; the key of its payout."""
    BankAccountFactory(shop=settlement.shop)
    now, by_id = NOW + timedelta(days=8), UserFactory().pk
    batch = make_batch(way="BANK_FILE", settlement_ids=[settlement.pk], by_id=by_id, now=now)
    approve_batch(batch_id=batch.pk, by_id=UserFactory().pk, now=now)
    export_batch(batch_id=batch.pk, by_id=by_id, now=now)
    record_sent(batch_id=batch.pk, by_id=by_id, now=now)
    return batch.payouts.get().pk


def nothing_was_recorded() -> bool:
    return not (Remittance.objects.exists() or Journal.objects.filter(kind="REMITTANCE").exists())


class TestAShopThatSellsForCashAlone:
    def test_pays_back_in_parts_and_is_settled_with_nothing_left(self, booth):
        payee, name = Payee(booth.shop.pk), booth.shop.name
        # Not settled yet: the cash it keeps does not count.
        assert debt_of(payee) == 0
        with pytest.raises(RemittanceRefused, match=f"{name} owes nothing now"):
            remit(payee, 1, received_on=date(2026, 12, 1))
        close(FIRST)
        assert (debt_of(payee), owed(booth.shop.pk).owes) == (2_000, 2_000)
        remit(payee, 500)
        assert (debt_of(payee), owed(booth.shop.pk).owed) == (1_500, -1_500)
        with pytest.raises(RemittanceRefused, match=f"{name} owes Rp1.500 now; more than that cannot be recorded"):
            remit(payee, 1_501, "TRF 002")
        remit(payee, 1_500, "TRF 002")
        assert (debt_of(payee), owed(booth.shop.pk).owes, owed(booth.shop.pk).owed) == (0, 0, 0)
        with pytest.raises(RemittanceRefused, match="owes nothing now"):
            remit(payee, 1, "TRF 003")
        assert money() == {
            "bank:operator": -2_000,
            "commission:operator": 2_000,
            f"settled:shop:{booth.shop.pk}": -2_000,
            f"shop:{booth.shop.pk}": 2_000,
        }
        assert faults() == []
        (settlement,) = close(SECOND)
        assert (settlement.carried_amount, settlement.items_amount) == (-2_000, 2_000)
        assert (settlement.amount, settlement.left_amount) == (0, 0)
        assert money() == {"bank:operator": -2_000, "commission:operator": 2_000}
        assert (close(THIRD), debt_of(payee), to_pay_out(), faults()) == ([], 0, [], [])

    def test_what_it_paid_back_stands_in_its_statement(self, booth):
        close(FIRST)
        remit(Payee(booth.shop.pk), 500)
        (settlement,) = close(SECOND)
        with translation.override("id"):
            paper = settlement_page(settlement)
        page = settlement_page(settlement)
        assert [(line.title, line.explanation, line.amount, line.is_return) for line in page.lines] == [
            ("Paid back by you", "", 500, False)
        ]
        rows = statement_csv(paper, language="id").decode().splitlines()
        assert rows[1].endswith(";;Pembayaran kembali dari Anda;;500")
        assert rows[2:] == [
            ";;Jumlah catatan ini;;500",
            ";;Dibawa dari sebelumnya;;-2000",
            ";;Dibawa ke periode berikutnya;;-1500",
            ";;Dicairkan;;0",
        ]
        assert statement_pdf(paper, site_name="Lapau", language="id").startswith(b"%PDF")

    def test_no_tax_is_withheld_of_it(self, booth):
        close(FIRST)
        remit(Payee(booth.shop.pk), 2_000)
        WithholdingRateFactory()
        (settlement,) = close(SECOND)
        assert (settlement.withheld_of, settlement.withheld_amount, faults()) == (0, 0, [])

    def test_what_is_sold_next_is_owed_whole_once_it_has_paid_back(self, booth, midtrans):
        close(FIRST)
        remit(Payee(booth.shop.pk), 2_000)
        rendang = goods(price=100_000)
        rendang.listing.shop = booth.shop
        rendang.listing.save()
        sold(midtrans, (rendang, None, 1), at=morning_after(FIRST))
        (settlement,) = close(SECOND)
        assert (settlement.carried_amount, settlement.items_amount, settlement.amount) == (-2_000, 97_000, 95_000)
        assert faults() == []


class TestARefundAfterAPayout:
    @pytest.fixture
    def shop(self, midtrans):
        """A shop that was paid 170,000, of which 85,000 went back to the buyer."""
        rendang = goods()
        order = sold(midtrans, (rendang, None, 2))
        (settlement,) = close()
        self.payout_id = pay_out(settlement)
        line = OrderLine.objects.get()
        request_refund(order_id=order.pk, lines={line.pk: 1}, reason="rusak", now=NOW + timedelta(days=9))
        return rendang.listing.shop

    def test_is_owed_once_it_is_settled_and_can_be_paid_back(self, shop):
        payee = Payee(shop.pk)
        assert debt_of(payee) == 0
        close(FIRST)
        assert debt_of(payee) == 85_000
        remit(payee, 85_000)
        (settlement,) = close(SECOND)
        assert (settlement.carried_amount, settlement.items_amount, settlement.left_amount) == (-85_000, 85_000, 0)
        assert balance_of(shop) == 0
        assert faults() == []

    def test_is_not_owed_while_as_much_is_owed_to_the_shop(self, shop):
        close(FIRST)
        # The bank sent the payout back: 170,000 is owed again.
        record_outcome(payout_id=self.payout_id, is_done=False, by_id=UserFactory().pk, now=morning_after(FIRST))
        assert (debt_of(Payee(shop.pk)), debts(), owed(shop.pk).settled) == (0, [], 85_000)
        with pytest.raises(RemittanceRefused):
            remit(Payee(shop.pk), 85_000)
        assert nothing_was_recorded()


def balance_of(shop: Shop) -> int:
    return owed(shop.pk).owed


class TestAParty:
    @pytest.fixture
    def party(self, midtrans):
        """A nagari that was paid 8,500, of which half went back."""
        rendang = goods()
        party = PartyFactory(shop=rendang.listing.shop, name="Nagari Koto Gadang")
        ShareRuleFactory(party=party, listing=rendang.listing, rate=500)
        order = sold(midtrans, (rendang, None, 2))
        (of_party,) = [one for one in close() if one.party_id == party.pk]
        BankAccountFactory(shop=party.shop, party=party)
        pay_out(of_party)
        line = OrderLine.objects.get()
        request_refund(order_id=order.pk, lines={line.pk: 1}, reason="rusak", now=NOW + timedelta(days=9))
        close(FIRST)
        return party

    def test_pays_back_for_itself(self, party):
        payee = Payee(party.shop_id, party.pk)
        assert debt_of(payee) == 4_250
        with pytest.raises(RemittanceRefused, match=r"Nagari Koto Gadang owes Rp4\.250 now"):
            remit(payee, 4_251)
        remit(payee, 4_250)
        (settlement,) = [one for one in close(SECOND) if one.party_id == party.pk]
        assert (settlement.items_amount, settlement.left_amount, faults()) == (4_250, 0, [])
        (view,) = remittances()
        assert (view.name, view.shop_name, view.amount) == ("Nagari Koto Gadang", party.shop.name, 4_250)


class TestRecording:
    @pytest.fixture
    def payee(self, booth):
        close(FIRST)
        return Payee(booth.shop.pk)

    def test_the_same_again_changes_nothing(self, payee):
        first = remit(payee, 2_000)
        assert remit(payee, 2_000, "  TRF   001 ") == first
        assert (Remittance.objects.count(), Journal.objects.filter(kind="REMITTANCE").count()) == (1, 1)

    @pytest.mark.parametrize("change", [{"amount": 1_001}, {"received_on": date(2026, 12, 5)}])
    def test_a_reference_of_another_transfer_is_refused(self, payee, change):
        remit(payee, 1_000)
        with pytest.raises(RemittanceRefused, match="This bank reference was recorded before"):
            remit(payee, **({"amount": 1_000} | change))
        assert (Remittance.objects.get().amount, debt_of(payee)) == (1_000, 1_000)

    def test_nor_of_another_payee(self, payee):
        remit(payee, 1_000)
        other = ShopFactory(merchant_account=Shop.objects.get(pk=payee.shop_id).merchant_account)
        with pytest.raises(RemittanceRefused, match="This bank reference was recorded before"):
            remit(Payee(other.pk), 1_000)
        assert Remittance.objects.count() == 1

    @pytest.mark.parametrize(
        "change",
        [
            {"amount": 0},
            {"amount": -1},
            {"amount": 2_001},
            {"amount": 10**30},
            {"reference": " "},
            {"reference": "9" * 61},
            {"received_on": date(2026, 12, 8)},
        ],
    )
    def test_what_cannot_be_is_refused_and_nothing_recorded(self, payee, change):
        with pytest.raises(RemittanceRefused) as refusal:
            remit(payee, **({"amount": 2_000} | change))
        assert (refusal.value.status, nothing_was_recorded(), debt_of(payee)) == (422, True, 2_000)

    def test_cannot_be_changed(self, payee):
        remit(payee, 2_000)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Remittance.objects.update(amount=1)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Remittance.objects.all()._raw_delete("default")

    @pytest.mark.parametrize("change", [{"amount": 0}, {"bank_reference": ""}, {"bank_reference": "TRF 001"}])
    def test_the_database_refuses_what_cannot_be(self, payee, change):
        known = remit(payee, 2_000)
        row = {
            "shop_id": known.shop_id,
            "merchant_account_id": known.merchant_account_id,
            "amount": 1,
            "bank_reference": "TRF 002",
            "received_on_date": FIRST,
            "recorded_by_id": known.recorded_by_id,
            "recorded_at": NOW,
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            Remittance.objects.create(**(row | change))


class TestWhoOwes:
    def test_is_listed_oldest_first_with_what_is_left(self, booth, midtrans):
        close(FIRST)
        other = Booth(charge_kind=ChargeKind.PRIVATE_PRICE)
        other.sells(adults=1, now=morning_after(FIRST) - timedelta(days=8), admit=True)
        close(SECOND)
        remit(Payee(booth.shop.pk), 500)
        assert [(debt.payee.shop_id, debt.amount, debt.since) for debt in debts()] == [
            (booth.shop.pk, 1_500, FIRST),
            (other.shop.pk, 1_000, SECOND),
        ]

    def test_since_the_period_of_which_it_owes_not_since_one_that_it_paid_back(self, booth):
        close(FIRST)
        remit(Payee(booth.shop.pk), 2_000)
        booth.sells(adults=1, admit=True)
        (settlement,) = close(SECOND)
        assert (settlement.carried_amount, settlement.items_amount, settlement.left_amount) == (-2_000, 1_000, -1_000)
        assert [(debt.amount, debt.since) for debt in debts()] == [(1_000, SECOND)]

    def test_costs_as_many_queries_for_many_as_for_one(self, booth, django_assert_num_queries):
        close(FIRST)
        with django_assert_num_queries(5):
            assert len(debts()) == 1
        for _number in range(3):
            Booth(charge_kind=ChargeKind.PRIVATE_PRICE).sells(adults=1, admit=True)
        close(SECOND)
        with django_assert_num_queries(5):
            assert len(debts()) == 4

    @pytest.mark.parametrize(
        "code", ["", "shop", "shop:", "shop:0", "shop:x", "shop:²", "party:1", "cash:1", "shop:" + "9" * 30]
    )
    def test_a_code_of_nobody_is_nobody(self, code):
        assert payee_of(code) is None

    def test_a_code_names_a_shop_or_a_party(self):
        party = PartyFactory()
        assert payee_of(f"shop:{party.shop_id}") == Payee(party.shop_id)
        assert payee_of(f"party:{party.pk}") == Payee(party.shop_id, party.pk)
