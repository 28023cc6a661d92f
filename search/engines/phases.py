"""Exact first; mended spelling only when nothing is found. The same for every engine."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice, pairwise, product

from search.analysis.analyzer import NEAR_A_REGION_KM, Alternative, Analysed, Analyzer, Concept
from search.analysis.guesses import TWO_SLIPS, sound
from search.documents.entry import TITLE_FIELDS
from search.engines.contract import SearchRequest, SearchResponse, Spelling

_MOST_SPELLINGS = 4
_MOST_MENDED_WORDS = 3
_MOST_ATTEMPTS = 8
# Two words that should be one, or one that should be two, are a smaller slip than a wrong letter.
_SPACING = 0.5
_SHORTEST_HALF = 3
# Only a long word is three.
_SHORTEST_THREE = 9
# A shorter word is too close to too many: only its neighbour tells what was meant.
_SHORTEST_ALONE = 4
# From so many things asked for, one may be missing.
_LONG_QUERY = 5
# From so many, a certain one may be: enough is left to know the thing by.
_ENOUGH_TO_MISS_ONE = 3
# With less than this near a place, more is looked for a drive away.
_FEW_NEAR = 3
# A way to say a thing that is the same word in another spelling.
_THE_SAME = 0.8


def most_edits(word: str) -> int:
    """How many letters of a word may be wrong: none in very short words and numbers, two in long ones."""
    if len(word) < _SHORTEST_ALONE - 1 or not word.isalpha():
        return 0
    return 1 if len(word) < 8 else 2


def understood(request: SearchRequest) -> SearchRequest:
    """The request with what its words say about money, days and place; what was chosen by hand stays."""
    query = request.query
    wishes = query.wishes
    if request.price_min is None and request.price_max is None:
        request = replace(request, price_min=wishes.price_min, price_max=wishes.price_max)
    if request.day is None and wishes.day is not None:
        request = replace(request, day=wishes.day)
    if query.around is not None:
        request = replace(request, near=query.around.position, within_km=query.around.km)
    return request


def in_phases(
    request: SearchRequest,
    *,
    run: Callable[[SearchRequest], SearchResponse],
    spellings: Callable[[str], list[Spelling]],
    occurs: Callable[[Concept], bool],
    analyzer: Analyzer,
) -> SearchResponse:
    """Answer a request exactly; if that finds nothing, with mended spelling; if nothing was misspelt, with less of what it asks.

    What is left out is what asks about a thing (ticket, address), then one thing of many.

    :param occurs: whether a concept is found anywhere among what is asked for; what occurs is never corrected.
    """
    request = understood(request)
    exact = run(request)
    if exact.total < _FEW_NEAR and request.mend and request.query.around and request.query.around.km < NEAR_A_REGION_KM:
        # Little of it within a walk: then what is within a drive, the nearest first.
        further = replace(request.query, around=replace(request.query.around, km=NEAR_A_REGION_KM))
        request = understood(replace(request, query=further))
        exact = run(request)
    if exact.total or not request.mend or not request.query.concepts:
        return exact
    for text in islice(mended(request.query, spellings=spellings, occurs=occurs, analyzer=analyzer), _MOST_ATTEMPTS):
        query = replace(analyzer.query(text, literal=True), wishes=request.query.wishes, around=request.query.around)
        found = run(replace(request, query=query)) if query.concepts else exact
        if found.total:
            return replace(found, corrected=text)
    for needed in _without_extras(request.query.concepts, analyzer):
        found = run(replace(request, query=replace(request.query, concepts=needed)))
        if found.total:
            return found
    if len(request.query.concepts) >= _LONG_QUERY:
        return run(replace(request, query=replace(request.query, may_miss_one=True)))
    for fewer in _without_a_describing_word(request.query.concepts, analyzer):
        found = run(replace(request, query=replace(request.query, concepts=fewer)))
        if found.total:
            return found
    for fewer in _without_one(request.query.concepts, occurs=occurs, analyzer=analyzer):
        found = run(replace(request, query=replace(request.query, concepts=fewer)))
        if found.total:
            return found
    return exact


def _without_one(
    concepts: tuple[Concept, ...], *, occurs: Callable[[Concept], bool], analyzer: Analyzer
) -> Iterator[tuple[Concept, ...]]:
    """The concepts without the one that is nowhere, then without any one, where a title has all others.

    The first names the thing, a number its size, the name of a place where it is: these stay.
    """
    if len(concepts) < _ENOUGH_TO_MISS_ONE:
        return
    may_go = [
        concept
        for concept in concepts[1:]
        if not (concept.is_place or _tells_a_place(concept, analyzer) or _is_a_number(concept))
    ]
    if not may_go:
        return
    unknown = [concept for concept in concepts if not occurs(concept)]
    if len(unknown) == 1 and unknown[0] in may_go:
        yield tuple(concept for concept in concepts if concept != unknown[0])
    for one in reversed(may_go):
        yield tuple(concept.within(TITLE_FIELDS) for concept in concepts if concept != one)


def _is_a_number(concept: Concept) -> bool:
    return any(word.isdecimal() for way in concept.alternatives for word in way.words)


def _without_extras(concepts: tuple[Concept, ...], analyzer: Analyzer) -> Iterator[tuple[Concept, ...]]:
    """The concepts without one that only asks about a thing or says whom it is for, then without all of these."""
    extras = [concept for concept in concepts if analyzer.is_extra(concept)]
    if len(extras) == len(concepts):
        return
    if len(extras) > 1:
        for extra in reversed(extras):
            yield tuple(concept for concept in concepts if concept != extra)
    if extras:
        yield tuple(concept for concept in concepts if concept not in extras)


def _without_a_describing_word(concepts: tuple[Concept, ...], analyzer: Analyzer) -> Iterator[tuple[Concept, ...]]:
    """The concepts without one that is an ordinary word, where the name of a place is among the others: memorial house of hatta."""
    if len(concepts) < _ENOUGH_TO_MISS_ONE:
        return
    for place, concept in enumerate(concepts):
        others = concepts[:place] + concepts[place + 1 :]
        if _is_ordinary(concept, analyzer) and any(_tells_a_place(other, analyzer) for other in others):
            yield others


def _is_ordinary(concept: Concept, analyzer: Analyzer) -> bool:
    """Whether this is a word of the language and no name, however it is spelled."""
    ways = [way for way in concept.alternatives if way.weight >= _THE_SAME]
    return all(map(analyzer.is_word, concept.typed)) and not any(
        analyzer.is_name(word) for way in ways for word in way.words
    )


def _tells_a_place(concept: Concept, analyzer: Analyzer) -> bool:
    """Whether this is a word of a place's name, in any way to say it."""
    return any(analyzer.tells_a_place(word) for way in concept.alternatives for word in way.words)


