"""What editors say of words and results, and what is counted of questions: at once, everywhere, and of nobody in particular."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from search import editors, gazetteer, queries, services
from search.models import AskedCount, Document, OpenedCount, Pin, Revision, Wording
from search.results import Beside
from tests.search.province import NOW


def titles(q="", **more):
    return [result.title for result in queries.search(q, now=NOW, **more).results]


def key(title):
    return next(row.key for row in Document.objects.live() if row.content["title"]["id"] == title)


def word(kind, words, leads_to=""):
    return services.keep_wording(wording=Wording(kind=kind, words=words, leads_to=leads_to), now=NOW)


@pytest.mark.django_db
class TestWordings:
    def test_two_way_one_way_and_minangkabau_work_at_once_without_a_new_index(self, province):
        assert titles("lonceng besar") == []
        word("TWO_WAY", "Lonceng Besar, Jam Gadang")
        assert titles("lonceng besar")[0] == "Jam Gadang"
        assert titles("makanan basah") == []
        word("ONE_WAY", "makanan basah", "rendang telur")
        assert titles("makanan basah") == ["Rendang telur"]
        word("MINANGKABAU", "karupiak", "keripik")
        assert titles("karupiak") == ["Keripik rendang"]

    def test_a_change_and_a_removal_work_at_once_too(self, province):
        wording = word("TWO_WAY", "lonceng, jam gadang")
        assert titles("lonceng")
        wording.is_active = False
        services.keep_wording(wording=wording, now=NOW)
        assert titles("lonceng") == []
        wording.is_active = True
        services.keep_wording(wording=wording, now=NOW)
        services.remove_wording(wording_id=wording.pk)
        assert titles("lonceng") == []

    def test_a_protected_name_is_not_stemmed(self, db):
        assert gazetteer.current().stemmer.indonesian("minuman") == "minum"
        word("PROTECTED", "Minuman")
        assert gazetteer.current().stemmer.indonesian("minuman") == "minuman"

    def test_another_process_sees_it_with_one_small_query(self, province, django_assert_num_queries):
        before = gazetteer.current()
        # What another process writes is seen by the number alone.
        word("TWO_WAY", "lonceng, jam gadang")
        after = gazetteer.current()
        assert after is not before
        with django_assert_num_queries(1):
            assert gazetteer.current() is after
        assert Revision.objects.get(name=editors.WORDINGS).number == 1

    @pytest.mark.parametrize(
        ("kind", "words", "leads_to"),
        [
            ("TWO_WAY", "pantai", ""),
            ("TWO_WAY", "pantai, !!", ""),
            ("ONE_WAY", "pantai", ""),
            ("MINANGKABAU", "", "pantai"),
            ("PROTECTED", " , ", ""),
        ],
    )
    def test_refuses_what_means_nothing_and_keeps_nothing(self, db, kind, words, leads_to):
        with pytest.raises(services.WordingRefused):
            word(kind, words, leads_to)
        assert not Wording.objects.exists()
        assert not Revision.objects.exists()


@pytest.mark.django_db
class TestPins:
    def test_a_pinned_result_comes_first_marked_and_once(self, province):
        assert titles("rendang")[0] == "Rendang daging"
        services.pin(query="  RENDANG! ", key=key("Keripik rendang"), first_date=None, last_date=None, now=NOW)
        page = queries.search("Rendang", now=NOW)
        assert [(result.title, result.pinned) for result in page.results][0] == ("Keripik rendang", True)
        assert (page.total, len(page.results), len({result.key for result in page.results})) == (4, 4, 4)
        assert [result.pinned for result in page.results] == [True, False, False, False]

    def test_it_may_be_something_the_words_do_not_find(self, province):
        services.pin(query="oleh oleh mantap", key=key("Rendang paru"), first_date=None, last_date=None, now=NOW)
        page = queries.search("oleh oleh mantap", now=NOW)
        assert ([result.title for result in page.results][:1], page.total >= 1) == (["Rendang paru"], True)

    @pytest.mark.parametrize(
        ("first", "last", "is_first"),
        [
            (date(2026, 11, 22), date(2026, 11, 22), True),
            (date(2026, 11, 23), None, False),
            (None, date(2026, 11, 21), False),
            (None, date(2026, 12, 31), True),
        ],
    )
    def test_it_holds_while_its_days_last(self, province, first, last, is_first):
        services.pin(query="rendang", key=key("Keripik rendang"), first_date=first, last_date=last, now=NOW)
        assert (titles("rendang")[0] == "Keripik rendang") is is_first

    def test_filters_and_orders_that_a_visitor_chose_hold_all_the_same(self, province):
        services.pin(query="rendang", key=key("Keripik rendang"), first_date=None, last_date=None, now=NOW)
        assert "Keripik rendang" not in titles("rendang", regions=["13.71"])
        assert titles("rendang", sort="dearest")[0] == "Rendang daging"

    def test_what_is_gone_is_not_shown_and_unpinning_lets_go(self, province):
        pin = services.pin(query="rendang", key=key("Keripik rendang"), first_date=None, last_date=None, now=NOW)
        Document.objects.filter(source=pin.source, object_id=pin.object_id).update(is_deleted=True)
        assert not any(result.pinned for result in queries.search("rendang", now=NOW).results)
        services.unpin(pin_id=pin.pk)
        services.unpin(pin_id=pin.pk)
        assert not Pin.objects.exists()

    def test_pinning_again_changes_its_days(self, province):
        for last in (date(2026, 12, 1), date(2026, 12, 24)):
            services.pin(query="rendang", key=key("Keripik rendang"), first_date=None, last_date=last, now=NOW)
        assert Pin.objects.get().last_date == date(2026, 12, 24)

    @pytest.mark.parametrize(
        ("query", "key"),
        [("!!", "listing:1"), ("rendang", "listing:99999999"), ("rendang", "listing:x"), ("rendang", "")],
    )
    def test_refuses_nothing_to_pin(self, province, query, key):
        with pytest.raises(services.NothingToPin):
            services.pin(query=query, key=key, first_date=None, last_date=None, now=NOW)
        assert not Pin.objects.exists()

    def test_days_in_the_wrong_order_are_refused_twice(self, province):
        days = {"first_date": date(2026, 12, 2), "last_date": date(2026, 12, 1)}
        with pytest.raises(services.NothingToPin):
            services.pin(query="rendang", key=key("Keripik rendang"), now=NOW, **days)
        with pytest.raises(IntegrityError), transaction.atomic():
            Pin.objects.create(query="rendang", source="listing", object_id=1, changed_at=NOW, **days)


@pytest.mark.django_db
class TestCounting:
    def test_counts_by_day_and_folded_question(self):
        for q, found in [("Air  Terjun", 3), ("air terjun!", 3), ("laptop", 0)]:
            assert services.count_question(query=q, found=found, now=NOW)
        services.count_question(query="air terjun", found=3, now=NOW + timedelta(days=1))
        rows = AskedCount.objects.order_by("day", "query").values_list("day", "query", "searches", "found_nothing")
        assert list(rows) == [
            (date(2026, 11, 22), "air terjun", 2, 0),
            (date(2026, 11, 22), "laptop", 1, 1),
            (date(2026, 11, 23), "air terjun", 1, 0),
        ]

    @pytest.mark.parametrize(
        "q",
        [
            "0812 3456 7890",
            "+62 812-3456-7890",
            "1371011203900001",
            "siti@contoh.invalid",
            "pesanan 8123456",
            "https://contoh.invalid/x",
            "satu dua tiga empat lima enam tujuh delapan sembilan",
            "",
            "!!!",
            "\x00",
        ],
    )
    def test_what_may_be_about_a_person_is_not_counted(self, q):
        assert not services.count_question(query=q, found=1, now=NOW)
        assert not AskedCount.objects.exists()

    def test_no_column_can_hold_a_person(self):
        names = {field.name for model in (AskedCount, OpenedCount) for field in model._meta.fields}
        assert names == {
            "id", "day", "query", "searches", "found_nothing", "clicks", "source", "object_id",
        }  # fmt: skip

    def test_counts_what_was_opened(self, province):
        for _ in range(2):
            assert services.count_opened(query="Rendang", key=key("Rendang paru"), now=NOW)
        assert not services.count_opened(query="rendang", key="listing:99999", now=NOW)
        assert not services.count_opened(query="rendang", key="../etc", now=NOW)
        assert OpenedCount.objects.get().clicks == 2
        assert AskedCount.objects.get().clicks == 2

    def test_erases_what_stayed_rare_and_what_is_old(self):
        for days, q, times in [(40, "jarang", 2), (40, "sering", 6), (10, "baru", 1), (800, "sering", 9)]:
            for _ in range(times):
                services.count_question(query=q, found=1, now=NOW - timedelta(days=days))
        assert services.erase_old_counts(now=NOW) == 2
        assert sorted(AskedCount.objects.values_list("query", "searches")) == [("baru", 1), ("sering", 6)]
        assert services.erase_old_counts(now=NOW) == 0


@pytest.mark.django_db
class TestBeside:
    """What is offered where little was found, and how it comes near."""

    @pytest.mark.parametrize(
        ("asked", "reason"),
        [
            ({"q": "rendang", "near": (-0.3, 100.37), "within_km": 0.01}, Beside.NEARBY),
            ({"q": "rendang", "box": (1.0, 99.0, 2.0, 100.0)}, Beside.NEARBY),
            ({"q": "rendang", "price_max": 10}, Beside.UNFILTERED),
            ({"q": "rendang sianok bukittinggi"}, Beside.FEWER_WORDS),
            ({"q": "laptop gaming"}, Beside.POPULAR),
            ({"q": "!!!"}, Beside.POPULAR),
            ({"q": "rendang"}, Beside.NOTHING),
        ],
    )
    def test_says_how_it_comes_near(self, province, asked, reason):
        page = queries.search(asked.pop("q"), now=NOW, **asked)
        assert (page.beside_reason, bool(page.beside)) == (reason, reason != Beside.NOTHING)
        assert not {result.key for result in page.beside} & {result.key for result in page.results}
