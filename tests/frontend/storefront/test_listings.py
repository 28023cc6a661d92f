from datetime import timedelta

import pytest

from tests.factories.catalog import AdmissionFactory, AdmissionVariantFactory, ListingFactory, VariantFactory
from tests.factories.destinations import ClosureFactory
from tests.factories.inventory import SlotFactory, StockFactory
from tests.factories.orders import admission, goods
from tests.frontend.visiting import HTMX, soup, words

pytestmark = pytest.mark.django_db


def goods_page(variant):
    return f"/produk/{variant.listing.slug}/"


def ticket_page(variant):
    return f"/tiket/{variant.listing.slug}/"


class TestGoods:
    def test_shows_price_stock_and_shop(self, visitor):
        rendang = goods(price=85_000, pieces=4)
        page = soup(visitor.get(goods_page(rendang)))

        assert words(page.h1) == "Rendang daging"
        assert words(page.select_one("#harga")) == "Rp85.000"
        assert words(page.select_one("#pilihan")) == "Tinggal 4"
        assert words(page.select_one("#tombol-beli")) == "Beli Rp85.000"
        assert rendang.listing.shop.name in words(page)

    def test_its_sign_names_the_region_and_leads_there(self, visitor):
        rendang = goods()
        region = rendang.listing.shop.region
        sign = soup(visitor.get(goods_page(rendang))).select_one("a.mark")

        assert words(sign) == region.short_name
        assert sign["href"] == f"http://{region.slug}.lapau.localhost:8000/"

    def test_is_the_same_for_every_visitor_and_holds_no_token(self, visitor):
        rendang = goods()
        answer = visitor.get(goods_page(rendang))

        assert "csrfmiddlewaretoken" not in answer.content.decode()
        assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=15"
        assert not answer.cookies
        assert "Cookie" not in answer.headers.get("Vary", "")

    def test_speaks_english_under_its_own_address(self, visitor):
        page = soup(visitor.get("/en" + goods_page(goods())))

        assert words(page.h1) == "Beef rendang"
        assert words(page.select_one("#tombol-beli")) == "Buy Rp85.000"

    def test_another_variant_and_quantity_change_price_and_sum(self, visitor):
        small = goods(price=85_000)
        large = VariantFactory(listing=small.listing, name_id="1 kg", price=300_000, position=1)
        StockFactory(variant=large, pool__capacity=3)
        part = soup(visitor.get(goods_page(small), {"v": large.pk, "jumlah": 2}, headers=HTMX))

        assert words(part.select_one("#harga")) == "Rp300.000"
        assert words(part.select_one("#tombol-beli")) == "Beli Rp600.000"
        assert part.html is None

    @pytest.mark.parametrize("quantity", ["0", "-3", "1000000", "banyak", "9" * 400, "²"])
    def test_an_absurd_quantity_in_the_address_is_brought_to_what_is_possible(self, visitor, quantity):
        answer = visitor.get(goods_page(goods(pieces=4)), {"jumlah": quantity})

        assert answer.status_code == 200
        assert words(soup(answer).select_one("#tombol-beli")) in ("Beli Rp85.000", "Beli Rp340.000")

    def test_sold_out_says_so_and_offers_no_button(self, visitor):
        page = soup(visitor.get(goods_page(goods(pieces=0))))

        assert words(page.select_one("#pilihan")) == "Habis"
        assert page.select_one("#tombol-beli") is None

    def test_what_nobody_may_see_is_not_there(self, visitor):
        draft = ListingFactory(status="DRAFT")
        assert visitor.get(f"/produk/{draft.slug}/").status_code == 404
        assert visitor.get("/produk/tidak-ada/").status_code == 404

    def test_a_ticket_has_its_own_address(self, visitor):
        adult, _slot = admission()
        answer = visitor.get(goods_page(adult))
        assert (answer.status_code, answer.headers["Location"]) == (301, ticket_page(adult))

    @pytest.mark.parametrize("kind", ["GOODS", "STAY"])
    def test_what_has_no_day_leads_from_a_tickets_address_to_its_own(self, visitor, kind):
        variant = StockFactory(variant=VariantFactory(listing__kind=kind)).variant
        answer = visitor.get(ticket_page(variant))
        assert (answer.status_code, answer.headers["Location"]) == (301, goods_page(variant))
        assert visitor.get(goods_page(variant)).status_code == 200


