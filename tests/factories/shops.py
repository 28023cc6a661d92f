"""Shops that sell, and whose account takes the money."""

from datetime import date

from factory import Sequence, SubFactory
from factory.django import DjangoModelFactory

from marketplace.shops.models import (
    CollectionAgreement,
    Member,
    MemberRole,
    MerchantAccount,
    Shop,
    ShopKind,
    ShopStatus,
)
from tests.factories.accounts import UserFactory
from tests.factories.regions import RegencyFactory


class MerchantAccountFactory(DjangoModelFactory):
    class Meta:
        model = MerchantAccount
        django_get_or_create = ("code",)

    code = "operator"
    legal_owner = "BUMD Contoh"


class ShopFactory(DjangoModelFactory):
    class Meta:
        model = Shop

    slug = Sequence(lambda number: f"toko-{number}")
    name = Sequence(lambda number: f"Toko Contoh {number}")
    kind = ShopKind.UMKM
    status = ShopStatus.APPROVED
    region = SubFactory(RegencyFactory)
    merchant_account = SubFactory(MerchantAccountFactory)


class MemberFactory(DjangoModelFactory):
    class Meta:
        model = Member

    shop = SubFactory(ShopFactory)
    user = SubFactory(UserFactory)
    role = MemberRole.OWNER


class CollectionAgreementFactory(DjangoModelFactory):
    class Meta:
        model = CollectionAgreement

    region = SubFactory(RegencyFactory)
    merchant_account = SubFactory(MerchantAccountFactory)
    number = "PKS-CONTOH-1"
    valid_from_date = date(2026, 1, 1)
    valid_until_date = date(2026, 12, 31)
