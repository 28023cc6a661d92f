import pytest
from django.db import IntegrityError

from foundation.errors import InvalidInput
from marketplace.shipping import queries, services
from marketplace.shipping.models import ShippingMethod, ShippingRate
from tests.factories.shipping import ShippingRateFactory
from tests.factories.shops import ShopFactory

pytestmark = pytest.mark.django_db
BROUGHT, FETCHED = ShippingMethod.FLAT_RATE, ShippingMethod.PICK_UP


def methods(shop_id: int) -> list[tuple[str, int]]:
    return [(choice.method, choice.amount) for choice in queries.choices([shop_id])[shop_id]]


def test_a_shop_brings_for_a_flat_rate_and_may_be_visited():
    rate = ShippingRateFactory(shop__address="Jl. Contoh 1")
    assert methods(rate.shop_id) == [(BROUGHT, 15_000), (FETCHED, 0)]
    assert queries.choices([rate.shop_id])[rate.shop_id][1].address == "Jl. Contoh 1"


def test_a_shop_may_only_bring_and_one_without_a_rate_only_be_visited():
    assert methods(ShippingRateFactory(offers_pick_up=False).shop_id) == [(BROUGHT, 15_000)]
    assert methods(ShopFactory().pk) == [(FETCHED, 0)]


def test_many_shops_take_one_query(django_assert_num_queries):
    shops = [ShippingRateFactory().shop_id for _ in range(3)]
    with django_assert_num_queries(1):
        assert set(queries.choices(shops)) == set(shops)


def test_a_rate_is_set_and_changed():
    shop = ShopFactory()
    for amount in (10_000, 12_000):
        services.set_rate(shop_id=shop.pk, amount=amount, offers_pick_up=True)
    assert ShippingRate.objects.get().amount == 12_000


@pytest.mark.parametrize("amount", [-1, 10_000_000])
def test_an_impossible_rate_is_refused(amount: int):
    shop = ShopFactory()
    with pytest.raises(InvalidInput):
        services.set_rate(shop_id=shop.pk, amount=amount, offers_pick_up=True)
    with pytest.raises(IntegrityError, match="shipping_rate_is_sane"):
        ShippingRateFactory(shop=shop, amount=amount)
