"""What is asked of the catalog: pictures as pages show them, and what a variant costs on a day.

Cards and listing pages also say what is left, so they come from the room above: ``inventory.queries``.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from marketplace.catalog.models import Picture, Variant


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
    raise NotImplementedError


def price_on(variants: Iterable[Variant], day: date) -> dict[int, int]:
    """What each variant costs on a day, by variant key; one query."""
    raise NotImplementedError


def prices_on(variants: Iterable[Variant], days: Collection[date]) -> Mapping[date, Mapping[int, int]]:
    """What each variant costs on each of the days, by day and variant key; one query."""
    raise NotImplementedError


def categories(kind: str | None = None) -> list[CategoryChoice]:
    """The shelves by name, of one kind of listing or of all."""
    raise NotImplementedError
