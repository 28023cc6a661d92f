"""Who gets into a shop: those who run it. For anybody else it is not there."""

import pytest
from django.urls import reverse

from marketplace.shops.models import MemberRole
from tests.factories.accounts import UserFactory
from tests.factories.catalog import AdmissionFactory, AdmissionVariantFactory, ListingFactory, VariantFactory
from tests.factories.inventory import StockFactory
from tests.factories.shops import MemberFactory, ShopFactory
from tests.frontend.seller.making import shop_order

pytestmark = pytest.mark.django_db

PAGES = ["shop", "orders", "listings", "new", "take_home", "money", "settings"]


def addresses(shop):
    """Every page and every action of a shop, with one of each thing in it."""
    listing = ListingFactory(shop=shop)
    variant = VariantFactory(listing=listing)
    StockFactory(variant=variant)
    part = shop_order(shop)
    pages = [reverse(f"seller:{name}", args=[shop.slug]) for name in PAGES]
    pages += [reverse(f"seller:{name}", args=[shop.slug, part.pk]) for name in ("order", "slip")]
    pages.append(reverse("seller:listing", args=[shop.slug, listing.pk]))
    ticket = AdmissionVariantFactory(listing=AdmissionFactory(shop=shop)).listing
    pages.append(reverse("seller:history", args=[shop.slug, listing.pk]))
    pages += [reverse(f"seller:{name}", args=[shop.slug, ticket.pk]) for name in ("limits", "month", "pattern")]
    pages.append(reverse("seller:day", args=[shop.slug, ticket.pk, "2026-11-29"]))
    actions = [reverse(f"seller:{name}", args=[shop.slug, part.pk]) for name in ("step", "cancel")]
    actions += [page for page in pages if page.endswith(("/batas/", "/pola/", "/2026-11-29/", "/stok/"))]
    actions.append(reverse("seller:show", args=[shop.slug, listing.pk]))
    actions.append(reverse("seller:stock", args=[shop.slug, listing.pk, variant.pk]))
    return pages, actions


class TestStrangers:
    @pytest.fixture(params=["stranger", "gate", "other seller"])
    def visitor_of_no_right(self, request, visitor, shop):
        user = UserFactory()
        if request.param == "gate":
            MemberFactory(shop=shop, user=user, role=MemberRole.GATE)
        if request.param == "other seller":
            MemberFactory(shop=ShopFactory(), user=user)
        visitor.force_login(user)
        return visitor

    def test_find_no_page_and_no_action(self, visitor_of_no_right, shop):
        pages, actions = addresses(shop)
        statuses = {url: visitor_of_no_right.get(url).status_code for url in pages}
        statuses |= {url: visitor_of_no_right.post(url).status_code for url in actions}
        assert statuses == dict.fromkeys([*pages, *actions], 404)

    def test_who_are_not_signed_in_are_asked_to(self, visitor, shop):
        pages, actions = addresses(shop)
        answers = [visitor.get(url) for url in pages] + [visitor.post(url) for url in actions]
        assert {answer.status_code for answer in answers} == {302}
        assert all(answer["Location"].startswith("/akun/login/?next=") for answer in answers)


class TestManagers:
    @pytest.mark.parametrize("role", [MemberRole.OWNER, MemberRole.STAFF])
    @pytest.mark.parametrize("language", ["", "/en"])
    def test_open_every_page(self, visitor, shop, role, language):
        user = UserFactory()
        MemberFactory(shop=shop, user=user, role=role)
        visitor.force_login(user)
        pages, _actions = addresses(shop)
        assert {url: visitor.get(language + url).status_code for url in pages} == dict.fromkeys(pages, 200)

    def test_cannot_reach_another_shops_things_through_their_own(self, seller, shop):
        other = ShopFactory()
        listing, part = ListingFactory(shop=other), shop_order(other)
        variant = VariantFactory(listing=listing)
        StockFactory(variant=variant)
        assert seller.get(reverse("seller:order", args=[shop.slug, part.pk])).status_code == 404
        assert seller.post(reverse("seller:step", args=[shop.slug, part.pk]), {"langkah": "pack"}).status_code == 404
        assert seller.post(reverse("seller:listing", args=[shop.slug, listing.pk])).status_code == 404
        assert seller.post(reverse("seller:show", args=[shop.slug, listing.pk])).status_code == 404
        url = reverse("seller:stock", args=[shop.slug, listing.pk, variant.pk])
        assert seller.post(url, {"change": 1}).status_code == 404
        for name in ("history", "limits"):
            assert seller.post(reverse(f"seller:{name}", args=[shop.slug, listing.pk])).status_code == 404
        ticket = AdmissionVariantFactory(listing=AdmissionFactory(shop=other)).listing
        for name in ("month", "pattern", "limits"):
            assert seller.get(reverse(f"seller:{name}", args=[shop.slug, ticket.pk])).status_code == 404
        day = reverse("seller:day", args=[shop.slug, ticket.pk, "2026-11-29"])
        assert seller.post(day, {"step": "close"}).status_code == 404
        part.refresh_from_db()
        assert part.status == "TO_PACK"

    def test_of_two_shops_cannot_mix_their_orders(self, seller, owner, shop):
        second = ShopFactory()
        MemberFactory(shop=second, user=owner)
        part = shop_order(second)
        assert seller.get(reverse("seller:order", args=[shop.slug, part.pk])).status_code == 404
        assert seller.get(reverse("seller:order", args=[second.slug, part.pk])).status_code == 200


class TestHome:
    def test_leads_the_owner_of_one_shop_there(self, seller, shop):
        assert seller.get("/toko-saya/")["Location"] == "/toko-saya/dapur-uni-mar/"

    def test_offers_a_choice_between_several(self, seller, owner, shop):
        MemberFactory(shop=ShopFactory(name="Kedai kedua"), user=owner)
        page = seller.get("/toko-saya/").content.decode()
        assert "Dapur Uni Mar" in page
        assert "Kedai kedua" in page

    def test_shows_a_gate_keeper_no_shop(self, visitor, shop):
        user = UserFactory()
        MemberFactory(shop=shop, user=user, role=MemberRole.GATE)
        visitor.force_login(user)
        answer = visitor.get("/toko-saya/")
        assert answer.status_code == 200
        assert "/toko-saya/dapur-uni-mar/" not in answer.content.decode()

    def test_invites_who_has_none_to_open_one(self, visitor):
        visitor.force_login(UserFactory())
        assert 'href="/buka-toko/"' in visitor.get("/toko-saya/").content.decode()
