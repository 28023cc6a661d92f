"""From text to words and stems, for documents; from what was typed to what is meant, for queries.

Both engines are given the same words, so neither needs a language of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.analysis import lexicon as lexicons
from search.analysis.fold import is_doubled, words
from search.analysis.lexicon import Phrase
from search.analysis.lists import read_words
from search.analysis.stems import Stemmer
from search.analysis.vocabulary import Vocabulary, shipped

MOST_QUERY_CHARACTERS = 200
MOST_QUERY_WORDS = 12
# The other names of a word hold a little less for its other forms.
_INFLECTED = 0.8
_MOST_OTHER_NAMES = 12


@dataclass(frozen=True)
class Alternative:
    """One way to say a concept: the words as written, and each way to stem them."""

    words: Phrase
    stems: tuple[Phrase, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Concept:
    """One thing a query asks for, in all the ways it may be said; the first is what was typed."""

    alternatives: tuple[Alternative, ...]
    # Of a phrase, its words each on their own: what was typed is also found when its words stand apart.
    parts: "tuple[Concept, ...]" = ()

    @property
    def typed(self) -> Phrase:
        """The words as they were typed."""
        return self.alternatives[0].words


@dataclass(frozen=True)
class Analysed:
    """A query that was understood: the words without fillers, grouped into concepts."""

    text: str
    concepts: tuple[Concept, ...]

    def __bool__(self) -> bool:
        return bool(self.concepts)


@dataclass(frozen=True)
class Names:
    """The gazetteer: names of regions and places, whose words no stemmer may touch."""

    phrases: frozenset[Phrase] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> "Names":
        """Names as people write them."""
        return cls(frozenset(phrase for name in names if (phrase := tuple(words(name)))))

    @property
    def words(self) -> frozenset[str]:
        """All the words of all the names."""
        return frozenset(word for phrase in self.phrases for word in phrase)


class Analyzer:
    """Indonesian, Minangkabau and English, with the names of one province and the vocabulary of its editors."""

    def __init__(self, names: Names | None = None, vocabulary: Vocabulary | None = None) -> None:
        self.names = names or Names()
        self.vocabulary = vocabulary or shipped()
        protected = frozenset(word for name in self.vocabulary.protected for word in words(name))
        self.stemmer = Stemmer(self.names.words, protected)
        self._before = Stemmer(self.names.words, shipped().protected)
        self.lexicon = lexicons.build(self.vocabulary, names=self.names.phrases)
        self.fillers = frozenset(read_words("stopwords.txt"))
        # Other names are listed under one form of a word; any other form leads there by its stem.
        single = [phrase[0] for phrase in self.lexicon.other_names if len(phrase) == 1]
        self._listed = {self._stem(word, language): word for language in ("en", "id") for word in reversed(single)}

    def surface(self, *texts: str) -> str:
        """The folded words of texts, as a field to index."""
        return " ".join(word for text in texts for word in words(text))

    def stems(self, *texts: tuple[str, str]) -> str:
        """The stems of ``(text, language)`` pairs, as a field to index."""
        return " ".join(self._stem(word, language) for text, language in texts for word in words(text))

    def query(self, text: str) -> Analysed:
        """What a query asks for; nothing if it holds no word."""
        typed = list(dict.fromkeys(words(text[:MOST_QUERY_CHARACTERS])))[:MOST_QUERY_WORDS]
        concepts = tuple(self._concepts(typed))
        meant = tuple(concept for concept in concepts if not self._fills(concept.typed))
        return Analysed(text=" ".join(typed), concepts=meant or concepts)

    def alternative(self, phrase: Phrase, weight: float = 1.0) -> Alternative:
        """A phrase with its stems in either language, since a query does not say which it is."""
        ways = [tuple(self._stem(word, language) for word in phrase) for language in ("id", "en")]
        # A word that was protected lately stands in older documents as it was stemmed then.
        ways.append(tuple(self._before.indonesian(word) for word in phrase))
        return Alternative(words=phrase, stems=tuple(dict.fromkeys(ways)), weight=weight)

    def _fills(self, phrase: Phrase) -> bool:
        return len(phrase) == 1 and phrase[0] in self.fillers

    def _stem(self, word: str, language: str) -> str:
        return self.stemmer.english(word) if language == "en" else self.stemmer.indonesian(word)

    def _concepts(self, typed: list[str]) -> Iterator[Concept]:
        place = 0
        while place < len(typed):
            size = next(
                size
                for size in range(min(self.lexicon.longest, len(typed) - place), 0, -1)
                if size == 1 or self.lexicon.known(tuple(typed[place : place + size]))
            )
            yield self._concept(tuple(typed[place : place + size]))
            place += size

    def _concept(self, phrase: Phrase) -> Concept:
        others = self.lexicon.of(phrase)
        if len(phrase) == 1:
            for language in ("id", "en"):
                listed = self._listed.get(self._stem(phrase[0], language), phrase[0])
                if listed != phrase[0]:
                    for other, weight in self.lexicon.of((listed,)).items():
                        others.setdefault(other, weight * _INFLECTED)
            if is_doubled(phrase[0]) and phrase[0] not in self.stemmer.kept:
                others.setdefault((phrase[0].partition("-")[0],), _INFLECTED)
        others.pop(phrase, None)
        ranked = sorted(others.items(), key=lambda entry: (-entry[1], entry[0]))[:_MOST_OTHER_NAMES]
        return Concept(
            alternatives=(self.alternative(phrase), *(self.alternative(other, weight) for other, weight in ranked)),
            parts=tuple(self._concept((word,)) for word in phrase) if len(phrase) > 1 else (),
        )
