"""Exact first; mended spelling only when little is found. The same for every engine."""

from collections.abc import Callable
from dataclasses import replace

from search.analysis.analyzer import Alternative, Analysed, Analyzer, Concept
from search.engines.contract import SearchRequest, SearchResponse, Spelling

# With this many exact results, nothing is guessed.
ENOUGH = 3
_MOST_SPELLINGS = 3
_WEIGHT_BY_DISTANCE = {1: 0.6, 2: 0.35}


def most_edits(word: str) -> int:
    """How many letters of a word may be wrong: none in short words and numbers, two in long ones."""
    if len(word) < 4 or not word.isalpha():
        return 0
    return 1 if len(word) < 8 else 2


def in_phases(
    request: SearchRequest,
    *,
    run: Callable[[SearchRequest], SearchResponse],
    spellings: Callable[[str], list[Spelling]],
    occurs: Callable[[Concept], bool],
    analyzer: Analyzer,
) -> SearchResponse:
    """Answer a request exactly, then with mended spelling if that found less than :data:`ENOUGH`.

    :param occurs: whether a concept is found anywhere in the index; what occurs is never corrected.
    """
    exact = run(request)
    if exact.total >= ENOUGH or not request.mend or not request.query:
        return exact
    mended, corrected = mend(request.query, spellings=spellings, occurs=occurs, analyzer=analyzer)
    if mended is None:
        return exact
    wider = run(replace(request, query=mended))
    if wider.total <= exact.total:
        return exact
    return replace(wider, corrected=corrected)


def mend(
    query: Analysed,
    *,
    spellings: Callable[[str], list[Spelling]],
    occurs: Callable[[Concept], bool],
    analyzer: Analyzer,
) -> tuple[Analysed | None, str]:
    """The query with other spellings of the words that are nowhere found, and how it reads with the best of them."""
    concepts: list[Concept] = []
    said: list[str] = []
    mended = False
    for concept in query.concepts:
        # What occurs was meant: near spellings of it would only bring noise.
        unknown = len(concept.typed) == 1 and not occurs(concept)
        options = spellings(concept.typed[0])[:_MOST_SPELLINGS] if unknown else []
        more = [analyzer.alternative((option.word,), _WEIGHT_BY_DISTANCE[option.distance]) for option in options]
        concepts.append(replace(concept, alternatives=concept.alternatives + tuple(_not_yet(more, concept))))
        said.append(options[0].word if options else " ".join(concept.typed))
        mended = mended or bool(options)
    if not mended:
        return None, ""
    corrected = " ".join(said)
    return Analysed(text=corrected, concepts=tuple(concepts)), corrected


def _not_yet(more: list[Alternative], concept: Concept) -> list[Alternative]:
    known = {alternative.words for alternative in concept.alternatives}
    return [alternative for alternative in more if alternative.words not in known]
