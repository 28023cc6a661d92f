from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from marketplace.catalog.models import Listing, ListingPicture, Picture, Variant
from marketplace.inventory.models import Stock
from marketplace.inventory.queries import stock_left
from tests.factories.accounts import UserFactory
from tests.factories.catalog import (
    AdmissionFactory,
    AdmissionVariantFactory,
    CategoryFactory,
    ListingFactory,
    VariantFactory,
)
from tests.factories.inventory import StockFactory
from tests.factories.orders import NOW
from tests.factories.shops import MemberFactory
from tests.frontend.visiting import HTMX, soup, words

pytestmark = pytest.mark.django_db


def photo(colour="red", name="foto.jpg"):
    content = BytesIO()
    Image.new("RGB", (400, 300), colour).save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")


def filled(shelf, **changes):
    """What a phone sends of the shortest useful form."""
    return {
        "title_id": "Keripik sanjai balado",
        "category": shelf.pk,
        "halal": "NOT_FOOD",
        "u0-price": "38.000",
        "u0-stock": "40",
    } | changes


@pytest.fixture
def new_url(shop):
    return reverse("seller:new", args=[shop.slug])


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


class TestNew:
    def test_is_published_at_once_in_an_open_shop(self, seller, new_url, shelf, shop):
        answer = seller.post(new_url, filled(shelf, photo=photo()))
        listing = Listing.objects.get()
        assert answer["Location"] == reverse("seller:listing", args=[shop.slug, listing.pk])
        assert (listing.status, listing.title_id, listing.shop) == ("PUBLISHED", "Keripik sanjai balado", shop)
        variant = listing.variants.get()
        assert variant.price == 38_000
        assert stock_left([variant.pk], NOW) == {variant.pk: 40}
        assert listing.pictures.get().alt_id == "Keripik sanjai balado"
        page = words(soup(seller.get(f"/produk/{listing.slug}/")))
        assert "Keripik sanjai balado" in page
        assert "Rp38.000" in page

    def test_waits_with_a_shop_that_waits(self, seller, new_url, shelf, shop):
        shop.status = "PENDING"
        shop.save()
        seller.post(new_url, filled(shelf))
        assert Listing.objects.get().status == "PENDING"

    @pytest.mark.parametrize("typed", ["38000", "38.000", "Rp 38.000", "rp38.000,00", " 38 000 "])
    def test_understands_prices_as_people_write_them(self, seller, new_url, shelf, typed):
        seller.post(new_url, filled(shelf, **{"u0-price": typed}))
        assert Variant.objects.get().price == 38_000

    @pytest.mark.parametrize("typed", ["", "0", "-5", "tiga puluh", "38,5", "٣٨", "1e9", "x" * 500])
    def test_refuses_prices_that_are_none(self, seller, new_url, shelf, typed):
        answer = seller.post(new_url, filled(shelf, **{"u0-price": typed}))
        assert answer.status_code == 422
        assert "Isi harga dalam rupiah" in words(soup(answer))
        assert Listing.objects.count() == 0

    def test_says_how_much_a_price_may_be(self, seller, new_url, shelf):
        answer = seller.post(new_url, filled(shelf, **{"u0-price": "9999999999"}))
        page = soup(answer)
        assert answer.status_code == 422
        assert page.select_one("#id_u0-price_error").text.strip() == "Harga paling tinggi Rp999.999.999."
        assert page.select_one(".has-error [name=u0-price]") is not None
        assert Listing.objects.count() == 0

    @pytest.mark.parametrize("typed", ["", "-1", "satu", "1000000", "1.5.x"])
    def test_refuses_stock_that_is_none(self, seller, new_url, shelf, typed):
        assert seller.post(new_url, filled(shelf, **{"u0-stock": typed})).status_code == 422
        assert Listing.objects.count() == 0

    def test_keeps_the_photo_and_the_words_when_something_is_wrong(self, seller, new_url, shelf):
        answer = seller.post(new_url, filled(shelf, title_id="", description_id="Dari dapur kami", photo=photo()))
        page = soup(answer)
        assert answer.status_code == 422
        assert Listing.objects.count() == 0
        assert page.select_one("[name=description_id]").text.strip() == "Dari dapur kami"
        token = page.select_one("[name=kept]")["value"]
        seller.post(new_url, filled(shelf, kept=token))
        assert Listing.objects.get().pictures.get().picture == Picture.objects.get()

    def test_takes_no_photo_that_somebody_else_uploaded(self, seller, visitor, new_url, shelf, shop):
        token = soup(seller.post(new_url, filled(shelf, title_id="", photo=photo()))).select_one("[name=kept]")["value"]
        other = UserFactory()
        MemberFactory(shop=shop, user=other, role="STAFF")
        visitor.force_login(other)
        visitor.post(new_url, filled(shelf, kept=token))
        assert ListingPicture.objects.count() == 0

    def test_says_what_is_wrong_with_a_file_that_is_no_photo(self, seller, new_url, shelf):
        file = SimpleUploadedFile("foto.jpg", b"<script>alert(1)</script>", "image/jpeg")
        answer = seller.post(new_url, filled(shelf, photo=file))
        assert answer.status_code == 422
        assert (Listing.objects.count(), Picture.objects.count()) == (0, 0)

    def test_leaves_out_a_photo_that_was_dropped(self, seller, new_url, shelf):
        token = soup(seller.post(new_url, filled(shelf, title_id="", photo=photo()))).select_one("[name=kept]")["value"]
        seller.post(new_url, filled(shelf, kept=token, drop=token))
        assert Listing.objects.get().pictures.count() == 0

    def test_sent_twice_makes_one_product(self, seller, new_url, shelf, shop):
        key = soup(seller.get(new_url)).select_one("[name=form_key]")["value"]
        first, second = (seller.post(new_url, filled(shelf, form_key=key)) for _tap in range(2))
        listing = Listing.objects.get()
        assert first["Location"] == second["Location"] == reverse("seller:listing", args=[shop.slug, listing.pk])

    def test_asks_for_the_number_of_a_certificate(self, seller, new_url, shelf):
        assert seller.post(new_url, filled(shelf, halal="CERTIFIED")).status_code == 422
        seller.post(new_url, filled(shelf, halal="CERTIFIED", halal_number="ID-CONTOH"))
        assert Listing.objects.get().halal_number == "ID-CONTOH"

    def test_takes_several_sizes(self, seller, new_url, shelf):
        sizes = {
            "u0-size": "250 g",
            "u1-size": "500 g",
            "u1-price": "70000",
            "u1-stock": "5",
            "u2-size": "",
            "u2-price": "",
        }
        seller.post(new_url, filled(shelf, **sizes))
        rows = Variant.objects.order_by("position").values_list("name_id", "price", "stock__pool__capacity")
        assert list(rows) == [("250 g", 38_000, 40), ("500 g", 70_000, 5)]

    @pytest.mark.parametrize(("kind", "status"), [("makanan", 302), ("tiket", 422)])
    def test_takes_shelves_of_goods_only(self, seller, new_url, kind, status):
        CategoryFactory(slug="lain")
        shelf = CategoryFactory(slug=kind, kind="GOODS" if kind == "makanan" else "ADMISSION")
        assert seller.post(new_url, filled(shelf)).status_code == status


