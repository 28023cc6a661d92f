from types import SimpleNamespace

from frontend.parts.pictures import from_image
from frontend.parts.values import Source


def file(name: str) -> SimpleNamespace:
    return SimpleNamespace(name=name, url=f"/media/{name}")


def rendition(width: int, kind: str, spec: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(
        filter_spec=spec or f"width-{width}|format-{kind}",
        width=width,
        height=width * 3 // 4,
        file=file(f"a.{width}.{kind}"),
    )


def image(*renditions: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(
        title="Danau",
        width=1200,
        height=900,
        file=file("a.webp"),
        renditions=SimpleNamespace(all=lambda: list(renditions)),
    )


def test_the_widths_that_exist_are_offered_best_type_first():
    picture = from_image(
        image(rendition(640, "webp"), rendition(320, "webp"), rendition(320, "avif"), rendition(640, "jpg")),
        alt="Danau",
        sample=True,
    )
    assert picture.sources == (
        Source("image/avif", "/media/a.320.avif 320w"),
        Source("image/webp", "/media/a.320.webp 320w, /media/a.640.webp 640w"),
    )
    assert (picture.src, picture.srcset) == ("/media/a.640.jpg", "/media/a.640.jpg 640w")
    assert (picture.width, picture.height, picture.alt, picture.sample) == (640, 480, "Danau", True)


def test_the_admins_thumbnails_are_not_offered():
    picture = from_image(image(rendition(165, "jpg", spec="max-165x165")))
    assert (picture.src, picture.srcset, picture.sources) == ("/media/a.webp", "", ())


def test_the_original_is_shown_until_there_are_renditions():
    picture = from_image(image())
    assert (picture.src, picture.width, picture.height) == ("/media/a.webp", 1200, 900)
