"""Searching as the pages and the API do it."""

from datetime import UTC, date, datetime

import pytest

from search import queries, services, suggestions
from search.analysis.analyzer import Analysed
from search.engines import chosen, rows
from search.engines.contract import Hit, SearchRequest
from search.models import Wording
from search.results import Kind, Sort, WayOn
from tests.search.province import NOW, Down


def ask(q="", **more):
    return queries.search(q, now=NOW, **more)


def titles(page):
    return [result.title for result in page.results]


@pytest.mark.django_db
class TestSearch:
    def test_all_kinds_in_one_ranking_with_facets(self, standing_province):
        page = ask("jam gadang")
        assert titles(page) == ["Jam Gadang", "Naik Jam Gadang"]
        assert [result.kind for result in page.results] == [Kind.DESTINATION, Kind.TICKET]
        assert [(value.value, value.label, value.count) for value in page.facets["kind"]] == [
            ("destination", "Tempat", 1),
            ("ticket", "Tiket", 1),
        ]
        assert (page.total, page.page, page.pages, page.limited, page.corrected) == (2, 1, 1, False, "")

    def test_in_english_with_english_addresses(self, standing_province):
        page = ask("climb", language="en", kind="ticket")
        assert (titles(page), page.results[0].url, page.results[0].kind_label) == (
            ["Climb Gadang"],
            page.results[0].url,
            "Ticket",
        )
        assert page.results[0].url.startswith("/en/tiket/")

    def test_a_result_says_what_a_card_shows(self, standing_province):
        (result,) = ask("rendang telur", regions=["13.71"]).results
        assert (result.price, result.price_is_from, result.place, result.region_code, result.shop) == (
            45_000,
            False,
            "Padang",
            "13.71",
            "Dapur Amai",
        )
        assert (result.category_label, result.badge, result.sample) == ("Makanan", None, False)

    def test_a_closed_place_says_so(self, standing_province):
        badge = ask("ngarai sianok").results[0].badge
        assert (badge.code, badge.tone, badge.text) == ("closed", "stop", "Tutup")

    def test_a_dated_ticket_is_found_on_its_day_and_says_when_it_has_no_more(self, standing_province):
        assert titles(ask("naik jam gadang", day=date(2026, 11, 29), kind="ticket")) == ["Naik Jam Gadang"]
        assert titles(ask("naik jam gadang", day=date(2026, 11, 30), kind="ticket")) == []
        later = queries.search("naik jam gadang", kind="ticket", now=datetime(2026, 12, 24, tzinfo=UTC))
        assert later.results[0].badge.code == "no_dates"
        assert ask("naik jam gadang", kind="ticket").results[0].next_date == date(2026, 11, 29)

    def test_prices_filter_exactly_what_their_facet_counts(self, standing_province):
        for value in ask("rendang").facets["price"]:
            low, _, high = value.value.partition("-")
            page = ask("rendang", price_min=int(low), price_max=int(high) if high else None)
            assert page.total == value.count
            assert [choice.selected for choice in page.facets["price"] if choice.value == value.value] == [True]

    def test_prices_are_said_in_words(self, standing_province):
        assert [value.label for value in ask("rendang").facets["price"]] == [
            "Rp25.000 sampai Rp50.000",
            "Rp100.000 sampai Rp250.000",
        ]

    def test_a_chosen_filter_stays_with_zero(self, standing_province):
        page = ask("jam gadang", regions=["13.71"])
        assert [(value.label, value.count, value.selected) for value in page.facets["region"]] == [
            ("Bukittinggi", 2, False),
            ("Padang", 0, True),
        ]

    def test_of_one_shop_no_more_than_two_stand_together(self, standing_province):
        shops = [result.shop for result in ask("rendang", kind="goods").results]
        assert shops[2] == "Sanjai Uni"
        assert sorted(shops) == ["Dapur Amai"] * 3 + ["Sanjai Uni"]

    def test_a_slip_is_mended_and_can_be_insisted_on(self, standing_province):
        assert ask("rendnag").corrected == "rendang"
        assert (ask("rendnag", exact=True).total, ask("rendnag", exact=True).corrected) == (0, "")

    def test_near_sorts_and_measures(self, standing_province):
        page = ask(kind="destination", near=(-0.31, 100.36), sort="nearest")
        assert titles(page) == ["Ngarai Sianok", "Jam Gadang", "Pantai Padang"]
        assert [result.distance_km for result in page.results] == [0.2, 1.1, 70.9]

    def test_never_leaves_nothing_to_go_on_with(self, standing_province):
        page = ask("laptop gaming")
        assert (page.total, page.results) == (0, ())
        assert page.beside
        assert WayOn("Semua tempat", {"type": "destination"}) in page.ways_on

    def test_offers_what_is_looser_beside_and_does_not_count_it(self, standing_province):
        page = ask("rendang bukittinggi sianok")
        assert page.total == 0
        assert "Keripik rendang" in [result.title for result in page.beside]
        assert {way.parameters.get("q") for way in page.ways_on} >= {"rendang", "bukittinggi", "sianok"}

    def test_searching_takes_few_queries(self, standing_province, django_assert_max_num_queries):
        ask("padang")
        with django_assert_max_num_queries(4):
            ask("rendang")