class TestDoubtfulPrice:
    def test_is_asked_about_once(self, seller, new_url, shelf):
        answer = seller.post(new_url, filled(shelf, **{"u0-price": "380"}))
        page = soup(answer)
        assert answer.status_code == 422
        assert words(page.select_one(".errors li")) == "Harga: Rp380 terlalu kecil. Maksud Anda Rp38.000?"
        assert Listing.objects.count() == 0
        assert [(button["name"], button["value"]) for button in page.select("button[name]")] == [
            ("mean", "u0-price:38000"),
            ("sure", "380"),
        ]

    def test_can_be_put_right_by_one_button(self, seller, new_url, shelf):
        seller.post(new_url, filled(shelf, **{"u0-price": "380", "mean": "u0-price:38000"}))
        assert Variant.objects.get().price == 38_000

    def test_can_be_meant(self, seller, new_url, shelf):
        seller.post(new_url, filled(shelf, **{"u0-price": "380", "sure": "380"}))
        assert Variant.objects.get().price == 380

    def test_is_asked_about_again_when_it_changes(self, seller, new_url, shelf):
        assert seller.post(new_url, filled(shelf, **{"u0-price": "390", "sure": "380"})).status_code == 422

    def test_is_asked_about_in_english_too(self, seller, new_url, shelf):
        page = soup(seller.post("/en" + new_url, filled(shelf, **{"u0-price": "380"})))
        assert "Rp380 is too little. Did you mean Rp38.000?" in words(page)


