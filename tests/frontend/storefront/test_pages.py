from datetime import date
from types import SimpleNamespace

import pytest
from django.test import Client

from frontend.storefront.views import searching
from search.results import FacetValue, Kind, Result, SearchPage, Suggestion, WayOn
from tests.factories.accounts import UserFactory
from tests.factories.destinations import DestinationFactory
from tests.factories.orders import admission, goods
from tests.factories.shops import ShopFactory
from tests.frontend.visiting import HTMX, OWN_PAGE, soup, words

pytestmark = pytest.mark.django_db


def result(number=1, **changes):
    given = {
        "key": f"goods:{number}", "kind": Kind.GOODS, "kind_label": "Produk", "title": f"Rendang {number}", "url": f"/produk/rendang-{number}/",
        "summary": "", "region_code": "13.75", "region": "Bukittinggi", "place": "", "category": "rendang", "category_label": "Rendang",
        "price": 85_000, "price_is_from": False, "picture": "", "picture_id": None, "badge": None, "sample": True, "shop": "Toko Contoh",
        "rating": None, "reviews": 0, "lat": None, "lon": None, "distance_km": None, "next_date": None,
    }  # fmt: skip
    return Result(**(given | changes))


def found(**changes):
    given = {"query": "", "total": 1, "page": 1, "pages": 1, "results": (result(),), "facets": {}}
    return SearchPage(**(given | changes))


@pytest.fixture
def answers(monkeypatch):
    """What the search room answers; the questions it was asked are kept."""
    kept = SimpleNamespace(page=found(), asked=[])

    def search(q, **question):
        kept.asked.append({"q": q, **question})
        return kept.page

    monkeypatch.setattr(searching.queries, "search", search)
    monkeypatch.setattr(
        searching.queries, "suggest", lambda q, **_: (Suggestion(f"Danau {q}", "destination", "Tempat", "Agam", "/x/"),)
    )
    return kept


