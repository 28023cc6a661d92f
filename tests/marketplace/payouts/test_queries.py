from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.models import ChargeKind
from marketplace.ledger.models import JournalKind
from marketplace.ledger.services import Transfer, post
from marketplace.payouts.models import FeeSchedule
from marketplace.payouts.queries import commission_on, fees_on, owed
from tests.factories.orders import NOW
from tests.factories.regions import RegencyFactory

DAY = date(2026, 11, 22)


def schedule(rate: int, **changes) -> FeeSchedule:
    given = {"announced_from_date": date(2026, 1, 1), "valid_from_date": date(2026, 1, 1), "rate": rate}
    return FeeSchedule.objects.create(**(given | changes))


@pytest.mark.django_db
class TestFees:
    def rate(self, day=DAY, *, kind="GOODS", region_id=0, charge_kind="GOODS") -> int:
        return fees_on(day).rate(kind=kind, region_id=region_id, charge_kind=charge_kind)

    def test_are_nothing_without_a_schedule(self):
        assert self.rate() == 0

    def test_are_never_taken_on_retribusi(self):
        schedule(500)
        assert self.rate(charge_kind=ChargeKind.RETRIBUSI) == 0

    def test_the_most_special_wins_then_the_newest(self):
        region = RegencyFactory()
        schedule(100)
        schedule(150, valid_from_date=date(2026, 6, 1))
        schedule(200, region=region)
        schedule(300, kind="GOODS")
        assert self.rate(kind="TOUR") == 150
        assert self.rate(kind="TOUR", region_id=region.pk) == 200
        assert self.rate(region_id=region.pk) == 300

    def test_hold_from_their_first_day_to_their_last(self):
        schedule(100, valid_from_date=DAY, valid_until_date=DAY)
        assert [self.rate(date(2026, 11, day)) for day in (21, 22, 23)] == [0, 100, 0]


@given(st.integers(0, 999_999_999), st.integers(0, 3000))
def test_a_commission_is_the_nearest_rupiah_and_never_more_than_the_amount(amount, rate):
    commission = commission_on(amount, rate)
    assert 0 <= commission <= amount
    assert abs(commission * 10_000 - amount * rate) <= 5_000


@pytest.mark.django_db
def test_a_statement_leads_to_its_balance():
    post(kind=JournalKind.SALE, reference="payment:1", transfers=[Transfer("buyer:A", "shop:7", 85_000)], now=NOW)
    post(
        kind=JournalKind.REVERSAL,
        reference="refund:1",
        transfers=[Transfer("shop:7", "refunds:operator", 5_000)],
        now=NOW,
    )
    statement = owed(7)
    assert statement.owed == 80_000
    assert sorted(row.amount for row in statement.rows) == [-5_000, 85_000]