class TestTicket:
    def test_chooses_the_first_day_and_slot_and_one_of_the_first_category(self, visitor):
        adult, slot = admission(price=20_000, places=3)
        AdmissionVariantFactory(
            listing=adult.listing,
            name_id="Anak",
            price=10_000,
            position=1,
            audience="CHILD",
            audience_rule_id="4 sampai 12 tahun",
        )
        page = soup(visitor.get(ticket_page(adult)))

        chosen_day = page.select_one("input[name=tanggal][checked]")
        assert chosen_day["value"] == "2026-11-29"
        assert page.select_one("input[name=jam][checked]")["value"] == str(slot.pk)
        assert "Tinggal 3 tiket" in words(page.select_one(".slots"))
        assert [words(row.p) for row in page.select(".qty")] == ["Dewasa Rp20.000", "Anak Rp10.000 , 4 sampai 12 tahun"]
        assert words(page.select_one("#ringkasan .price--sum")) == "Rp20.000"

    def test_adds_up_as_one_chooses(self, visitor):
        adult, slot = admission(price=20_000)
        child = AdmissionVariantFactory(listing=adult.listing, name_id="Anak", price=10_000, position=1)
        asked = {"tanggal": "2026-11-29", "jam": slot.pk, f"q{adult.pk}": 2, f"q{child.pk}": 1}
        part = soup(visitor.get(ticket_page(adult), asked, headers=HTMX | {"X-Part": "sum"}))

        assert words(part.select_one(".price--sum")) == "Rp50.000"
        assert [words(line) for line in part.select("dl dt")] == [
            "Minggu, 29 November 2026",
            "2 × Dewasa",
            "1 × Anak",
        ]
        assert part.select_one(".slots") is None

    def test_the_time_of_another_day_gives_way_to_the_first_of_this_one(self, visitor):
        adult, first = admission()
        hour = timedelta(hours=2)
        SlotFactory(
            listing=adult.listing, day=first.day, starts_at=first.starts_at + hour, ends_at=first.ends_at + hour
        )
        page = soup(visitor.get(ticket_page(adult), {"tanggal": "2026-11-29", "jam": first.pk + 1000}))

        assert page.select_one("input[name=jam][checked]")["value"] == str(first.pk)
        assert not any(button.has_attr("disabled") for button in page.select("#ringkasan button"))

    def test_more_than_is_left_is_said_and_cannot_be_bought(self, visitor):
        adult, slot = admission(places=2)
        asked = {"tanggal": "2026-11-29", "jam": slot.pk, f"q{adult.pk}": 3}
        page = soup(visitor.get(ticket_page(adult), asked))

        assert words(page.select_one("#ringkasan .error")) == "Tinggal 2 tiket untuk jam ini."
        assert all(button.has_attr("disabled") for button in page.select("#ringkasan button"))

    def test_a_closure_is_said_at_once(self, visitor):
        adult, _slot = admission()
        ClosureFactory(destination=adult.listing.destination, reason_id="Longsor di jalan masuk")
        page = soup(visitor.get(ticket_page(adult)))

        assert "Longsor di jalan masuk" in words(page.select_one(".alert--stop"))
        assert all(button.has_attr("disabled") for button in page.select("#ringkasan button"))

    @pytest.mark.parametrize(
        "asked",
        [
            {"tanggal": "2026-13-99"},
            {"tanggal": "2020-01-01"},
            {"tanggal": "9999-12-31"},
            {"jam": "abc"},
            {"jam": "9" * 30},
            {"bulan": "2026-99"},
            {"bulan": "0001-01"},
            {"bulan": "9999-12"},
            {"tanggal": "\x00"},
        ],
    )
    def test_nonsense_in_the_address_is_as_if_it_were_not_there(self, visitor, asked):
        adult, _slot = admission()
        assert visitor.get(ticket_page(adult), asked).status_code == 200

    def test_a_slot_of_another_listing_is_not_chosen(self, visitor):
        adult, _slot = admission()
        other = SlotFactory()
        page = soup(visitor.get(ticket_page(adult), {"tanggal": "2026-11-29", "jam": other.pk}))
        assert all(radio["value"] != str(other.pk) for radio in page.select("input[name=jam]"))

    def test_the_calendar_goes_on_beyond_the_strip(self, visitor):
        adult, _slot = admission()
        page = soup(visitor.get(ticket_page(adult), {"bulan": "2026-12"}))

        assert words(page.select_one(".cal h3")) == "Desember 2026"
        assert len(page.select(".cal__day")) == 31
        links = [link["href"] for link in page.select(".cal__head a")]
        assert links == [f"{ticket_page(adult)}?bulan=2026-11#tanggal", f"{ticket_page(adult)}?bulan=2027-01#tanggal"]

    def test_no_day_at_all_is_said(self, visitor):
        page = soup(visitor.get(f"/tiket/{AdmissionVariantFactory(listing=AdmissionFactory()).listing.slug}/"))
        assert words(page.select_one("#ringkasan .error")) == "Saat ini belum ada hari yang bisa dipesan."


class TestQueries:
    def test_a_goods_page_takes_a_fixed_number(self, visitor, django_assert_num_queries):
        rendang = goods()
        visitor.get(goods_page(rendang))
        for _ in range(6):
            goods()
        with django_assert_num_queries(13):
            visitor.get(goods_page(rendang))

    def test_a_ticket_page_takes_a_fixed_number(self, visitor, django_assert_num_queries):
        adult, _slot = admission()
        visitor.get(ticket_page(adult))
        for _ in range(6):
            admission()
        with django_assert_num_queries(28):
            visitor.get(ticket_page(adult))
