"""The search page on a real index: days, distance, prices, map, what is beside, and what is counted."""

import pytest

from search.models import AskedCount, OpenedCount
from search.services import pin
from tests.frontend.visiting import HTMX, OWN_PAGE, soup, words
from tests.search.province import NOW, _rows_of_the_module, standing_province  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _province(standing_province):  # noqa: F811
    return standing_province


def titles(page):
    return [words(link) for link in page.select("[data-results] h3 a")]


def get(visitor, address):
    answer = visitor.get(address)
    assert answer.status_code == 200
    return soup(answer)


class TestFilters:
    def test_a_day_keeps_what_is_open_or_takes_place(self, visitor):
        assert "Naik Jam Gadang" in titles(get(visitor, "/cari/?q=jam+gadang&day=2026-11-29"))
        assert titles(get(visitor, "/cari/?q=naik+jam+gadang&type=ticket&day=2026-11-30")) == []

    def test_days_that_people_ask_for_are_one_touch_away(self, visitor):
        chips = get(visitor, "/cari/?q=jam").select('nav[aria-label="Hari dan peta"] a')
        assert [(words(chip), chip["href"]) for chip in chips] == [
            ("Hari ini", "/cari/?q=jam&day=2026-11-22"),
            ("Besok", "/cari/?q=jam&day=2026-11-23"),
            ("Sabtu ini", "/cari/?q=jam&day=2026-11-28"),
            ("Minggu ini", "/cari/?q=jam&day=2026-11-29"),
            ("Lihat di peta", "/cari/?q=jam&map=1"),
        ]

    def test_a_price_range_is_typed_with_or_without_dots(self, visitor):
        page = get(visitor, "/cari/?q=rendang&price_min=40.000&price_max=60000")
        assert sorted(titles(page)) == ["Rendang paru", "Rendang telur"]
        assert [words(chip) for chip in page.select(".chips .is-on")] == ["Rp40.000 sampai Rp60.000 hapus saringan ini"]
        assert page.select_one("#harga-dari")["value"] == "40000"

    def test_a_price_in_words_is_a_filter_that_can_be_taken_away(self, visitor):
        page = get(visitor, "/cari/?q=rendang+di+bawah+50+ribu&type=goods")
        (chip,) = page.select(".chips .is-on")
        assert words(chip) == "Dari kata-kata Anda: Sampai Rp50.000 hapus saringan ini"
        assert chip["href"] == "/cari/?q=rendang%20di%20bawah%2050%20ribu&type=goods&literal=1"
        assert sorted(titles(page)) == ["Keripik rendang", "Rendang paru", "Rendang telur"]
        as_words = get(visitor, chip["href"])
        assert as_words.select(".chips .is-on") == []
        assert titles(as_words) == []
        assert as_words.select_one('input[name="literal"]')["value"] == "1"

    def test_a_day_in_words_is_a_filter_that_can_be_taken_away(self, visitor):
        chips = get(visitor, "/en/cari/?q=jam+gadang+tomorrow").select(".chips .is-on")
        assert [(words(chip), chip["href"]) for chip in chips] == [
            ("From your words: Mon 23 Nov remove this filter", "/en/cari/?q=jam%20gadang%20tomorrow&literal=1")
        ]

    def test_what_was_chosen_by_hand_goes_before_the_words(self, visitor):
        page = get(visitor, "/cari/?q=rendang+di+bawah+50+ribu&price_min=40000&price_max=60000")
        assert [words(chip) for chip in page.select(".chips .is-on")] == ["Rp40.000 sampai Rp60.000 hapus saringan ini"]

    def test_with_nothing_found_one_link_also_takes_the_words_as_words(self, visitor):
        page = get(visitor, "/cari/?q=rendang+di+bawah+2+ribu")
        assert page.select_one(".empty a")["href"] == "/cari/?q=rendang%20di%20bawah%202%20ribu&literal=1"

    @pytest.mark.parametrize("value", ["", "0", "2", "ya", "%00"])
    def test_only_a_one_takes_the_words_as_words(self, visitor, value):
        page = get(visitor, f"/cari/?q=rendang+di+bawah+50+ribu&literal={value}")
        assert len(page.select(".chips .is-on")) == 1

    def test_near_me_sorts_measures_and_can_be_taken_back(self, visitor):
        page = get(visitor, "/cari/?type=place&lat=-0.31&lon=100.36&sort=nearest")
        assert titles(page) == ["Ngarai Sianok", "Jam Gadang", "Pantai Padang"]
        assert "0,2 km" in words(page.select_one("[data-results] .card"))
        assert titles(get(visitor, "/cari/?type=place&lat=-0.31&lon=100.36&within=5")) != titles(page)
        assert [chip["href"] for chip in page.select(".chips .is-on")] == ["/cari/?type=destination"]

    def test_a_part_of_the_map(self, visitor):
        page = get(visitor, "/cari/?type=place&box=-0.4,100.3,-0.2,100.4&map=1")
        assert sorted(titles(page)) == ["Jam Gadang", "Ngarai Sianok"]
        place = page.select_one("[data-map]")
        assert place["data-box-url"] == "/cari/?type=destination&map=1"
        assert "Jam Gadang" in place["data-points"]

    @pytest.mark.parametrize(
        "address",
        [
            "?box=1,2,3", "?box=a,b,c,d", "?box=9,9,-9,-9", "?box=nan,inf,1,2", "?box=" + "1," * 5000, "?lat=91&lon=0", "?lat=1",
            "?lat=nan&lon=nan", "?within=-5", "?price_min=-1&price_max=x", "?price_min=9&price_max=1", "?day=2026-02-30", "?day=0000",
            "?page=-1", "?page=99999", "?page=" + "9" * 400, "?sort=nearest", "?q=" + "%00" * 10, "?q=" + "a" * 20_000, "?q=%ff%fe",
            "?q=title:(", "?q=*", "?q=%22", "?region=%00", "?category=" + "x" * 3000, "?type=%27", "?exact=2&map=7",
            "?q=" + "rendang+" * 2000,
        ],
    )  # fmt: skip
    def test_nonsense_is_answered(self, visitor, address):
        page = get(visitor, "/cari/" + address)
        assert page.select_one("h1")
        assert page.select("[data-results] .card") or page.select(".empty")