def mended(
    query: Analysed,
    *,
    spellings: Callable[[str], list[Spelling]],
    occurs: Callable[[Concept], bool],
    analyzer: Analyzer,
) -> Iterator[str]:
    """Texts that the query may have been meant to be, the likeliest first."""
    typed = query.text.split()
    unknown = [
        concept.typed[0]
        for concept in query.concepts
        if len(concept.typed) == 1 and concept.typed[0] in typed and not occurs(concept)
    ]
    if not unknown:
        # Each was found by its stem; a slip may have made a stem that it never had.
        unknown = [word for word in typed if not analyzer.is_known_word(word) and not occurs(_as_typed(word))]
    if not unknown or len(unknown) > _MOST_MENDED_WORDS:
        return
    # What is there only as the rules of spelling would have it may be a slip too; it may also be right.
    doubtful = [
        word
        for word in typed
        if word not in unknown and not analyzer.is_known_word(word) and not occurs(_as_typed(word))
    ][: _MOST_MENDED_WORDS - len(unknown)]
    yield from _joined(typed, unknown, occurs=occurs, analyzer=analyzer)
    options = []
    for word in (*unknown, *doubtful):
        others = [(float(option.distance), option.word) for option in spellings(word) if _is_likely(word, option)]
        guessed = [option for option in analyzer.guesses.of(word) if _is_there(option[1], occurs, analyzer)]
        splits = [(_SPACING, split) for split in _split(word, analyzer)]
        splits = splits or [(_SPACING, split) for split in _split_in_three(word, occurs=occurs, analyzer=analyzer)]
        if analyzer.is_word(word):
            # A word that exists was meant, unless it is written otherwise there: skiping, skipping; stopkontak, stop kontak;
            # or its neighbour makes a name of what is there: bukti nobita, bukit nobita.
            near = (option for option in (*others, *guessed) if option[0] <= 1.0 or sound(option[1]) == sound(word))
            others = _nearest([*splits, *near])
        else:
            others = _nearest([*splits, *others, *guessed])
        as_it_is = [(0.0, word)] if word in doubtful else []
        options.append([*as_it_is, *others][:_MOST_SPELLINGS])
    exist = {word for word in unknown if analyzer.is_word(word)}
    for choice in sorted(product(*options), key=lambda choice: sum(cost for cost, _ in choice)):
        instead = dict(zip((*unknown, *doubtful), (other for _, other in choice), strict=True))
        text = " ".join(instead.get(word, word) for word in typed)
        # Two slips in a short word lead to many words: only a name shows that it was this one.
        is_far = any(cost >= TWO_SLIPS for cost, _ in choice)
        is_short = any(len(word) < _SHORTEST_ALONE and other != word for word, other in instead.items())
        must_be_a_name = is_far or is_short or any(sound(instead[word]) != sound(word) for word in exist)
        if not must_be_a_name or _is_a_name(text, occurs=occurs, analyzer=analyzer):
            yield text


