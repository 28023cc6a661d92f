"""The public API: one shape for answers, one for refusals, never a 500."""

import json
import re

import pytest
from django.core.cache import cache

from search import queries, suggestions
from tests.search.province import Down

SEARCH, SUGGEST = "/api/v1/search", "/api/v1/suggest"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.mark.django_db
class TestSearch:
    def test_answers_in_the_promised_shape(self, client, standing_province):
        answer = client.get(SEARCH, {"q": "jam gadang"})
        found = answer.json()
        assert (answer.status_code, found["total"], found["page"]) == (200, 2, 1)
        first = found["results"][0]
        assert (first["type"], first["title"], first["region"], first["region_code"]) == (
            "destination",
            "Jam Gadang",
            "Bukittinggi",
            "13.75",
        )
        assert first["url"].startswith("http://")
        assert [(value["value"], value["count"]) for value in found["facets"]["type"]] == [
            ("destination", 1),
            ("ticket", 1),
        ]
        assert set(found["facets"]) == {"type", "region", "category", "price"}

    def test_filters_by_type_region_price_and_day(self, client, standing_province):
        def total(**asked):
            return client.get(SEARCH, asked).json()["total"]

        assert total(q="rendang", type="product") == total(q="rendang", type="goods") == 4
        assert total(q="rendang", region="bukittinggi") == total(q="rendang", region="13.75") == 1
        assert total(q="rendang", region="bukittinggi,padang") == 4
        assert total(q="rendang", price_max=45_000) == 2
        assert total(type="ticket", day="2026-11-29") == 1
        assert total(type="ticket", day="2026-12-25") == 0

    def test_speaks_english_if_asked(self, client, standing_province):
        first = client.get(SEARCH, {"q": "rendang telur", "lang": "en", "region": "padang"}).json()["results"][0]
        assert (first["title"], "/en/produk/" in first["url"]) == ("Egg rendang", True)

    def test_is_open_to_every_origin_and_to_any_host(self, client, standing_province):
        answer = client.get(SEARCH, {"q": "jam"}, headers={"host": "127.0.0.1:8000", "origin": "https://example.org"})
        assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, "*")

    def test_still_answers_without_the_server(self, client, standing_province, monkeypatch):
        monkeypatch.setattr(queries, "engine", Down)
        monkeypatch.setattr(suggestions, "engine", Down)
        found = client.get(SEARCH, {"q": "rendang"}).json()
        assert (found["limited"], found["total"]) == (True, 4)


@pytest.mark.django_db
class TestBadInput:
    @pytest.mark.parametrize(
        "asked",
        [
            {"page": "abc"},
            {"type": "spaceship"},
            {"lang": "xx"},
            {"region": "atlantis"},
            {"sort": "random"},
            {"lat": "1"},
            {"lat": "nan", "lon": "1"},
            {"lat": "91", "lon": "0"},
            {"day": "tomorrow"},
            {"price_min": "cheap"},
            {"within_km": "far"},
        ],
    )
    def test_what_cannot_be_meant_is_a_plain_422(self, client, standing_province, asked):
        answer = client.get(SEARCH, asked)
        problem = answer.json()
        assert answer.status_code == 422
        assert set(problem) == {"code", "message", "fields"}
        assert (problem["code"], bool(problem["message"])) == ("invalid_input", True)

    @pytest.mark.parametrize("page", ["-1", "0", "1", "999999999999999999999"])
    def test_a_page_out_of_range_is_the_nearest(self, client, standing_province, page):
        answer = client.get(SEARCH, {"q": "rendang", "page": page})
        assert (answer.status_code, answer.json()["page"], answer.json()["total"]) == (200, 1, 4)

    @pytest.mark.parametrize("q", ["x" * 200_000, "\x00\x01", "a AND (b OR", "%", "🏝️", "<script>"])
    def test_any_text_is_answered(self, client, standing_province, q):
        assert client.get(SEARCH, {"q": q}).status_code == 200
        assert client.get(SUGGEST, {"q": q}).status_code == 200

    def test_prices_beyond_all_bounds_are_answered(self, client, standing_province):
        answer = client.get(
            SEARCH, {"q": "rendang", "price_min": "-99999999999999999999", "price_max": "99999999999999999999999"}
        )
        assert (answer.status_code, answer.json()["total"]) == (200, 4)

    def test_an_unknown_address_is_a_404(self, client, standing_province):
        assert client.get("/api/v1/nothing").status_code == 404

    def test_too_many_requests_are_refused_in_words(self, client, standing_province, settings):
        settings.API_REQUESTS_PER_MINUTE = 3
        answers = [client.get(SUGGEST, {"q": "ja"}) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[3].json()["code"] == "too_many"


@pytest.mark.django_db
class TestSuggest:
    def test_finishes_names(self, client, standing_province):
        lines = client.get(SUGGEST, {"q": "jam g"}).json()["suggestions"]
        assert [(line["text"], line["type"]) for line in lines] == [
            ("Jam Gadang", "destination"),
            ("Naik Jam Gadang", "ticket"),
        ]
        assert all(line["url"].startswith("http://") for line in lines)


@pytest.mark.django_db
class TestDocumentation:
    def test_the_description_names_every_parameter(self, client):
        schema = json.loads(client.get("/api/v1/openapi.json").content)
        names = {parameter["name"] for parameter in schema["paths"]["/api/v1/search"]["get"]["parameters"]}
        assert {"q", "type", "region", "page", "lang"} <= names

    def test_the_page_needs_no_script_from_elsewhere(self, client):
        page = client.get("/api/v1/docs", headers={"host": "lapau.localhost"})
        html = page.content.decode()
        assert page.status_code == 200
        assert "GET /api/v1/search" in html
        outside = [
            url
            for url in re.findall(r'(?:src|<link[^>]+href)="(https?://[^"]+)"', html)
            if "lapau.localhost" not in url
        ]
        assert outside == []
        assert "<style" not in html
        assert not re.search(r"<script(?![^>]*src=)", html)
