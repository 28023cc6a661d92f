"""What else a word can be called: synonyms, Minangkabau forms, names written as one word or two.

All of it works on the query alone, so a changed list needs no new index.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, permutations

from search.analysis.fold import words
from search.analysis.lists import read_nusax, read_pairs
from search.analysis.minangkabau import indonesian_forms
from search.analysis.names import Phrase
from search.analysis.spoken import written_forms
from search.analysis.stems import roots
from search.analysis.vocabulary import Vocabulary

SYNONYM, NARROWER, MINANGKABAU, GENERAL_WORD, REGULAR_FORM, COMPOUND, SHORTHAND = 0.7, 0.5, 0.85, 0.6, 0.5, 0.95, 0.95

# A word that is spelled by rule may be this many.
_MOST_FORMS = 4


@dataclass(frozen=True)
class Lexicon:
    """Other names of a phrase, each with how well it stands for it (1 would be the same word)."""

    other_names: dict[Phrase, dict[Phrase, float]]
    # What Minangkabau forms are in Indonesian.
    indonesian: dict[Phrase, set[Phrase]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    # What people shorten as they type, written out.
    shorthand: dict[str, str] = field(default_factory=dict)
    longest: int = field(default=3)

    def known(self, phrase: Phrase) -> bool:
        """Whether words next to each other are one thing."""
        return phrase in self.other_names

    def of(self, phrase: Phrase) -> dict[Phrase, float]:
        """Other names of a phrase; of a Minangkabau form also those of the Indonesian word."""
        found = dict(self.other_names.get(phrase, {}))
        if len(phrase) == 1:
            for form in self._by_rule(phrase[0]):
                found.setdefault((form,), REGULAR_FORM)
        for other, weight in list(found.items()):
            if other in self.indonesian.get(phrase, ()) or weight == REGULAR_FORM:
                for further, less in self.other_names.get(other, {}).items():
                    if further != phrase:
                        found.setdefault(further, weight * less)
        return found

    def in_indonesian(self, word: str) -> tuple[str, ...]:
        """What a Minangkabau word may be in Indonesian, and shorthand written out; any other word as it is."""
        listed = sorted(form[0] for form in self.indonesian.get((word,), ()) if len(form) == 1)
        return tuple(listed or islice(self._by_rule(word), _MOST_FORMS)) or (word,)

    def regular_forms(self, word: str) -> Iterator[str]:
        """Shorthand written out, a Minangkabau form in Indonesian, and what people say or spell like this."""
        if word in self.shorthand:
            yield self.shorthand[word]
        yield from self.in_indonesian(word)

    def written_out(self, word: str) -> str:
        """Shorthand written out; any other word as it is."""
        return self.shorthand.get(word, word)

    def _by_rule(self, word: str) -> Iterator[str]:
        """What Minangkabau spells or people say like this."""
        yield from indonesian_forms(word, self._is_known)
        yield from written_forms(word, self._is_known)

    def _is_known(self, word: str) -> bool:
        return word in roots() or word in self.names or (word,) in self.other_names


def build(
    vocabulary: Vocabulary, names: Iterable[Phrase] = (), terms: Callable[[Phrase], Phrase] = lambda phrase: phrase
) -> Lexicon:
    """A lexicon from a vocabulary and from the lists that no editor changes.

    :param names: names of several words that belong together; they are also found when written as one word.
    :param terms: makes fixed compounds one word, as the index has them.
    """
    table: defaultdict[Phrase, dict[Phrase, float]] = defaultdict(dict)
    indonesian: defaultdict[Phrase, set[Phrase]] = defaultdict(set)

    def add(one: Phrase, other: Phrase, weight: float) -> None:
        one, other = terms(one), terms(other)
        if one and other and one != other:
            table[one][other] = max(weight, table[one].get(other, 0))

    for group in vocabulary.same:
        phrases = [tuple(words(member)) for member in group]
        for one, other in permutations(phrases, 2):
            add(one, other, SYNONYM)
    for wide, narrow in vocabulary.narrower:
        add(tuple(words(wide)), tuple(words(narrow)), NARROWER)
    for minangkabau, meaning in vocabulary.minangkabau:
        one, other = tuple(words(minangkabau)), tuple(words(meaning))
        add(one, other, MINANGKABAU)
        add(other, one, MINANGKABAU)
        indonesian[terms(one)].add(terms(other))
    shorthand = dict(read_pairs("informal.tsv"))
    one_way = [
        *((form, meaning, GENERAL_WORD) for form, meaning in read_nusax() if len(form) > 3),
        *((short, meaning, SHORTHAND) for short, meaning in shorthand.items()),
    ]
    for form, meaning, weight in one_way:
        one, other = tuple(words(form)), tuple(words(meaning))
        add(one, other, weight)
        indonesian[terms(one)].add(terms(other))
    for joined, split in read_pairs("compounds.txt"):
        add((joined,), tuple(split.split()), COMPOUND)
        add(tuple(split.split()), (joined,), COMPOUND)
    names = frozenset(names)
    for name in names:
        if 1 < len(name) <= 3:
            add(name, ("".join(name),), COMPOUND)
            add(("".join(name),), name, COMPOUND)
    return Lexicon(
        dict(table),
        indonesian=dict(indonesian),
        names=frozenset(word for name in names for word in name),
        shorthand=shorthand,
    )