class TestSearch:
    def test_keeps_the_question_in_view_and_says_what_was_mended(self, visitor, answers):
        answers.page = found(query="maninjou", corrected="maninjau")
        page = soup(visitor.get("/cari/", {"q": "maninjou"}))

        assert page.select_one("#q")["value"] == "maninjou"
        assert "Menampilkan maninjau ." in words(page.main)
        assert page.select_one('a[href="/cari/?q=maninjou&exact=1"]')

    def test_offers_the_light_picture_first_and_one_that_any_browser_reads(self, visitor, answers):
        answers.page = found(
            results=(
                result(1, picture="/media/a.webp", picture_light="/media/a.avif"),
                result(2, picture="/media/b.jpg"),
            )
        )
        pictures = soup(visitor.get("/cari/")).select(".card picture")

        shown = [
            [(tag.name, tag.get("type"), tag.get("srcset") or tag.get("src")) for tag in picture.find_all(True)]
            for picture in pictures
        ]
        assert shown == [
            [("source", "image/avif", "/media/a.avif"), ("img", None, "/media/a.webp")],
            [("img", None, "/media/b.jpg")],
        ]

    def test_asks_what_stands_in_the_address(self, visitor, answers):
        visitor.get(
            "/cari/?q=+rendang++daging&type=goods&region=13.75&region=13.71&category=rendang&price=50001-100000&sort=cheapest&page=2&day=2026-11-28"
        )
        asked = answers.asked[0]
        assert (asked["q"], asked["kind"], asked["regions"], asked["categories"]) == (
            "rendang daging",
            "goods",
            ("13.75", "13.71"),
            ("rendang",),
        )
        assert (asked["price_min"], asked["price_max"], asked["sort"], asked["page"]) == (
            50_001,
            100_000,
            "cheapest",
            2,
        )
        assert (asked["day"], asked["language"], asked["exact"]) == (date(2026, 11, 28), "id", False)

    @pytest.mark.parametrize(
        "address",
        [
            "?type=x&sort=x&page=x&price=x&day=x",
            "?page=-1&price=-&day=2026-02-31",
            "?q=%00&region=%00",
            "?price=" + "9" * 50 + "-",
            "?q=" + "a" * 3000,
        ],
    )
    def test_nonsense_is_as_if_it_were_not_there(self, visitor, answers, address):
        assert visitor.get("/cari/" + address).status_code == 200
        asked = answers.asked[0]
        assert (asked["kind"], asked["sort"], asked["page"], asked["price_min"], asked["day"], asked["regions"]) == (
            "",
            "best",
            1,
            None,
            None,
            (),
        )
        assert len(asked["q"]) <= 200

    def test_tabs_count_each_kind_and_keep_the_question(self, visitor, answers):
        kinds = (FacetValue("destination", "Tempat", 5, False), FacetValue("goods", "Produk", 6, False))
        answers.page = found(facets={"kind": kinds}, total=11)
        tabs = soup(visitor.get("/cari/", {"q": "agam"})).select(".tabs a")
        assert [(words(tab), tab["href"]) for tab in tabs] == [
            ("Semua 11", "/cari/?q=agam"),
            ("Tempat 5", "/cari/?q=agam&type=destination"),
            ("Tiket 0", "/cari/?q=agam&type=ticket"),
            ("Produk 6", "/cari/?q=agam&type=goods"),
            ("Acara 0", "/cari/?q=agam&type=event"),
        ]

    def test_each_filter_in_force_can_be_taken_away(self, visitor, answers):
        regions = (FacetValue("13.75", "Bukittinggi", 2, True), FacetValue("13.06", "Kab. Agam", 1, True))
        answers.page = found(facets={"region": regions})
        chips = soup(visitor.get("/cari/?q=kopi&region=13.75&region=13.06")).select(".chips .is-on")
        assert [(words(chip), chip["href"]) for chip in chips] == [
            ("Bukittinggi hapus saringan ini", "/cari/?q=kopi&region=13.06"),
            ("Kab. Agam hapus saringan ini", "/cari/?q=kopi&region=13.75"),
        ]

    def test_pages_are_links(self, visitor, answers):
        answers.page = found(total=60, page=2, pages=3)
        links = {words(link): link["href"] for link in soup(visitor.get("/cari/?q=kopi&page=2")).select(".paging a")}
        assert links["Berikutnya"] == "?q=kopi&page=3"
        assert links["1"] == "?q=kopi&page=1"

    def test_nothing_found_leads_on(self, visitor, answers):
        answers.page = found(
            total=0, results=(), beside=(result(7),), ways_on=(WayOn("Semua produk", {"type": "goods"}),)
        )
        page = soup(visitor.get("/cari/?q=zzz&region=13.75"))
        assert words(page.select_one(".empty h2")) == "Belum ketemu “zzz”"
        assert page.select_one(".empty a")["href"] == "/cari/?q=zzz"
        assert words(page.select_one(".results h3")) == "Rendang 7"
        assert page.select_one(".box--tint a")["href"] == "/cari/?type=goods"

    def test_without_the_search_server_it_says_so(self, visitor, answers):
        answers.page = found(limited=True)
        assert words(soup(visitor.get("/cari/")).select_one(".alert--warn strong")) == "Pencarian sedang terbatas"

    def test_what_was_typed_is_never_code(self, visitor, answers):
        answers.page = found(query="<script>", corrected="<b>x</b>")
        text = visitor.get("/cari/", {"q": '"><script>alert(1)</script>'}).content.decode()
        assert "<script>alert" not in text
        assert "<b>x</b>" not in text.replace("<b>&lt;b&gt;x&lt;/b&gt;</b>", "")

    def test_suggestions_are_links_and_are_counted_for_those_who_hear(self, visitor, answers):
        part = soup(visitor.get("/cari/saran/", {"q": "man"}, headers=HTMX))
        assert [link["href"] for link in part.select("a")] == ["/x/", "/cari/?q=man"]
        assert part.select_one("[data-said]")["data-said"] == "1 saran"
        assert visitor.get("/cari/saran/", {"q": "man"}).status_code == 404

    def test_a_category_and_a_region_have_addresses_of_their_own(self, visitor, answers):
        category = goods().listing.category
        page = soup(visitor.get(f"/kategori/{category.slug}/"))
        assert words(page.h1) == category.name_id
        assert answers.asked[-1]["categories"] == (category.slug,)
        region = ShopFactory().region
        assert visitor.get(f"/belanja/{region.slug}/").status_code == 200
        assert answers.asked[-1]["regions"] == (region.code,)
        assert visitor.get("/kategori/tidak-ada/").status_code == 404
        assert visitor.get("/belanja/tidak-ada/").status_code == 404


