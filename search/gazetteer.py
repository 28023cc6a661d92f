"""The analyzer with the names of this province: its regions and its destinations."""

import threading
import time

from search.analysis.analyzer import Analyzer, Names
from tourism.destinations.models import Destination
from tourism.regions.models import Region, RegionLevel

# A new place is a protected name within this time; until then it is found by its written form all the same.
FRESH_SECONDS = 600

_lock = threading.Lock()
_known: tuple[float, Names, Analyzer] | None = None


def analyzer() -> Analyzer:
    """The analyzer of this province, read from the database every ten minutes."""
    global _known
    known = _known
    if known is not None and time.monotonic() - known[0] < FRESH_SECONDS:
        return known[2]
    with _lock:
        known = _known
        if known is None or time.monotonic() - known[0] >= FRESH_SECONDS:
            names = names_of_the_province()
            # Its memo of stems is worth keeping while the names stay the same.
            made = known[2] if known is not None and known[1] == names else Analyzer(names)
            _known = known = (time.monotonic(), names, made)
    return known[2]


def forget() -> None:
    """Read the names anew at the next use; for rebuilds and tests."""
    global _known
    _known = None


def names_of_the_province() -> Names:
    """Names of all regions and published destinations; those of kabupaten and kota say where."""
    names: list[str] = []
    regions: list[str] = []
    positions: dict[str, tuple[float, float]] = {}
    rows = Region.objects.order_by("code").values_list("name", "level", "latitude", "longitude")
    for name, level, latitude, longitude in rows:
        names.append(name)
        if level == RegionLevel.REGENCY:
            regions.append(name)
        if latitude is not None and longitude is not None and level != RegionLevel.PROVINCE:
            positions.setdefault(name, (latitude, longitude))
    places = Destination.objects.published().order_by("pk").values_list("name", "latitude", "longitude")
    for name, latitude, longitude in places:
        names.append(name)
        if latitude is not None and longitude is not None:
            positions[name] = (latitude, longitude)
    return Names.of(names, regions=regions, positions=positions)
