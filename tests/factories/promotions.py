"""Vouchers of shops, valid all through November 2026."""

from datetime import UTC, datetime

from factory import Sequence, SubFactory
from factory.django import DjangoModelFactory

from marketplace.promotions.models import Voucher
from tests.factories.shops import ShopFactory


class VoucherFactory(DjangoModelFactory):
    class Meta:
        model = Voucher

    code = Sequence(lambda number: f"RANDANG{number}")
    shop = SubFactory(ShopFactory)
    amount = 10_000
    most_uses = 5
    valid_from = datetime(2026, 11, 1, tzinfo=UTC)
    valid_until = datetime(2026, 12, 1, tzinfo=UTC)
