"""What tells whether a door has changed anything must itself notice every change."""

import pytest
from django.db import transaction

from marketplace.carts.models import Cart
from marketplace.ledger.services import open_accounts
from marketplace.shops.models import Shop
from tests.factories.orders import NOW
from tests.factories.shops import ShopFactory
from tests.fuzzing.digest import state
from tests.writing import rows_written

pytestmark = pytest.mark.django_db


def test_a_changed_an_added_and_a_removed_row_each_make_another_state():
    shop = ShopFactory(name="Dapur Amai")
    states = [state()]
    for name in ("Dapur Uni", "Dapur Amai"):
        Shop.objects.filter(pk=shop.pk).update(name=name)
        states.append(state())
    open_accounts(["shop:1"])
    states.append(state())
    shop.delete()
    states.append(state())
    assert states[0] == states[2]
    assert len(set(states)) == 4


def test_a_cart_that_comes_into_being_is_no_change():
    before = state()
    Cart.objects.create(guest_key="tamu", changed_at=NOW)
    assert state() == before


def test_every_row_that_is_written_is_counted_also_if_it_is_taken_back():
    shop = ShopFactory()
    began = rows_written()
    Shop.objects.get(pk=shop.pk)
    assert rows_written() == began
    with transaction.atomic():
        Shop.objects.filter(pk=shop.pk).update(name="Dapur Uni")
        assert rows_written() == began + 1
        transaction.set_rollback(True)
    assert rows_written() == began + 1
    open_accounts(["shop:1", "shop:2"])
    assert rows_written() == began + 3
    Shop.objects.filter(pk=shop.pk).delete()
    assert rows_written() == began + 4
