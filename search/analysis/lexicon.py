"""What else a word can be called: synonyms, Minangkabau forms, names written as one word or two.

All of it works on the query alone, so a changed list needs no new index.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import permutations

from search.analysis.fold import words
from search.analysis.lists import read_nusax, read_pairs
from search.analysis.stems import roots
from search.analysis.vocabulary import Vocabulary

type Phrase = tuple[str, ...]

SYNONYM, NARROWER, MINANGKABAU, GENERAL_WORD, REGULAR_FORM, COMPOUND = 0.7, 0.5, 0.85, 0.6, 0.5, 0.95

# Minangkabau endings change by rule: gunuang is gunung, lubuak is lubuk, lauik is laut.
_REGULAR = (
    (re.compile(r"uang$"), "ung"),
    (re.compile(r"uak$"), "uk"),
    (re.compile(r"iak$"), "ik"),
    (re.compile(r"iang$"), "ing"),
    (re.compile(r"uik$"), "ut"),
    (re.compile(r"aik$"), "at"),
    (re.compile(r"ih$"), "is"),
    (re.compile(r"uah$"), "uh"),
    (re.compile(r"o$"), "a"),
)


@dataclass(frozen=True)
class Lexicon:
    """Other names of a phrase, each with how well it stands for it (1 would be the same word)."""

    other_names: dict[Phrase, dict[Phrase, float]]
    longest: int = field(default=3)

    def known(self, phrase: Phrase) -> bool:
        """Whether words next to each other are one thing."""
        return phrase in self.other_names

    def of(self, phrase: Phrase) -> dict[Phrase, float]:
        """Other names of a phrase."""
        found = dict(self.other_names.get(phrase, {}))
        if len(phrase) == 1:
            for form in _regular_forms(phrase[0]):
                found.setdefault((form,), REGULAR_FORM)
        return found


def build(vocabulary: Vocabulary, names: Iterable[Phrase] = ()) -> Lexicon:
    """A lexicon from a vocabulary and from the lists that no editor changes.

    :param names: names of several words that belong together; they are also found when written as one word.
    """
    table: defaultdict[Phrase, dict[Phrase, float]] = defaultdict(dict)

    def add(one: Phrase, other: Phrase, weight: float) -> None:
        if one and other and one != other:
            table[one][other] = max(weight, table[one].get(other, 0))

    for group in vocabulary.same:
        phrases = [tuple(words(member)) for member in group]
        for one, other in permutations(phrases, 2):
            add(one, other, SYNONYM)
    for wide, narrow in vocabulary.narrower:
        add(tuple(words(wide)), tuple(words(narrow)), NARROWER)
    for minangkabau, indonesian in vocabulary.minangkabau:
        one, other = tuple(words(minangkabau)), tuple(words(indonesian))
        add(one, other, MINANGKABAU)
        add(other, one, MINANGKABAU)
    for minangkabau, indonesian in read_nusax():
        if len(minangkabau) > 3:
            add((minangkabau,), (indonesian,), GENERAL_WORD)
    for joined, split in read_pairs("compounds.txt"):
        add((joined,), tuple(split.split()), COMPOUND)
        add(tuple(split.split()), (joined,), COMPOUND)
    for name in names:
        if 1 < len(name) <= 3:
            add(name, ("".join(name),), COMPOUND)
            add(("".join(name),), name, COMPOUND)
    return Lexicon(dict(table))


def _regular_forms(word: str) -> Iterator[str]:
    if len(word) < 5 or word in roots():
        return
    for ending, indonesian in _REGULAR:
        form, changed = ending.subn(indonesian, word)
        if changed and form in roots():
            yield form
