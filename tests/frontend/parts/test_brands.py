from types import SimpleNamespace

import pytest

from frontend.parts import brands


def brand(slug: str = "agam", **changes: object) -> SimpleNamespace:
    colours = {
        f"{token}_{theme}": value
        for token in brands.COLOURS
        for theme, value in (("light", "#112233"), ("dark", "#ddeeff"))
    }
    return SimpleNamespace(**{"slug": slug, "radius": 6, "motif": "ombak", "edge": "bukit", **colours, **changes})


def test_a_brand_overrides_tokens_inside_its_region_alone():
    assert brands.stylesheet([brand()]) == (
        '@layer tokens{[data-region="agam"]{'
        "--paper:light-dark(#112233,#ddeeff);--sheet:light-dark(#112233,#ddeeff);--ink:light-dark(#112233,#ddeeff);"
        "--brand:light-dark(#112233,#ddeeff);--brand-strong:light-dark(#112233,#ddeeff);"
        "--on-brand:light-dark(#112233,#ddeeff);--accent:light-dark(#112233,#ddeeff);--radius:6px;"
        "--motif:var(--motif-ombak);--edge:var(--edge-bukit);--mark:var(--mark-bukit)}}\n"
    )


def test_the_provinces_brand_comes_first_and_is_the_pages():
    text = brands.stylesheet([brand("agam"), brand("")])
    assert text.startswith("@layer tokens{:root{")
    assert text.index(":root") < text.index("agam")


@pytest.mark.parametrize("bad", ["red;}body{display:none", "#12345", "url(//x)", "</style>"])
def test_what_is_no_colour_or_name_never_reaches_the_page(bad):
    text = brands.stylesheet([brand(brand_light=bad, motif=bad, edge=bad)])
    assert bad not in text
    assert "--brand:" not in text
    assert "--motif" not in text
    assert brands.stylesheet([brand(slug='x"]{}')]) == "@layer tokens{}\n"


@pytest.mark.django_db
class TestStylesheetView:
    def test_is_kept_for_good_under_its_own_version(self, client):
        response = client.get(f"/merek.{brands.version()}.css", headers={"host": "lapau.localhost"})
        assert response.headers["Content-Type"] == "text/css; charset=utf-8"
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.content.startswith(b"@layer tokens{")

    def test_is_kept_briefly_under_an_old_version(self, client):
        response = client.get("/merek.0000000000.css", headers={"host": "lapau.localhost"})
        assert (response.status_code, response.headers["Cache-Control"]) == (200, "public, max-age=60")
