"""The sizes of pictures."""

from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image as PillowImage
from PIL import ImageCms

from cms.media.models import Image
from cms.media.queries import as_picture, light_pictures
from cms.media.renditions import SPECS
from cms.media.services import make_missing_renditions, make_share_picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Wagtail remembers renditions by their picture's key, which every test uses anew."""
    cache.clear()


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def uploaded(mode: str = "RGB", **options) -> Image:
    content = BytesIO()
    PillowImage.new(mode, (1300, 900)).save(content, "JPEG", **options)
    file = ImageFile(ContentFile(content.getvalue()), name="danau.jpg")
    return Image.objects.create(title="Danau", file=file, alt_id="Danau", alt_en="A lake")


@pytest.mark.parametrize(("mode", "options"), [("RGB", {}), ("RGB", {"icc_profile": SRGB}), ("CMYK", {})])
def test_every_size_and_format_is_made_once(mode, options):
    image = uploaded(mode, **options)
    assert make_missing_renditions() == 1
    assert make_missing_renditions() == 0
    made = {rendition.filter_spec: rendition for rendition in image.renditions.all()}
    assert set(made) == set(SPECS)
    for spec, rendition in made.items():
        with rendition.file.open() as file, PillowImage.open(file) as picture:
            assert (picture.format or "").lower() == spec.rpartition("-")[2]
            assert picture.width == int(spec.partition("|")[0].removeprefix("width-"))
    assert as_picture(image, language="id").src == made["width-640|format-jpeg"].url


def test_until_then_the_largest_webp_is_shown_before_the_original():
    image = uploaded()
    assert as_picture(image, language="id").src == image.file.url
    small = image.get_rendition("width-320|format-webp")
    assert as_picture(Image.objects.get(pk=image.pk), language="id").src == small.url


def test_the_picture_of_lists_is_made_with_its_light_twin(django_assert_num_queries):
    image = uploaded()
    share = make_share_picture(image)
    light = image.renditions.get(filter_spec="width-320|format-avif").file.name
    lone = uploaded().get_rendition("width-320|format-webp").file.name
    with django_assert_num_queries(2):
        assert light_pictures([share, lone, "", "elsewhere.webp"]) == {share: light}
    assert light_pictures([""]) == {}
