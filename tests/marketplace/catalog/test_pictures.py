"""Pictures are made here, as phones make them: turned by EXIF, with a position, in wide colours."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from foundation.outbox.models import Event
from foundation.outbox.services import drain
from marketplace.catalog import pictures, services, tasks
from marketplace.catalog.models import Picture
from marketplace.catalog.queries import picture_view
from tests.factories.catalog import ListingPictureFactory

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def photo(
    width: int = 800, height: int = 600, *, kind: str = "JPEG", mode: str = "RGB", colour="red", **options
) -> bytes:
    content = BytesIO()
    Image.new(mode, (width, height), colour).save(content, kind, **options)
    return content.getvalue()


def phone_photo(**options) -> bytes:
    """Upright only by EXIF, and with the position of somebody's home in it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Telepon Contoh"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "S", (0.0, 18.0, 20.0)
    return photo(exif=exif, **options)


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


class TestNormalised:
    # HEIC says in the picture itself how it lies, and its EXIF orientation is to be ignored.
    @pytest.mark.parametrize(("kind", "size"), [("JPEG", (600, 800)), ("HEIF", (800, 600))])
    def test_turns_upright_and_drops_the_position(self, kind: str, size: tuple[int, int]):
        given = phone_photo(kind=kind)
        assert opened(given).getexif()

        kept = opened(pictures.normalised(given))

        assert (kept.format, kept.size) == ("JPEG", size)
        assert not kept.getexif()
        assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
    def test_reads_what_phones_make(self, kind: str):
        assert opened(pictures.normalised(photo(kind=kind))).size == (800, 600)

    def test_keeps_no_more_pixels_than_pages_show(self):
        assert opened(pictures.normalised(photo(4000, 1000))).size == (1920, 480)

    def test_lays_see_through_parts_on_white(self):
        kept = opened(pictures.normalised(photo(kind="PNG", mode="RGBA", colour=(0, 0, 0, 0))))
        assert kept.getpixel((400, 300)) == (255, 255, 255)

    def test_turns_wide_colours_into_srgb(self):
        from PIL import ImageCms

        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        kept = opened(pictures.normalised(photo(icc_profile=profile)))
        assert "icc_profile" not in kept.info
        red, green, blue = kept.getpixel((400, 300))
        assert (red > 250, green < 5, blue < 5) == (True, True, True)

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"not a picture", "bukan gambar"),
            (b"", "bukan gambar"),
            (photo(kind="GIF", mode="P", colour=1), "bukan gambar"),
            (photo()[:2000], "bukan gambar"),
            (photo(199, 600), "terlalu kecil"),
            (b"\x00" * (12 * 1024 * 1024 + 1), "12 MB"),
        ],
        ids=["text", "empty", "gif", "cut off", "small", "large"],
    )
    def test_refuses_what_cannot_be_shown(self, content: bytes, words: str):
        with pytest.raises(pictures.PictureRefused, match=words):
            pictures.normalised(content)

    def test_refuses_a_bomb_before_unpacking_it(self):
        with pytest.raises(pictures.PictureRefused, match="50 megapiksel"):
            pictures.normalised(photo(8000, 7000, kind="PNG", mode="1", colour=0))


class TestRendition:
    @pytest.mark.parametrize(("ending", "kind"), [("avif", "AVIF"), ("webp", "WEBP"), ("jpg", "JPEG")])
    def test_is_made_in_every_format(self, ending: str, kind: str):
        made = opened(pictures.encoded(pictures.narrowed(pictures.decoded(photo(1200, 900)), 320), ending))
        assert (made.format, made.size) == (kind, (320, 240))

    def test_is_never_blown_up(self):
        assert pictures.narrowed(pictures.decoded(photo(240, 300)), 320).size == (240, 300)

    @pytest.mark.parametrize(("width", "shown"), [(250, (320,)), (700, (320, 640)), (1920, (320, 640, 960))])
    def test_comes_in_the_widths_that_the_picture_has(self, width: int, shown: tuple[int, ...]):
        assert pictures.widths_of(width) == shown


