"""What the words typed so far may become: places and things by the engine, regions and categories from a small list in memory.

Letters as typed come first. Only where little begins like that, other names are tried (gunuang, clock tower), then near spellings, at last a search
that mends whole words.
"""

import threading
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from django.utils.text import capfirst
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from marketplace.catalog.models import Category
from search import gazetteer, labels, links
from search.analysis.analyzer import MOST_QUERY_CHARACTERS, Analyzer
from search.analysis.fold import words
from search.analysis.spelling import distance_within
from search.engines import rows
from search.engines.chosen import engine
from search.engines.contract import EngineDown, Hit, SearchRequest
from search.results import Kind, Suggestion
from tourism.destinations.facts import Category as PlaceCategory
from tourism.regions.models import Region

# With less than this, other names and spellings are tried.
FEW = 3
_MOST_SHELVES = 3
_MOST_WORDS = 6
# So many other ways to say it are asked for, all at once.
_MOST_WAYS = 10
# Shorter beginnings are too near to too much to be mended.
_SHORTEST_MENDED = 4
_FRESH_SECONDS = 60.0


@dataclass(frozen=True)
class _Shelf:
    """A region or a category: a list of its own that a suggestion can lead to."""

    names: tuple[str, ...]
    text: str
    kind: str
    url: str


@dataclass(frozen=True, eq=False)
class _Kept:
    """What is kept in memory for one language.

    :param letters: words of names, categories and the vocabulary, by their first letter.
    :param phrases: everything that has another name, in order.
    """

    read_at: float
    shelves: tuple[_Shelf, ...]
    letters: dict[str, tuple[str, ...]]
    phrases: tuple[str, ...]


_lock = threading.Lock()
_by_language: dict[str, _Kept] = {}


def suggest(q: str, *, language: str = "id", limit: int = 8) -> tuple[Suggestion, ...]:
    """What the words typed so far may become: places and goods, then categories and regions. Never raises."""
    typed = words(q[:MOST_QUERY_CHARACTERS])[:_MOST_WORDS]
    if not typed or len("".join(typed)) < 2:
        return ()
    with override(language):
        hits, said = _found(typed, limit)
        shelves = _matching_shelves([typed, *said])[:_MOST_SHELVES]
        if not hits and not shelves:
            hits = _mended(typed, limit)
        hits = hits[: max(1, limit - len(shelves))]
        urls = links.resolve([hit.card["link"] for hit in hits], language=language)
        found = [
            Suggestion(
                text=_in(hit.card["title"], language),
                kind=hit.card["kind"],
                kind_label=labels.kind_label(hit.card["kind"]),
                place=_in(hit.card["place"], language),
                url=urls[hit.card["link"]],
            )
            for hit in hits
        ]
    return (*found, *shelves)


def forget() -> None:
    """Read regions and categories anew; for tests."""
    _by_language.clear()


def _found(typed: list[str], limit: int) -> tuple[list[Hit], list[list[str]]]:
    """Hits, best first, and the other ways to say it that led to some of them."""
    try:
        hits = _begun_first(engine().suggest(typed, limit), typed)
        said: list[list[str]] = []
        if len(hits) < FEW:
            known = {hit.key for hit in hits}
            ways = list(islice(_other_ways(typed), _MOST_WAYS))
            for other, found in zip(ways, engine().suggest_each(ways, limit), strict=True):
                more = [hit for hit in _begun_first(found, other) if hit.key not in known]
                known |= {hit.key for hit in more}
                hits += more
                said.append(other)
                if len(hits) >= limit:
                    break
    except EngineDown:
        return _begun_first(rows.suggest(typed, limit), typed), []
    return hits[:limit], said


def _mended(typed: list[str], limit: int) -> list[Hit]:
    """What a search for the words finds, the last one completed or as it stands, or else with their spelling mended."""
    analyzer = gazetteer.current()
    *whole, last = typed
    completed = _completed(last, analyzer)
    queries = [analyzer.query(text) for text in (*(" ".join([*whole, word]) for word in completed), " ".join(typed))]
    asked = [SearchRequest(query=query, limit=limit, facets=False) for query in queries if query]
    # A word that has only begun is no slip, and to look for one costs more than all the rest.
    has_only_begun = bool(completed) or len(last) < _SHORTEST_MENDED
    may_be_a_slip = not has_only_begun or not all(map(analyzer.is_known_word, whole))
    try:
        exact = asked[:-1] if may_be_a_slip else asked
        found = next((answer.hits for answer in engine().search_each(exact) if answer.hits), ())
        if not found and may_be_a_slip and asked:
            found = engine().search(asked[-1]).hits
    except EngineDown:
        return []
    return list(found)


def _completed(beginning: str, analyzer: Analyzer) -> list[str]:
    """Known words that begin like this and go on; a few, the shortest first."""
    if len(beginning) < FEW:
        return []
    known = _kept(analyzer).letters.get(beginning[0], ())
    return sorted((word for word in known if word.startswith(beginning) and word != beginning), key=len)[:2]


def _begun_first(hits: list[Hit], typed: Sequence[str]) -> list[Hit]:
    """A name that begins like this comes before one that has it further on."""
    begun = " ".join(typed)
    return sorted(
        hits, key=lambda hit: not any(" ".join(words(title)).startswith(begun) for title in hit.card["title"].values())
    )


