import pytest
from django.utils.translation import override

from foundation.site import site_name


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("id", "Lapau Sumbar: wisata dan produk UMKM"),
        ("id-id", "Lapau Sumbar: wisata dan produk UMKM"),
        ("en", "Lapau Sumbar: travel and local products"),
        (None, "Lapau Sumbar: wisata dan produk UMKM"),
    ],
)
def test_the_platform_is_named_in_the_language_of_the_page(language, name):
    with override(language):
        assert site_name() == name


@pytest.mark.django_db
def test_an_english_page_wears_the_english_name(client):
    page = client.get("/en/cara-membeli/").content.decode()
    assert page.count("travel and local products") == 4
    assert "wisata dan produk UMKM" not in page
