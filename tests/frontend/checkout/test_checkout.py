import re
import uuid

import pytest
from django.core.cache import cache
from django.test import Client

from marketplace.carts.models import CartLine
from marketplace.catalog.models import Variant
from marketplace.inventory.models import Hold, Pool
from marketplace.orders.models import Contact, Order, ShopOrder
from tests.factories.orders import admission, goods
from tests.factories.regions import RegencyFactory
from tests.factories.shops import CollectionAgreementFactory
from tests.frontend.checkout.test_cart import put
from tests.frontend.visiting import HOST, HTMX, soup, words
from tourism.regions.models import Region, RegionKind, RegionLevel

pytestmark = pytest.mark.django_db
PAY = "/bayar/"


def typed(page, **changes):
    """What the page's form would send, with a name and a phone number."""
    hidden = {field["name"]: field.get("value", "") for field in page.select("#bayar input[type=hidden]")}
    ways = {field["name"]: field["value"] for field in page.select("#bayar input[type=radio][checked]")}
    return hidden | ways | {"name": "Siti Aminah", "phone": "0812-3456-7890"} | changes


def village():
    regency = RegencyFactory(code="14.01", name="Kota Bukittinggi")
    district = Region.objects.create(
        code=f"{regency.code}.01",
        parent=regency,
        level=RegionLevel.DISTRICT,
        kind=RegionKind.KECAMATAN,
        name="Guguk Panjang",
    )
    return Region.objects.create(
        code=f"{regency.code}.01.1001",
        parent=district,
        level=RegionLevel.VILLAGE,
        kind=RegionKind.KELURAHAN,
        name="Benteng Pasar Atas",
        postal_code="26115",
    )


class TestForm:
    def test_an_empty_cart_has_nothing_to_pay(self, visitor):
        assert visitor.get(PAY).headers["Location"] == "/keranjang/"

    def test_tickets_alone_need_no_address(self, visitor):
        adult, slot = admission(price=20_000)
        put(visitor, adult, 2, slot)
        page = soup(visitor.get(PAY))

        assert page.select_one("[name=address]") is None
        assert words(page.select_one(".sticky .btn")) == "Bayar Rp40.000"

    def test_goods_that_are_sent_need_one(self, visitor):
        put(visitor, goods())
        page = soup(visitor.get(PAY))
        answer = visitor.post(PAY, typed(page))

        assert answer.status_code == 422
        links = {link["href"]: words(link) for link in soup(answer).select(".errors a")}
        assert links == {
            "#id_address": "Alamat: Ada yang dikirim, jadi kami perlu alamat.",
            "#id_tempat": "Kode pos atau nagari: Pilih tempat Anda dari daftar, atau tulis kota dan provinsinya di bawah.",
        }
        assert not Order.objects.exists()

    def test_without_a_name_or_with_a_broken_number_it_says_what_to_mend(self, visitor):
        adult, slot = admission()
        put(visitor, adult, 1, slot)
        answer = visitor.post(PAY, typed(soup(visitor.get(PAY)), name=" ", phone="12"))

        assert answer.status_code == 422
        assert [link["href"] for link in soup(answer).select(".errors a")] == ["#id_name", "#id_phone"]
        assert soup(answer).select_one("#id_phone")["value"] == "12"

    def test_choosing_to_pick_up_takes_the_address_away(self, visitor):
        rendang = goods()
        put(visitor, rendang)
        way = f"kirim-{rendang.listing.shop_id}"
        sent = typed(soup(visitor.get(PAY)), hitung="1", **{way: "PICK_UP"})
        part = soup(visitor.post(PAY, sent, headers=HTMX))

        assert part.html is None
        assert part.select_one("[name=address]") is None
        assert part.select_one("#id_name")["value"] == "Siti Aminah"
        assert words(part.select_one(".sticky .btn")) == "Bayar Rp85.000"
        assert part.select_one("[name=agreed_total]")["value"] == "85000"
        assert part.select_one("[name=checkout_key]")["value"] == sent["checkout_key"]

    def test_a_place_is_found_by_postal_code_and_by_name(self, visitor):
        place = village()
        for text in ("26115", "benteng"):
            choices = soup(visitor.get("/potongan/tempat/", {"tempat": text})).select("input[name=village]")
            assert [choice["value"] for choice in choices] == [place.code]
        assert visitor.get("/potongan/tempat/", {"tempat": "\x00" + "x" * 5000}).status_code == 200


