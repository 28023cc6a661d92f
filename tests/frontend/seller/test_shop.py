"""Opening a shop, its settings, and its money."""

from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.ledger.models import JournalKind
from marketplace.ledger.services import Transfer, post
from marketplace.shipping.models import ShippingRate
from marketplace.shops.models import Member, Shop
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW
from tests.factories.regions import RegencyFactory
from tests.factories.shops import MerchantAccountFactory
from tests.frontend.seller.making import shop_order
from tests.frontend.visiting import soup, words
from tourism.regions.models import Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    regency = RegencyFactory(code="13.71", name="Kota Padang", short_name="Padang", slug="padang")
    province = Region.objects.create(
        code="13", level="PROVINCE", kind="PROVINSI", name="Sumatera Barat", short_name="Sumbar"
    )
    regency.parent = province
    regency.save()
    district = Region.objects.create(
        code="13.71.01", parent=regency, level="DISTRICT", kind="KECAMATAN", name="Padang Selatan", short_name="x"
    )
    return Region.objects.create(
        code="13.71.01.1001",
        parent=district,
        level="VILLAGE",
        kind="KELURAHAN",
        name="Mata Air",
        short_name="x",
        postal_code="25211",
    )


class TestOpening:
    @pytest.fixture
    def newcomer(self, visitor):
        MerchantAccountFactory()
        visitor.force_login(UserFactory())
        return visitor

    def answer_all(self, visitor, village):
        steps = [
            {"name": "Kedai Mata Air"},
            {"tempat": "mata air", "village": village.code, "address": ""},
            {"kind": "UMKM", "story_id": "Kopi sangrai sendiri"},
            {"phone": "0812-3456-7890"},
        ]
        for number, step in enumerate(steps, start=1):
            answer = visitor.post(f"/buka-toko/?langkah={number}", step)
            assert answer["Location"] == f"/buka-toko/?langkah={number + 1}"

    def test_takes_four_questions_and_a_last_look(self, newcomer, village):
        self.answer_all(newcomer, village)
        page = words(soup(newcomer.get("/buka-toko/?langkah=5")))
        assert "Kedai Mata Air" in page
        assert "Mata Air, Kota Padang" in page
        assert Shop.objects.count() == 0
        answer = newcomer.post("/buka-toko/?langkah=5")
        shop = Shop.objects.get()
        assert answer["Location"] == f"/toko-saya/{shop.slug}/"
        assert (shop.status, shop.region.code, shop.village, shop.phone) == (
            "PENDING",
            "13.71",
            village,
            "+6281234567890",
        )
        assert Member.objects.get().role == "OWNER"

    def test_a_second_tap_on_the_last_button_opens_no_second_shop(self, newcomer, village):
        self.answer_all(newcomer, village)
        newcomer.post("/buka-toko/?langkah=5")
        assert newcomer.post("/buka-toko/?langkah=5")["Location"] == "/toko-saya/"
        assert Shop.objects.count() == 1

    def test_asks_no_question_before_the_one_before_it(self, newcomer):
        page = soup(newcomer.get("/buka-toko/?langkah=4"))
        assert page.select_one("main [name=name]") is not None

    @pytest.mark.parametrize(
        ("number", "sent"),
        [(1, {"name": "ab"}), (2, {"village": "99.99"}), (3, {"kind": "DINAS"}), (4, {"phone": "banyak"})],
    )
    def test_says_what_is_wrong_with_an_answer(self, newcomer, village, number, sent):
        self.answer_all(newcomer, village)
        answer = newcomer.post(f"/buka-toko/?langkah={number}", sent)
        assert answer.status_code == 422
        assert soup(answer).select_one(".error") is not None

    def test_finds_the_place_without_scripts(self, newcomer, village):
        newcomer.post("/buka-toko/?langkah=1", {"name": "Kedai Mata Air"})
        page = soup(newcomer.post("/buka-toko/?langkah=2", {"cari": "1", "tempat": "mata air"}))
        assert [radio["value"] for radio in page.select("[name=village]")] == ["13.71.01.1001"]

    def test_asks_to_sign_in_first(self, visitor):
        assert visitor.get("/buka-toko/")["Location"] == "/akun/login/?next=/buka-toko/"


class TestSettings:
    def test_change_the_shop_and_what_delivery_costs(self, seller, shop):
        url = reverse("seller:settings", args=[shop.slug])
        sent = {
            "name": "Dapur Mar",
            "address": "Jalan Baru 1",
            "phone": "081234567890",
            "shipping": "15.000",
            "offers_pick_up": "on",
        }
        assert seller.post(url, sent).status_code == 302
        shop.refresh_from_db()
        assert (shop.name, shop.address, shop.phone) == ("Dapur Mar", "Jalan Baru 1", "+6281234567890")
        rate = ShippingRate.objects.get()
        assert (rate.amount, rate.offers_pick_up) == (15_000, True)

    def test_refuse_what_cannot_be_meant_and_change_nothing(self, seller, shop):
        url = reverse("seller:settings", args=[shop.slug])
        answer = seller.post(url, {"name": "Dapur Mar", "shipping": "99999999"})
        assert answer.status_code == 422
        shop.refresh_from_db()
        assert shop.name == "Dapur Uni Mar"


class TestMoney:
    def sell(self, shop, number, *, amount=76_000, shipping=15_000):
        part = shop_order(shop)
        line = part.lines.get()
        transfers = [
            Transfer(f"buyer:{part.order.code}", f"shop:{shop.pk}", amount, line.pk),
            Transfer(f"buyer:{part.order.code}", f"shop:{shop.pk}", shipping, part.shipment),
        ]
        moment = NOW - timedelta(minutes=number)
        post(kind=JournalKind.SALE, reference=f"payment:{number}", transfers=transfers, now=moment)
        return part

    def test_explains_each_order_to_the_rupiah(self, seller, shop):
        part = self.sell(shop, 1)
        page = soup(seller.get(reverse("seller:money", args=[shop.slug])))
        assert words(page.select_one(".price--big")) == "Rp91.000"
        row = words(page.select_one(".moves > li"))
        assert row.startswith(f"Pesanan {part.order.code}")
        assert "+Rp91.000" in row
        assert "2 × Rp38.000, dikurangi komisi 0% (Rp0)." in row
        assert "Rp15.000" in row

    def test_takes_off_what_went_back(self, seller, shop):
        part = self.sell(shop, 1)
        back = [Transfer(f"shop:{shop.pk}", "refunds:operator", 76_000, part.lines.get().pk)]
        post(kind=JournalKind.REVERSAL, reference="refund:1", transfers=back, now=NOW)
        page = soup(seller.get(reverse("seller:money", args=[shop.slug])))
        assert words(page.select_one(".price--big")) == "Rp15.000"
        assert "-Rp76.000" in words(page.select_one(".moves > li"))

    def test_says_when_nothing_has_moved(self, seller, shop):
        assert "Belum ada uang masuk" in seller.get(reverse("seller:money", args=[shop.slug])).content.decode()

    def test_costs_as_many_queries_for_ten_as_for_one(self, seller, shop, django_assert_num_queries):
        url = reverse("seller:money", args=[shop.slug])
        self.sell(shop, 1)
        with django_assert_num_queries(8):
            seller.get(url)
        for number in range(2, 11):
            self.sell(shop, number)
        with django_assert_num_queries(8):
            seller.get(url)
