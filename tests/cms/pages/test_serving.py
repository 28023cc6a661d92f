"""Pages as visitors get them."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms.pages import services
from cms.pages.models import PageTariff
from cms.pages.services import Words
from foundation.clock import WIB
from tests.cms.house import NOW, picture
from tourism.destinations.services import close
from tourism.hazards.models import HazardSource, Severity
from tourism.hazards.services import declare


def get(url, client=None):
    """The answer of a site, and its page."""
    host, _slash, path = url.removeprefix("http://").partition("/")
    answer = (client or Client(headers={"host": host})).get(f"/{path}")
    return answer, BeautifulSoup(answer.content, "html.parser")


def text(page):
    return " ".join(page.get_text(" ").split())


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


class TestAddresses:
    def test_every_site_answers_in_both_languages(self, house):
        for url, language, title in [
            ("http://lapau.localhost:8000/", "id", "Mau ke mana di Sumatera Barat?"),
            ("http://lapau.localhost:8000/en/", "en", "Where to in Sumatera Barat?"),
            ("http://bukittinggi.lapau.localhost:8000/", "id", "Bukittinggi"),
            ("http://bukittinggi.lapau.localhost:8000/en/", "en", "Bukittinggi"),
        ]:
            answer, page = get(url)
            assert (answer.status_code, page.html["lang"], page.h1.get_text()) == (200, language, title)

    def test_a_page_says_where_it_belongs_and_what_its_twin_is(self, house):
        # Also when it is read as a path of the province's site.
        answer, page = get("http://lapau.localhost:8000/bukittinggi/tempat/jam-gadang/")
        assert answer.status_code == 200
        assert (
            page.find("link", rel="canonical")["href"] == "http://bukittinggi.lapau.localhost:8000/tempat/jam-gadang/"
        )
        assert {link["hreflang"]: link["href"] for link in page.find_all("link", hreflang=True)} == {
            "id": "http://bukittinggi.lapau.localhost:8000/tempat/jam-gadang/",
            "en": "http://bukittinggi.lapau.localhost:8000/en/places/jam-gadang/",
            "x-default": "http://bukittinggi.lapau.localhost:8000/tempat/jam-gadang/",
        }
        assert page.html["data-region"] == "bukittinggi"

    def test_the_language_is_the_addresss_alone(self, house):
        client = Client(headers={"host": "bukittinggi.lapau.localhost:8000", "accept-language": "en"})
        assert get("http://bukittinggi.lapau.localhost:8000/", client)[1].html["lang"] == "id"


class TestDestinationPage:
    url = "http://bukittinggi.lapau.localhost:8000/tempat/jam-gadang/"

    def test_what_is_unknown_stays_unknown(self, house):
        words = text(get(self.url)[1].main)
        for sentence in [
            "Belum diperiksa dinas",
            "Jam buka tempat ini belum diisi dinas. Tanyakan dulu sebelum berangkat jauh.",
            "Belum diisi dinas",
            "Belum ada tarif resmi yang bisa kami tampilkan.",
            "Akses kursi roda Belum diperiksa",
            "Toilet Belum diperiksa",
            "Belum ada fakta yang diperiksa petugas di tempat.",
        ]:
            assert sentence in words

    def test_both_languages_show_the_facts_that_the_indonesian_page_published(self, house):
        page = house.jam_gadang
        page.tariff_rows = [
            PageTariff(
                what_id="Masuk",
                what_en="Entry",
                amount=5_000,
                legal_basis="Perda contoh 1/2026",
                valid_from_date=date(2026, 1, 1),
            )
        ]
        page.facilities, page.opening_hours, page.checked_at = {"TOILET": "YES"}, "Mo-Su 08:00-17:00", NOW
        page.save_revision().publish()
        indonesian = text(get(self.url)[1].main)
        english = text(get("http://bukittinggi.lapau.localhost:8000/en/places/jam-gadang/")[1].main)
        for sentence in [
            "Buka sampai Min 22 Nov, 17.00 WIB.",
            "Masuk",
            "Rp5.000",
            "Perda contoh 1/2026",
            "Toilet Ada",
            "Fakta diperiksa dinas",
        ]:
            assert sentence in indonesian
        for sentence in ["Open until Sun 22 Nov, 17:00 WIB.", "Entry", "Rp5.000", "Toilet Yes", "Built in 1926."]:
            assert sentence in english

    def test_a_closure_is_said_at_once_and_first(self, house):
        place = house.row(house.jam_gadang)
        close(
            destination_ids=[place.pk],
            starts_at=NOW,
            ends_at=None,
            reason_id="Perbaikan lantai",
            reason_en="Floor repairs",
            declared_by_id=None,
            now=NOW,
        )
        page = get(self.url)[1]
        assert text(page.find(role="alert")) == "Tutup Perbaikan lantai"
        english = get("http://bukittinggi.lapau.localhost:8000/en/places/jam-gadang/")[1]
        assert text(english.find(role="alert")) == "Closed Floor repairs"
        assert "Tutup" in text(get("http://bukittinggi.lapau.localhost:8000/tempat/")[1].main)

    def test_an_unpublished_place_is_gone_from_pages_and_lists(self, house):
        house.jam_gadang.unpublish()
        assert get(self.url)[0].status_code == 404
        assert "Jam Gadang" not in text(get("http://bukittinggi.lapau.localhost:8000/tempat/")[1].main)

    def test_asks_the_database_as_often_whatever_is_near(self, house):
        def add(name):
            facts = {"category": "MUSEUM", "latitude": -0.306, "longitude": 100.37}
            image = picture(name)
            services.create_destination_page(
                home=house.bukittinggi, slug=name, name=name, facts=facts, picture_id=image.pk, now=NOW
            )

        def asked():
            get(self.url)
            with CaptureQueriesContext(connection) as queries:
                get(self.url)
            return len(queries)

        add("satu")
        few = asked()
        for name in ("dua", "tiga", "empat", "lima"):
            add(name)
        assert asked() == few
        assert few <= 30


class TestHomes:
    def test_a_home_shows_its_own_places_with_tagline_and_no_others(self, house):
        words = text(get("http://bukittinggi.lapau.localhost:8000/")[1].main)
        assert "Semboyan" in words
        assert "Jam Gadang" in words
        assert "Pantai Rahasia Padang" not in words

    def test_silence_of_the_feeds_is_not_called_safe(self, house):
        words = text(get("http://bukittinggi.lapau.localhost:8000/")[1].main)
        assert "Belum ada data cuaca dan bahaya terkini." in words
        assert "Tidak ada pengumuman yang berlaku" not in words

    def test_a_notice_stands_on_the_home_of_its_region_only(self, house):
        declare(
            source=HazardSource.MANUAL,
            severity=Severity.DANGER,
            title_id="Banjir bandang",
            text_id="Jauhi sungai.",
            region_id=house.bukittinggi.region_id,
            effective_at=NOW,
            expires_at=None,
            now=NOW,
        )
        assert "Banjir bandang" in text(get("http://bukittinggi.lapau.localhost:8000/")[1].main)
        assert "Banjir bandang" not in text(get("http://padang.lapau.localhost:8000/")[1].main)


class TestEvents:
    @pytest.fixture
    def saluang(self, house):
        start = datetime(2026, 11, 28, 20, tzinfo=WIB)
        dates = [
            {"starts_at": start + timedelta(days=number), "ends_at": start + timedelta(days=number, hours=2)}
            for number in range(3)
        ]
        return services.create_event_page(
            home=house.bukittinggi,
            slug="saluang",
            name="Saluang",
            facts={"name_en": "Flute night", "venue_text": "Pasar Ateh"},
            occurrences=dates,
            now=NOW,
        )

    def test_days_on_end_are_one_entry(self, house, saluang):
        events = get("http://bukittinggi.lapau.localhost:8000/en/events/")[1].find_all("li", class_="event")
        assert [text(event) for event in events] == [
            "Nov 28 Flute night Pasar Ateh, 20:00 WIB Until Monday, 30 November 2026"
        ]

    def test_a_calendar_can_be_subscribed_to(self, house, saluang):
        for path in ("acara/kalender/", "acara/saluang/kalender/"):
            answer = get(f"http://bukittinggi.lapau.localhost:8000/{path}")[0]
            assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
            assert answer.content.count(b"BEGIN:VEVENT") == 3

    def test_the_page_lists_its_dates(self, house, saluang):
        words = text(get(saluang.full_url)[1].main)
        assert "Sabtu, 28 November 2026" in words
        assert "Pasar Ateh" in words


def test_a_story_shows_its_blocks_in_both_languages(house):
    image = picture()
    blocks = [
        ("picture", {"image": image, "caption": "Menara"}),
        ("quote", {"text": "Alam takambang jadi guru", "who": "pepatah"}),
        ("place", {"page": house.jam_gadang}),
    ]
    story = services.create_story_page(
        home=house.bukittinggi,
        words_id=Words(
            "Pagi di menara", slug="pagi", lead="Kabut naik.", body=[("text", "<p>Satu cangkir kopi.</p>"), *blocks]
        ),
        words_en=Words(
            "Morning at the tower", lead="Mist rises.", body=[("text", "<p>One cup of coffee.</p>"), *blocks]
        ),
        now=NOW,
    )
    indonesian, english = get(story.full_url)[1].main, get(house.english(story).full_url)[1].main
    assert "Satu cangkir kopi." in text(indonesian)
    assert "One cup of coffee." in text(english)
    for page in (indonesian, english):
        assert "Alam takambang jadi guru" in text(page)
        assert [link.get_text() for link in page.select(".results h3 a")] == ["Jam Gadang"]
    assert indonesian.select_one("figure img")["alt"] == "Menara jam"
    assert english.select_one("figure img")["alt"] == "A clock tower"
