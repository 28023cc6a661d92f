"""The analyzer of this province: the names of its regions and destinations, and the words of its editors."""

import threading
import time

from search import editors
from search.analysis.analyzer import Analyzer, Names
from search.analysis.vocabulary import Vocabulary
from tourism.destinations.models import Destination
from tourism.regions.models import Region, RegionLevel

# A new place is a protected name within this time; until then it is found by its written form all the same.
FRESH_SECONDS = 600

_lock = threading.Lock()
_known: tuple[float, Names, Vocabulary, Analyzer] | None = None


def current() -> Analyzer:
    """The analyzer with what editors have saved until this moment: one small query."""
    return analyzer(editors.lists().vocabulary)


def analyzer(vocabulary: Vocabulary | None = None) -> Analyzer:
    """The analyzer with names read every ten minutes, and with the words of the last look, or with those given."""
    global _known
    known = _known
    if known is not None and _is_fresh(known) and vocabulary in (None, known[2]):
        return known[3]
    with _lock:
        known = _known
        if known is None or not _is_fresh(known) or vocabulary not in (None, known[2]):
            wanted = vocabulary or editors.lists().vocabulary
            names = known[1] if known is not None and _is_fresh(known) else names_of_the_province()
            # Its memo of stems is worth keeping while names and words stay the same.
            same = known is not None and (known[1], known[2]) == (names, wanted)
            made = known[3] if known is not None and same else Analyzer(names, wanted)
            _known = known = (time.monotonic(), names, wanted, made)
    return known[3]


def forget() -> None:
    """Read names and words anew at the next use; for rebuilds and tests."""
    global _known
    _known = None
    editors.forget()


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


def _is_fresh(known: tuple[float, Names, Vocabulary, Analyzer]) -> bool:
    return time.monotonic() - known[0] < FRESH_SECONDS
