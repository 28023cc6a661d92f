from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from marketplace.promotions import services
from marketplace.promotions.models import Bearer, Voucher
from tests.factories.promotions import VoucherFactory
from tests.factories.shops import ShopFactory

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def quote(voucher: Voucher, *, goods_amount: int = 50_000, now: datetime = NOW, **changes) -> services.Discount:
    given = {"code": voucher.code, "shop_id": voucher.shop_id} | changes
    return services.quote(goods_amount=goods_amount, now=now, **given)


class TestQuote:
    def test_says_what_it_takes_off_and_uses_nothing_up(self):
        voucher = VoucherFactory(borne_by=Bearer.OPERATOR)
        discount = quote(voucher, code=f" {voucher.code.lower()} ")
        assert (discount.voucher_id, discount.amount, discount.borne_by) == (voucher.pk, 10_000, Bearer.OPERATOR)
        assert Voucher.objects.get().uses == 0

    def test_never_takes_off_more_than_there_is(self):
        assert quote(VoucherFactory(), goods_amount=7_000).amount == 7_000

    def test_says_why_it_takes_nothing_off(self):
        voucher = VoucherFactory(least_purchase=40_000)
        with pytest.raises(services.VoucherRefused, match="tidak dikenal"):
            quote(voucher, shop_id=ShopFactory().pk)
        with pytest.raises(services.VoucherRefused, match="tidak berlaku"):
            quote(voucher, now=voucher.valid_until)
        with pytest.raises(services.VoucherRefused, match=r"mulai Rp40\.000"):
            quote(voucher, goods_amount=39_999)
        with pytest.raises(services.VoucherRefused, match="sudah habis"):
            quote(VoucherFactory(uses=5))


class TestUse:
    def test_is_used_no_more_often_than_it_allows(self):
        voucher = VoucherFactory(most_uses=1)
        services.use(voucher_id=voucher.pk, now=NOW)
        with pytest.raises(services.VoucherRefused):
            services.use(voucher_id=voucher.pk, now=NOW)
        services.give_back(voucher_id=voucher.pk)
        services.use(voucher_id=voucher.pk, now=NOW)
        assert Voucher.objects.get().uses == 1

    def test_is_not_used_after_its_time(self):
        voucher = VoucherFactory()
        with pytest.raises(services.VoucherRefused):
            services.use(voucher_id=voucher.pk, now=voucher.valid_until)
        services.give_back(voucher_id=voucher.pk)
        assert Voucher.objects.get().uses == 0


class TestConstraints:
    def test_a_voucher_is_not_overused(self):
        with pytest.raises(IntegrityError, match="voucher_not_overused"):
            VoucherFactory(uses=6)

    def test_a_voucher_takes_something_off(self):
        with pytest.raises(IntegrityError, match="voucher_takes_something_off"):
            VoucherFactory(amount=0)

    def test_a_code_names_one_voucher(self):
        voucher = VoucherFactory()
        with pytest.raises(IntegrityError):
            VoucherFactory(code=voucher.code)
