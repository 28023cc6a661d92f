"""Sixteen buyers place whole orders for the last place and the last piece: one gets it, fifteen are told, nothing is left half done."""

import uuid
from collections import Counter
from collections.abc import Callable

import pytest

from foundation.accounts.buyer import Buyer
from marketplace.inventory.models import Hold, Pool
from marketplace.inventory.services import PoolExhausted
from marketplace.orders.models import Contact, Order, OrderLine, ShopOrder
from marketplace.sales.services import place
from tests.factories.orders import NOW, admission, details, fill_cart, goods
from tests.marketplace.sales.money import faults
from tests.racing import in_parallel

BUYERS = [Buyer(user_id=None, guest_key=f"tamu-{number}") for number in range(16)]
THINGS: dict[str, Callable[[], tuple]] = {
    "the last place of a slot": lambda: admission(places=1),
    "the last piece of a product": lambda: (goods(pieces=1), None),
}
pytestmark = pytest.mark.django_db(transaction=True)


def rush(thing: tuple) -> Counter[str]:
    """Everybody has it in the cart and presses the button at once."""
    variant, slot = thing
    for buyer in BUYERS:
        fill_cart((variant, slot, 1), buyer=buyer)
    typed = details(variant.price, pick_up=() if slot else (variant.listing.shop_id,))

    def buy(buyer: Buyer) -> str:
        try:
            place(buyer=buyer, checkout_key=uuid.uuid4(), details=typed, language="id", now=NOW)
        except PoolExhausted:
            return "told"
        return "sold"

    return Counter(in_parallel(buy, BUYERS))


@pytest.mark.parametrize("name", THINGS)
def test_one_gets_it_and_of_the_others_nothing_is_written(name: str):
    assert rush(THINGS[name]()) == {"sold": 1, "told": 15}
    counts = [model.objects.count() for model in (Order, ShopOrder, OrderLine, Contact, Hold)]
    assert counts == [1] * 5
    assert list(Pool.objects.values_list("taken", flat=True)) == [1]
    assert faults() == []
