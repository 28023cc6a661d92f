"""Pages of the public are kept for a moment, and made anew the moment anything changes."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.utils import timezone

from config.caches import ForgetfulRedisCache
from foundation import limits
from foundation.kept_pages import kept, kept_text
from foundation.outbox.services import publish
from marketplace.catalog.models import Listing
from tests.factories.orders import goods
from tests.frontend.visiting import HTMX, soup, words

# Nobody listens there.
GONE = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _keeping(settings):
    settings.KEPT_PAGE_SECONDS = 60
    cache.clear()
    yield
    cache.clear()


def title(visitor, listing, **extra) -> str:
    return words(soup(visitor.get(f"/produk/{listing.slug}/", **extra)).select_one("h1, #tombol-beli"))


@pytest.mark.django_db
class TestKeptPages:
    def test_a_second_visitor_costs_no_query(self, visitor, django_assert_num_queries):
        listing = goods().listing
        first = visitor.get(f"/produk/{listing.slug}/")
        with django_assert_num_queries(0):
            again = visitor.get(f"/produk/{listing.slug}/")
        assert again.content == first.content
        assert again.headers["Cache-Control"] == "public, max-age=0, s-maxage=15"

    def test_a_change_is_seen_by_the_next_visitor(self, visitor, django_capture_on_commit_callbacks):
        listing = goods().listing
        assert title(visitor, listing) == "Rendang daging"
        with django_capture_on_commit_callbacks(execute=True):
            Listing.objects.filter(pk=listing.pk).update(title_id="Dendeng batokok")
            publish(topic="listing.changed", key=listing.pk, now=timezone.now())
        assert title(visitor, listing) == "Dendeng batokok"

    def test_what_pages_do_not_show_outdates_none(self, visitor, django_capture_on_commit_callbacks):
        listing = goods().listing
        title(visitor, listing)
        with django_capture_on_commit_callbacks(execute=True):
            Listing.objects.filter(pk=listing.pk).update(title_id="Dendeng batokok")
            publish(topic="order.placed", key=1, now=timezone.now())
        assert title(visitor, listing) == "Rendang daging"

    def test_languages_questions_and_fragments_are_pages_of_their_own(self, visitor):
        listing = goods().listing
        pages = [
            visitor.get(f"/produk/{listing.slug}/").content,
            visitor.get(f"/en/produk/{listing.slug}/").content,
            visitor.get(f"/produk/{listing.slug}/?jumlah=2").content,
            visitor.get(f"/produk/{listing.slug}/", headers=HTMX).content,
        ]
        assert len(set(pages)) == 4

    def test_a_page_that_is_not_there_is_not_kept(self, visitor):
        assert visitor.get("/produk/rendang-nenek/").status_code == HTTPStatus.NOT_FOUND
        listing = goods().listing
        Listing.objects.filter(pk=listing.pk).update(slug="rendang-nenek")
        assert visitor.get("/produk/rendang-nenek/").status_code == HTTPStatus.OK

    def test_a_redis_that_is_gone_only_costs_time(self, visitor):
        listing = goods().listing
        gone = {"default": {"BACKEND": "config.caches.ForgetfulRedisCache", "LOCATION": GONE}}
        with override_settings(CACHES=gone):
            assert title(visitor, listing) == "Rendang daging"
            Listing.objects.filter(pk=listing.pk).update(title_id="Dendeng batokok")
            assert title(visitor, listing) == "Dendeng batokok"
            for _time in range(2):
                limits.spend("test", "me", most=1, within=timedelta(minutes=1))


class TestWhatIsKept:
    @pytest.mark.parametrize("telling", ["cookie", "session", "private", "no-store", "refused"])
    def test_what_is_of_one_visitor_never_is(self, telling):
        calls = []

        @kept
        def view(request):
            calls.append(1)
            response = HttpResponse("Halo", status=403 if telling == "refused" else 200)
            if telling == "cookie":
                response.set_cookie("a", "b")
            request.session.accessed = telling == "session"
            if telling in ("private", "no-store"):
                response["Cache-Control"] = telling
            return response

        for _time in range(2):
            request = RequestFactory().get("/")
            request.session = type("Session", (), {"accessed": False})()
            view(request)
        assert len(calls) == 2

    def test_a_form_that_is_sent_is_always_taken(self):
        calls = []
        view = kept(lambda request: calls.append(1) or HttpResponse("Halo"))
        for _time in range(2):
            request = RequestFactory().post("/")
            request.session = type("Session", (), {"accessed": False})()
            view(request)
        assert len(calls) == 2


class TestGrowingOld:
    @pytest.fixture
    def asked(self):
        """A view that says how often it was made; while it is made, another visitor may come."""
        made = []

        def ask(*, meanwhile=None):
            @kept
            def view(request):
                if meanwhile is not None:
                    seen.append(meanwhile())
                made.append(1)
                response = HttpResponse(f"{len(made)}")
                response.status_code = 200 if is_there else 404
                return response

            seen: list[str] = []
            request = RequestFactory().get("/")
            request.session = type("Session", (), {"accessed": False})()
            content = view(request).content.decode()
            return (content, *seen)

        is_there = True

        def vanish():
            nonlocal is_there
            is_there = False

        ask.vanish = vanish
        return ask

    def test_one_visitor_makes_it_anew_and_the_others_get_the_old_one(self, asked, today):
        assert asked() == ("1",)
        today.shift(59)
        assert asked() == ("1",)
        today.shift(2)
        assert asked(meanwhile=lambda: asked()[0]) == ("2", "1")
        assert asked() == ("2",)

    def test_one_that_is_gone_is_not_shown_any_more(self, asked, today):
        assert asked() == ("1",)
        today.shift(61)
        asked.vanish()
        assert asked() == ("2",)
        assert asked() == ("3",)

    def test_a_text_grows_old_like_a_page(self, today):
        made = []

        def ask(words="sold out", *, meanwhile=None):
            def make():
                seen = meanwhile() if meanwhile is not None else ""
                made.append(1)
                return f"{len(made)}{seen}"

            return kept_text(RequestFactory().post("/"), words, make)

        assert (ask(), ask(), ask("two are left")) == ("1", "1", "2")
        today.shift(61)
        assert ask(meanwhile=lambda: f", meanwhile {ask()}") == "3, meanwhile 1"
        assert ask() == "3, meanwhile 1"


class TestForgetfulRedisCache:
    def test_answers_like_an_empty_cache(self):
        gone = ForgetfulRedisCache(GONE, {"OPTIONS": {"socket_connect_timeout": 0.2}})
        gone.set("a", 1)
        assert (gone.get("a"), gone.get("a", 7), gone.get_or_set("a", 5)) == (None, 7, 5)
        assert gone.add("a", 1) is True
        assert gone.delete("a") is False
        with pytest.raises(ValueError, match="a"):
            gone.incr("a")
