"""What one document says, before any analysis: plain values that a source reads from the rooms below."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from search.results import Kind

# Raised when what is made of a content changes, so that every document counts as changed.
FORM = 2
# In ``days``: something that is open on any day, as far as is known.
ANY_DAY = "any"


@dataclass(frozen=True)
class Words:
    """A text in both languages; English may be missing."""

    id: str = ""
    en: str = ""

    def in_language(self, language: str) -> str:
        """The text in a language, or in the other where it is missing."""
        return (self.en or self.id) if language == "en" else (self.id or self.en)


@dataclass(frozen=True)
class Content:
    """One thing that can be found.

    :param link: "page:<translation key>", or a path without language prefix; :mod:`search.links` makes addresses of it.
    :param names: other names it goes by.
    :param places: names of where it is: destination, nagari, kecamatan, region. Searched, below the title.
    :param labels: what it is in general words: category, kind of goods.
    :param price: the lowest, in rupiah; none if nothing is sold.
    :param days: ISO days on which it takes place or can be bought, or ``("any",)``.
    :param picture: the path of its picture in a list; ``picture_light`` of the same as AVIF, for browsers that read it.
    :param popularity: 0 for unknown; grows with what people bought or visited.
    :param is_local: goods that name the place of the province where they are made.
    :param badge: a code that :mod:`search.badges` words; ``badge_day`` is the ISO day it speaks of.
    """

    kind: Kind
    title: Words
    link: str
    names: tuple[str, ...] = ()
    summary: Words = field(default_factory=Words)
    body: Words = field(default_factory=Words)
    region: str = ""
    region_name: str = ""
    place: Words = field(default_factory=Words)
    places: tuple[str, ...] = ()
    category: str = ""
    category_name: Words = field(default_factory=Words)
    labels: Words = field(default_factory=Words)
    price: int | None = None
    price_is_from: bool = False
    picture: str = ""
    picture_light: str = ""
    picture_id: int | None = None
    badge: str = ""
    badge_day: str = ""
    lat: float | None = None
    lon: float | None = None
    days: tuple[str, ...] = ()
    popularity: float = 0.0
    rating: float | None = None
    reviews: int = 0
    shop: str = ""
    shop_id: int | None = None
    created: str = ""
    is_sample: bool = False
    is_local: bool = False

    def as_json(self) -> dict[str, Any]:
        """The content as plain values, to be kept."""
        return {name: _plain(getattr(self, name)) for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Content":
        """The content that :meth:`as_json` kept."""
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        for name in ("title", "summary", "body", "place", "category_name", "labels"):
            known[name] = Words(**known.get(name, {}))
        for name in ("names", "places", "days"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known | {"kind": Kind(values["kind"])})


def _plain(value: object) -> object:
    if isinstance(value, Words):
        return {"id": value.id, "en": value.en}
    if isinstance(value, tuple):
        return list(value)
    return value.value if isinstance(value, Kind) else value


def digest(values: dict[str, Any] | None) -> str:
    """A fingerprint of a content; two that differ in anything differ in it."""
    canonical = json.dumps([FORM, values], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
