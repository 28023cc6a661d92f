"""What a query asks of which field, said once for every engine."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from search.analysis.analyzer import Alternative, Analysed, Concept
from search.analysis.lexicon import NARROWER
from search.documents.entry import PLACE_WEIGHTS, SURFACE_FIELDS, TEXT_WEIGHTS, whole

# Of several fields that match, the best one counts and the others a little.
TIE_BREAKER = 0.2
# The whole name typed out comes first, whatever else matches; its words in a row count more than apart.
WHOLE_NAME_SCORE = 40.0
IN_A_ROW_BOOST = 4.0
# Whoever names a shelf wants what stands on it before what merely bears the word: food before cat food.
SHELF_SCORE = 15.0
_SAME_THING = 0.7
# What is better met than not weighs a little.
LIKED_BOOST = 0.15
# What was typed as a phrase and stands apart counts less.
APART_BOOST = 0.4
# A narrower word stands for the wider one where it is the thing itself; where it only describes one, it counts half.
DESCRIBING = 0.5
# How much each quality can add to a score; together they at most double it.
POPULARITY_WEIGHT, RATING_WEIGHT, NEARNESS_WEIGHT, FRESHNESS_WEIGHT = 0.25, 0.2, 0.8, 0.08
# Goods that name the place where they are made come a little earlier than the same goods that do not. docs/search.md tells of it.
LOCAL_WEIGHT = 0.1
MOST_QUALITY = 2.0
NEAR_KM, FAR_KM = 5.0, 60.0
# Where only what is within a distance is wanted, nearness counts for more.
NEARNESS_WITHIN, MOST_QUALITY_WITHIN = 1.6, 3.0
# Where only what is within a distance is wanted, a part of it is near and half of it is far.
NEAR_PART, FAR_PART = 0.1, 0.5
FRESH_DAYS, STALE_DAYS = 14, 120


@dataclass(frozen=True)
class Clause:
    """Words that must stand next to each other in a field, and how much that weighs."""

    field: str
    words: tuple[str, ...]
    weight: float
    # Whether the weight is the score, however rare the words are.
    is_flat: bool = False


def clauses(
    alternative: Alternative, *, is_place: bool = False, among: Collection[str] = TEXT_WEIGHTS
) -> Iterator[Clause]:
    """Where one way to say a concept may be found.

    :param among: the fields that count.
    """
    for field, weight in TEXT_WEIGHTS.items():
        if field not in among:
            continue
        if is_place:
            if field not in PLACE_WEIGHTS:
                continue
            weight = PLACE_WEIGHTS[field]
        if alternative.weight <= NARROWER and field != "head":
            weight *= DESCRIBING
        if field in SURFACE_FIELDS:
            yield Clause(field, alternative.terms, weight * alternative.weight, is_flat=is_place)
        else:
            for stems in alternative.stems:
                yield Clause(field, stems, weight * alternative.weight)


def ways(concept: Concept) -> Iterator[list[Clause]]:
    """Where a concept may be found, way by way, the best first; what an earlier way asked for already, a later one does not ask for again."""
    asked: set[tuple[str, tuple[str, ...]]] = set()
    for alternative in concept.alternatives:
        fresh = {
            (clause.field, clause.words): clause
            for clause in clauses(alternative, is_place=concept.is_place, among=concept.fields or TEXT_WEIGHTS)
        }
        if new := [clause for what, clause in fresh.items() if what not in asked]:
            yield new
        asked |= fresh.keys()


def whole_names(query: Analysed) -> Iterator[tuple[str, float]]:
    """The query as a name would be written, and what else a single thing may be called: "clock tower" is Jam Gadang."""
    yield whole(query.text), WHOLE_NAME_SCORE
    if len(query.concepts) == 1:
        for other in query.concepts[0].alternatives[1:]:
            yield whole(" ".join(other.words)), WHOLE_NAME_SCORE * other.weight


def shelves(concept: Concept) -> list[str]:
    """The stems under which a concept names a shelf."""
    same = [way for way in concept.alternatives if way.weight >= _SAME_THING and not concept.is_place]
    return list(dict.fromkeys(stems[0] for way in same for stems in way.stems if len(stems) == 1))


def met_enough(query: Analysed) -> Iterator[tuple[Concept, ...]]:
    """Which concepts together are enough: all of them, or all but one where the query may miss one."""
    if not query.may_miss_one:
        yield query.concepts
        return
    for place in range(len(query.concepts)):
        yield query.concepts[:place] + query.concepts[place + 1 :]


@dataclass(frozen=True)
class Nearness:
    """How nearness counts: fully up to ``near`` kilometres, half at ``near + far``, by ``weight``; qualities together multiply by ``most``."""

    near: float = NEAR_KM
    far: float = FAR_KM
    weight: float = NEARNESS_WEIGHT
    most: float = MOST_QUALITY

    @classmethod
    def within(cls, km: float | None) -> "Nearness":
        """How it counts where only what is within a distance is wanted, if one is given."""
        if not km:
            return cls()
        return cls(km * NEAR_PART, km * FAR_PART, NEARNESS_WITHIN, MOST_QUALITY_WITHIN)


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
