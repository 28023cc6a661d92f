import pytest
from django.core.exceptions import ValidationError

from cms.branding import services
from cms.branding.contrast import contrast
from cms.branding.models import Brand
from foundation.outbox.models import Event
from tests.cms.house import COLOURS, NOW
from tests.factories.regions import RegencyFactory

ROW = COLOURS | {"motif": "ombak", "edge": "bukit", "radius": 8}


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ffffff", "#ffffff", 1.0)]
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert round(contrast(one, other), 2) == ratio
    assert round(contrast(other, one), 2) == ratio


@pytest.mark.django_db
class TestLoadBrands:
    def test_saves_readable_brands_and_changes_them_on_a_repeat(self):
        region = RegencyFactory()
        services.load_brands(brands=[ROW | {"region_code": region.code}], now=NOW)
        services.load_brands(brands=[ROW | {"region_code": region.code, "radius": 20}], now=NOW)
        brand = Brand.objects.get()
        assert (brand.slug, brand.motif, brand.radius) == (region.slug, "ombak", 20)
        assert list(Event.objects.values_list("topic", "key")) == [("brand.changed", str(region.pk))] * 2

    @pytest.mark.parametrize(
        ("field", "colour"),
        [
            ("ink_light", "#9a9a9a"),
            ("brand_light", "#8fb0c8"),
            ("on_brand_dark", "#6a90ac"),
            ("accent_light", "#e0d0a0"),
            ("brand_dark", "merah"),
        ],
    )
    def test_refuses_what_people_cannot_read_and_saves_nothing(self, field, colour):
        with pytest.raises(ValidationError) as refusal:
            services.load_brands(brands=[ROW | {"region_code": RegencyFactory().code, field: colour}], now=NOW)
        assert field in refusal.value.error_dict
        assert (Brand.objects.count(), Event.objects.count()) == (0, 0)