class TestPlace:
    def test_places_one_order_and_goes_on_to_midtrans(self, visitor, midtrans):
        rendang, (adult, slot), place = goods(), admission(price=20_000), village()
        put(visitor, rendang, 2)
        put(visitor, adult, 3, slot)
        sent = typed(
            soup(visitor.get(PAY)),
            address="Jl. Ahmad Yani 1",
            village=place.code,
            recipient_name="Uni Rina",
            is_gift="on",
        )
        answer = visitor.post(PAY, sent)

        order, contact = Order.objects.get(), Contact.objects.get()
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/pesanan/{order.code}/bayar/")
        onward = visitor.get(answer.headers["Location"])
        assert onward.status_code == 302
        assert onward.headers["Location"].startswith(midtrans.snap_url.removesuffix("/snap/v1"))
        assert visitor.get(answer.headers["Location"]).headers["Location"] == onward.headers["Location"]
        assert (order.amount, order.status, order.language) == (245_000, "PLACED", "id")
        assert (contact.phone, contact.postal_code, contact.recipient_name, contact.is_gift) == (
            "+6281234567890",
            "26115",
            "Uni Rina",
            True,
        )
        assert not CartLine.objects.exists()

    @pytest.mark.parametrize("prefix", ["", "/en"])
    def test_a_parcel_goes_anywhere_in_the_country(self, visitor, midtrans, prefix):
        put(visitor, goods())
        sent = typed(
            soup(visitor.get(prefix + PAY)),
            address="Jl. Kebon Nanas 7",
            locality="Jakarta Timur, DKI Jakarta",
            postal_code="13340",
        )
        assert visitor.post(prefix + PAY, sent).status_code == 302
        order, contact = Order.objects.get(), Contact.objects.get()
        assert (contact.village, contact.locality, contact.postal_code) == (None, "Jakarta Timur, DKI Jakarta", "13340")
        Order.objects.update(status="PAID", paid_at=order.placed_at)
        page = words(soup(visitor.get(f"{prefix}/pesanan/{order.code}/")))
        assert "Jl. Kebon Nanas 7 Jakarta Timur, DKI Jakarta 13340" in page

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"locality": "Jakarta Timur"}, "postal_code"),
            ({"locality": "Jakarta Timur", "postal_code": "1334"}, "postal_code"),
            ({"postal_code": "13340"}, "tempat"),
            ({"village": "14.99.01.1001", "postal_code": "13340"}, "tempat"),
            ({"locality": "x" * 121, "postal_code": "13340"}, "locality"),
        ],
    )
    def test_an_address_elsewhere_is_whole(self, visitor, changes, field):
        put(visitor, goods())
        answer = visitor.post(PAY, typed(soup(visitor.get(PAY)), address="Jl. Kebon Nanas 7", **changes))
        assert answer.status_code == 422
        assert [link["href"] for link in soup(answer).select(".errors a")] == [f"#id_{field}"]
        assert not Order.objects.exists()

    def test_the_same_form_sent_twice_makes_one_order(self, visitor, midtrans):
        adult, slot = admission()
        put(visitor, adult, 1, slot)
        sent = typed(soup(visitor.get(PAY)))
        first, second = visitor.post(PAY, sent), visitor.post(PAY, sent)

        assert Order.objects.count() == 1
        assert first.headers["Location"] == second.headers["Location"]

    def test_somebody_elses_form_key_shows_nothing_of_their_order(self, visitor, client, midtrans):
        adult, slot = admission()
        put(visitor, adult, 1, slot)
        sent = typed(soup(visitor.get(PAY)))
        visitor.post(PAY, sent)
        answer = client.post(PAY, sent, HTTP_HOST="lapau.localhost:8000")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/keranjang/")

    @pytest.mark.parametrize(("charge_kind", "statements"), [("PRIVATE_PRICE", 19), ("RETRIBUSI", 17)])
    def test_placing_takes_a_fixed_number_of_statements(
        self, visitor, charge_kind, statements, django_assert_num_queries
    ):
        adult, slot = admission(charge_kind=charge_kind, places=100)
        shop = adult.listing.shop
        CollectionAgreementFactory(merchant_account=shop.merchant_account, region=shop.region)
        put(visitor, adult, 1, slot)
        sent = typed(soup(visitor.get(PAY)))
        # And two for the transaction. Retribusi asks for its agreement, and not for schedules, levies and shares.
        with django_assert_num_queries(statements + 2):
            assert visitor.post(PAY, sent).status_code == 302

    def test_sold_out_between_cart_and_payment_is_said_and_nothing_is_written(self, visitor):
        adult, slot = admission(places=1)
        put(visitor, adult, 1, slot)
        sent = typed(soup(visitor.get(PAY)))
        Pool.objects.filter(pk=slot.pool_id).update(taken=1)
        answer = visitor.post(PAY, sent)

        assert answer.status_code == 409
        page = soup(answer)
        assert words(page.h1) == "Ada yang lebih cepat"
        assert "Anda meminta 1; tersisa 0." in words(page.main)
        assert page.main.select_one("a.btn")["href"] == "/keranjang/"
        assert not Order.objects.exists()
        assert not Hold.objects.exists()

    def test_whoever_is_told_the_same_gets_a_kept_page_with_nothing_of_another_visitor(self, visitor, settings):
        settings.KEPT_PAGE_SECONDS = 60
        cache.clear()
        adult, slot = admission(places=1)
        answers = []
        for buyer in (visitor, Client(HTTP_HOST=HOST)):
            put(buyer, adult, 1, slot)
            sent = typed(soup(buyer.get(PAY)))
            Pool.objects.filter(pk=slot.pool_id).update(taken=1)
            answers.append(buyer.post(PAY, sent))
            CartLine.objects.all().delete()
            Pool.objects.filter(pk=slot.pool_id).update(taken=0)
        cache.clear()

        assert [answer.status_code for answer in answers] == [409, 409]
        assert answers[0].content == answers[1].content
        assert b"csrfmiddlewaretoken" not in answers[0].content
        assert words(soup(answers[1]).select_one("#toasts")) == ""
        assert [answer.headers["Cache-Control"] for answer in answers] == [
            "max-age=0, no-cache, no-store, must-revalidate, private"
        ] * 2

    def test_a_price_that_changed_is_never_charged_unseen(self, visitor):
        adult, slot = admission(price=20_000)
        put(visitor, adult, 1, slot)
        sent = typed(soup(visitor.get(PAY)))
        Variant.objects.filter(pk=adult.pk).update(price=25_000)
        answer = visitor.post(PAY, sent)

        assert answer.status_code == 409
        assert words(soup(answer).select_one(".price--sum")) == "Rp25.000"
        assert not Order.objects.exists()

    @pytest.mark.parametrize("total", ["0", "1", "-5", "abc", "9" * 40])
    def test_a_total_that_does_not_match_is_refused(self, visitor, total):
        adult, slot = admission()
        put(visitor, adult, 1, slot)
        answer = visitor.post(PAY, typed(soup(visitor.get(PAY)), agreed_total=total))
        assert answer.status_code in (409, 422)
        assert not Order.objects.exists()

    @pytest.mark.parametrize("key", ["", "abc", "0" * 100])
    def test_a_form_without_its_key_is_refused(self, visitor, key):
        adult, slot = admission()
        put(visitor, adult, 1, slot)
        answer = visitor.post(PAY, typed(soup(visitor.get(PAY)), checkout_key=key))
        assert (answer.status_code, Order.objects.count()) == (422, 0)

    def test_when_midtrans_is_silent_the_order_waits_and_can_be_paid_later(self, visitor, settings):
        settings.MIDTRANS_SNAP_URL = "http://127.0.0.1:9/snap/v1"
        adult, slot = admission()
        put(visitor, adult, 1, slot)
        answer = visitor.post(PAY, typed(soup(visitor.get(PAY)), checkout_key=str(uuid.uuid4())))

        order = Order.objects.get()
        onward = visitor.get(answer.headers["Location"])
        assert onward.headers["Location"] == f"/pesanan/{order.code}/"
        page = soup(visitor.get(onward.headers["Location"]))
        assert words(page.h1) == "Tinggal bayar Rp20.000"
        assert page.select_one(".toast--warning")

    def test_a_free_ticket_is_paid_at_once(self, visitor):
        adult, slot = admission(price=0)
        put(visitor, adult, 1, slot)
        answer = visitor.post(PAY, typed(soup(visitor.get(PAY))))

        order = Order.objects.get()
        assert (order.status, answer.headers["Location"]) == ("PAID", f"/pesanan/{order.code}/")
        assert ShopOrder.objects.count() == 1

    def test_in_english_the_order_speaks_english(self, visitor, midtrans):
        adult, slot = admission()
        put(visitor, adult, 1, slot)
        page = soup(visitor.get("/en/bayar/"))
        assert re.search(r"^Pay Rp20\.000$", words(page.select_one(".sticky .btn")))
        visitor.post("/en/bayar/", typed(page))
        assert Order.objects.get().language == "en"

    def test_a_post_without_token_is_refused(self, visitor):
        strict = type(visitor)(enforce_csrf_checks=True, HTTP_HOST="lapau.localhost:8000")
        assert strict.post(PAY, {}).status_code == 403
