"""Which few of many listings a page shows."""

from datetime import UTC, date, datetime

import pytest

from cms.pages.trade import goods_in, varied
from marketplace.inventory.queries import NewListing
from tests.factories.catalog import ListingFactory, VariantFactory
from tests.factories.inventory import PoolFactory, StockFactory
from tests.factories.regions import RegencyFactory
from tests.factories.shops import ShopFactory

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
# Key, shop, region.
MANY = [NewListing(*row) for row in [(1, 7, "13.71"), (2, 8, "13.71"), (3, 7, "13.71"), (4, 9, "13.75")]]


def test_the_province_shows_each_region_before_any_twice():
    assert sorted(varied(MANY, None, day=DAY)[:2]) == [1, 4]
    assert sorted(varied(MANY, None, day=DAY)) == [1, 2, 3, 4]


def test_a_region_shows_each_seller_before_any_twice():
    assert sorted(varied(MANY[:3], "13.71", day=DAY)[:2]) == [1, 2]


def test_the_first_turns_with_the_days_and_nothing_is_shown_of_nothing():
    assert {varied(MANY, None, day=date(2026, 11, day))[0] for day in (22, 23)} == {1, 4}
    assert varied([], None, day=DAY) == []


@pytest.mark.django_db
class TestGoodsIn:
    @pytest.fixture
    def region(self):
        return RegencyFactory()

    def sold(self, region, title: str, *, left: int) -> None:
        listing = ListingFactory(title_id=title, shop=ShopFactory(region=region))
        StockFactory(variant=VariantFactory(listing=listing), pool=PoolFactory(capacity=left))

    def test_what_is_sold_out_comes_last(self, region):
        for title, left in (("Dendeng", 0), ("Rendang", 3), ("Randang itiak", 2)):
            self.sold(region, title, left=left)
        shown = goods_in(region_code=region.code, language="id", now=NOW, limit=3)
        assert [(card.title, card.badge is None) for card in shown][-1] == ("Dendeng", False)
        assert {card.title for card in shown[:2]} == {"Rendang", "Randang itiak"}

    def test_costs_six_queries_however_many_there_are(self, region, django_assert_num_queries):
        for number in range(14):
            self.sold(region, f"Rendang {number}", left=1)
        with django_assert_num_queries(6):
            assert len(goods_in(region_code=region.code, language="id", now=NOW)) == 4
