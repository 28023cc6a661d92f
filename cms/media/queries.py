"""Pictures as pages show them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from cms.media.models import Image, Rendition
from cms.media.renditions import LIGHT_SPEC, MEDIA_TYPES, SHARE_SPEC, SPECS


class Source(NamedTuple):
    """One row of a ``<picture>``: a type, and the widths it comes in."""

    type: str
    srcset: str


@dataclass(frozen=True)
class Picture:
    """A picture at every size it has been made in; ``src`` is what any browser reads. A page never waits for a size."""

    src: str
    width: int
    height: int
    alt: str = ""
    sources: tuple[Source, ...] = ()
    srcset: str = ""
    sample: bool = False
    credit: str = ""


def pictures(image_ids: Iterable[int | None], *, language: str) -> dict[int, Picture]:
    """Pictures by image key: two queries, however many."""
    wanted = {key for key in image_ids if key is not None}
    if not wanted:
        return {}
    images = Image.objects.filter(pk__in=wanted).prefetch_related("renditions")
    return {image.pk: as_picture(image, language=language) for image in images}


def light_pictures(share_pictures: Iterable[str]) -> dict[str, str]:
    """The path of the light twin (AVIF) of each picture in lists that has one: two queries, however many."""
    wanted = set(filter(None, share_pictures))
    if not wanted:
        return {}
    shared = Rendition.objects.filter(file__in=wanted, filter_spec=SHARE_SPEC)
    image_of = dict(shared.values_list("file", "image_id"))
    light = Rendition.objects.filter(image_id__in=set(image_of.values()), filter_spec=LIGHT_SPEC)
    path_of = dict(light.values_list("image_id", "file"))
    return {share: path_of[image] for share, image in image_of.items() if image in path_of}


def as_picture(image: Image, *, language: str) -> Picture:
    """An image whose renditions are loaded. Without any JPEG or WebP, the original is shown."""
    by_type: dict[str, dict[int, Rendition]] = defaultdict(dict)
    for rendition in image.renditions.all():
        kind = MEDIA_TYPES.get(rendition.file.name.rpartition(".")[2].lower())
        if kind and rendition.filter_spec in SPECS:
            by_type[kind][rendition.width] = rendition
    jpegs = by_type.pop("image/jpeg", {})
    # Between an upload and its JPEG there may be the WebP of lists; the original of a camera is the last resort.
    plain = jpegs or by_type.get("image/webp", {})
    fallback = plain[max(plain)] if plain else None
    sources = tuple(
        Source(kind, ", ".join(f"{rendition.url} {width}w" for width, rendition in sorted(by_type[kind].items())))
        for kind in dict.fromkeys(MEDIA_TYPES.values())
        if by_type.get(kind)
    )
    return Picture(
        src=fallback.url if fallback else image.file.url,
        width=fallback.width if fallback else image.width,
        height=fallback.height if fallback else image.height,
        alt=image.alt(language),
        sources=sources,
        sample=image.is_sample,
        credit=image.credit,
    )
