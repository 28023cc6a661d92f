"""How good a ranked answer is, against grades 0 to 3."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2

from search.evaluation.judging import RELEVANT

DEPTH = 10
DEEP = 50


@dataclass(frozen=True)
class Figures:
    """What was measured over a number of queries; rates are shares of one."""

    queries: int
    ndcg: float
    mrr: float
    recall: float
    without_results: float
    falsely_answered: float


def ndcg(found: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """Normalised discounted cumulative gain: 1 if the best grades come first."""
    ideal = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(key, 0) for key in found[:depth]]) / ideal if ideal else 0.0


def reciprocal_rank(found: Sequence[str], grades: Mapping[str, int]) -> float:
    """One over the place of the first result of the best grade there is."""
    best = max(grades.values())
    return next((1 / place for place, key in enumerate(found, 1) if grades.get(key) == best), 0.0)


def recall(found: Sequence[str], grades: Mapping[str, int], depth: int = DEEP) -> float:
    """The share of what answers well that is among the first ``depth``; of more than ``depth``, so many can be."""
    wanted = {key for key, grade in grades.items() if grade >= RELEVANT}
    return len(wanted.intersection(found[:depth])) / min(len(wanted), depth) if wanted else 1.0


def figures(answers: Sequence[tuple[Sequence[str], Mapping[str, int]]]) -> Figures:
    """The means over ``(found, grades)`` of each query; queries without grades have no answer."""
    answerable = [(found, grades) for found, grades in answers if grades]
    hopeless = [found for found, grades in answers if not grades]
    return Figures(
        queries=len(answers),
        ndcg=_mean([ndcg(found, grades) for found, grades in answerable]),
        mrr=_mean([reciprocal_rank(found, grades) for found, grades in answerable]),
        recall=_mean([recall(found, grades) for found, grades in answerable]),
        without_results=_mean([float(not found) for found, _ in answerable]),
        falsely_answered=_mean([float(bool(found)) for found in hopeless]),
    )


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / log2(place + 1) for place, grade in enumerate(grades, 1))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
