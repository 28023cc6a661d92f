from datetime import UTC, date, datetime

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from frontend.parts import icons
from frontend.parts.templatetags import lapau
from frontend.parts.values import DateChoice, Place

SUNDAY = date(2026, 11, 22)
# 23.30 UTC on Saturday is Sunday morning in Padang.
HALF_PAST_SIX = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)


def rendered(source: str, **context: object) -> str:
    return Template("{% load lapau %}" + source).render(Context(context))


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "words"), [(0, "Rp0"), (1_250_000, "Rp1.250.000"), (-500, "-Rp500"), (None, "")]
    )
    def test_is_written_as_people_do(self, amount, words):
        assert lapau.rupiah(amount) == words

    @pytest.mark.parametrize(
        ("amount", "indonesian", "english"),
        [(500, "Rp500", "Rp500"), (25_000, "25 rb", "25k"), (1_500_000, "1,5 jt", "1.5m"), (2_000_000, "2 jt", "2m")],
    )
    def test_is_short_in_a_narrow_place(self, amount, indonesian, english):
        with override("id"):
            assert lapau.ribu(amount) == indonesian
        with override("en"):
            assert lapau.ribu(amount) == english


class TestDaysAndTimes:
    def test_are_written_in_the_visitors_language_and_in_wib(self):
        with override("id"):
            assert lapau.tanggal(SUNDAY) == "Minggu, 22 November 2026"
            assert lapau.waktu(HALF_PAST_SIX) == "Minggu, 22 November 2026, 06.30 WIB"
            assert (lapau.hari_pendek(SUNDAY), lapau.bulan_pendek(SUNDAY)) == ("Min", "Nov")
            assert lapau.bulan(SUNDAY) == "November 2026"
            assert lapau.weekdays() == ["Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min"]
        with override("en"):
            assert lapau.waktu(HALF_PAST_SIX) == "Sunday, 22 November 2026, 06:30 WIB"

    def test_of_nothing_are_nothing(self):
        assert lapau.tanggal(None) == lapau.tanggal_pendek(None) == lapau.jam(None) == lapau.waktu(None) == ""

    def test_a_day_that_cannot_be_chosen_says_why(self):
        with override("id"):
            assert lapau.date_label(DateChoice(day=SUNDAY, reason="tutup")) == "Minggu, 22 November 2026, tutup"
            assert lapau.date_label(DateChoice(day=SUNDAY, price=25_000)) == "Minggu, 22 November 2026, Rp25.000"


class TestNumbersAndNames:
    @pytest.mark.parametrize(
        ("number", "words"),
        [
            ("+6281234567890", "0812-3456-7890"),
            ("+60123456789", "+60 12-345 6789"),
            ("bukan nomor", "bukan nomor"),
            ("", ""),
        ],
    )
    def test_a_phone_number_is_written_as_people_dial_it(self, number, words):
        assert lapau.telepon(number) == words

    def test_numbers_follow_the_language(self):
        with override("id"):
            assert (lapau.angka(4.8), lapau.angka(5.0), lapau.angka(1014)) == ("4,8", "5", "1.014")
        with override("en"):
            assert (lapau.angka(4.8), lapau.angka(1014)) == ("4.8", "1,014")

    def test_initials_are_at_most_two(self):
        assert lapau.inisial("Koperasi contoh Solok Rajo") == "KC"


class TestIcon:
    def test_is_hidden_from_screen_readers_and_carries_no_style(self):
        drawn = rendered('{% icon "ticket" %}')
        assert drawn.startswith('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path')
        assert "style" not in drawn

    def test_an_unknown_name_is_a_mistake_of_ours(self):
        with pytest.raises(icons.UnknownIcon):
            icons.shape("gonjong")


class TestQr:
    def test_holds_the_text_black_on_white_without_style(self):
        drawn = rendered("{% qr text 'Kode QR tiket' %}", text="LPU1.7K3M92QX")
        assert 'role="img" aria-label="Kode QR tiket"' in drawn
        assert 'viewBox="-4 -4 29 29"' in drawn  # version 1: 21 modules and the quiet zone
        assert "style" not in drawn

    def test_a_label_cannot_break_out(self):
        assert "<b>" not in rendered("{% qr 'x' label %}", label='"><b>')


class TestAddresses:
    def test_a_view_that_does_not_exist_gives_nothing(self):
        assert rendered('{% address "nothing:here" as url %}[{{ url }}]') == "[]"

    def test_each_language_of_a_page_is_offered(self):
        request = RequestFactory().get("/cari/", {"q": "danau"})
        with override("id"):
            assert lapau.translations_of_this(Context({"request": request})) == {
                "id": "/cari/?q=danau",
                "en": "/en/cari/?q=danau",
            }

    def test_an_address_without_languages_offers_the_first_page(self):
        request = RequestFactory().get("/pola/")
        with override("id"):
            assert lapau.alternates_of_this(Context({"request": request})) == {}
            assert lapau.translations_of_this(Context({"request": request})) == {"id": "/", "en": "/en/"}

    def test_the_page_itself_knows_better(self):
        given = {"id": "/ngarai/", "en": "/en/canyon/"}
        assert lapau.translations_of_this(Context({"alternates": given})) == given

    def test_home_is_the_provinces(self, settings):
        settings.SITE_ORIGIN = "http://lapau.test"
        with override("id"):
            assert lapau.home_url() == "http://lapau.test/"
        with override("en"):
            assert lapau.home_url() == "http://lapau.test/en/"


def test_page_numbers_leave_out_the_middle():
    page = Paginator(range(200), 10).page(7)
    assert lapau.page_numbers(page) == [1, "…", 6, 7, 8, "…", 20]


def test_places_reach_the_map_as_json():
    place = Place(title='"Jam" </b>', latitude=-0.3, longitude=100.4, url="/x/")
    assert lapau.map_points([place]) == '[{"lat": -0.3, "lon": 100.4, "title": "\\"Jam\\" </b>", "url": "/x/"}]'
