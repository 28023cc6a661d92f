"""What an unknown word may have been meant to be, among the words that are known: written as it sounds, without its vowels, or with a slip.

An engine mends by the words of its index, and trusts the first letter. This knows the names and the vocabulary, and so may also mend the first
letter, and more than one slip where the word that results is one that people here use.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache

from search.analysis.spelling import distance_within

AS_IT_SOUNDS, WITHOUT_VOWELS, ONE_SLIP, TWO_SLIPS = 0.75, 1.0, 1.25, 2.25
_SHORTEST = 4
_SHORTEST_WITH_TWO_SLIPS = 6
# A word without its vowels still has three consonants; more vowels than a third of it, and it is no shorthand.
_MOST_VOWELS = 0.34

# Old and foreign spellings of the same sounds, the longer first.
_SOUNDS = (
    ("tsj", "c"),
    ("oe", "u"),
    ("tj", "c"),
    ("dj", "j"),
    ("nj", "ny"),
    ("sj", "sy"),
    ("ph", "f"),
    ("th", "t"),
    ("dh", "d"),
    ("bh", "b"),
    ("kh", "k"),
    ("ck", "k"),
    ("qu", "ku"),
    ("q", "k"),
    ("x", "ks"),
    ("v", "f"),
    ("z", "s"),
    ("y", "i"),
    ("w", "u"),
)
_SOFT_C = re.compile(r"c(?=[eiy])")
_TWICE = re.compile(r"(.)\1+")
_VOWELS = re.compile(r"[aeiou]")


def sound(word: str) -> str:
    """A word as it sounds: Goedang is gudang, ransoem ransum, photo foto, de Cock de Kock."""
    word = _SOFT_C.sub("s", word)
    for written, spoken in _SOUNDS:
        word = word.replace(written, spoken)
    return _TWICE.sub(r"\1", word.replace("c", "k"))


class Guesses:
    """Guesses among known words; only a word of a name is guessed from two slips."""

    def __init__(self, known: Iterable[str], *, names: Iterable[str]) -> None:
        self._names = frozenset(word for word in names if len(word) >= _SHORTEST and word.isalpha())
        self._known = self._names | {word for word in known if len(word) >= _SHORTEST and word.isalpha()}
        self._remembered = lru_cache(maxsize=1_000)(self._guessed)

    def of(self, word: str) -> list[tuple[float, str]]:
        """Known words that this one may stand for, each with how far it is away; the nearest first."""
        if not word.isalpha() or len(word) < 3 or word in self._known:
            return []
        # Slips come in swarms, and are asked for twice while a query is mended.
        return self._remembered(word)

    def _guessed(self, word: str) -> list[tuple[float, str]]:
        found: dict[str, float] = {}
        for cost, other in self._all(word):
            if cost < found.get(other, 9.0):
                found[other] = cost
        return sorted((cost, other) for other, cost in found.items())

    def _all(self, word: str) -> Iterator[tuple[float, str]]:
        yield from ((AS_IT_SOUNDS, other) for other in self._by_sound.get(sound(word), ()))
        yield from ((WITHOUT_VOWELS, other) for other in self._written_out(word))
        if len(word) > _SHORTEST:
            yield from self._slips(word)

    def _written_out(self, word: str) -> Iterator[str]:
        bones = _VOWELS.sub("", word)
        if len(bones) >= 3 and len(word) - len(bones) <= _MOST_VOWELS * len(word):
            for other in self._by_bones.get(bones, ()):
                if other[0] == word[0] and len(other) > len(word) and _is_within(word, other):
                    yield other

    def _slips(self, word: str) -> Iterator[tuple[float, str]]:
        for other in {other for less in _one_less(word) for other in self._by_less.get(less, ())}:
            if distance_within(word, other, 1):
                yield ONE_SLIP, other
        if len(word) >= _SHORTEST_WITH_TWO_SLIPS:
            for other in self._names_by_first.get(word[0], ()):
                if distance_within(word, other, 2) == 2:
                    yield TWO_SLIPS, other

    @cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        return _grouped((sound(word), word) for word in self._known)

    @cached_property
    def _by_bones(self) -> dict[str, list[str]]:
        return _grouped((_VOWELS.sub("", word), word) for word in self._known)

    @cached_property
    def _by_less(self) -> dict[str, list[str]]:
        return _grouped((less, word) for word in self._known for less in _one_less(word))

    @cached_property
    def _names_by_first(self) -> dict[str, list[str]]:
        return _grouped((word[0], word) for word in self._names)


def _one_less(word: str) -> set[str]:
    """The word, and the word without any one of its letters: two words one slip apart share one of these."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _is_within(word: str, other: str) -> bool:
    letters = iter(other)
    return all(letter in letters for letter in word)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key, word in pairs:
        found[key].append(word)
    return {key: sorted(of_it) for key, of_it in found.items()}
