"""Making the sizes of pictures."""

from collections.abc import Iterable
from time import monotonic

from django.db.models import Count, Q, QuerySet

from cms.media.models import Image
from cms.media.renditions import LIGHT_SPEC, SHARE_SPEC, SPECS


def make_share_picture(image: Image | None) -> str:
    """The path of the picture in lists, made with its light twin if they are not there yet; nothing for no picture."""
    if image is None:
        return ""
    made = image.get_renditions(SHARE_SPEC, LIGHT_SPEC)
    return str(made[SHARE_SPEC].file.name)


def make_renditions(*, images: Iterable[Image], specs: tuple[str, ...] = SPECS) -> None:
    """Make the sizes that are missing; a repeat changes nothing."""
    for image in images:
        image.get_renditions(*specs)


def lacking() -> QuerySet[Image]:
    """Pictures of which a size is missing."""
    made = Count("renditions", filter=Q(renditions__filter_spec__in=SPECS))
    return Image.objects.annotate(made=made).filter(made__lt=len(SPECS))


def make_missing_renditions(*, seconds: float = 30) -> int:
    """Make sizes of pictures that lack some, until the time is up; returns how many pictures were looked after."""
    began, done = monotonic(), 0
    for image in lacking().order_by("pk").prefetch_related("renditions")[:200]:
        if monotonic() - began > seconds:
            break
        make_renditions(images=[image])
        done += 1
    return done
