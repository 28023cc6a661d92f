"""The gazetteer: names of regions and places, as words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from search.analysis.fold import words

type Phrase = tuple[str, ...]
type Position = tuple[float, float]

# A region is called with or without the word for what it is.
RANKS = frozenset({"kota", "kabupaten", "kab", "kepulauan", "regency", "city", "provinsi"})
_IN_ENGLISH = {"barat": "west", "selatan": "south", "utara": "north", "timur": "east", "tengah": "central"}
_DIGITS = ("satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_SYLLABLE = 3
_ENGLISH_RANKS = ("regency", "city", "islands", "archipelago")


@dataclass(frozen=True)
class Names:
    """Names whose words no stemmer may touch.

    :param phrases: every name.
    :param regions: the names of kabupaten and kota, whole and without their rank; in a query such a name says where something must be.
    :param positions: where a named thing lies, for "near ...".
    """

    phrases: frozenset[Phrase] = frozenset()
    regions: frozenset[Phrase] = frozenset()
    positions: Mapping[Phrase, Position] = field(default_factory=dict)

    @property
    def otherwise(self) -> dict[Phrase, Phrase]:
        """What else the regions are called: in English (west pasaman, agam regency), in figures (50 kota), in syllables (pessel)."""
        bare = sorted(name for name in self.regions if forms(name) == [name])
        known = self.words
        others: dict[Phrase, Phrase] = {}
        for name in bare:
            in_short = [short for short in _in_short(name) if len(short) > 1 or short[0] not in known]
            for form in (*_in_english(name), *in_short):
                others.setdefault(form, name)
        return others

    @classmethod
    def of(
        cls, names: Iterable[str], *, regions: Iterable[str] = (), positions: Mapping[str, Position] | None = None
    ) -> "Names":
        """Names as people write them."""
        of_regions = {form for name in regions for form in forms(tuple(words(name)))}
        phrases = {tuple(words(name)) for name in names} | of_regions
        placed = _placed(positions or {})
        return cls(frozenset(filter(None, phrases)), frozenset(of_regions), placed)

    @property
    def words(self) -> frozenset[str]:
        """All the words of all the names."""
        return frozenset(word for phrase in self.phrases for word in phrase)


def _placed(positions: Mapping[str, Position]) -> dict[Phrase, Position]:
    """Positions by name, and by the end of a name where no other ends so: Danau Maninjau is Maninjau."""
    placed: dict[Phrase, Position] = {}
    ends: dict[Phrase, set[Position]] = {}
    for name, position in positions.items():
        phrase = tuple(words(name.partition("(")[0]))
        for form in forms(phrase):
            placed.setdefault(form, position)
        for start in range(1, len(phrase)):
            ends.setdefault(phrase[start:], set()).add(position)
    alone = {end: there.pop() for end, there in ends.items() if len(there) == 1}
    return alone | placed


def _in_english(name: Phrase) -> Iterator[Phrase]:
    *first, last = name
    turned = (_IN_ENGLISH[last], *first) if first and last in _IN_ENGLISH else name
    if turned != name:
        yield turned
    yield from ((*turned, rank) for rank in _ENGLISH_RANKS)


def _in_short(name: Phrase) -> Iterator[Phrase]:
    """A name of two words in their first syllables, and its number in figures: pesisir selatan is pessel, lima puluh kota 50 kota."""
    if len(name) == 2 and all(len(word) > _SYLLABLE for word in name):
        yield ("".join(word[:_SYLLABLE] for word in name),)
    if len(name) > 2 and name[0] in _DIGITS and name[1] == "puluh":
        yield (f"{_DIGITS.index(name[0]) + 1}0", *name[2:])
        yield (f"{name[0]}puluh", *name[2:])


def forms(name: Phrase) -> list[Phrase]:
    """A name, and the name without its rank: Kota Padang is Padang."""
    found = [name] if name else []
    bare = name
    while len(bare) > 1 and bare[0] in RANKS:
        bare = bare[1:]
    if bare != name:
        found.append(bare)
        if name[0] == "kabupaten":
            found.append(("kab", *name[1:]))
    return found