def _other_ways(typed: list[str]) -> Iterator[list[str]]:
    """Other names of what was typed, then the same with near spellings of its words; a few of each."""
    analyzer = gazetteer.current()
    query = analyzer.query(" ".join(typed))
    seen = {tuple(typed)}
    for place, concept in enumerate(query.concepts):
        for alternative in concept.alternatives[1:4]:
            before = [word for other in query.concepts[:place] for word in other.typed]
            after = [word for other in query.concepts[place + 1 :] for word in other.typed]
            way = [*before, *alternative.words, *after]
            if tuple(way) not in seen:
                seen.add(tuple(way))
                yield way
    for phrase in _begun(" ".join(typed), _kept(analyzer).phrases)[:2]:
        for other in list(analyzer.lexicon.of(tuple(phrase.split())))[:2]:
            if other not in seen:
                seen.add(other)
                yield list(other)
    kept = _kept(analyzer)
    mended = [_near(word, kept, is_last=place == len(typed) - 1) for place, word in enumerate(typed)]
    if any(mended):
        for choice in range(2):
            way = [
                options[min(choice, len(options) - 1)] if options else word
                for word, options in zip(typed, mended, strict=True)
            ]
            if tuple(way) not in seen:
                seen.add(tuple(way))
                yield way


@lru_cache(maxsize=4_000)
def _near(word: str, kept: _Kept, *, is_last: bool) -> list[str]:
    """Known words nearly like this one; of the last word, which may be unfinished, beginnings count too."""
    if len(word) < _SHORTEST_MENDED or not word.isalpha():
        return []
    most = 1 if len(word) < 8 else 2
    found: list[tuple[int, int, str]] = []
    for known in kept.letters.get(word[0], ()):
        if known == word or (is_last and known.startswith(word)):
            return []
        beginnings = {known[:size] for size in range(len(word) - 1, len(word) + 2)} if is_last else {known}
        for beginning in beginnings:
            distance = distance_within(word, beginning, most) if len(beginning) > 2 else None
            if distance is not None:
                found.append((distance, abs(len(beginning) - len(word)), beginning))
    return list(dict.fromkeys(beginning for _far, _size, beginning in sorted(found)))[:2]


def _begun(beginning: str, phrases: Sequence[str]) -> list[str]:
    """Those of many ordered phrases that begin like this and go on."""
    place = bisect_right(phrases, beginning)
    found: list[str] = []
    while place < len(phrases) and phrases[place].startswith(beginning) and len(found) < _MOST_SHELVES:
        found.append(phrases[place])
        place += 1
    return found


def _matching_shelves(ways: Sequence[Sequence[str]]) -> list[Suggestion]:
    """Regions and categories that begin like one of the ways it can be said."""
    begun = [" ".join(way) for way in ways]
    found = [
        (not any(name.startswith(beginning) for name in shelf.names for beginning in begun), place, shelf)
        for place, shelf in enumerate(_kept(gazetteer.analyzer()).shelves)
        if any(name.startswith(beginning) or f" {beginning}" in name for name in shelf.names for beginning in begun)
    ]
    names = {"region": _("Region"), "category": _("Category")}
    # What begins with the letters comes before what has them further on.
    ordered = [shelf for _further, _place, shelf in sorted(found, key=lambda entry: entry[:2])]
    return [Suggestion(shelf.text, shelf.kind, names[shelf.kind], "", shelf.url) for shelf in ordered]


def _kept(analyzer: Analyzer) -> _Kept:
    """What is kept in memory for the active language, read anew every minute."""
    language = (get_language() or "id")[:2]
    kept = _by_language.get(language)
    if kept is None or time.monotonic() - kept.read_at > _FRESH_SECONDS:
        with _lock:
            shelves = tuple(_read(language))
            vocabulary = analyzer.vocabulary
            said = [member for group in vocabulary.same for member in group]
            said += [part for pair in (*vocabulary.narrower, *vocabulary.minangkabau) for part in pair]
            known = set(analyzer.names.words)
            known |= {word for shelf in shelves for name in shelf.names for word in name.split()}
            known |= {word for member in said for word in words(member)}
            letters: dict[str, list[str]] = {}
            for word in sorted(known):
                if len(word) >= _SHORTEST_MENDED and word.isalpha():
                    letters.setdefault(word[0], []).append(word)
            kept = _by_language[language] = _Kept(
                read_at=time.monotonic(),
                shelves=shelves,
                letters={letter: tuple(found) for letter, found in letters.items()},
                phrases=tuple(sorted({_folded(member) for member in said})),
            )
    return kept


def _read(language: str) -> Iterator[_Shelf]:
    """Every region and category, in the active language."""
    for code, name in Region.objects.regencies().order_by("short_name").values_list("code", "short_name"):
        yield _Shelf((_folded(name),), name, "region", links.search_path(language, region=code))
    for place in PlaceCategory:
        url = links.search_path(language, type=Kind.DESTINATION.value, category=place.value)
        label = str(place.label)
        yield _Shelf((_folded(label), _folded(place.value.replace("_", " "))), capfirst(label), "category", url)
    for shelf in Category.objects.order_by("name_id"):
        url = links.search_path(language, category=shelf.slug)
        yield _Shelf((_folded(shelf.name_id), _folded(shelf.name_en)), shelf.name, "category", url)


def _folded(name: str) -> str:
    return " ".join(words(name))


def _in(text: dict[str, str], language: str) -> str:
    return (text["en"] or text["id"]) if language == "en" else (text["id"] or text["en"])
