"""A buyer sees how many orders name them, and has that erased; a stranger's orders stay."""

from datetime import timedelta

import pytest

from marketplace.orders.models import Contact, Order
from marketplace.sales.services import cancel_order
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW, goods, placed_order
from tests.frontend.visiting import soup, words

pytestmark = pytest.mark.django_db
URL = "/akun/data-saya/"


@pytest.fixture
def person(visitor, today):
    today.move_to(NOW + timedelta(days=20))
    person = UserFactory()
    visitor.force_login(person)
    return person


@pytest.fixture
def own(person):
    """One order that is over, and one that was placed just now."""
    orders = [placed_order((goods(), None, 1)) for _number in range(2)]
    Order.objects.update(user=person)
    cancel_order(order_id=orders[0].pk, now=NOW)
    return orders


def erased() -> list[bool]:
    return [contact.erased_at is not None for contact in Contact.objects.order_by("pk")]


def test_is_erased_at_once_or_later_and_says_so(visitor, own):
    assert "Pesanan dengan data Anda 2" in words(soup(visitor.get(URL)))
    page = words(soup(visitor.post(URL, {"setuju": "1"}, follow=True)))
    assert "Dihapus dari 1 pesanan." in page
    assert "1 pesanan belum selesai: dihapus begitu selesai." in page
    assert "Dihapus begitu selesai 1" in page
    assert erased() == [True, False]


def test_nothing_is_erased_without_the_box(visitor, own):
    answer = visitor.post(URL)
    assert answer.status_code == 422
    assert "Beri tanda dulu" in words(soup(answer))
    assert (erased(), Contact.objects.filter(erase_asked_at=None).count()) == ([False, False], 2)


def test_a_strangers_orders_stay(visitor, own):
    visitor.force_login(UserFactory())
    page = words(soup(visitor.post(URL, {"setuju": "1"}, follow=True)))
    assert "Tidak ada lagi yang perlu dihapus." in page
    assert (erased(), Contact.objects.filter(erase_asked_at=None).count()) == ([False, False], 2)


def test_the_way_there_is_shown_to_everybody(visitor):
    for url in ("/akun/", "/data-pribadi/"):
        assert soup(visitor.get(url)).select_one(f'a[href="{URL}"]') is not None
    assert soup(visitor.get(f"/en{URL}")).select_one("h1").text == "My personal data"
