"""The search's pages in the office: who may, what they show, what they change."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from search import indexer, queries, services
from search.models import Document, Pin, Run, Wording
from tests.factories.catalog import VariantFactory
from tests.factories.destinations import DestinationFactory
from tests.factories.inventory import StockFactory
from tests.factories.shops import ShopFactory
from tests.frontend.visiting import soup, words
from tests.search.province import NOW, index, no_index  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

EDITORS = ["office:searches", "office:search_question", "office:wordings", "office:wording_new"]
OPERATOR = ["office:search_index", "office:search_refused"]


@pytest.fixture
def sample(no_index, people, regions):  # noqa: F811
    """A place and four goods that can be found."""
    DestinationFactory(name="Jam Gadang", region=regions["bukittinggi"])
    shop = ShopFactory(region=regions["padang"])
    for title in ("Rendang daging", "Rendang telur", "Rendang paru", "Keripik rendang"):
        StockFactory(variant=VariantFactory(listing__title_id=title, listing__title_en="", listing__shop=shop))
    indexer.rebuild(now=NOW)
    no_index.refresh()


@pytest.fixture
def editor(people, visitor):
    visitor.force_login(people["province"])
    return visitor


class TestAccess:
    @pytest.mark.parametrize("name", [*EDITORS, *OPERATOR])
    @pytest.mark.parametrize("who", ["stranger", "seller", "editor of bukittinggi", "treasurer of padang"])
    def test_strangers_and_single_regions_get_nothing(self, people, visitor, name, who):
        visitor.force_login(people[who])
        assert visitor.get(reverse(name)).status_code in (302, 404)

    @pytest.mark.parametrize("name", [*EDITORS, *OPERATOR])
    def test_the_province_gets_a_page(self, editor, index, name):  # noqa: F811
        assert editor.get(reverse(name)).status_code == 200


class TestSearches:
    def test_shows_what_was_asked_often_and_hides_what_few_asked(self, editor):
        for q, found, times in [("air terjun", 4, 6), ("laptop", 0, 5), ("nama seseorang", 0, 4)]:
            for _ in range(times):
                services.count_question(query=q, found=found, now=NOW)
        page = soup(editor.get(reverse("office:searches")))
        assert [words(row) for row in page.select("#asked-content tbody tr, #asked tbody tr")][:2] == [
            "air terjun 6 0 0 0",
            "laptop 5 5 0 0",
        ]
        assert "nama seseorang" not in page.get_text()
        assert "5 dari 5 tanpa hasil" in words(page)
        assert [words(figure) for figure in page.select(".office-figures dd")] == ["15", "9", "0"]


class TestPinning:
    def test_a_result_is_pinned_with_days_and_let_go_again(self, sample, editor):
        url = reverse("office:search_question") + "?q=rendang"
        page = soup(editor.get(url))
        assert len(page.select(".office-pin")) == 4
        last = page.select(".office-pin")[-1].select_one("[name=key]")["value"]
        answer = editor.post(url, {"key": last, "first_date": "2026-11-01", "last_date": "2026-12-31"}, follow=True)
        assert "Sekarang tampil paling atas." in answer.content.decode()
        first = queries.search("rendang", now=NOW).results[0]
        assert (first.key, first.pinned) == (last, True)
        pin = Pin.objects.get()
        assert ModelLogEntry.objects.filter(action="office.pin_result").count() == 1
        editor.post(reverse("office:search_unpin", args=[pin.pk]))
        assert not Pin.objects.exists()
        assert not queries.search("rendang", now=NOW).results[0].pinned

    @pytest.mark.parametrize(
        "typed",
        [
            {"key": "listing:999999"},
            {"key": ""},
            {"key": "listing:1", "first_date": "morgen"},
            {"key": "listing:1", "first_date": "2026-12-02", "last_date": "2026-12-01"},
        ],
    )
    def test_refuses_in_words(self, sample, editor, typed):
        answer = editor.post(reverse("office:search_question") + "?q=rendang", typed)
        assert answer.status_code == 302
        assert not Pin.objects.exists()


class TestWordings:
    def test_words_are_added_changed_and_removed_and_work_at_once(self, sample, editor):
        new = reverse("office:wording_new")
        answer = editor.post(new, {"kind": "TWO_WAY", "words": "lonceng, jam gadang", "is_active": "on"}, follow=True)
        assert "Pencarian langsung memakainya." in answer.content.decode()
        assert queries.search("lonceng", now=NOW).results[0].title == "Jam Gadang"
        wording = Wording.objects.get()
        editor.post(reverse("office:wording", args=[wording.pk]), {"kind": "TWO_WAY", "words": "lonceng, jam gadang"})
        assert queries.search("lonceng", now=NOW).total == 0
        editor.post(reverse("office:wording", args=[wording.pk]), {"decision": "remove"})
        assert not Wording.objects.exists()

    def test_what_means_nothing_comes_back_with_the_reason(self, editor):
        answer = editor.post(reverse("office:wording_new"), {"kind": "TWO_WAY", "words": "pantai", "is_active": "on"})
        assert answer.status_code == 422
        assert "Beri paling sedikit dua kata yang berarti sama" in answer.content.decode()
        assert not Wording.objects.exists()

    def test_the_list_takes_a_fixed_number_of_queries(self, editor):
        def queries_with(rows):
            while Wording.objects.count() < rows:
                number = Wording.objects.count()
                services.keep_wording(wording=Wording(kind="TWO_WAY", words=f"satu{number}, dua{number}"), now=NOW)
            with CaptureQueriesContext(connection) as captured:
                assert editor.get(reverse("office:wordings")).status_code == 200
            return len(captured)

        queries_with(1)
        assert queries_with(1) == queries_with(9)


class TestIndex:
    def test_says_how_it_is_and_what_the_last_comparison_found(self, index, editor):  # noqa: F811
        Run.objects.create(kind="VERIFY", started_at=NOW, ended_at=NOW, total=9, done=9, found={"lost": 2, "ghost": 1})
        page = soup(editor.get(reverse("office:search_index")))
        figures = [words(figure) for figure in page.select(".office-figures dd")]
        assert figures[0].startswith("menjawab")
        assert figures[-1].startswith("3")
        assert "1 ghost, 2 lost" in words(page)

    def test_a_refused_document_is_offered_again(self, index, editor):  # noqa: F811
        row = Document.objects.create(
            source="listing", object_id=7, version=3, is_given_up=True, attempts=8, last_error="mapper_parsing_exception",
            content={"title": {"id": "Rendang", "en": ""}, "kind": "goods"},
        )  # fmt: skip
        page = words(soup(editor.get(reverse("office:search_refused"))))
        assert "listing:7" in page
        assert "mapper_parsing_exception" in page
        editor.post(reverse("office:search_refused_again", args=[row.pk]))
        row.refresh_from_db()
        assert (row.is_given_up, row.attempts, row.is_dirty) == (False, 0, True)
