"""robots.txt and sitemaps: what a site tells search engines, held against what its pages say of themselves."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import PageViewRestriction, Site

from cms.pages import services
from cms.pages.models import DestinationPage
from cms.pages.services import Words
from foundation.outbox.services import publish
from frontend.crawlers import views
from frontend.crawlers.sections import Entry
from marketplace.catalog.models import ListingKind, ListingStatus
from marketplace.shops.models import ShopStatus
from tests.cms.house import NOW
from tests.factories.catalog import AdmissionFactory, ListingFactory, VariantFactory
from tests.factories.shops import ShopFactory
from tourism.destinations.facts import Category
from tourism.destinations.models import Destination

PROVINCE, BUKITTINGGI = "http://lapau.localhost:8000", "http://bukittinggi.lapau.localhost:8000"
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
BUILT = "2026-11-22T03:00:00Z"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


def get(url, **extra):
    host, _slash, path = url.removeprefix("http://").partition("/")
    return Client(headers={"host": host}).get(f"/{path}", **extra)


def entries(url):
    """What a sitemap lists: for each address when it was changed, and its alternates."""
    answer = get(url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/xml")
    return {
        row.findtext("s:loc", namespaces=NAMES): (
            row.findtext("s:lastmod", namespaces=NAMES),
            {link.get("hreflang"): link.get("href") for link in row.findall("x:link", NAMES)},
        )
        for row in ET.fromstring(answer.content).findall("s:url", NAMES)
    }


def parts(url):
    return [row.text for row in ET.fromstring(get(url).content).findall("s:sitemap/s:loc", NAMES)]


@pytest.fixture
def shop(house):
    return ShopFactory(slug="sanjai", region=house.padang.region, opened_at=datetime(2026, 10, 1, tzinfo=UTC))


@pytest.fixture
def things(house, shop):
    """One of each kind of thing that a sitemap lists."""
    place = house.row(house.jam_gadang)
    services.create_event_page(
        home=house.bukittinggi, slug="saluang", name="Saluang", facts={"name_en": "Flute", "venue": place},
        occurrences=[{"starts_at": NOW + timedelta(days=3)}], now=NOW,
    )  # fmt: skip
    services.create_trip_page(
        home=house.bukittinggi, slug="sehari", name="Sehari", facts={"name_en": "A day", "days": 1},
        stops=[{"destination": place}], now=NOW,
    )  # fmt: skip
    services.create_story_page(
        home=house.province, words_id=Words("Kisah", slug="kisah"), words_en=Words("Story", slug="story"), now=NOW
    )
    goods = VariantFactory(listing__shop=shop, listing__slug="keripik").listing
    VariantFactory(listing=AdmissionFactory(shop=shop, destination=place, slug="masuk"))
    return goods


def allows(text, path):
    """Whether a robots.txt lets everybody read a path: the rule of RFC 9309, in which a star is anything."""
    rules = [line.removeprefix("Disallow: ") for line in text.splitlines() if line.startswith("Disallow: ")]
    return not any(re.match(re.escape(rule).replace(r"\*", ".*"), path) for rule in rules)


class TestRobots:
    @pytest.mark.parametrize("origin", [PROVINCE, BUKITTINGGI])
    def test_names_the_sites_own_sitemap(self, house, origin):
        answer = get(f"{origin}/robots.txt")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
        lines = answer.text.splitlines()
        assert lines[0] == "User-agent: *"
        assert lines[-1] == f"Sitemap: {origin}/sitemap.xml"

    @pytest.mark.parametrize("prefix", ["", "/en"])
    @pytest.mark.parametrize(
        ("path", "is_open"),
        [
            *((path, True) for path in ("/", "/tempat/jam-gadang/", "/produk/keripik/", "/tiket/masuk/", "/toko/sanjai/")),
            *((path, True) for path in ("/belanja/", "/belanja/padang/", "/kategori/rendang/", "/cari/", "/hari-ini/")),
            *((path, False) for path in ("/cari/?type=goods", "/belanja/padang/?price=0-50000", "/kategori/rendang/?page=2")),
            *((path, False) for path in ("/cari/saran/?q=ren", "/potongan/pribadi/", "/buka-toko/")),
        ],
    )  # fmt: skip
    def test_closes_what_nobody_should_find(self, house, prefix, path, is_open):
        assert allows(get(f"{PROVINCE}/robots.txt").text, prefix + path) is is_open

    @pytest.mark.parametrize("language", ["id", "en"])
    def test_closes_each_room_where_it_really_is(self, house, language):
        text = get(f"{PROVINCE}/robots.txt").text
        with override(language):
            doors = [
                reverse("checkout:cart"), reverse("checkout:checkout"), reverse("checkout:order", args=["7K2M"]),
                reverse("account:home"), reverse("account:orders"), reverse("account:find_order"),
                reverse("account_login"), reverse("seller:open"), reverse("seller:home"), reverse("gate:home"),
                reverse("tickets:show", args=["abc"]), reverse("tickets:order", args=["abc"]),
                reverse("tickets:closed_visit", args=["abc"]), reverse("tickets:refund_account", args=["abc"]),
                reverse("wagtailadmin_home"), reverse("midtrans_notification"), reverse("iris_notification"),
                "/api/v1/search",
            ]  # fmt: skip
        assert [door for door in doors if allows(text, door)] == []

    def test_lets_styles_scripts_and_pictures_through(self, house):
        text = get(f"{PROVINCE}/robots.txt").text
        paths = ["/static/bundle/share.png", "/media/a.jpg", reverse("parts:brands", args=["1"]), "/sitemap.xml"]
        assert [allows(text, path) for path in paths] == [True] * 4


class TestSitemap:
    def test_a_region_lists_its_own_pages_with_their_twins(self, house):
        home = {"id": f"{BUKITTINGGI}/", "en": f"{BUKITTINGGI}/en/", "x-default": f"{BUKITTINGGI}/"}
        place = {
            "id": f"{BUKITTINGGI}/tempat/jam-gadang/",
            "en": f"{BUKITTINGGI}/en/places/jam-gadang/",
            "x-default": f"{BUKITTINGGI}/tempat/jam-gadang/",
        }
        found = entries(f"{BUKITTINGGI}/sitemap.xml")
        for said in (home, place):
            assert {address: found[address] for address in said.values()} == dict.fromkeys(said.values(), (BUILT, said))
        assert {address for address in found if not address.startswith(f"{BUKITTINGGI}/")} == set()

    def test_the_province_lists_what_has_its_canonical_address_there(self, things):
        found = entries(f"{PROVINCE}/sitemap.xml")
        mine = {address.removeprefix(PROVINCE): changed for address, (changed, _links) in found.items()}
        for path, changed in {
            "/": BUILT,
            "/produk/keripik/": "2026-11-01T00:00:00Z",
            "/tiket/masuk/": "2026-11-01T00:00:00Z",
            # A shop shows what it sells, so it changes with it.
            "/toko/sanjai/": "2026-11-01T00:00:00Z",
        }.items():
            assert (mine[path], mine[f"/en{path}"]) == (changed, changed)
        assert {path for path in mine if not path.startswith("/")} == set()
        assert "/bukittinggi/" not in mine

    @pytest.mark.parametrize(
        ("origin", "most_telling"), [(PROVINCE, "/produk/keripik/"), (BUKITTINGGI, "/tempat/jam-gadang/")]
    )
    def test_every_address_is_what_its_page_says(self, things, origin, most_telling):
        found = entries(f"{origin}/sitemap.xml")
        assert origin + most_telling in found
        for address, (changed, links) in found.items():
            answer = get(address)
            page = BeautifulSoup(answer.content, "html.parser")
            assert (answer.status_code, page.find("link", rel="canonical")["href"]) == (200, address)
            assert {link["hreflang"]: link["href"] for link in page.find_all("link", hreflang=True)} == links
            assert page.find("meta", attrs={"name": "robots"}) is None
            assert changed is not None

    def test_every_kind_of_page_is_there(self, things):
        region, province = entries(f"{BUKITTINGGI}/sitemap.xml"), entries(f"{PROVINCE}/sitemap.xml")
        for slug, found in [("saluang", region), ("sehari", region), ("jam-gadang", region), ("kisah", province)]:
            assert [address for address in found if address.endswith(f"/{slug}/") and "/en/" not in address]

    def test_what_nobody_may_see_is_not_there(self, house, shop):
        closed = ShopFactory(slug="tutup", region=house.padang.region, status=ShopStatus.SUSPENDED)
        ListingFactory(shop=shop, slug="konsep", status=ListingStatus.DRAFT)
        ListingFactory(shop=closed, slug="milik-tutup")
        # Nights are not for sale yet: they have no page.
        ListingFactory(shop=shop, slug="bermalam", kind=ListingKind.STAY)
        found = " ".join(entries(f"{PROVINCE}/sitemap.xml"))
        assert "/toko/sanjai/" in found
        assert [slug for slug in ("tutup", "konsep", "bermalam") if slug in found] == []

    def test_an_unpublished_page_leaves_its_twin_alone(self, house):
        house.english(house.jam_gadang).unpublish()
        address = f"{BUKITTINGGI}/tempat/jam-gadang/"
        found = entries(f"{BUKITTINGGI}/sitemap.xml")
        assert found[address][1] == {"id": address, "x-default": address}
        assert f"{BUKITTINGGI}/en/places/jam-gadang/" not in found

    def test_a_page_behind_a_restriction_is_not_there_nor_what_lies_below(self, house):
        above = house.jam_gadang.get_parent()
        PageViewRestriction.objects.create(page=above, restriction_type=PageViewRestriction.LOGIN)
        found = entries(f"{BUKITTINGGI}/sitemap.xml")
        assert [address for address in found if address.startswith(f"{BUKITTINGGI}/tempat/")] == []
        assert f"{BUKITTINGGI}/en/places/" in found

    def test_a_page_that_has_published_no_facts_is_not_there(self, house):
        Destination.objects.filter(translation_key=house.jam_gadang.translation_key).delete()
        assert get(f"{BUKITTINGGI}/tempat/jam-gadang/").status_code == 404
        assert "jam-gadang" not in " ".join(entries(f"{BUKITTINGGI}/sitemap.xml"))

    def test_costs_the_same_for_however_many(self, house, shop, django_assert_num_queries):
        def cost(origin, queries):
            get(f"{origin}/sitemap.xml")
            with django_assert_num_queries(queries):
                get(f"{origin}/sitemap.xml")

        for batch in range(2):
            cost(BUKITTINGGI, 7)
            cost(PROVINCE, 11)
            for number in range(5):
                services.create_destination_page(
                    home=house.bukittinggi,
                    slug=f"tempat-{batch}{number}",
                    name="Tempat",
                    facts={"category": Category.BEACH},
                    now=NOW,
                )
                ListingFactory(shop=shop)
        assert len([address for address in entries(f"{BUKITTINGGI}/sitemap.xml") if "tempat-" in address]) == 20

    def test_where_the_sites_are_is_asked_once_for_all_pages(self, house, monkeypatch):
        asked, ask = [], Site.get_site_root_paths
        monkeypatch.setattr(Site, "get_site_root_paths", lambda: asked.append(1) or ask())
        assert len(entries(f"{BUKITTINGGI}/sitemap.xml")) > 2
        assert len(asked) == 1


class TestParts:
    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch):
        monkeypatch.setattr(views, "MOST_IN_ONE", 10)
        monkeypatch.setattr(views, "MOST_IN_A_PART", 4)

    def test_a_long_one_is_an_index_of_parts_that_hold_everything_once(self, things, monkeypatch):
        ListingFactory.create_batch(3, shop=things.shop)
        named = parts(f"{PROVINCE}/sitemap.xml")
        assert [name.removeprefix(PROVINCE) for name in named if "pages" not in name] == [
            "/sitemap-shops-1.xml",
            "/sitemap-listings-1.xml",
            "/sitemap-listings-2.xml",
            "/sitemap-listings-3.xml",
        ]
        read = [entries(name) for name in named]
        assert max(map(len, read)) == 4
        monkeypatch.setattr(views, "MOST_IN_ONE", 1_000)
        whole = entries(f"{PROVINCE}/sitemap.xml")
        assert sum(map(len, read)) == len(whole)
        assert {address: entry for part in read for address, entry in part.items()} == whole

    def test_as_many_as_fit_in_one_are_not_parted(self, house, monkeypatch):
        monkeypatch.setattr(views, "MOST_IN_ONE", 0)
        most = sum(len(entries(name)) for name in parts(f"{BUKITTINGGI}/sitemap.xml"))
        monkeypatch.setattr(views, "MOST_IN_ONE", most)
        assert len(entries(f"{BUKITTINGGI}/sitemap.xml")) == most
        monkeypatch.setattr(views, "MOST_IN_ONE", most - 1)
        assert len(parts(f"{BUKITTINGGI}/sitemap.xml")) == -(-most // 4)

    @pytest.mark.parametrize(
        "url",
        [
            f"{PROVINCE}/sitemap-listings-0.xml",
            f"{PROVINCE}/sitemap-listings-2.xml",
            f"{PROVINCE}/sitemap-listings-{10**30}.xml",
            f"{PROVINCE}/sitemap-orders-1.xml",
            f"{BUKITTINGGI}/sitemap-listings-1.xml",
        ],
    )
    def test_a_part_that_is_not_there_is_not_found(self, things, url):
        assert get(f"{PROVINCE}/sitemap-listings-1.xml").status_code == 200
        assert get(url).status_code == 404


class TestAsking:
    @pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml"])
    def test_an_unknown_name_is_sent_to_the_provinces(self, house, path):
        answer = get(f"http://lain.lapau.localhost:8000{path}")
        assert (answer.status_code, answer.headers["Location"]) == (301, PROVINCE + path)

    @pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml"])
    def test_asking_for_the_head_alone_is_answered(self, house, path):
        answer = Client(headers={"host": "lapau.localhost:8000"}).head(path)
        assert (answer.status_code, answer.content) == (200, b"")

    @pytest.mark.parametrize(
        "path", ["/en/sitemap.xml", "/en/robots.txt", "/sitemap.xml/", "/robots.txt/", "/bukittinggi/sitemap.xml"]
    )
    def test_there_is_none_anywhere_else(self, house, path):
        answer = Client(headers={"host": "lapau.localhost:8000"}).get(path, follow=True)
        assert (answer.status_code, len(answer.redirect_chain) <= 1) == (404, True)

    def test_a_site_may_be_asked_by_another_port(self, house):
        assert get("http://bukittinggi.lapau.localhost:1/robots.txt").text.endswith(
            f"Sitemap: {BUKITTINGGI}/sitemap.xml\n"
        )

    def test_nothing_is_sent_to_it(self, house):
        assert Client(headers={"host": "lapau.localhost:8000"}).post("/sitemap.xml").status_code == 405

    def test_whoever_has_it_is_told_so_until_it_changes(self, house):
        tag = get(f"{BUKITTINGGI}/sitemap.xml").headers["ETag"]
        assert get(f"{BUKITTINGGI}/sitemap.xml", headers={"if-none-match": tag}).status_code == 304
        DestinationPage.objects.get(pk=house.jam_gadang.pk).unpublish()
        assert get(f"{BUKITTINGGI}/sitemap.xml", headers={"if-none-match": tag}).status_code == 200

    def test_it_is_kept_until_anything_changes(
        self, things, settings, django_assert_num_queries, django_capture_on_commit_callbacks
    ):
        settings.KEPT_PAGE_SECONDS = 60
        cache.clear()
        first = get(f"{PROVINCE}/sitemap.xml")
        assert first.headers["Cache-Control"] == "public, max-age=300"
        with django_assert_num_queries(0):
            assert get(f"{PROVINCE}/sitemap.xml").content == first.content
        # Who made the things has told of it in this transaction, and is told once for each.
        connection.run_on_commit.clear()
        with django_capture_on_commit_callbacks(execute=True):
            ListingFactory(shop=things.shop, slug="baru")
            publish(topic="listing.changed", key=1, now=NOW)
        assert f"{PROVINCE}/produk/baru/" in entries(f"{PROVINCE}/sitemap.xml")


def test_an_address_cannot_leave_its_element():
    lines = "".join(views.urlset([Entry({"id": "http://a/?a=1&b=\"<'"}, None)]))
    row = ET.fromstring(lines).find("s:url", NAMES)
    assert row.findtext("s:loc", namespaces=NAMES) == row.find("x:link", NAMES).get("href") == "http://a/?a=1&b=\"<'"
    assert row.find("s:lastmod", NAMES) is None


def test_a_moment_is_written_in_utc():
    assert views.written(datetime.fromisoformat("2026-11-22T10:00:00+07:00")) == BUILT
