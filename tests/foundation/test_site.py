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
