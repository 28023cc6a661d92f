"""Stems: what a form comes from. Names are left alone, and what Sastrawi gets wrong is put right by a list.

Measured on the project's word lists, no algorithm alone comes near a root list with overrides: it turns Mentawai into
"tawa" (laugh) and memesan (to order) into "mes".
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from threading import local

import snowballstemmer
from Sastrawi.Dictionary.ArrayDictionary import ArrayDictionary
from Sastrawi.Stemmer.Stemmer import Stemmer as Sastrawi
from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

from search.analysis.fold import is_doubled
from search.analysis.lists import read_pairs, read_words

# A name's word of this shape is an ordinary word inside the name: Perkampungan, Pemandian, Kelahiran.
_CIRCUMFIX = re.compile(r"^(?:ke|per?|pem|pen|peng|peny)[a-z]{3,}an$")
_ENDING = re.compile(r"(?:nya|lah|kah)$")


@cache
def roots() -> frozenset[str]:
    """Indonesian roots, as Sastrawi knows them."""
    return frozenset(StemmerFactory().get_words())


@cache
def _sastrawi() -> Sastrawi:
    return Sastrawi(ArrayDictionary(sorted(roots())))


# Both stemmers are slow, and what they say of a word never changes: a new gazetteer begins with what earlier ones learned.
@lru_cache(maxsize=200_000)
def _indonesian_stem(word: str) -> str:
    return str(_sastrawi().stem(word))


@lru_cache(maxsize=200_000)
def _english_stem(word: str) -> str:
    return str(_snowballs.english.stemWord(word))


class _Snowballs(local):
    """One for each thread: it keeps the word that it is at."""

    def __init__(self) -> None:
        self.english = snowballstemmer.stemmer("english")


_snowballs = _Snowballs()


class Stemmer:
    """Stems of Indonesian and English words that leave the given names alone."""

    def __init__(self, names: Iterable[str] = (), protected: Iterable[str] = ()) -> None:
        self.overrides = dict(read_pairs("overrides.tsv"))
        ordinary = {name for name in names if _CIRCUMFIX.match(name) and _indonesian_stem(name) in roots()}
        self.kept = (
            (frozenset(names) - ordinary - self.overrides.keys())
            | frozenset(protected)
            | frozenset(read_words("doubled.txt"))
        )
        # The memo: a shop's vocabulary is small.
        self.indonesian = lru_cache(maxsize=200_000)(self._indonesian)
        self.english = lru_cache(maxsize=200_000)(self._english)

    def _indonesian(self, word: str) -> str:
        """The Indonesian stem of one folded word."""
        if is_doubled(word):
            return self._doubled(word)
        if word in self.overrides:
            return self.overrides[word]
        if word in self.kept or len(word) < 4 or not word.isalpha():
            return word
        bare = _ENDING.sub("", word)
        if bare in self.overrides:
            return self.overrides[bare]
        if bare in self.kept:
            return bare
        stem = _indonesian_stem(word)
        # What is no Indonesian word may be an English one: titles mix both.
        return stem if stem != word or word in roots() else self.english(word)

    def _doubled(self, word: str) -> str:
        first, _, second = word.partition("-")
        for ending in ("nya", "an", "lah"):
            if second == first + ending and f"{first}-{first}" in self.kept:
                return f"{first}-{first}"
        if word in self.kept:
            return word
        return self._indonesian(first)

    def _english(self, word: str) -> str:
        """The English stem of one folded word."""
        if word in self.kept or len(word) < 4 or not word.isalpha():
            return word
        stem = _english_stem(word)
        # Plurals of words that stay: beaches, waterfalls.
        return next(
            (kept for kept in (stem, word.removesuffix("s"), word.removesuffix("es")) if kept in self.kept), stem
        )