class TestNothing:
    def test_says_what_is_offered_beside(self, visitor):
        page = get(visitor, "/cari/?q=rendang&price_max=100")
        assert words(page.select_one(".empty")).startswith("Belum ketemu “rendang”")
        assert [words(title) for title in page.select(".head h2")] == ["Tanpa saringan Anda"]
        assert words(get(visitor, "/cari/?q=laptop+gaming").select_one(".head h2")) == "Yang paling banyak dicari"


class TestPinned:
    def test_says_that_editors_chose_it(self, visitor):
        pin(query="rendang", key=key_of("Keripik rendang"), first_date=None, last_date=None, now=NOW)
        card = get(visitor, "/cari/?q=rendang").select_one("[data-results] .card")
        assert words(card.select_one(".card__kind")) == "Pilihan redaksi, Produk"
        assert words(card.select_one("h3")) == "Keripik rendang"


def key_of(title):
    from search.models import Document

    return next(row.key for row in Document.objects.live() if row.content["title"]["id"] == title)


class TestCounting:
    def tell(self, visitor, page, **more):
        place = page.select_one("[data-asked]")
        return visitor.post(
            place["data-counted-at"], {"asked": place["data-asked"], **more}, headers={**OWN_PAGE, "Cookie": ""}
        )

    def test_a_question_and_an_opened_result_are_counted_without_cookies(self, visitor):
        page = get(visitor, "/cari/?q=Rendang")
        keys = page.select_one("[data-keys]")["data-keys"].split(",")
        answer = self.tell(visitor, page)
        assert (answer.status_code, dict(answer.cookies)) == (204, {})
        assert self.tell(visitor, page, key=keys[1]).status_code == 204
        row = AskedCount.objects.get()
        assert (row.query, row.searches, row.found_nothing, row.clicks) == ("rendang", 1, 0, 1)
        opened = OpenedCount.objects.get()
        assert f"{opened.source}:{opened.object_id}" == keys[1]

    def test_nothing_found_is_counted_as_such(self, visitor):
        self.tell(visitor, get(visitor, "/cari/?q=laptop+gaming"))
        assert AskedCount.objects.get().found_nothing == 1

    def test_filters_are_no_question_of_their_own(self, visitor):
        assert get(visitor, "/cari/?q=rendang").select_one("[data-plain]")
        assert not get(visitor, "/cari/?q=rendang&price_max=100").select_one("[data-plain]")
        assert not get(visitor, "/cari/").select_one("[data-asked]")

    def test_only_what_a_page_of_ours_signed(self, visitor):
        url = "/cari/dihitung/"
        assert visitor.post(url, {"asked": "3|rendang"}, headers=OWN_PAGE).status_code == 400
        assert visitor.post(url, {}, headers=OWN_PAGE).status_code == 400
        page = get(visitor, "/cari/?q=rendang")
        token = page.select_one("[data-asked]")["data-asked"]
        assert visitor.post(url, {"asked": token}).status_code == 403
        assert visitor.get(url).status_code == 405
        assert not AskedCount.objects.exists()

    def test_the_page_is_the_same_for_everybody(self, visitor, client):
        here = {"headers": {"host": "lapau.localhost:8000"}}
        mine, other = visitor.get("/cari/?q=rendang"), client.get("/cari/?q=rendang", **here)
        assert mine.content == other.content
        assert "public" in mine["Cache-Control"]
        assert not mine.cookies


class TestSuggestions:
    def test_lines_are_options_and_the_count_is_read_out(self, visitor):
        part = soup(visitor.get("/cari/saran/", {"q": "jam g"}, headers=HTMX))
        assert {link["role"] for link in part.select("a")} == {"option"}
        assert [words(link.select_one("span")) for link in part.select("a")][:2] == [
            "Jam Gadang Bukittinggi",
            "Naik Jam Gadang Jam Gadang, Bukittinggi",
        ]
        assert part.select_one("[data-said]")["data-said"] == "2 saran"


def test_a_search_takes_a_fixed_number_of_queries(visitor, django_assert_max_num_queries):
    visitor.get("/cari/?q=rendang")
    with django_assert_max_num_queries(12):
        visitor.get("/cari/?q=rendang&price_max=60000")
