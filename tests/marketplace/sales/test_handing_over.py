"""The till at the end of the day: counted, handed over, taken by the treasurer; nothing is lost on the way."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from foundation.errors import InvalidInput
from marketplace.ledger.models import Journal, JournalKind
from marketplace.payouts.services import record_deposit
from marketplace.sales import gate_queries as queries
from marketplace.sales.models import CashHandover
from marketplace.sales.services import GateSaleRefused, HandoverRefused, hand_over_cash, take_cash_over
from tests.factories.accounts import UserFactory
from tests.factories.shops import CollectionAgreementFactory
from tests.factories.tickets import GateFactory
from tests.marketplace.sales.money import faults, money
from tests.marketplace.sales.test_gate_sales import OPEN, TODAY, Booth

pytestmark = pytest.mark.django_db
EVENING = OPEN + timedelta(hours=8)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def booth():
    return Booth()


def hands_over(booth: Booth, *, expected: int = 40_000, counted: int = 40_000, note: str = "", **changes):
    asked = {"gate": booth.gate, "by_id": booth.user.pk, "nonce": uuid.uuid4(), "now": EVENING}
    return hand_over_cash(**(asked | {"expected": expected, "counted": counted, "note": note} | changes))


def takes(handover: CashHandover, *, amount: int = 40_000, note: str = "", by_id: int | None = None) -> CashHandover:
    treasurer = by_id or UserFactory().pk
    return take_cash_over(handover_id=handover.pk, by_id=treasurer, amount=amount, note=note, now=EVENING)


def accounts_of(booth: Booth) -> dict[str, int]:
    """What lies where, without the treasury's claim."""
    return {code: amount for code, amount in money().items() if not code.startswith("treasury")}