class TestTakeHome:
    def test_shows_what_comes_in(self, seller, shop):
        page = words(soup(seller.get(reverse("seller:take_home", args=[shop.slug]) + "?u0-price=38.000")))
        assert page.endswith("Masuk ke Anda Rp38.000")

    @pytest.mark.parametrize("typed", ["", "abc", "-1", "9" * 30])
    def test_shows_nothing_of_a_price_that_is_none(self, seller, shop, typed):
        answer = seller.get(reverse("seller:take_home", args=[shop.slug]), {"u0-price": typed})
        assert (answer.status_code, "Masuk ke Anda" in words(soup(answer))) == (200, False)


class TestChange:
    @pytest.fixture
    def variant(self, shop, shelf):
        variant = VariantFactory(listing=ListingFactory(shop=shop, category=shelf), name_en="250 grams")
        StockFactory(variant=variant, pool__capacity=10, pool__taken=4)
        return variant

    def sent(self, variant, **changes):
        return (
            filled(variant.listing.category)
            | {
                "u0-variant": variant.pk,
                "u0-stock_seen": "6",
                "u0-size": variant.name_id,
                "u0-price": "85000",
                "u0-stock": "6",
            }
            | changes
        )

    def test_keeps_what_the_form_does_not_show(self, seller, shop, variant):
        url = reverse("seller:listing", args=[shop.slug, variant.listing_id])
        assert seller.post(url, self.sent(variant, title_en="Chips")).status_code == 302
        variant.refresh_from_db()
        assert (variant.name_id, variant.name_en, variant.price) == ("250 gram", "250 grams", 85_000)
        assert Listing.objects.get().title_en == "Chips"

    def test_adds_the_difference_to_what_the_seller_saw(self, seller, shop, variant):
        # Two were sold since the form was opened: 6 were seen, 4 are left, 5 more came.
        Stock.objects.get().pool.__class__.objects.update(taken=6)
        seller.post(
            reverse("seller:listing", args=[shop.slug, variant.listing_id]), self.sent(variant, **{"u0-stock": "11"})
        )
        assert stock_left([variant.pk], NOW) == {variant.pk: 9}

    def test_refuses_fewer_than_are_ordered_and_changes_nothing(self, seller, shop, variant):
        url = reverse("seller:listing", args=[shop.slug, variant.listing_id])
        answer = seller.post(
            url, self.sent(variant, **{"u0-stock_seen": "9", "u0-stock": "0", "title_id": "Lain sekali"})
        )
        assert answer.status_code == 409
        assert Listing.objects.get().title_id == "Rendang daging"

    def test_takes_a_size_off_the_shelf_and_puts_another_on(self, seller, shop, variant):
        url = reverse("seller:listing", args=[shop.slug, variant.listing_id])
        sizes = {"u0-variant": "", "u0-size": "1 kg", "u0-price": "300000", "u0-stock": "2", "u0-stock_seen": ""}
        assert seller.post(url, self.sent(variant, **sizes)).status_code == 302
        rows = Variant.objects.order_by("pk").values_list("name_id", "is_active", "stock__pool__capacity")
        assert list(rows) == [("250 gram", False, 10), ("1 kg", True, 2)]

    def test_takes_no_size_of_another_listing(self, seller, shop, variant):
        foreign = VariantFactory()
        url = reverse("seller:listing", args=[shop.slug, variant.listing_id])
        assert seller.post(url, self.sent(variant, **{"u0-variant": foreign.pk})).status_code == 422
        foreign.refresh_from_db()
        assert foreign.listing_id != variant.listing_id

    def test_of_a_ticket_keeps_for_whom_it_is(self, seller, shop):
        shelf = CategoryFactory(slug="tiket", kind="ADMISSION")
        ticket = AdmissionVariantFactory(listing=AdmissionFactory(shop=shop, category=shelf, terms_id="Tidak kembali"))
        url = reverse("seller:listing", args=[shop.slug, ticket.listing_id])
        assert seller.get(url).status_code == 200
        sent = {
            "title_id": "Tiket masuk",
            "category": shelf.pk,
            "u0-variant": ticket.pk,
            "u0-size": "Dewasa",
            "u0-price": "25000",
        }
        assert seller.post(url, sent).status_code == 302
        ticket.refresh_from_db()
        assert (ticket.price, ticket.audience, ticket.charge_kind) == (25_000, "ADULT", "PRIVATE_PRICE")
        assert Listing.objects.get().terms_id == "Tidak kembali"


