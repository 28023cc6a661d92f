import gzip
import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import get_resolver
from django.utils.translation import override
from django.views import defaults

from frontend.parts import icons
from frontend.parts.samples import SampleForm

ROOT = Path(settings.BASE_DIR) / "frontend"
DIST = ROOT / "assets" / "dist"


@pytest.fixture
def client(client):
    client.defaults["HTTP_HOST"] = settings.SITE_DOMAIN
    return client


def soup(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


@pytest.mark.django_db
class TestName:
    @pytest.mark.parametrize(
        "by",
        [
            {"HTTP_HOST": f"{settings.SITE_DOMAIN.upper()}:8000"},
            {"HTTP_HOST": f"{settings.SITE_DOMAIN}:1"},
            {"HTTP_X_FORWARDED_HOST": "evil.example"},
            {"wsgi.url_scheme": "https"},
        ],
    )
    def test_a_page_of_the_house_has_one_address_by_whatever_name_it_was_asked_for(self, client, by):
        page = soup(client.get("/cara-membeli/?dari=surat", **by))
        assert page.find("link", rel="canonical")["href"] == f"{settings.SITE_ORIGIN}/cara-membeli/"
        assert {link["hreflang"]: link["href"] for link in page.select("link[rel=alternate][hreflang]")} == {
            "id": f"{settings.SITE_ORIGIN}/cara-membeli/",
            "en": f"{settings.SITE_ORIGIN}/en/cara-membeli/",
            "x-default": f"{settings.SITE_ORIGIN}/cara-membeli/",
        }

    @pytest.mark.parametrize("path", ["/", "/api/v1/search", "/akun/login/"])
    @pytest.mark.parametrize("name", ["", "a, b", "\u00f0\u009f"])
    def test_a_name_that_is_none_is_refused_in_words(self, client, path, name):
        answer = client.get(path, HTTP_HOST=name)
        assert answer.status_code == 400
        assert "rusak di pihak kami" not in answer.text


@pytest.mark.django_db
class TestPatternList:
    @pytest.mark.parametrize(
        ("query", "heading", "language"), [("", "Pola tampilan", "id"), ("?bahasa=en", "Pattern list", "en")]
    )
    def test_shows_every_part_in_both_languages(self, client, query, heading, language):
        page = soup(client.get(f"/pola/{query}"))
        assert page.html["lang"] == language
        assert heading in [head.text for head in page.find_all("h1")]
        for part in (
            ".card--row",
            ".cal__days",
            ".slots",
            ".qty",
            ".errors",
            ".empty",
            ".group",
            ".ticket svg",
            ".time",
            ".paging",
            "dialog",
            ".map-ask",
        ):
            assert page.select_one(part), part

    def test_wears_the_brand_that_is_asked_for(self, client):
        page = soup(client.get("/pola/?daerah=bukittinggi"))
        assert page.html["data-region"] == "bukittinggi"
        assert page.select_one(".mark").text.startswith("Bukittinggi")

    def test_no_two_things_have_one_name(self, client):
        page = soup(client.get("/pola/"))
        names = [tag["id"] for tag in page.find_all(id=True) if not tag["id"].startswith("id_")]
        assert len(names) == len(set(names))


def resolve_error(status):
    return get_resolver().resolve_error_handler(status)


@pytest.mark.django_db
class TestErrors:
    def test_nothing_found_says_so_and_offers_the_search(self, client):
        response = client.get("/pribadi/bukan-alamat/")
        page = soup(response)
        assert response.status_code == 404
        assert page.h1.text == "Halaman tidak ditemukan"
        assert page.select_one("form.find")

    def test_in_the_admin_too_it_speaks_a_language_of_the_site(self):
        # As Wagtail's catalogue calls Indonesian.
        with override("id-id"):
            page = soup(resolve_error(404)(RequestFactory().get("/admin/bukan-alamat/"), Http404()))
        assert page.html["lang"] == "id"
        assert page.h1.text == "Halaman tidak ditemukan"
        assert "id-id" not in str(page)

    def test_a_refusal_tells_a_stranger_no_more_than_that(self):
        request = RequestFactory().get("/toko/orang-lain/")
        with override("id"):
            page = soup(defaults.permission_denied(request, PermissionDenied("a secret")))
        assert page.h1.text == "Halaman tidak ditemukan"
        assert "secret" not in page.text

    def test_a_broken_page_needs_neither_context_nor_database(self):
        page = soup(defaults.server_error(RequestFactory().get("/")))
        assert page.h1.text == "Ada yang rusak di pihak kami"

    @pytest.mark.parametrize("broken", [RuntimeError, ValueError])
    def test_it_needs_no_styles_either_if_they_are_what_broke(self, monkeypatch, broken):
        def missing(path: str) -> str:
            raise broken(path)

        monkeypatch.setattr("frontend.parts.templatetags.lapau.vite_asset", missing)
        page = soup(defaults.server_error(RequestFactory().get("/")))
        assert page.h1.text == "Ada yang rusak di pihak kami"
        assert page.find("script") is None

    def test_without_signal_there_is_a_page_to_keep(self, client):
        assert soup(client.get("/luring/")).h1.text == "Tidak ada sinyal"


class TestForm:
    def test_an_error_is_said_at_the_field_and_in_the_summary(self):
        with override("id"):
            page = BeautifulSoup(
                SampleForm({"name": "Rina", "phone": "08", "region": "a", "halal": "yes"}).render(), "html.parser"
            )
        phone = page.find("input", {"name": "phone"})
        assert phone["aria-invalid"] == "true"
        assert page.find(id=phone["aria-describedby"]).text.strip() == "Kurang dua angka."
        assert page.select_one(".errors b").text == "1 isian perlu diperbaiki"
        assert page.select_one(f'.errors a[href="#{phone["id"]}"]').text == "Nomor telepon: Kurang dua angka."

    def test_choices_are_rows_to_tick_under_one_question(self):
        with override("id"):
            page = BeautifulSoup(SampleForm().render(), "html.parser")
        question = page.find("legend", string=re.compile("Halal")).parent
        assert [row.text.strip() for row in question.select("label.check")] == [
            "Punya sertifikat halal",
            "Sertifikat sedang diurus",
        ]
        assert not page.select(".errors")


class TestPersonalFragment:
    def test_carries_the_count_to_the_bar_and_messages_as_toasts(self):
        with override("id"):
            answer = render_to_string(
                "_parts/personal.html", {"cart_count": 3, "person": "Rina", "messages": ["Masuk keranjang"]}
            )
        page = BeautifulSoup(answer, "html.parser")
        assert page.find(id="bar-count").text == "3 di keranjang"
        assert page.select_one("#toasts[hx-swap-oob=beforeend] .toast span").text == "Masuk keranjang"


class TestAssets:
    def test_every_icon_that_a_page_names_is_built(self):
        named = {
            name
            for path in (ROOT / "templates").rglob("*.html")
            for name in re.findall(r'{% icon "([a-z0-9-]+)" %}', path.read_text(encoding="utf-8"))
        }
        assert named - set(icons.shapes()) == set()

    def test_the_first_view_stays_light(self):
        manifest = json.loads((DIST / "manifest.json").read_text())
        entry = manifest["src/main.ts"]
        weights = {name: len(gzip.compress((DIST / name).read_bytes(), 9)) for name in (entry["file"], *entry["css"])}
        assert weights[entry["file"]] <= 20_000
        assert weights[entry["css"][0]] <= 14_000
