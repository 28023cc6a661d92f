import pytest
from django.utils import translation

from tests.factories.accounts import UserFactory
from tests.factories.catalog import CategoryFactory
from tests.factories.regions import RegencyFactory
from tests.factories.shops import MemberFactory, ShopFactory
from tests.frontend.visiting import midtrans, today, visitor

__all__ = ["midtrans", "today", "visitor"]


@pytest.fixture(autouse=True)
def _in_indonesian():
    """Requests leave their language behind; each test begins in Indonesian."""
    with translation.override("id"):
        yield


@pytest.fixture
def owner():
    """Uni Mar, who signs in by e-mail."""
    return UserFactory(first_name="Uni Mar")


@pytest.fixture
def shop(owner):
    """Her shop in Bukittinggi."""
    region = RegencyFactory(code="13.75", name="Kota Bukittinggi", short_name="Bukittinggi", slug="bukittinggi")
    shop = ShopFactory(name="Dapur Uni Mar", slug="dapur-uni-mar", region=region, address="Jalan Contoh 7")
    MemberFactory(shop=shop, user=owner)
    return shop


@pytest.fixture
def seller(visitor, owner, shop):
    """Her phone, signed in."""
    visitor.force_login(owner)
    return visitor


@pytest.fixture
def shelf():
    return CategoryFactory(slug="makanan")