class TestList:
    def test_costs_as_many_queries_for_twenty_as_for_one(self, seller, shop, django_assert_num_queries):
        url = reverse("seller:listings", args=[shop.slug])
        StockFactory(variant=VariantFactory(listing=ListingFactory(shop=shop)))
        with django_assert_num_queries(8):
            seller.get(url)
        for _number in range(19):
            StockFactory(variant=VariantFactory(listing=ListingFactory(shop=shop)))
        with django_assert_num_queries(8):
            seller.get(url)

    def test_shows_twenty_a_page(self, seller, shop):
        for _number in range(21):
            ListingFactory(shop=shop)
        url = reverse("seller:listings", args=[shop.slug])
        assert len(soup(seller.get(url)).select(".goods > li")) == 20
        assert len(soup(seller.get(url + "?page=2")).select(".goods > li")) == 1

    @pytest.mark.parametrize(
        ("chosen", "count"), [("", 3), ("dijual", 2), ("tersembunyi", 1), ("menipis", 1), ("x", 3)]
    )
    def test_can_be_narrowed(self, seller, shop, chosen, count):
        StockFactory(variant__listing=ListingFactory(shop=shop), pool__capacity=2)
        StockFactory(variant__listing=ListingFactory(shop=shop), pool__capacity=50)
        ListingFactory(shop=shop, status="HIDDEN")
        page = soup(seller.get(reverse("seller:listings", args=[shop.slug]) + f"?saring={chosen}"))
        assert len(page.select(".goods > li")) == count


class TestStock:
    @pytest.fixture
    def url(self, shop):
        variant = VariantFactory(listing=ListingFactory(shop=shop))
        StockFactory(variant=variant, pool__capacity=3, pool__taken=1)
        return reverse("seller:stock", args=[shop.slug, variant.listing_id, variant.pk])

    def test_goes_up_and_down_by_one(self, seller, url):
        assert soup(seller.post(url, {"change": "1"}, headers=HTMX)).select_one("output").text == "3"
        assert soup(seller.post(url, {"change": "-1"}, headers=HTMX)).select_one("output").text == "2"
        assert seller.post(url, {"change": "1"}).status_code == 302

    def test_cannot_fall_below_what_is_ordered(self, seller, url):
        answer = seller.post(url, {"change": "-3"}, headers=HTMX)
        assert answer.status_code == 409
        assert words(soup(answer).select_one("[role=alert]")) == "Sudah dipesan 1, jadi tidak bisa kurang dari itu."
        assert Stock.objects.get().pool.capacity == 3

    @pytest.mark.parametrize("change", ["", "0", "banyak", "1000000", "9" * 40])
    def test_refuses_what_cannot_be_meant(self, seller, url, change):
        assert seller.post(url, {"change": change}, headers=HTMX).status_code == 422
        assert Stock.objects.get().pool.capacity == 3


class TestShowing:
    def test_hides_and_shows_again(self, seller, shop):
        listing = ListingFactory(shop=shop)
        url = reverse("seller:show", args=[shop.slug, listing.pk])
        seller.post(url, {"tampil": "0"})
        assert Listing.objects.get().status == "HIDDEN"
        answer = seller.post(url, {"tampil": "1"}, headers=HTMX)
        assert Listing.objects.get().status == "PUBLISHED"
        assert soup(answer).select_one("li")["id"] == f"barang-{listing.pk}"
