"""What a query asks of which field, said once for every engine."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from search.analysis.analyzer import Alternative, Analysed
from search.documents.entry import SURFACE_FIELDS, TEXT_WEIGHTS

# Of several fields that match, the best one counts and the others a little.
TIE_BREAKER = 0.2
# The whole name typed out comes first, whatever else matches; its words in a row count more than apart.
WHOLE_NAME_SCORE = 40.0
IN_A_ROW_BOOST = 4.0
# How much each quality can add to a score; together they at most double it.
POPULARITY_WEIGHT, RATING_WEIGHT, NEARNESS_WEIGHT, FRESHNESS_WEIGHT = 0.25, 0.2, 0.8, 0.08
MOST_QUALITY = 2.0
NEAR_KM, FAR_KM = 5.0, 60.0
FRESH_DAYS, STALE_DAYS = 14, 120


@dataclass(frozen=True)
class Clause:
    """Words that must stand next to each other in a field, and how much that weighs."""

    field: str
    words: tuple[str, ...]
    weight: float


def clauses(alternative: Alternative) -> Iterator[Clause]:
    """Where one way to say a concept may be found."""
    for field, weight in TEXT_WEIGHTS.items():
        if field in SURFACE_FIELDS:
            yield Clause(field, alternative.words, weight * alternative.weight)
        else:
            for stems in alternative.stems:
                yield Clause(field, stems, weight * alternative.weight)


def whole_names(query: Analysed) -> Iterator[tuple[str, float]]:
    """The query as a name would be written, and what else a single thing may be called: "clock tower" is Jam Gadang."""
    yield query.text, WHOLE_NAME_SCORE
    if len(query.concepts) == 1:
        for other in query.concepts[0].alternatives[1:]:
            yield " ".join(other.words), WHOLE_NAME_SCORE * other.weight


def typed_words(query: Analysed) -> tuple[str, ...]:
    """The words of a query without fillers, in their order."""
    return tuple(word for concept in query.concepts for word in concept.typed)


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance between two positions (lat, lon) over the ground."""
    (lat1, lon1), (lat2, lon2) = one, other
    half = (
        sin(radians(lat2 - lat1) / 2) ** 2
        + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * 6371.0 * asin(sqrt(min(1.0, half)))
