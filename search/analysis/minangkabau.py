"""Minangkabau spellings that follow from Indonesian ones by rule: gunuang is gunung, karupuak kerupuk, kulik kulit, pambarasiah pembersih.

The rules propose; only what is a known word is taken.
"""

import re
from collections.abc import Callable, Iterator

# Endings, each with what Indonesian may have there.
_ENDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("uang", ("ung", "ong")),
    ("eang", ("eng", "ing")),
    ("oang", ("ong", "ung")),
    ("iang", ("ing", "eng")),
    ("uak", ("uk", "ok")),
    ("iak", ("ik", "ek")),
    ("uik", ("ut", "us")),
    ("aik", ("at", "ait")),
    ("uih", ("us",)),
    ("uah", ("uh", "oh")),
    ("iah", ("ih", "eh")),
    ("eh", ("as", "es")),
    ("ih", ("is",)),
    ("ik", ("it",)),
    ("ek", ("at", "ap", "et")),
    ("ok", ("ap", "op")),
    ("uik", ("up",)),
    ("ua", ("ur", "ul")),
    ("ia", ("ir", "il")),
    ("uo", ("ua",)),
    ("o", ("a",)),
    ("a", ("ar", "al")),
)
# The first vowel is often an open a where Indonesian has a pale e; and i or u where it has e or o.
_FIRST_VOWELS = {"a": ("e", "er"), "i": ("e",), "u": ("o",)}
_FIRST_VOWEL = re.compile(r"^([^aeiou]{0,3})([aeiou])(?=[^aeiou])")
# A later vowel, not the last: talakuang is telekung, and the o in kacomato was the end of a word of its own.
_LATER_VOWELS = {"a": "e", "o": "a"}
_LATER_VOWEL = re.compile(r"(?<=[aeiou])([^aeiou]{1,3})([ao])(?=[^aeiou]+[aeiou])")
# Two consonants in a row may be said apart: barasiah, karajo.
_SAID_APART = re.compile(r"ara(?=[bcdfgjkmpst])")
SHORTEST = 3
# Prefixes, each as Indonesian writes it, with the consonant that it may have swallowed.
_PREFIXES = (
    ("pany", "peny", "s"),
    ("pang", "peng", "k"),
    ("pam", "pem", "p"),
    ("pan", "pen", "t"),
    ("many", "meny", "s"),
    ("mang", "meng", "k"),
    ("mam", "mem", "p"),
    ("man", "men", "t"),
    ("bar", "ber", ""),
    ("tar", "ter", ""),
    ("par", "per", ""),
    ("ba", "ber", ""),
    ("ta", "ter", ""),
    ("pa", "pe", ""),
    ("ka", "ke", ""),
)
_SUFFIXES = (("nyo", "nya"), ("an", "an"), ("kan", "kan"), ("", ""))
_SHORTEST_ROOT = 4


def indonesian_forms(word: str, is_known: Callable[[str], bool]) -> Iterator[str]:
    """Known words that this one may be the Minangkabau spelling of, the least changed first; nothing for a known word."""
    if len(word) < SHORTEST or not word.isalpha() or is_known(word):
        return
    found = list(dict.fromkeys(_respelled(word, is_known)))
    yield from found or dict.fromkeys(_with_affixes(word, is_known))


def _with_affixes(word: str, is_known: Callable[[str], bool]) -> Iterator[str]:
    """The word with Indonesian prefix and suffix, where what is between is a known word or one by rule."""
    for prefix, indonesian, swallowed in _PREFIXES:
        if not word.startswith(prefix):
            continue
        for suffix, written in _SUFFIXES:
            middle = word[len(prefix) : len(word) - len(suffix)]
            if not word.endswith(suffix) or len(middle) < _SHORTEST_ROOT - bool(swallowed):
                continue
            roots = [swallowed + middle] if middle[0] in "aeiou" and swallowed else [middle]
            for root in roots:
                forms = [root] if is_known(root) else list(_respelled(root, is_known))
                for form in forms:
                    if len(form) >= _SHORTEST_ROOT:
                        yield indonesian + (form[1:] if root != middle else form) + written


def _respelled(word: str, is_known: Callable[[str], bool]) -> Iterator[str]:
    """Known words that are this one with other vowels and endings."""
    bodies = [word]
    for ending, others in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            bodies += [word[: -len(ending)] + other for other in others]
    seen = {word}
    for body in (*bodies, *filter(None, map(_with_another_later_vowel, bodies))):
        closer = _SAID_APART.sub("er", body, count=1)
        for form in (body, *_other_first_vowels(body), closer, *_other_first_vowels(closer)):
            if form not in seen:
                seen.add(form)
                if is_known(form):
                    yield form


def _other_first_vowels(word: str) -> Iterator[str]:
    if match := _FIRST_VOWEL.match(word):
        for other in _FIRST_VOWELS.get(match[2], ()):
            yield word[: match.start(2)] + other + word[match.end(2) :]


def _with_another_later_vowel(word: str) -> str:
    """The word with the first of its inner vowels as Indonesian has it; nothing if there is none."""
    if match := _LATER_VOWEL.search(word):
        return word[: match.start(2)] + _LATER_VOWELS[match[2]] + word[match.end(2) :]
    return ""
