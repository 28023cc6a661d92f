"""Whatever is typed or written into an address gets a sensible answer, soon: on the page, in suggestions and in the API."""

from time import process_time

import pytest
from django.core.cache import cache

from search.models import Document
from tests.frontend.visiting import HTMX
from tests.search.province import _rows_of_the_module, standing_province  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

HUGE = 200_000
TEXTS = {
    "200 kB of one letter": "a" * HUGE,
    "200 kB of words": "rendang " * (HUGE // 8),
    "200 kB of different words": " ".join(f"kata{number}" for number in range(HUGE // 9)),
    "200 kB of marks": "“" * HUGE,
    "200 kB of accents on one letter": "a" + "\u0301" * HUGE,
    "200 kB of dashes": "-" * HUGE,
    "200 kB of doubled words": "oleh-" * (HUGE // 5),
    "control characters": "".join(map(chr, range(32))) + "\x7f\x85",
    "NUL bytes": "ren\x00dang",
    "directions and joiners": "\u202e\u200d\ufeffrendang\u2066",
    "lone surrogates": "\ud800rendang",
    "every plane": "𝕣𝕖𝕟𝕕𝕒𝕟𝕘 🏝️ 日本語 العربية",
    "query syntax": 'title:(rendang OR *) AND NOT "x"~2^9 {a TO b} /.*/ \\',
    "JSON": '{"query": {"match_all": {}}}',
    "SQL": "' OR 1=1; DROP TABLE search_document; --",
    "LIKE marks": "%_%\\%",
    "a template": "{{ 7*7 }}{% debug %}",
    "a script": '"><script>alert(1)</script>',
    "only fillers": "di ke dari yang dan untuk",
    "nothing": "   ",
}
ADDRESSES = [
    "page=-1", "page=0", "page=10000000", "page=1e9", "page=NaN", "page=" + "9" * 5_000, "page=41", "page=%00",
    "region=" + "x" * 10_000, "region=%00", "&".join(["region=13.75"] * 500), "category=%ff", "type=spaceship", "type=",
    "price=5-1", "price=-", "price=" + "9" * 300, "price=1-2-3", "price_min=-5", "price_min=" + "9" * 13, "price_max=1e5",
    "day=2026-13-45", "day=0001-01-01", "day=9999-12-31", "day=" + "1" * 999, "sort=%27", "sort=nearest", "exact=banana",
    "lat=-91&lon=0", "lat=1e309&lon=1", "lat=nan&lon=nan", "lat=&lon=", "lat=0&lon=181", "lat=0&lon=0&within=0",
    "lat=0&lon=0&within=999999", "box=1,1,0,0", "box=-90,-180,90,180", "box=0,179,1,-179", "box=,,,", "box=1,2,3,4,5", "map=maybe",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _province(standing_province):  # noqa: F811
    cache.clear()


@pytest.mark.parametrize("text", TEXTS)
def test_any_text(client, text):
    q = (
        TEXTS[text].encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        if "\ud800" in TEXTS[text]
        else TEXTS[text]
    )
    here = {"host": "lapau.localhost:8000"}
    began = process_time()
    page = client.get("/cari/", {"q": q}, headers=here)
    lines = client.get("/cari/saran/", {"q": q}, headers=here | HTMX)
    found = client.get("/api/v1/search", {"q": q})
    typed = client.get("/api/v1/suggest", {"q": q})
    took = process_time() - began
    assert [answer.status_code for answer in (page, lines, found, typed)] == [200] * 4
    assert "<script>alert(1)" not in page.content.decode()
    assert 0 <= found.json()["total"] <= Document.objects.live().count()
    assert took < 3, "four answers cost much only where the input is looked at again and again"


@pytest.mark.parametrize("address", ADDRESSES)
def test_any_address(client, address):
    page = client.get(f"/cari/?q=rendang&{address}", headers={"host": "lapau.localhost:8000"})
    assert page.status_code == 200
    answer = client.get(f"/api/v1/search?q=rendang&{address}")
    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        assert answer.json()["code"] == "invalid_input"


def test_the_deepest_page_is_the_last_that_is_counted(client):
    answer = client.get("/api/v1/search?page=999999").json()
    assert (answer["page"], answer["pages"]) == (1, 1)
