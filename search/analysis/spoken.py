"""Spellings that follow how people say a word: rame is ramai, deket dekat, ijo hijau, pante pantai.

The rules propose; only what is a known word is taken.
"""

import re
from collections.abc import Callable, Iterator

SHORTEST = 3
# Endings as they are said, each with how they are written.
_ENDINGS = (("e", "ai"), ("o", "au"))
# The last vowel of a closed syllable is said pale: cepet, pedes, malem.
_LAST_PALE = re.compile(r"e(?=[^aeiou]{1,2}$)")


def written_forms(word: str, is_known: Callable[[str], bool]) -> Iterator[str]:
    """Known words that are said like this one is spelled; nothing for a known word."""
    if len(word) < SHORTEST or not word.isalpha() or is_known(word):
        return
    bodies = [word[: -len(said)] + written for said, written in _ENDINGS if word.endswith(said)]
    bodies.append(_LAST_PALE.sub("a", word))
    # An h at the beginning is hardly heard: utan, ijo.
    forms = [*bodies, *(f"h{body}" for body in (word, *bodies) if word[0] in "aeiou")]
    for form in dict.fromkeys(forms):
        if form != word and is_known(form):
            yield form
