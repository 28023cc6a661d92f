from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from marketplace.catalog import queries
from marketplace.catalog.models import ListingKind
from marketplace.catalog.pricing import set_dated_price
from tests.factories.catalog import AdmissionVariantFactory, CategoryFactory, DatedPriceFactory

SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
pytestmark = pytest.mark.django_db


class TestPriceOn:
    def test_the_latest_row_that_fits_a_day_wins(self):
        variant, other = AdmissionVariantFactory(), AdmissionVariantFactory(price=9_000)
        DatedPriceFactory(variant=variant, weekdays="67", price=25_000)
        DatedPriceFactory(variant=variant, from_date=SUNDAY, until_date=SUNDAY, price=30_000)
        DatedPriceFactory(variant=variant, from_date=date(2026, 12, 1), price=99_000)

        assert queries.price_on([variant, other], SUNDAY) == {variant.pk: 30_000, other.pk: 9_000}
        assert queries.price_on([variant], date(2026, 11, 21)) == {variant.pk: 25_000}
        assert queries.price_on([variant], MONDAY) == {variant.pk: 20_000}
        assert queries.price_on([variant], date(2026, 12, 31)) == {variant.pk: 99_000}

    def test_many_days_and_variants_take_one_query(self, django_assert_num_queries):
        variants = [AdmissionVariantFactory() for _ in range(3)]
        with django_assert_num_queries(1):
            prices = queries.prices_on(variants, [SUNDAY, MONDAY])
        assert prices[MONDAY][variants[2].pk] == 20_000

    def test_the_same_days_again_change_the_price(self):
        variant = AdmissionVariantFactory()
        for price in (25_000, 26_000):
            set_dated_price(variant_id=variant.pk, weekdays="7", price=price, now=NOW)
        assert variant.dated_prices.count() == 1
        assert queries.price_on([variant], SUNDAY) == {variant.pk: 26_000}


def test_categories_come_by_name_in_the_visitors_language():
    CategoryFactory(slug="a", name_id="Tenun", name_en="Cloth")
    CategoryFactory(slug="b", name_id="Makanan", name_en="Food")
    CategoryFactory(slug="c", name_id="Masuk", name_en="Admission", kind=ListingKind.ADMISSION)
    with override("id"):
        assert [choice.name for choice in queries.categories("GOODS")] == ["Makanan", "Tenun"]
    with override("en"):
        assert [choice.slug for choice in queries.categories()] == ["c", "a", "b"]