class TestHandingOver:
    def test_empties_the_till_and_the_treasurer_has_it(self, booth):
        sale = booth.sells(adults=2)
        handover = hands_over(booth)
        sale.refresh_from_db()
        assert (sale.handover, handover.expected_amount, handover.counted_amount) == (handover, 40_000, 40_000)
        assert (accounts_of(booth), faults()) == ({f"cash:{booth.gate.pk}:HANDED": -40_000}, [])

        takes(handover)
        handover.refresh_from_db()
        assert (handover.taken_amount, handover.taken_at) == (40_000, EVENING)
        assert (accounts_of(booth), faults()) == ({"bank:operator": -40_000}, [])

    def test_from_the_till_to_the_regional_treasury_nothing_is_left_over(self, booth):
        booth.sells(adults=2)
        takes(hands_over(booth))
        record_deposit(
            region_id=booth.shop.region_id,
            merchant_account_id=booth.shop.merchant_account_id,
            through=TODAY,
            sts_number="STS-1",
            deposited_on=TODAY,
            amount=40_000,
            by_id=booth.user.pk,
            now=EVENING,
        )
        assert (money(), faults()) == ({}, [])

    @pytest.mark.parametrize(("counted", "difference"), [(38_000, -2_000), (41_000, 1_000), (0, -40_000)])
    def test_a_difference_is_kept_apart_with_its_note(self, booth, counted, difference):
        booth.sells(adults=2)
        with pytest.raises(InvalidInput, match="say why"):
            hands_over(booth, counted=counted)
        assert CashHandover.objects.count() == 0
        handover = hands_over(booth, counted=counted, note="salah kembalian")
        (view,) = queries.handovers_of([booth.gate])
        assert (view.difference, view.note) == (difference, "salah kembalian")
        expected = {f"cash:{booth.gate.pk}:HANDED": -counted, f"difference:{booth.gate.pk}": difference}
        assert (accounts_of(booth), faults()) == ({code: amount for code, amount in expected.items() if amount}, [])
        assert handover.expected_amount == 40_000

    def test_the_treasury_is_owed_all_of_it_whatever_is_missing(self, booth):
        booth.sells(adults=2)
        takes(hands_over(booth, counted=30_000, note="hilang"), amount=30_000)
        assert money()[f"treasury:{booth.shop.region.code}"] == 40_000
        assert faults() == []

    def test_what_was_sold_afterwards_is_of_the_next_time(self, booth):
        booth.sells(adults=2)
        hands_over(booth)
        booth.sells(adults=1)
        assert hands_over(booth, expected=20_000, counted=20_000).expected_amount == 20_000
        assert faults() == []

    def test_what_was_taken_back_is_not_in_it(self, booth):
        booth.sells(adults=2)
        booth.voids(booth.sells(adults=3))
        assert hands_over(booth).expected_amount == 40_000
        assert faults() == []

    def test_the_same_form_hands_over_once(self, booth):
        booth.sells(adults=2)
        nonce = uuid.uuid4()
        assert hands_over(booth, nonce=nonce).pk == hands_over(booth, nonce=nonce).pk
        assert Journal.objects.filter(kind=JournalKind.HANDOVER).count() == 1

    def test_a_sale_meanwhile_is_told(self, booth):
        booth.sells(adults=2)
        with pytest.raises(HandoverRefused, match=r"Rp40\.000"):
            hands_over(booth, expected=20_000, counted=20_000)
        assert CashHandover.objects.count() == 0

    def test_an_empty_till_is_not_handed_over(self, booth):
        with pytest.raises(HandoverRefused, match="nothing"):
            hands_over(booth, expected=0, counted=0)
        assert CashHandover.objects.count() == 0

    def test_not_while_a_sale_without_signal_waits_for_a_decision(self):
        booth = Booth(places=3)
        booth.sells(adults=2)
        booth.uploads(booth.queued(adults=2))
        with pytest.raises(HandoverRefused, match="your decision"):
            hands_over(booth)
        assert CashHandover.objects.count() == 0

    def test_not_by_a_stranger(self, booth):
        booth.sells(adults=2)
        with pytest.raises(GateSaleRefused):
            hands_over(booth, by_id=UserFactory().pk)
        assert CashHandover.objects.count() == 0

    @pytest.mark.parametrize("counted", [-1, 10**9])
    def test_not_an_amount_that_cannot_be(self, booth, counted):
        booth.sells(adults=2)
        with pytest.raises(InvalidInput):
            hands_over(booth, counted=counted, note="x")
        assert CashHandover.objects.count() == 0


class TestOwnCash:
    """The till of a private shop: what is its own stays, retribusi goes first."""

    @pytest.fixture
    def own(self):
        return Booth(charge_kind="PRIVATE_PRICE")

    @pytest.fixture
    def mixed(self, own):
        own.child.charge_kind = "RETRIBUSI"
        own.child.save()
        CollectionAgreementFactory(region=own.shop.region)
        return own

    def test_all_of_it_is_counted_and_stays(self, own):
        own.sells(adults=2)
        before = money()
        handover = hands_over(own, counted=39_000, note="salah kembalian")
        assert (handover.own_amount, handover.due_amount, handover.handed_amount) == (40_000, 0, 0)
        assert (money(), faults()) == (before, [])
        assert queries.handovers_of([own.gate], waiting=True) == []
        (view,) = queries.handovers_of([own.gate])
        assert (view.is_all_own, view.difference, view.handed) == (True, -1_000, 0)
        (day,) = queries.gate_days([own.gate], TODAY)
        assert (day.in_till, day.own_in_till, day.handed) == (0, 0, 0)

    def test_no_treasurer_takes_it(self, own):
        own.sells(adults=2)
        with pytest.raises(HandoverRefused, match="the shop's own"):
            takes(hands_over(own))
        assert CashHandover.objects.get().taken_at is None

    @pytest.mark.parametrize(
        ("counted", "handed", "missing"), [(30_000, 10_000, 0), (31_000, 10_000, 0), (8_000, 8_000, -2_000)]
    )
    def test_of_a_mixed_one_retribusi_goes_first(self, mixed, counted, handed, missing):
        mixed.sells(adults=1, children=2)
        (day,) = queries.gate_days([mixed.gate], TODAY)
        assert (day.in_till, day.own_in_till) == (30_000, 20_000)
        handover = hands_over(mixed, expected=30_000, counted=counted, note="x")
        (view,) = queries.handovers_of([mixed.gate], waiting=True)
        assert (view.handed, view.handed_difference, view.own) == (handed, missing, 20_000)
        there = {f"cash:{mixed.gate.pk}:HANDED": -handed, f"difference:{mixed.gate.pk}": missing}
        assert {code: amount for code, amount in money().items() if code.startswith(("cash", "difference"))} == {
            code: amount for code, amount in there.items() if amount
        }
        takes(handover, amount=handed)
        assert (money()["bank:operator"], faults()) == (-handed, [])
        (day,) = queries.gate_days([mixed.gate], TODAY)
        assert (day.handed, day.taken) == (handed, handed)


