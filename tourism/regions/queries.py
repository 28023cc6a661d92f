"""What is asked about regions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tourism.regions.models import Region, RegionLevel

SPACES = re.compile(r"\s+")
# Letters of what was typed that are looked at: no name is longer, and SQLite refuses a pattern of 50,000.
MOST_TYPED = 80


@dataclass(frozen=True)
class RegencyCard:
    """A kabupaten or kota in a list."""

    code: str
    slug: str
    name: str
    short_name: str
    kind: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True)
class PlaceFound:
    """A nagari, desa or kelurahan with all that an address needs."""

    code: str
    name: str
    district: str
    regency: str
    regency_code: str
    province: str
    postal_code: str

    def __str__(self) -> str:
        return f"{self.name}, {self.district}, {self.regency} {self.postal_code}".strip()


def regencies() -> list[RegencyCard]:
    """All kabupaten and kota by name, in one query."""
    rows = Region.objects.regencies().values_list("code", "slug", "name", "short_name", "kind", "latitude", "longitude")
    return [
        RegencyCard(code, slug or "", name, short, kind, lat, lon) for code, slug, name, short, kind, lat, lon in rows
    ]


def boundaries() -> dict[str, Any]:
    """The boundary of each regency by code, as a GeoJSON geometry."""
    rows = Region.objects.regencies().filter(boundary__isnull=False).values_list("code", "boundary")
    return dict(rows)


def find_places(text: str, *, limit: int = 10) -> list[PlaceFound]:
    """Villages by postal code or by (the beginning of a word of) their name, for address forms.

    Several words narrow down: "sicincin padang pariaman". Nothing is found for less than three letters.
    """
    words = [word for word in SPACES.split(text[:MOST_TYPED].replace("\x00", "")) if word]
    if len("".join(words)) < 3:
        return []
    found = Region.objects.light().filter(level=RegionLevel.VILLAGE)
    for word in words[:6]:
        if word.isdigit():
            found = found.filter(postal_code__startswith=word)
        else:
            found = (
                found.filter(name__icontains=word)
                | found.filter(parent__name__icontains=word)
                | found.filter(parent__parent__name__icontains=word)
            )
    rows = found.select_related("parent__parent__parent").order_by("name", "code")[: limit * 5]
    # Those whose own name begins with what was typed come first.
    first = words[0].casefold()
    ranked = sorted(rows, key=lambda row: (not row.name.casefold().startswith(first), row.name, row.code))
    return [as_place(row) for row in ranked[:limit]]


def place(code: str) -> PlaceFound | None:
    """The village with this code, if there is one."""
    row = Region.objects.filter(code=code, level=RegionLevel.VILLAGE).select_related("parent__parent__parent").first()
    return as_place(row) if row else None


def as_place(village: Region) -> PlaceFound:
    """A village row, its three parents loaded, as an address."""
    district = village.parent
    regency = district.parent if district else None
    province = regency.parent if regency else None
    return PlaceFound(
        code=village.code,
        name=village.name,
        district=district.name if district else "",
        regency=regency.name if regency else "",
        regency_code=regency.code if regency else "",
        province=province.name if province else "",
        postal_code=village.postal_code,
    )


def regency_codes(codes: Sequence[str]) -> list[str]:
    """Those of the codes that are kabupaten or kota of this province, in order."""
    known = set(Region.objects.filter(level=RegionLevel.REGENCY, code__in=codes).values_list("code", flat=True))
    return [code for code in codes if code in known]
