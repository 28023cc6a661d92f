"""What is known about words: which mean the same, which are narrower, how Minangkabau spells them, which no stemmer may touch.

A plain frozen value. The lists beside the code are the vocabulary that is shipped; editors add to it, and an analyzer made with the joined
vocabulary finds by it at once: all of it works on the query, so no document is written anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Self

from search.analysis.lists import read_pairs, read_words


@dataclass(frozen=True)
class Vocabulary:
    """Words and phrases as people write them; case, accents and doubled words do not matter.

    :param same: groups whose members mean the same; each finds every other: ``("air terjun", "waterfall")``.
    :param narrower: a word, and narrower ones that it finds too, but not the other way: ``("penginapan", "hotel")``.
    :param minangkabau: Minangkabau form, Indonesian form; found both ways: ``("karupuak", "kerupuk")``.
    :param protected: names that no stemmer may take apart. A query looks for such a word as it is and as it was
        stemmed before, so documents that were indexed earlier are found as well.
    """

    same: tuple[tuple[str, ...], ...] = ()
    narrower: tuple[tuple[str, str], ...] = ()
    minangkabau: tuple[tuple[str, str], ...] = ()
    protected: frozenset[str] = frozenset()

    def joined(self, other: "Vocabulary") -> Self:
        """The entries of two vocabularies."""
        return type(self)(
            same=self.same + other.same,
            narrower=self.narrower + other.narrower,
            minangkabau=self.minangkabau + other.minangkabau,
            protected=self.protected | other.protected,
        )

    @classmethod
    def of_lines(cls, lines: Iterable[str]) -> Self:
        """A vocabulary from lines as the lists have them: ``a, b`` mean the same, ``a => b, c`` finds the narrower ones too."""
        same: list[tuple[str, ...]] = []
        narrower: list[tuple[str, str]] = []
        for line in lines:
            left, arrow, right = line.partition("=>")
            firsts = tuple(part.strip() for part in left.split(",") if part.strip())
            seconds = tuple(part.strip() for part in right.split(",") if part.strip())
            if arrow:
                narrower += [(wide, narrow) for wide in firsts for narrow in seconds]
            else:
                same.append(firsts)
        return cls(same=tuple(same), narrower=tuple(narrower))


@cache
def shipped() -> Vocabulary:
    """The vocabulary of the lists beside the code."""
    lists = Vocabulary.of_lines([*read_words("synonyms.txt"), *read_words("goods.txt")])
    return lists.joined(
        Vocabulary(minangkabau=tuple(read_pairs("minangkabau.tsv")), protected=frozenset(read_words("keep.txt")))
    )
