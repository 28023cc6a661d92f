from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError

from foundation.accounts.phones import InvalidPhone
from foundation.errors import InvalidInput
from foundation.outbox.models import Event
from marketplace.shops import queries, services
from marketplace.shops.models import Member, MemberRole, Shop, ShopStatus
from marketplace.shops.services import ShopDraft
from tests.factories.accounts import UserFactory
from tests.factories.regions import RegencyFactory
from tests.factories.shops import CollectionAgreementFactory, MemberFactory, MerchantAccountFactory, ShopFactory

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def draft(**changes) -> ShopDraft:
    return ShopDraft(**({"name": "Randang Uni Contoh", "region_id": RegencyFactory().pk} | changes))


class TestOpen:
    def test_a_shop_waits_for_approval_and_its_owner_runs_it(self):
        MerchantAccountFactory()
        user = UserFactory()
        shop = services.open_shop(owner_id=user.pk, draft=draft(phone="0812-3456-7890"), now=NOW)

        assert (shop.slug, shop.status, shop.phone) == ("randang-uni-contoh", ShopStatus.PENDING, "+6281234567890")
        assert shop.merchant_account.code == "operator"
        assert list(Shop.objects.managed_by(user.pk)) == [shop]
        assert not Shop.objects.open().exists()
        [membership] = queries.memberships(user.pk)
        assert (membership.shop_id, membership.role, membership.may_manage) == (shop.pk, "OWNER", True)

    @pytest.mark.parametrize(
        ("change", "error"),
        [({"name": " a"}, InvalidInput), ({"region_id": 0}, InvalidInput), ({"phone": "12"}, InvalidPhone)],
    )
    def test_refuses_what_cannot_be_meant(self, change, error):
        MerchantAccountFactory()
        with pytest.raises(error):
            services.open_shop(owner_id=None, draft=draft(**change), now=NOW)
        assert not Shop.objects.exists()

    def test_the_same_name_gets_an_address_of_its_own(self):
        MerchantAccountFactory()
        first, second = (services.open_shop(owner_id=None, draft=draft(), now=NOW) for _ in range(2))
        assert second.slug.startswith(f"{first.slug}-")


class TestDecide:
    def test_approves_and_suspends_and_tells_each_once(self):
        shop = ShopFactory(status=ShopStatus.PENDING)
        for _ in range(2):
            services.approve_shop(shop_id=shop.pk, now=NOW)
        shop.refresh_from_db()
        assert (shop.status, shop.opened_at) == (ShopStatus.APPROVED, NOW)
        for _ in range(2):
            services.suspend_shop(shop_id=shop.pk, now=NOW)
        assert not Shop.objects.open().exists()
        assert list(Event.objects.values_list("topic", "key")) == [("shop.changed", str(shop.pk))] * 2

    def test_changes_what_a_shop_says(self):
        shop = ShopFactory()
        services.change_shop(shop_id=shop.pk, draft=draft(story_id="Dari nenek."), now=NOW)
        card = queries.open_shop_card(shop.slug)
        assert card is not None
        assert (card.name, card.story) == ("Randang Uni Contoh", "Dari nenek.")


class TestMembers:
    def test_a_role_can_change(self):
        shop, user = ShopFactory(), UserFactory()
        for role in (MemberRole.STAFF, MemberRole.GATE):
            services.add_member(shop_id=shop.pk, user_id=user.pk, role=role)
        assert not Shop.objects.managed_by(user.pk).exists()
        assert list(Shop.objects.scanned_by(user.pk)) == [shop]

    def test_a_shop_keeps_an_owner(self):
        member = MemberFactory()
        with pytest.raises(services.LastOwner):
            services.remove_member(shop_id=member.shop_id, user_id=member.user_id)
        with pytest.raises(services.LastOwner):
            services.add_member(shop_id=member.shop_id, user_id=member.user_id, role=MemberRole.STAFF)
        MemberFactory(shop=member.shop)
        services.remove_member(shop_id=member.shop_id, user_id=member.user_id)
        assert Member.objects.count() == 1

    def test_an_account_is_a_member_once(self):
        member = MemberFactory()
        with pytest.raises(IntegrityError):
            MemberFactory(shop=member.shop, user=member.user)


class TestAgreements:
    def test_says_whose_retribusi_who_may_collect_on_a_day(self):
        agreement = CollectionAgreementFactory()
        key = (agreement.region_id, agreement.merchant_account_id)
        assert queries.agreements_on(date(2026, 12, 31)) == {key: "PKS-CONTOH-1"}
        assert queries.agreements_on(date(2027, 1, 1)) == {}

    def test_is_signed_once_and_extended(self):
        region, account = RegencyFactory(), services.keep_merchant_account(code="operator", legal_owner="BUMD Contoh")
        given = {"region_id": region.pk, "merchant_account_id": account.pk, "number": "PKS-1"}
        for until in (date(2026, 12, 31), date(2027, 12, 31)):
            services.sign_agreement(**given, from_date=date(2026, 1, 1), until_date=until)
        assert queries.agreements_on(date(2027, 6, 1)) == {(region.pk, account.pk): "PKS-1"}
        with pytest.raises(InvalidInput):
            services.sign_agreement(**given, from_date=date(2026, 1, 1), until_date=date(2025, 1, 1))

    def test_an_agreement_does_not_end_before_it_begins(self):
        with pytest.raises(IntegrityError, match="agreement_dates_in_order"):
            CollectionAgreementFactory(valid_until_date=date(2025, 12, 31))


class TestMerchantKeys:
    def test_come_from_the_settings_and_never_show(self, settings):
        settings.MERCHANT_KEYS = {"operator": {"merchant_id": "G1", "server_key": "rahasia", "client_key": "kunci"}}
        keys = MerchantAccountFactory().keys()
        assert keys.server_key == "rahasia"
        assert repr(keys) == "MerchantKeys(G1)"

    def test_an_account_without_keys_says_so(self, settings):
        settings.MERCHANT_KEYS = {}
        with pytest.raises(ImproperlyConfigured, match="operator"):
            MerchantAccountFactory().keys()


def test_a_closed_shop_has_no_card():
    assert queries.open_shop_card(ShopFactory(status=ShopStatus.SUSPENDED).slug) is None