class TestBrowse:
    def test_a_shop_shows_what_it_sells(self, visitor):
        rendang = goods()
        page = soup(visitor.get(f"/toko/{rendang.listing.shop.slug}/"))
        assert words(page.h1) == rendang.listing.shop.name
        assert [words(title) for title in page.select(".card h3")] == ["Rendang daging"]

    def test_a_shop_that_is_not_open_is_not_there(self, visitor):
        assert visitor.get(f"/toko/{ShopFactory(status='SUSPENDED').slug}/").status_code == 404

    def test_a_shop_takes_a_fixed_number_of_queries(self, visitor, django_assert_num_queries):
        rendang = goods()
        address = f"/toko/{rendang.listing.shop.slug}/"
        visitor.get(address)
        for _ in range(5):
            goods(shop=rendang.listing.shop)
        with django_assert_num_queries(7):
            visitor.get(address)

    def test_today_names_no_place_open_that_nobody_has_checked(self, visitor, answers):
        answers.page = found(total=0, results=())
        DestinationFactory(opening_hours="")
        assert "Belum ada dinas pariwisata yang memastikan jam buka" in words(soup(visitor.get("/hari-ini/")).main)

    def test_an_english_page_wears_the_english_name(self, visitor):
        page = soup(visitor.get("/en/cara-membeli/"))
        assert page.select_one(".foot h2").text == "Lapau Sumbar: travel and local products"
        assert page.select_one("meta[property='og:site_name']")["content"] == "Lapau Sumbar: travel and local products"
        assert "wisata dan produk" not in str(page)

    @pytest.mark.parametrize("address", ["/belanja/", "/cara-membeli/", "/data-pribadi/", "/sumber/"])
    @pytest.mark.parametrize("prefix", ["", "/en"])
    def test_pages_of_words_are_there_in_both_languages(self, visitor, prefix, address):
        answer = visitor.get(prefix + address)
        assert answer.status_code == 200
        assert soup(answer).html["lang"] == (prefix[1:] or "id")


class TestPersonal:
    def test_counts_the_cart_and_names_the_person(self, visitor):
        visitor.post("/keranjang/tambah/", {"v": goods().pk, "jumlah": 3}, headers=OWN_PAGE)
        assert "Keranjang (3)" in words(soup(visitor.get("/potongan/pribadi/")))
        visitor.force_login(UserFactory(first_name="Siti"))
        answer = visitor.get("/potongan/pribadi/")
        assert "Siti" in words(soup(answer))
        assert "no-store" in answer.headers["Cache-Control"]

    def test_reading_it_makes_no_session(self, today):
        answer = Client(HTTP_HOST="lapau.localhost:8000").get("/potongan/pribadi/")
        assert not answer.cookies


class TestTags:
    def test_what_can_be_bought_here(self, today):
        from django.template import Context, Template

        adult, _slot = admission(price=20_000)
        made = Template(
            "{% load storefront %}{% buy_here destination_id=place %}|{% first_ticket destination_id=place as first %}{{ first.price }}"
        )
        tickets, price = made.render(Context({"place": adult.listing.destination_id})).split("|")
        assert "Tiket masuk" in tickets or "Admission" in tickets
        assert price == "20000"
        assert made.render(Context({"place": DestinationFactory().pk})).strip() == "|"
