"""What shops ask for delivery."""

from factory import SubFactory
from factory.django import DjangoModelFactory

from marketplace.shipping.models import ShippingRate
from tests.factories.shops import ShopFactory


class ShippingRateFactory(DjangoModelFactory):
    class Meta:
        model = ShippingRate

    shop = SubFactory(ShopFactory)
    amount = 15_000
