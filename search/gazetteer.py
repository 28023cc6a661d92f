"""The analyzer with the names of this province: its regions and its destinations."""

import threading
import time

from search.analysis.analyzer import Analyzer, Names
from tourism.destinations.models import Destination
from tourism.regions.models import Region

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
    """Names of all regions and published destinations."""
    regions = Region.objects.values_list("name", flat=True)
    destinations = Destination.objects.published().values_list("name", flat=True)
    return Names.of([*regions, *destinations])
