"""From text to words and stems, for documents; from what was typed to what is meant, for queries.

Both engines are given the same words, so neither needs a language of its own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from itertools import islice, product

from search.analysis import lexicon as lexicons
from search.analysis.fold import is_doubled, words
from search.analysis.guesses import Guesses
from search.analysis.lists import read_words
from search.analysis.names import RANKS, Names, Phrase, Position, forms
from search.analysis.stems import Stemmer, roots
from search.analysis.vocabulary import Vocabulary, shipped
from search.analysis.wishes import NOTHING, Wishes, taken_out

type Piece = tuple[str, Phrase]

__all__ = ["Alternative", "Analysed", "Analyzer", "Around", "Concept", "Names"]

MOST_QUERY_CHARACTERS = 200
MOST_QUERY_WORDS = 32
# The other names of a word hold a little less for its other forms.
_INFLECTED = 0.8
_MOST_OTHER_NAMES = 20
# A long query is a name typed out: it needs few other names, and an engine should not have to look for thousands.
_LONG_QUERY, _OTHER_NAMES_IN_A_LONG_QUERY = 6, 3
# More words than this make no compound of Minangkabau words.
_MOST_RESPELLED, _MOST_WAYS_RESPELLED = 4, 8
_WITH_ONE_BETWEEN = 3
# Shorter words of names are in too many: air, jam.
_SHORTEST_TELLING = 4
# "Near" a town is within a drive, near a sight within a walk or a short ride.
NEAR_A_REGION_KM, NEAR_A_PLACE_KM = 60.0, 12.0
_STROKES = re.compile(r"\s[/|]\s|\|")
_NEAR = frozenset({"dekat", "sekitar", "seputar", "near", "nearby", "around", "sakitar", "dakek"})
_BETWEEN_NEAR_AND_NAME = frozenset({"dengan", "dari", "di", "kota", "to", "from", "jo"})


@dataclass(frozen=True)
class Alternative:
    """One way to say a concept: its words, the same with fixed compounds made one, and each way to stem them."""

    words: Phrase
    terms: Phrase
    stems: tuple[Phrase, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Concept:
    """One thing a query asks for, in all the ways it may be said; the first is what was typed, in the words as they were typed."""

    typed: Phrase
    alternatives: tuple[Alternative, ...]
    # Of a phrase, its words each on their own: what was typed is also found when its words stand apart.
    parts: "tuple[Concept, ...]" = ()
    # The name of a region says where: it is met by what lies there or bears the name, not by what only mentions it.
    is_place: bool = False
    # The fields of a document that count; none for all.
    fields: frozenset[str] = frozenset()

    def within(self, fields: frozenset[str]) -> "Concept":
        """The same, met in these fields alone; where something is may be said elsewhere."""
        if self.is_place:
            return self
        return replace(self, fields=fields, parts=tuple(part.within(fields) for part in self.parts))

    def with_fewer_names(self, most: int) -> "Concept":
        """The same with its best other names alone."""
        return replace(self, alternatives=self.alternatives[: 1 + most])


@dataclass(frozen=True)
class Around:
    """Within so many kilometres of a position that the query names."""

    position: Position
    km: float


@dataclass(frozen=True)
class Analysed:
    """A query that was understood.

    :param text: the words as typed, without what was taken out as a wish.
    :param concepts: what must be met, without fillers.
    :param liked: what is better met, but need not be: cheap, new, original.
    """

    text: str
    concepts: tuple[Concept, ...]
    liked: tuple[Concept, ...] = ()
    wishes: Wishes = NOTHING
    around: Around | None = None
    # A long query whose words nowhere stand all together is met by all but one of them.
    may_miss_one: bool = False

    def __bool__(self) -> bool:
        return bool(self.concepts or self.around or self.wishes != NOTHING)


class Analyzer:
    """Indonesian, Minangkabau and English, with the names of one province and the vocabulary of its editors."""

    def __init__(self, names: Names | None = None, vocabulary: Vocabulary | None = None) -> None:
        self.names = names or Names()
        self.vocabulary = vocabulary or shipped()
        protected = frozenset(word for name in self.vocabulary.protected for word in words(name))
        self.compounds = Compounds(
            [*_idioms(), *_province(), *(name for name in self.names.regions if _is_one_name(name))],
            in_one=_idioms(mark="+"),
            open_ones=_idioms(mark="~"),
            otherwise=self.names.otherwise,
        )
        self.stemmer = Stemmer(self.names.words | self.compounds.joined.keys(), protected)
        self._before = Stemmer(self.names.words | self.compounds.joined.keys(), shipped().protected)
        self.lexicon = lexicons.build(self.vocabulary, names=self.names.phrases, terms=self.compounds.merged)
        self._regions = frozenset(self.compounds.merged(name) for name in self.names.regions)
        self._positions = {self.compounds.merged(name): position for name, position in self.names.positions.items()}
        self._longest = max(3, *(len(name) for name in self._positions), 3) if self._positions else 3
        self._packing = frozenset(self.stemmer.indonesian(word) for word in read_words("packing.txt"))
        self._may_be_a_head = lru_cache(maxsize=100_000)(self._names_a_thing)
        # Other names are listed under one form of a word; any other form leads there by its stem.
        single = [phrase[0] for phrase in self.lexicon.other_names if len(phrase) == 1]
        self._listed = {self._stem(word, language): word for language in ("en", "id") for word in reversed(single)}
        self.kinds = frozenset(
            self._stem(term, language)
            for line in read_words("kinds.txt")
            for term in self.compounds.merged(tuple(words(line)))
            for language in ("id", "en")
        )
        general = {word for name in ("generic.txt", "kinds.txt") for line in read_words(name) for word in line.split()}
        self._telling = frozenset(word for word in self.names.words - general - RANKS if len(word) >= _SHORTEST_TELLING)
        self._fillers = frozenset(read_words("stopwords.txt"))
        self._extras = frozenset(read_words("extras.txt"))
        self._intents = frozenset(self.stemmer.indonesian(word) for word in read_words("intents.txt"))
        self._of_the_province = frozenset(
            self.compounds.merged(tuple(words(line))) for line in read_words("province.txt")
        )
        self._liked = frozenset(self.stemmer.indonesian(word) for word in read_words("liked.txt"))
        self._parts_of_phrases = frozenset(word for phrase in self.lexicon.other_names for word in phrase)
        self.guesses = Guesses(self._parts_of_phrases, names=self.names.words)

    # Documents -------------------------------------------------------------------------------------------------------
    def surface(self, *texts: str) -> str:
        """The folded words of texts, as a field to index."""
        return " ".join(word for text in texts for word in words(text))

    def terms(self, *texts: str) -> str:
        """The folded words of texts with fixed compounds made one word, as a field to index."""
        return " ".join(term for text in texts for term in self.compounds.indexed(tuple(words(text))))

    def stems(self, *texts: tuple[str, str]) -> str:
        """The stems of ``(text, language)`` pairs, as a field to index."""
        return " ".join(
            self._stem(term, language)
            for text, language in texts
            if text
            for term in self.compounds.indexed(tuple(words(text)))
        )

    def heads(self, text: str, language: str) -> str:
        """The stems of what a title names: its first ordinary word, after brands and praise; also behind each stroke."""
        return " ".join(dict.fromkeys(filter(None, (self._head(part, language) for part in _STROKES.split(text)))))

    # Queries ---------------------------------------------------------------------------------------------------------
    def query(self, text: str, *, today: date | None = None, literal: bool = False) -> Analysed:
        """What a query asks for; nothing if it holds no word. Days in words are only understood if ``today`` is known.

        :param literal: words about money and days are words like any other.
        """
        text = text[:MOST_QUERY_CHARACTERS]
        rest, wishes = (text, NOTHING) if literal else taken_out(text, today=today)
        typed = words(rest)[:MOST_QUERY_WORDS]
        pieces, around = self._around(self.compounds.pieces(tuple(typed)))
        concepts = tuple({concept.typed: concept for concept in self._concepts(pieces)}.values())
        if len(concepts) > _LONG_QUERY:
            concepts = tuple(concept.with_fewer_names(_OTHER_NAMES_IN_A_LONG_QUERY) for concept in concepts)
        meant = [concept for concept in concepts if not self._fills(concept)]
        liked = tuple(concept for concept in meant if self._is_liked(concept))
        asked = tuple(concept for concept in meant if concept not in liked)
        if not asked:
            asked, liked = liked, ()
        if not asked and wishes == NOTHING and around is None:
            asked = concepts
        return Analysed(text=" ".join(words(rest)), concepts=asked, liked=liked, wishes=wishes, around=around)

    def alternative(self, phrase: Phrase, weight: float = 1.0) -> Alternative:
        """A phrase with its stems in either language, since a query does not say which it is."""
        terms = self.compounds.merged(phrase)
        ways = [tuple(self._stem(term, language) for term in terms) for language in ("id", "en")]
        # A word that was protected lately stands in older documents as it was stemmed then.
        ways.append(tuple(self._before.indonesian(term) for term in terms))
        return Alternative(
            words=self.compounds.apart(phrase), terms=terms, stems=tuple(dict.fromkeys(ways)), weight=weight
        )

    def is_word(self, word: str) -> bool:
        """Whether this is a word of one of the languages, as far as the lists know: then it is no slip of the pen."""
        return (
            word in roots()
            or word in _english_words()
            or self.stemmer.english(word) in _english_words()
            or (word,) in self.lexicon.other_names
            or word in self._fillers
        )

    def is_known_word(self, word: str) -> bool:
        """Whether this is a word of a language, of a name or of the lists."""
        return self.is_word(word) or self.is_name(word) or self.is_part(word) or not word.isalpha()

    def is_part(self, word: str) -> bool:
        """Whether this is a word of something that the lists know, such as minyak telon."""
        return word in self._parts_of_phrases

    def is_known(self, phrase: Phrase) -> bool:
        """Whether the lists know these words next to each other as one thing."""
        return self.lexicon.known(phrase)

    def is_extra(self, concept: Concept) -> bool:
        """Whether this asks about a thing and does not say which: ticket, address, opening hours."""
        return len(concept.typed) == 1 and any(word in self._extras for word in self._said(concept.typed[0]))

    def is_name(self, word: str) -> bool:
        """Whether this is a word of a name."""
        return word in self.stemmer.kept

    def tells_a_place(self, word: str) -> bool:
        """Whether this is a word by which a place is told from others of its kind: hatta, sianok; not lake or town."""
        return word in self._telling

    def _head(self, text: str, language: str) -> str:
        for term in self.compounds.merged(tuple(words(text))):
            if self._may_be_a_head(term):
                return self._stem(term, language)
        return ""

    def _names_a_thing(self, term: str) -> bool:
        if term in self.compounds.joined:
            return True
        if term in self._fillers or len(term) < 3 or not term.replace("-", "").isalpha():
            return False
        stem = self.stemmer.indonesian(term)
        return stem not in self._liked and stem not in self._packing and self.is_word(term)

    def _stem(self, word: str, language: str) -> str:
        return self.stemmer.english(word) if language == "en" else self.stemmer.indonesian(word)

    def _fills(self, concept: Concept) -> bool:
        typed = concept.alternatives[0].terms
        if len(typed) > 1:
            return False
        return any(
            word in self._fillers or self.stemmer.indonesian(word) in self._intents for word in self._said(typed[0])
        )

    def _said(self, word: str) -> tuple[str, ...]:
        """A word as it was typed, and what it is written out or in Indonesian."""
        return (word, *self.lexicon.regular_forms(word))

    def _is_liked(self, concept: Concept) -> bool:
        terms = concept.alternatives[0].terms
        return terms in self._of_the_province or (
            len(terms) == 1 and any(self.stemmer.indonesian(word) in self._liked for word in self._said(terms[0]))
        )

    def _around(self, pieces: list[Piece]) -> tuple[list[Piece], Around | None]:
        """Take "near" and the name after it out of a query."""
        for place, (term, _) in enumerate(pieces):
            if self.lexicon.written_out(term) not in _NEAR:
                continue
            start = place + 1
            while start < len(pieces) and pieces[start][0] in _BETWEEN_NEAR_AND_NAME and start - place < 3:
                start += 1
            for size in range(min(self._longest, len(pieces) - start), 0, -1):
                name = tuple(of_name for of_name, _ in pieces[start : start + size])
                name = next((form for form in (name, *self._in_indonesian(name)) if form in self._positions), name)
                if position := self._positions.get(name):
                    km = NEAR_A_REGION_KM if name in self._regions else NEAR_A_PLACE_KM
                    return pieces[:place] + pieces[start + size :], Around(position, km)
        return pieces, None

    def _concepts(self, pieces: list[Piece]) -> Iterator[Concept]:
        place = 0
        while place < len(pieces):
            for size in range(min(self.lexicon.longest, len(pieces) - place), 0, -1):
                some = pieces[place : place + size]
                concept = self._together(some)
                if concept is None and size == _WITH_ONE_BETWEEN:
                    # The province's own name may stand inside of a thing: traditional minangkabau house.
                    first, between, last = some
                    if (between[0],) in self._of_the_province and (concept := self._together([first, last])):
                        yield self._concept((between[0],), between[1])
                if concept:
                    yield concept
                    place += size
                    break

    def _together(self, pieces: list[Piece]) -> Concept | None:
        """What these words are as one thing; a single word always is something."""
        phrase = tuple(term for term, _ in pieces)
        typed = tuple(word for _, words_of_it in pieces for word in words_of_it)
        if len(phrase) == 1 or self.lexicon.known(phrase):
            return self._concept(phrase, typed)
        if one := self._otherwise_written(phrase):
            meant = self._concept(one, typed)
            return replace(meant, alternatives=(self.alternative(phrase), *meant.alternatives), parts=())
        # Minangkabau words may make an Indonesian compound: baju lalok is baju tidur.
        for indonesian in self._in_indonesian(phrase):
            if indonesian != phrase and (len(indonesian) == 1 or self.lexicon.known(indonesian)):
                meant = self._concept(indonesian, typed)
                return replace(meant, alternatives=(self.alternative(phrase), *meant.alternatives))
        return None

    def _in_indonesian(self, phrase: Phrase) -> Iterator[Phrase]:
        """What these words may be in Indonesian, with compounds made one word."""
        if len(phrase) > _MOST_RESPELLED:
            return
        for choice in islice(product(*map(self.lexicon.in_indonesian, phrase)), _MOST_WAYS_RESPELLED):
            yield self.compounds.merged(choice)

    def _otherwise_written(self, phrase: Phrase) -> Phrase | None:
        """A listed thing that is mostly written as one word (micro phone), or that stands here in the plural (hair ties)."""
        joined = "".join(phrase)
        if len(phrase) == 2 and min(map(len, phrase)) > 2 and joined.isalpha() and self.lexicon.known((joined,)):
            return (joined,)
        one = (*phrase[:-1], phrase[-1].removesuffix("s"))
        return one if one != phrase and self.lexicon.known(one) else None

    def _concept(self, phrase: Phrase, typed: Phrase) -> Concept:
        if phrase in self._regions:
            return Concept(typed=typed, alternatives=(self.alternative(phrase),), is_place=True)
        others = self.lexicon.of(phrase)
        if len(phrase) == 1:
            for language in ("id", "en"):
                listed = self._listed.get(self._stem(phrase[0], language), phrase[0])
                # An English word is no root of an Indonesian form: permanan is not of men.
                if listed != phrase[0] and (language == "en" or listed not in _english_words()):
                    for other, weight in self.lexicon.of((listed,)).items():
                        others.setdefault(other, weight * _INFLECTED)
            if is_doubled(phrase[0]) and phrase[0] not in self.stemmer.kept:
                once = (phrase[0].partition("-")[0],)
                for other, weight in {once: 1.0, **self.lexicon.of(once)}.items():
                    others.setdefault(other, weight * _INFLECTED)
        others.pop(phrase, None)
        ranked = sorted(others.items(), key=lambda entry: (-entry[1], entry[0]))[:_MOST_OTHER_NAMES]
        return Concept(
            typed=typed,
            alternatives=(self.alternative(phrase), *(self.alternative(other, weight) for other, weight in ranked)),
            parts=tuple(self._concept((word,), (word,)) for word in phrase) if len(phrase) > 1 else (),
        )


class Compounds:
    """Words that are one thing together and another apart: "kaos kaki" (socks) is no "kaos" (shirt). They are indexed as one word.

    What is written as one word is thereby the same: kaoskaki, bukittinggi, powerbank.
    """

    def __init__(
        self,
        phrases: Iterable[Phrase],
        *,
        in_one: Iterable[Phrase] = (),
        open_ones: Iterable[Phrase] = (),
        otherwise: Mapping[Phrase, Phrase] | None = None,
    ) -> None:
        # What is called otherwise is the same one word: west pasaman and pasbar are pasaman barat.
        self._meant = dict(otherwise or {})
        known = {phrase for phrase in phrases if len(phrase) > 1} | self._meant.keys()
        # Those that people mostly write as one word are also shown so.
        self._in_one = frozenset(in_one)
        # Those whose words also count alone: a double tape is a tape.
        self._open = {"".join(phrase): phrase for phrase in open_ones if phrase in known}
        self.joined = {"".join(phrase): phrase for phrase in known - self._meant.keys()}
        self._known = frozenset(known)
        sizes: dict[str, set[int]] = {}
        for phrase in known:
            sizes.setdefault(phrase[0], set()).add(len(phrase))
        self._sizes = {first: sorted(of_it, reverse=True) for first, of_it in sizes.items()}

    def merged(self, typed: Phrase) -> Phrase:
        """The words with every compound made one word, the longest first."""
        if not any(word in self._sizes for word in typed):
            return typed
        return tuple(term for term, _ in self.pieces(typed))

    def indexed(self, typed: Phrase) -> Iterator[str]:
        """The words of a document with every compound made one word, and the words of open compounds beside it."""
        for term in self.merged(typed):
            yield term
            yield from self._open.get(term, ())

    def pieces(self, typed: Phrase) -> list[Piece]:
        """The same, each with the words that were typed for it."""
        found: list[Piece] = []
        place = 0
        while place < len(typed):
            for size in self._sizes.get(typed[place], ()):
                if typed[place : place + size] in self._known:
                    break
            else:
                size = 1
            some = typed[place : place + size]
            found.append(("".join(self._meant.get(some, some)), some))
            place += size
        return found

    def apart(self, phrase: Phrase) -> Phrase:
        """The words with every compound written apart, as people read them."""
        return tuple(part for word in phrase for part in self._parts(word))

    def _parts(self, word: str) -> Phrase:
        parts = self.joined.get(word, (word,))
        return (word,) if parts in self._in_one else parts


def _is_one_name(name: Phrase) -> bool:
    return len(name) > 1 and forms(name) == [name]


@cache
def _idioms(mark: str = "") -> tuple[Phrase, ...]:
    return tuple(tuple(words(line)) for line in read_words("idioms.txt") if mark in line)


@cache
def _province() -> tuple[Phrase, ...]:
    return tuple(tuple(words(line)) for line in read_words("province.txt"))


@cache
def _english_words() -> frozenset[str]:
    return frozenset(word for line in read_words("english.txt") for word in line.split())
