"""Wagtail images as pictures of our parts, from the renditions that exist: a page never waits for one to be made."""

from collections import defaultdict
from typing import Protocol

from frontend.parts.values import Picture, Source

# Best first: a browser takes the first type it knows.
TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg", "jpeg": "image/jpeg"}


class File(Protocol):
    name: str

    @property
    def url(self) -> str: ...


class Rendition(Protocol):
    filter_spec: str
    width: int
    height: int
    file: File


class Renditions(Protocol):
    def all(self) -> "list[Rendition]": ...


class Image(Protocol):
    title: str
    width: int
    height: int
    file: File
    renditions: Renditions


def from_image(image: Image, *, alt: str = "", sample: bool = False, credit: str = "") -> Picture:
    """The image in every width it has been rendered to (``width-640|format-avif`` and such), JPEG last.

    Without any rendition the original is shown. Prefetch ``renditions``: this runs no query then.
    """
    by_type: dict[str, dict[int, Rendition]] = defaultdict(dict)
    for rendition in image.renditions.all():
        kind = TYPES.get(rendition.file.name.rsplit(".", 1)[-1].lower())
        if kind and rendition.filter_spec.startswith("width-"):
            by_type[kind][rendition.width] = rendition
    srcsets = {
        kind: ", ".join(f"{rendition.file.url} {width}w" for width, rendition in sorted(by_type[kind].items()))
        for kind in dict.fromkeys(TYPES.values())
        if by_type[kind]
    }
    jpegs = by_type["image/jpeg"]
    fallback = jpegs[max(jpegs)] if jpegs else None
    return Picture(
        src=fallback.file.url if fallback else image.file.url,
        srcset=srcsets.pop("image/jpeg", ""),
        sources=tuple(Source(kind, srcset) for kind, srcset in srcsets.items()),
        width=fallback.width if fallback else image.width,
        height=fallback.height if fallback else image.height,
        alt=alt,
        sample=sample,
        credit=credit,
    )
