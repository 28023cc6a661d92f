"""What is asked of the catalog: pictures as pages show them, and what a variant costs on a day.

Cards and listing pages also say what is left, so they come from the room above: ``inventory.queries``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter

from django.core.files.storage import default_storage

from foundation.compiled import Among, Compiled
from marketplace.catalog.models import Category, DatedPrice, Picture, Variant
from marketplace.catalog.pictures import FORMATS, middle_of, rendition_name, widths_of


@dataclass(frozen=True)
class PictureSource:
    """One format of a picture: its media type, and its files by width as ``srcset`` wants them."""

    type: str
    srcset: str


@dataclass(frozen=True)
class PictureView:
    """A picture as the template part ``_parts/image.html`` shows it; until its renditions are made, only ``src``."""

    src: str
    width: int
    height: int
    alt: str = ""
    sources: tuple[PictureSource, ...] = ()
    srcset: str = ""
    sample: bool = False


@dataclass(frozen=True)
class CategoryChoice:
    """A shelf, in the visitor's language."""

    id: int
    slug: str
    name: str
    kind: str


def picture_view(picture: Picture, *, alt: str = "") -> PictureView:
    """A picture ready for a page; no query."""
    name = picture.file.name or ""
    src = default_storage.url(rendition_name(name, middle_of(picture.width), "jpg"))
    bare = PictureView(src=src, width=picture.width, height=picture.height, alt=alt, sample=picture.is_sample)
    if picture.rendered_at is None:
        return bare
    widths = widths_of(picture.width)
    *better, plain = (PictureSource(FORMATS[ending][0], _srcset(name, widths, ending)) for ending in FORMATS)
    return replace(bare, sources=tuple(better), srcset=plain.srcset)


def _srcset(name: str, widths: Sequence[int], ending: str) -> str:
    return ", ".join(f"{default_storage.url(rendition_name(name, width, ending))} {width}w" for width in widths)


def price_on(variants: Iterable[Variant], day: date) -> dict[int, int]:
    """What each variant costs on a day, by variant key; one query."""
    return dict(prices_on(variants, [day])[day])


_dated_prices = Compiled(lambda: DatedPrice.objects.filter(Among("variant", "variants")))


def prices_on(variants: Iterable[Variant], days: Collection[date]) -> Mapping[date, Mapping[int, int]]:
    """What each variant costs on each of the days, by day and variant key; one query."""
    usual = {variant.pk: variant.price for variant in variants}
    rows: defaultdict[int, list[DatedPrice]] = defaultdict(list)
    for row in sorted(_dated_prices(variants=list(usual)) if usual else (), key=attrgetter("pk")):
        rows[row.variant_id].append(row)
    return {day: {key: _price(price, rows[key], day) for key, price in usual.items()} for day in days}


def _price(usual: int, rows: Iterable[DatedPrice], day: date) -> int:
    """The price of a day: the latest row that fits it, else the usual price."""
    fitting = [row.price for row in rows if row.fits(day)]
    return fitting[-1] if fitting else usual


def categories(kind: str | None = None) -> list[CategoryChoice]:
    """The shelves by name, of one kind of listing or of all."""
    shelves = Category.objects.all() if kind is None else Category.objects.filter(kind=kind)
    choices = [CategoryChoice(id=shelf.pk, slug=shelf.slug, name=shelf.name, kind=shelf.kind) for shelf in shelves]
    return sorted(choices, key=lambda choice: choice.name.casefold())
