"""Loading the official regions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInput
from foundation.outbox.services import publish
from tourism.regions.models import Region, RegionKind, RegionLevel

LEVEL_OF_PARTS = {1: RegionLevel.PROVINCE, 2: RegionLevel.REGENCY, 3: RegionLevel.DISTRICT, 4: RegionLevel.VILLAGE}
UPDATED = [
    "parent",
    "level",
    "kind",
    "name",
    "short_name",
    "slug",
    "postal_code",
    "latitude",
    "longitude",
    "boundary",
    "population",
]


@dataclass(frozen=True)
class RegionRow:
    """One official region as it is loaded. ``slug`` and ``short_name`` belong to regencies; the name serves otherwise."""

    code: str
    name: str
    kind: RegionKind
    short_name: str = ""
    slug: str = ""
    postal_code: str = ""
    latitude: float | None = None
    longitude: float | None = None
    population: int | None = None


@transaction.atomic
def load_regions(*, rows: Iterable[RegionRow], boundaries: Mapping[str, Any], now: datetime) -> int:
    """Write the regions as given; a repeat changes nothing, a region that is no longer given stays.

    :param boundaries: GeoJSON geometries by code.
    :returns: how many regions were given.
    :raises InvalidInput: a region's parent is neither given nor there already.
    """
    by_level: dict[RegionLevel, list[RegionRow]] = {level: [] for level in RegionLevel}
    for row in rows:
        by_level[LEVEL_OF_PARTS[row.code.count(".") + 1]].append(row)
    # Upper levels first, so that each finds its parent's key.
    keys = dict(Region.objects.values_list("code", "pk"))
    for level, of_level in by_level.items():
        regions = [as_region(row, level, keys, boundaries) for row in of_level]
        Region.objects.bulk_create(
            regions, update_conflicts=True, unique_fields=["code"], update_fields=UPDATED, batch_size=500
        )
        keys = dict(Region.objects.values_list("code", "pk"))
    publish(topic="regions.loaded", key="all", now=now)
    return sum(len(of_level) for of_level in by_level.values())


def as_region(row: RegionRow, level: RegionLevel, keys: Mapping[str, int], boundaries: Mapping[str, Any]) -> Region:
    """An unsaved region under its parent."""
    parent_code = row.code.rpartition(".")[0]
    if parent_code and parent_code not in keys:
        raise InvalidInput(f"{row.code}: {parent_code} ?")
    return Region(
        code=row.code,
        parent_id=keys.get(parent_code),
        level=level,
        kind=row.kind,
        name=row.name,
        short_name=row.short_name or row.name,
        slug=row.slug or None,
        postal_code=row.postal_code,
        latitude=row.latitude,
        longitude=row.longitude,
        boundary=boundaries.get(row.code),
        population=row.population,
    )
