"""Opening a shop, its settings, and its money."""

from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.ledger.models import JournalKind
from marketplace.ledger.services import Transfer, post
from marketplace.payouts.models import Settlement
from marketplace.payouts.queries import Payee
from marketplace.payouts.services import close_period, record_remittance
from marketplace.shipping.models import ShippingRate
from marketplace.shops.models import BankAccount, Member, Shop
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW
from tests.factories.payouts import FeeScheduleFactory, LevyRateFactory
from tests.factories.regions import RegencyFactory
from tests.factories.shops import MemberFactory, MerchantAccountFactory, ShopFactory
from tests.frontend.seller.making import shop_order
from tests.frontend.visiting import soup, words
from tests.marketplace.payouts.selling import comes_to_owe
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

    def test_says_what_the_shop_owes_and_what_it_paid_back(self, seller, shop):
        url = reverse("seller:money", args=[shop.slug])
        comes_to_owe(f"shop:{shop.pk}", 40_000, at=NOW - timedelta(days=8))
        assert "Anda berutang" not in words(soup(seller.get(url)))
        close_period(until=(NOW - timedelta(days=1)).date(), now=NOW)
        assert words(soup(seller.get(url)).select_one(".alert")) == (
            "Anda berutang Rp40.000 Jumlah ini dipotong dari penjualan Anda berikutnya. Anda juga bisa mentransfernya "
            "ke pengelola; tulis nama toko Anda sebagai berita transfer."
        )
        assert "You owe Rp40.000 It is taken off what you sell next." in words(soup(seller.get("/en" + url)))
        given = {"received_on": NOW.date(), "by_id": seller_id(seller), "now": NOW}
        record_remittance(payee=Payee(shop.pk), amount=15_000, bank_reference="TRF 1", **given)
        page = soup(seller.get(url))
        assert words(page.select_one(".alert")).startswith("Anda berutang Rp25.000 ")
        newest = words(page.select(".moves")[-1].li)
        assert (newest.startswith("Pembayaran kembali dari Anda "), newest.endswith("+Rp15.000")) == (True, True)
        record_remittance(payee=Payee(shop.pk), amount=25_000, bank_reference="TRF 2", **given)
        assert soup(seller.get(url)).select_one(".alert") is None

    def test_costs_as_many_queries_for_ten_as_for_one(self, seller, shop, django_assert_num_queries):
        url = reverse("seller:money", args=[shop.slug])
        self.sell(shop, 1)
        with django_assert_num_queries(12):
            seller.get(url)
        for number in range(2, 11):
            self.sell(shop, number)
        with django_assert_num_queries(12):
            seller.get(url)


class TestBankAccount:
    def test_is_given_by_an_owner_and_shown_by_its_end(self, seller, shop):
        url = reverse("seller:bank_account", args=[shop.slug])
        given = {"bank": "nagari", "number": "1234 5678 9012", "holder": "Mar Contoh"}
        assert seller.post(url, given).status_code == 302
        account = BankAccount.objects.get()
        assert (account.number, account.status, account.given_by_id) == ("123456789012", "GIVEN", seller_id(seller))
        page = words(soup(seller.get(reverse("seller:money", args=[shop.slug]))))
        assert "Bank Nagari" in page
        assert "9012" in page
        assert "123456789012" not in page

    @pytest.mark.parametrize(
        "changes", [{"bank": ""}, {"bank": "x"}, {"number": "12"}, {"number": "abcdefgh"}, {"holder": "M"}]
    )
    def test_refuses_what_cannot_be_meant(self, seller, shop, changes):
        url = reverse("seller:bank_account", args=[shop.slug])
        given = {"bank": "nagari", "number": "123456789012", "holder": "Mar Contoh"} | changes
        assert seller.post(url, given).status_code == 422
        assert not BankAccount.objects.exists()

    def test_is_not_there_for_staff(self, visitor, shop):
        staff = MemberFactory(shop=shop, role="STAFF")
        visitor.force_login(staff.user)
        assert visitor.get(reverse("seller:bank_account", args=[shop.slug])).status_code == 404


class TestStatement:
    @pytest.fixture
    def settlement(self, shop):
        part = shop_order(shop, status="RECEIVED")
        part.events.create(order=part.order, before="SENT", after="RECEIVED", at=NOW - timedelta(days=8))
        transfers = [Transfer(f"buyer:{part.order.code}", f"shop:{shop.pk}", 76_000, part.lines.get().pk)]
        post(kind=JournalKind.SALE, reference="payment:1", transfers=transfers, now=NOW - timedelta(days=8))
        close_period(until=(NOW - timedelta(days=1)).date(), now=NOW)
        return Settlement.objects.get()

    def test_as_page_paper_and_spreadsheet(self, seller, shop, settlement):
        url = reverse("seller:statement", args=[shop.slug, settlement.pk])
        page = words(soup(seller.get(url)))
        assert "2 × Keripik sanjai" in page
        assert "Dicairkan Rp76.000" in page
        assert seller.get(url + "?format=pdf").content.startswith(b"%PDF")
        rows = seller.get(url + "?format=csv").content.decode("utf-8-sig").splitlines()
        assert rows[-1].endswith("Dicairkan;;76000")
        money = words(soup(seller.get(reverse("seller:money", args=[shop.slug]))))
        assert "akan dicairkan Rp76.000" in money

    def test_of_another_shop_is_not_there(self, seller, shop, settlement):
        other = ShopFactory()
        MemberFactory(shop=other, user_id=seller_id(seller))
        assert seller.get(reverse("seller:statement", args=[other.slug, settlement.pk])).status_code == 404


class TestPreview:
    def preview(self, seller, shop, **asked):
        return words(soup(seller.get(reverse("seller:take_home", args=[shop.slug]), asked)))

    def test_explains_every_rupiah(self, seller, shop):
        FeeScheduleFactory(rate=250)
        LevyRateFactory(levy="PPN", rate=1100, charge_kind="GOODS", shop=shop, legal_basis="PMK 131/2024")
        text = self.preview(seller, shop, **{"u0-price": "50.000"})
        assert "Dari Rp50.000 Anda menerima Rp43.919, karena:" in text
        assert "PPN 11%" in text
        assert "PMK 131/2024" in text
        assert "Berlaku sejak Kamis, 1 Januari 2026." in text

    def test_tells_of_a_commission_that_is_announced(self, seller, shop):
        FeeScheduleFactory(rate=300, announced_from_date=NOW.date(), valid_from_date=NOW.date() + timedelta(days=30))
        text = self.preview(seller, shop, **{"u0-price": "50000"})
        assert "Pengelola tidak mengambil komisi." in text
        assert "Mulai Selasa, 22 Desember 2026 komisi menjadi 3%." in text

    def test_asks_the_category(self, seller, shop, shelf):
        FeeScheduleFactory(rate=500, category=shelf)
        assert "Komisi 5%" in self.preview(seller, shop, **{"u0-price": "50000", "category": str(shelf.pk)})
        assert "Komisi 0%" in self.preview(seller, shop, **{"u0-price": "50000", "category": "x"})


def seller_id(client) -> int:
    return int(client.session["_auth_user_id"])