@pytest.mark.django_db
class TestAddPicture:
    def add(self, content: bytes) -> Picture:
        return services.add_picture(upload=ContentFile(content, name="IMG_0001.HEIC"), now=NOW)

    def test_keeps_a_picture_once_by_its_content(self):
        first, again = self.add(phone_photo()), self.add(phone_photo())
        assert first == again
        assert (first.width, first.height, first.rendered_at) == (600, 800, None)
        assert Event.objects.filter(topic="picture.added").count() == 1
        # Nothing of the phone's own file name goes out.
        assert first.file.name.startswith("listings/")
        assert "IMG" not in first.file.name

    def test_keeps_nothing_of_what_it_refuses(self):
        with pytest.raises(pictures.PictureRefused):
            self.add(b"<svg onload='alert(1)'/>")
        assert not Picture.objects.exists()

    @pytest.mark.parametrize(("width", "shown"), [(700, 640), (400, 320), (250, 250)])
    def test_a_small_jpeg_is_shown_until_the_renditions_are_made(self, width: int, shown: int):
        picture = self.add(photo(width, 525))
        view = picture_view(picture, alt="Rendang")
        name = picture.file.name.replace(".jpg", "-640.jpg" if width == 700 else "-320.jpg")
        assert (view.src, view.sources, view.alt) == (default_storage.url(name), (), "Rendang")
        with default_storage.open(name) as file, Image.open(file) as made:
            assert (made.format, made.width) == ("JPEG", shown)

    def test_the_worker_makes_every_rendition(self, settings):
        picture = self.add(photo(700, 525))
        shown_by = ListingPictureFactory(picture=picture).listing_id

        drain(now=NOW)

        picture.refresh_from_db()
        assert picture.rendered_at is not None
        view = picture_view(picture)
        assert [source.type for source in view.sources] == ["image/avif", "image/webp"]
        stem = picture.file.name.removesuffix(".jpg")
        assert view.src == default_storage.url(f"{stem}-640.jpg")
        url = default_storage.url
        assert view.sources[0].srcset == f"{url(f'{stem}-320.avif')} 320w, {url(f'{stem}-640.avif')} 640w"
        for width in (320, 640):
            for ending in ("avif", "webp", "jpg"):
                with default_storage.open(f"{stem}-{width}.{ending}") as file, Image.open(file) as made:
                    assert made.width == width
        assert Event.objects.filter(topic="listing.changed", key=str(shown_by)).exists()

    def test_rendering_again_makes_nothing_more(self, monkeypatch):
        picture = self.add(photo())
        services.render_picture(picture_id=picture.pk, now=NOW)
        monkeypatch.setattr(pictures, "encoded", lambda *args, **kwargs: pytest.fail("rendered twice"))
        services.render_picture(picture_id=picture.pk, now=NOW)

    def test_while_one_worker_renders_another_leaves_it_to_it(self):
        picture = self.add(photo())
        cache.add(tasks.LOCK, True, 60)
        tasks.render_waiting_pictures()
        assert Picture.objects.get().rendered_at is None
        cache.delete(tasks.LOCK)
        tasks.render_waiting_pictures()
        assert Picture.objects.get(pk=picture.pk).rendered_at is not None

    def test_one_run_ends_after_some_seconds_and_another_goes_on(self, monkeypatch):
        for colour in ("blue", "green", "red"):
            self.add(photo(colour=colour))
        runs, clock = [], iter([0, 1, 2, tasks.LONGEST_RUN + 1, 30, 31])
        monkeypatch.setattr(tasks, "monotonic", lambda: next(clock))
        monkeypatch.setattr(tasks.render_waiting_pictures, "delay", lambda: runs.append(1))
        tasks.render_waiting_pictures()
        assert (Picture.objects.filter(rendered_at=None).count(), runs) == (1, [1])
        tasks.render_waiting_pictures()
        assert (Picture.objects.filter(rendered_at=None).count(), runs) == (0, [1])

    def test_the_beat_heals_a_lost_wake_up_and_one_broken_file_stops_no_other(self, caplog):
        broken, whole = self.add(photo(colour="blue")), self.add(photo(colour="green"))
        default_storage.delete(broken.file.name)

        tasks.render_waiting_pictures()

        assert list(Picture.objects.filter(rendered_at=None)) == [broken]
        assert "could not be rendered" in caplog.text
        assert Picture.objects.exclude(rendered_at=None).get() == whole
