"""Minangkabau spellings that follow from Indonesian ones by rule: gunuang is gunung, karupuak kerupuk, kulik kulit, bareh beras.

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
    ("ek", ("at", "ap")),
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
SHORTEST = 4


def indonesian_forms(word: str, is_known: Callable[[str], bool]) -> Iterator[str]:
    """Known words that this one may be the Minangkabau spelling of, the least changed first; nothing for a known word."""
    if len(word) < SHORTEST or not word.isalpha() or is_known(word):
        return
    bodies = [word]
    for ending, others in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            bodies += [word[: -len(ending)] + other for other in others]
    seen = {word}
    for body in bodies:
        for form in (body, *_other_first_vowels(body)):
            if form not in seen:
                seen.add(form)
                if is_known(form):
                    yield form


def _other_first_vowels(word: str) -> Iterator[str]:
    if match := _FIRST_VOWEL.match(word):
        for other in _FIRST_VOWELS.get(match[2], ()):
            yield word[: match.start(2)] + other + word[match.end(2) :]