class TestTaking:
    @pytest.fixture
    def handover(self, booth):
        booth.sells(adults=2)
        return hands_over(booth)

    def test_once_with_the_same_amount(self, handover, booth):
        treasurer = UserFactory().pk
        for _time in range(2):
            takes(handover, by_id=treasurer)
        with pytest.raises(HandoverRefused, match="taken before"):
            takes(handover, amount=39_000, note="x", by_id=treasurer)
        assert (accounts_of(booth), faults()) == ({"bank:operator": -40_000}, [])

    def test_what_is_missing_on_the_way_is_kept_apart_too(self, handover, booth):
        with pytest.raises(InvalidInput):
            takes(handover, amount=35_000)
        takes(handover, amount=35_000, note="kurang satu lembar")
        assert accounts_of(booth) == {"bank:operator": -35_000, f"difference:{booth.gate.pk}": -5_000}
        assert faults() == []

    def test_not_by_who_handed_it_over(self, handover, booth):
        with pytest.raises(HandoverRefused, match="somebody else"):
            takes(handover, by_id=booth.user.pk)
        handover.refresh_from_db()
        assert handover.taken_at is None

    @pytest.mark.parametrize(
        "change",
        [{"counted_amount": 1}, {"expected_amount": -1, "counted_amount": -1}, {"taken_amount": 5}],
    )
    def test_the_database_refuses_what_cannot_be(self, handover, change):
        with pytest.raises(IntegrityError), transaction.atomic():
            CashHandover.objects.filter(pk=handover.pk).update(**change)

    def test_the_audit_finds_one_whose_sales_do_not_add_up(self, handover):
        handover.sales.update(handover=None)
        found = faults()
        assert f"cash_at_gates: handover {handover.pk} expected 40000, its sales add up to 0" in found


class TestTheDay:
    def test_says_sold_admitted_and_handed_over(self, booth):
        booth.sells(adults=2, admit=True)
        booth.sells(adults=1, children=1)
        booth.voids(booth.sells(adults=3))
        (day,) = queries.gate_days([booth.gate], TODAY)
        assert (day.sold, day.amount, day.voided, day.voided_amount) == (4, 65_000, 3, 60_000)
        assert (day.admitted, day.admitted_in_cash, day.handed, day.taken, day.in_till) == (2, 2, 0, 0, 65_000)
        takes(hands_over(booth, expected=65_000, counted=65_000), amount=65_000)
        (day,) = queries.gate_days([booth.gate], TODAY)
        assert (day.handed, day.taken, day.in_till) == (65_000, 65_000, 0)

    def test_costs_as_many_queries_for_many_as_for_one(self, booth, django_assert_num_queries):
        gates = [booth.gate, GateFactory(shop=booth.shop, name="Pintu samping")]
        booth.sells()
        with django_assert_num_queries(5):
            queries.gate_days(gates[:1], TODAY)
        booth.sells()
        with django_assert_num_queries(5):
            queries.gate_days(gates, TODAY)
        with django_assert_num_queries(2):
            assert len(queries.gate_sales_on(booth.gate, TODAY)) == 2
