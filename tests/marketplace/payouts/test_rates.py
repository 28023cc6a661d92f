"""Where the price of a piece goes, to the rupiah."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.models import ChargeKind
from marketplace.payouts.models import FeeSchedule, LevyRate, SettlementCycle, ShareRule
from marketplace.payouts.queries import Fees, Piece, Policy, Rates, gateway_fee_on, policy_on, rates_on
from marketplace.shops.models import Party
from tests.factories.catalog import CategoryFactory
from tests.factories.payouts import (
    FeeScheduleFactory,
    GatewayFeeRateFactory,
    LevyRateFactory,
    PartyFactory,
    SettlementPolicyFactory,
    ShareRuleFactory,
)
from tests.factories.regions import RegencyFactory

DAY = date(2026, 11, 22)


def shares(*rules: tuple[int, int]) -> list[ShareRule]:
    """Rules of parties of shop 1: (amount of each piece, rate)."""
    return [
        ShareRule(
            pk=number,
            party=Party(pk=number, shop_id=1, kind="NAGARI", name=f"Nagari {number}"),
            amount=amount,
            rate=0 if amount else rate,
            valid_from_date=DAY,
        )
        for number, (amount, rate) in enumerate(rules, start=1)
    ]


def rates(*, commission: int = 0, levy: int = 0, rules: list[ShareRule] | None = None) -> Rates:
    fees = Fees([FeeSchedule(pk=1, rate=commission, valid_from_date=DAY)])
    levies = [LevyRate(pk=1, levy="PBJT", charge_kind="PRIVATE_PRICE", rate=levy, valid_from_date=DAY)] if levy else []
    return Rates(fees, levies, rules or [])


def of(rates: Rates, price: int, charge_kind: str = ChargeKind.PRIVATE_PRICE) -> Piece:
    return rates.piece(price, kind="ADMISSION", charge_kind=charge_kind, region_id=1, shop_id=1, listing_id=7)


class TestPiece:
    def test_is_all_the_shop_s_where_nothing_is_agreed(self):
        piece = of(rates(), 50_000)
        assert (piece.own, piece.commission, piece.levy, piece.parties) == (50_000, 0, "", ())

    def test_retribusi_is_the_treasury_s_whatever_is_agreed(self):
        piece = of(rates(commission=500, levy=1000, rules=shares((500, 0))), 15_000, ChargeKind.RETRIBUSI)
        assert piece == Piece(15_000, "", 0, 0, 0, 0, (), 15_000, 0)

    def test_takes_the_tax_out_first_then_the_commission_then_fixed_shares_then_rates(self):
        piece = of(rates(commission=250, levy=1000, rules=shares((500, 0), (0, 2000))), 55_000)
        assert (piece.levy_amount, piece.commission) == (5_000, 1_250)
        assert [part.amount for part in piece.parties] == [500, 9_650]
        assert piece.own == 38_600

    def test_a_fixed_share_is_never_more_than_there_is(self):
        piece = of(rates(rules=shares((5_000, 0), (500, 0))), 3_000)
        assert ([part.amount for part in piece.parties], piece.own) == ([3_000, 0], 0)


@given(
    price=st.integers(0, 999_999_999),
    commission=st.integers(0, 3_000),
    levy=st.integers(0, 7_500),
    rules=st.lists(st.tuples(st.one_of(st.just(0), st.integers(1, 100_000)), st.integers(1, 10_000)), max_size=6),
)
def test_the_parts_of_a_piece_always_add_up_and_none_is_negative(price, commission, levy, rules):
    piece = of(rates(commission=commission, levy=levy, rules=shares(*rules)), price)
    parts = [piece.levy_amount, piece.commission, piece.own, *(part.amount for part in piece.parties)]
    assert sum(parts) == price
    assert min(parts) >= 0
    assert len(piece.parties) == len(rules)


@pytest.mark.django_db
class TestRows:
    def test_a_category_is_more_special_than_a_kind(self):
        shelf = CategoryFactory()
        FeeScheduleFactory(rate=100)
        FeeScheduleFactory(rate=200, kind="GOODS", region=RegencyFactory())
        FeeScheduleFactory(rate=300, category=shelf)
        fees = rates_on(DAY).fees
        assert fees.rate(kind="GOODS", region_id=0, charge_kind="GOODS", category_id=shelf.pk) == 300
        assert fees.rate(kind="GOODS", region_id=0, charge_kind="GOODS", category_id=shelf.pk + 1) == 100

    def test_one_tax_a_shop_s_own_before_its_region_s(self):
        region, party = RegencyFactory(), PartyFactory()
        LevyRateFactory(rate=1000, region=region)
        LevyRateFactory(rate=500, shop=party.shop, levy="PPN")
        found = rates_on(DAY)
        levy = found.levy(charge_kind="PRIVATE_PRICE", region_id=region.pk, shop_id=party.shop_id)
        assert (levy.levy, levy.rate) == ("PPN", 500)
        assert found.levy(charge_kind="PRIVATE_PRICE", region_id=region.pk, shop_id=0).levy == "PBJT"
        assert found.levy(charge_kind="GOODS", region_id=region.pk, shop_id=0) is None

    def test_a_party_s_rule_for_a_listing_comes_before_the_one_for_all(self):
        rule = ShareRuleFactory(rate=1000)
        found = rates_on(DAY)
        shop_id = rule.party.shop_id
        assert found.rules(shop_id=shop_id, listing_id=5, charge_kind="PRIVATE_PRICE") == [rule]
        assert found.rules(shop_id=shop_id, listing_id=5, charge_kind="GOODS") == []
        assert found.rules(shop_id=shop_id + 1, listing_id=5, charge_kind="PRIVATE_PRICE") == []

    def test_are_read_in_three_queries(self, django_assert_num_queries):
        ShareRuleFactory()
        with django_assert_num_queries(3):
            rates_on(DAY)

    def test_the_smallest_limit_that_fits_decides_what_midtrans_takes(self):
        rows = [GatewayFeeRateFactory(rate=70), GatewayFeeRateFactory(rate=0, flat=0, up_to=500_000)]
        assert gateway_fee_on(rows, method="QRIS", amount=1_000_000, day=DAY) == 7_000
        assert gateway_fee_on(rows, method="QRIS", amount=500_000, day=DAY) == 0
        assert gateway_fee_on(rows, method="CARD", amount=500_000, day=DAY) is None
        assert gateway_fee_on(rows, method="QRIS", amount=1_000_000, day=date(2025, 12, 31)) is None


class TestPolicy:
    @pytest.mark.parametrize(
        ("cycle", "last", "following"),
        [
            ("DAILY", date(2026, 11, 24), date(2026, 11, 24)),
            ("WEEKLY", date(2026, 11, 22), date(2026, 11, 29)),
            ("MONTHLY", date(2026, 10, 31), date(2026, 11, 30)),
        ],
    )
    def test_knows_its_periods(self, cycle, last, following):
        policy = Policy(SettlementCycle(cycle))
        assert (policy.last_end(date(2026, 11, 24)), policy.next_end(date(2026, 11, 24))) == (last, following)

    @pytest.mark.django_db
    def test_is_every_week_two_days_after_where_nothing_is_written(self):
        assert policy_on(DAY) == Policy(SettlementCycle.WEEKLY, 2, 0, 0)
        SettlementPolicyFactory(cycle="DAILY", hold_days=5, least_payout=10_000, reserve_rate=100)
        assert policy_on(DAY) == Policy(SettlementCycle.DAILY, 5, 10_000, 100)
