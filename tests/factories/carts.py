"""Carts of guests, and their lines."""

from datetime import UTC, datetime

from factory import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from marketplace.carts.models import Cart, CartLine
from tests.factories.inventory import StockFactory


class CartFactory(DjangoModelFactory):
    class Meta:
        model = Cart

    guest_key = Sequence(lambda number: f"tamu-{number}")
    changed_at = datetime(2026, 11, 22, 3, tzinfo=UTC)


class CartLineFactory(DjangoModelFactory):
    class Meta:
        model = CartLine

    class Params:
        stock = SubFactory(StockFactory)

    cart = SubFactory(CartFactory)
    variant = LazyAttribute(lambda line: line.stock.variant)
    quantity = 1
    price_seen = LazyAttribute(lambda line: line.variant.price)
    added_at = datetime(2026, 11, 22, 3, tzinfo=UTC)