def _as_typed(word: str) -> Concept:
    return Concept((word,), (Alternative(words=(word,), terms=(word,), stems=((word,),)),))


def _is_a_name(text: str, *, occurs: Callable[[Concept], bool], analyzer: Analyzer) -> bool:
    """Whether several words stand in a row somewhere."""
    phrase = tuple(word for concept in analyzer.query(text).concepts for word in concept.typed)
    return len(phrase) > 1 and occurs(Concept(phrase, (analyzer.alternative(phrase),)))


def _joined(
    typed: list[str], unknown: list[str], *, occurs: Callable[[Concept], bool], analyzer: Analyzer
) -> Iterator[str]:
    """The query with two words written as one, where one of them is no word by itself."""
    for place, (first, second) in enumerate(pairwise(typed)):
        if (first in unknown or second in unknown) and _is_there(first + second, occurs, analyzer):
            yield " ".join([*typed[:place], first + second, *typed[place + 2 :]])


def _split(word: str, analyzer: Analyzer) -> Iterator[str]:
    """A word as two known ones."""
    if not word.isalpha():
        return
    for cut in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1):
        halves = word[:cut], word[cut:]
        if analyzer.is_known(halves) or all(_may_be_half(half, analyzer) for half in halves):
            yield " ".join(halves)


def _split_in_three(word: str, *, occurs: Callable[[Concept], bool], analyzer: Analyzer) -> Iterator[str]:
    """A word as three known ones that stand in a row somewhere: batumalinkundang."""
    if not word.isalpha() or len(word) < _SHORTEST_THREE:
        return
    for cut in range(_SHORTEST_HALF, len(word) - 2 * _SHORTEST_HALF + 1):
        if not _may_be_half(word[:cut], analyzer):
            continue
        for rest in _split(word[cut:], analyzer):
            text = f"{word[:cut]} {rest}"
            if _is_a_name(text, occurs=occurs, analyzer=analyzer):
                yield text


def _may_be_half(half: str, analyzer: Analyzer) -> bool:
    if analyzer.is_name(half):
        return True
    return len(half) > _SHORTEST_HALF and (analyzer.is_word(half) or analyzer.is_part(half))


def _nearest(options: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Each option once, the nearest first; of equals the one that came first."""
    best: dict[str, float] = {}
    for cost, word in options:
        best[word] = min(cost, best.get(word, cost))
    return sorted(((cost, word) for word, cost in best.items()), key=lambda option: option[0])


def _is_there(text: str, occurs: Callable[[Concept], bool], analyzer: Analyzer) -> bool:
    """Whether a text is one thing that is found somewhere."""
    concepts = analyzer.query(text).concepts
    return len(concepts) == 1 and occurs(concepts[0])


def _is_likely(word: str, option: Spelling) -> bool:
    """Whether a slip of the pen explains it: of a short word no letter is exchanged for another or too many, of a very short one a letter is missing."""
    if len(word) < _SHORTEST_ALONE:
        return len(option.word) > len(word)
    return len(word) > _SHORTEST_ALONE or is_left_out_or_swapped(word, option.word)


def is_left_out_or_swapped(word: str, meant: str) -> bool:
    """The commonest slips: a letter is missing, or two changed places."""
    return len(meant) > len(word) or sorted(meant) == sorted(word)


def likeliest_first(word: str, options: Iterable[Spelling]) -> list[Spelling]:
    """Spellings in the order in which they are tried."""
    return sorted(
        options,
        key=lambda option: (
            option.distance,
            not is_left_out_or_swapped(word, option.word),
            -option.frequency,
            option.word,
        ),
    )