@pytest.mark.django_db
class TestNonsense:
    @pytest.mark.parametrize("q", ["x" * 200_000, "\x00\x1b", "title:(", "🏝️", "' OR 1=1 --", "{{7*7}}"])
    def test_any_text_is_answered(self, standing_province, q):
        assert ask(q).total == 0

    @pytest.mark.parametrize(("page", "shown"), [(-5, 1), (0, 1), (99, 2), (10**9, 2)])
    def test_a_page_out_of_range_is_the_nearest(self, standing_province, page, shown):
        found = ask("rendang", kind="goods", page=page, page_size=3)
        assert (found.page, found.pages, len(found.results)) == (shown, 2, 3 if shown == 1 else 1)

    def test_unknown_values_are_no_filter_or_find_nothing(self, standing_province):
        assert ask("rendang", kind="nonsense", sort="nonsense").total == 4
        assert ask("rendang", regions=["'; drop table"], categories=["\ud800"]).total == 0
        assert ask("rendang", price_min=10, price_max=5).total == 0
        assert ask("rendang", price_min=-(10**30), price_max=10**30).total == 4
        assert ask("rendang", near=(float("nan"), 4e9), sort="nearest").total == 4


@pytest.mark.django_db
class TestWithoutServer:
    @pytest.fixture(autouse=True)
    def _down(self, standing_province, monkeypatch):
        monkeypatch.setattr(queries, "engine", Down)
        monkeypatch.setattr(suggestions, "engine", Down)

    def test_results_still_come_from_the_rows(self):
        page = ask("rendang", kind="goods", sort="cheapest")
        assert (page.limited, page.total, titles(page)[0]) == (True, 4, "Keripik rendang")
        assert {value.value: value.count for value in page.facets["region"]} == {"13.71": 3, "13.75": 1}

    def test_other_names_still_work(self):
        assert titles(ask("clock tower")) == ["Jam Gadang", "Naik Jam Gadang"]
        assert ask("laptop").total == 0

    def test_suggestions_still_come(self):
        assert [line.text for line in queries.suggest("jam")][0] == "Jam Gadang"


@pytest.mark.django_db
class TestSuggest:
    def test_places_things_categories_and_regions(self, standing_province):
        assert [line.text for line in queries.suggest("jam g")] == ["Jam Gadang", "Naik Jam Gadang"]
        lines = {(line.text, line.kind) for line in queries.suggest("pa")}
        assert {("Pantai Padang", "destination"), ("Padang", "region")} <= lines
        assert [(line.kind, line.url) for line in queries.suggest("makan")] == [("category", "/cari/?category=makanan")]

    @pytest.mark.parametrize(
        ("q", "first"),
        [
            ("gunuang", "Gunung"),
            ("clock tow", "Jam Gadang"),
            ("jam gdang", "Jam Gadang"),
            ("sianak", "Ngarai Sianok"),
            ("randang dagi", "Rendang daging"),
            ("Bukitinggi", "Bukittinggi"),
        ],
    )
    def test_other_names_minangkabau_and_slips(self, standing_province, q, first):
        lines = queries.suggest(q)
        assert (lines[0].text if lines else None) == first

    def test_a_word_the_editors_add_works_at_once(self, standing_province):
        assert queries.suggest("menara waktu") == ()
        services.keep_wording(wording=Wording(kind="TWO_WAY", words="menara waktu, jam gadang"), now=NOW)
        assert queries.suggest("menara waktu")[0].text == "Jam Gadang"

    @pytest.mark.parametrize(
        ("q", "last"),
        [
            ("kopi bukitt", "search_each"),
            ("kopi ma", "search_each"),
            ("kopo bukitt", "search"),
            ("kopi buktitinggu", "search"),
        ],
    )
    def test_a_word_that_has_only_begun_is_not_looked_for_as_a_slip(self, standing_province, monkeypatch, q, last):
        asked = []

        class Noting:
            def __getattr__(self, name):
                asked.append(name)
                return getattr(chosen.engine(), name)

        monkeypatch.setattr(suggestions, "engine", Noting)
        assert queries.suggest(q) == ()
        assert asked == ["suggest", "suggest_each", "search_each", "search"][: 3 + (last == "search")]

    @pytest.mark.parametrize("q", ["", "p", " ", "\x00", "🏝️", "x" * 100_000])
    def test_nothing_for_nothing(self, standing_province, q):
        assert queries.suggest(q) == ()


def test_spreading_keeps_every_hit_and_other_orders_alone():
    hits = [Hit(str(number), 1.0, {"shop_id": shop}) for number, shop in enumerate([1, 1, 1, 1, 2, None, None, None])]
    request = SearchRequest(query=Analysed("", ()))
    assert [hit.key for hit in queries.spread(hits, request)] == ["0", "1", "4", "2", "3", "5", "6", "7"]
    cheapest = SearchRequest(query=Analysed("", ()), sort=Sort.CHEAPEST)
    assert queries.spread(hits, cheapest) == hits


@pytest.mark.django_db
def test_popular_comes_without_an_engine(standing_province):
    assert [result.title for result in queries.popular(kinds=["destination"], region="13.75", now=NOW)] == [
        "Jam Gadang",
        "Ngarai Sianok",
    ]
    assert rows.popular(kinds=["event"], region="", limit=3) == []
