"""Folding: one spelling per word, whatever the keyboard. The same for documents and for queries."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

# A person types no more; what comes beyond is noise or an attack.
MOST_CHARACTERS = 20_000
LONGEST_WORD = 40

_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TWICE = re.compile(r"^([a-z]{3,})2(nya|an)?$")
# Apostrophes stand inside words (Qur'an, nagari's) and leave no gap.
_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼ`´‘"))
_PLAIN = {**dict.fromkeys([*range(32), 127], " "), ord("'"): None, ord("`"): None}


def fold(text: str) -> str:
    """Lower case without accents or apostrophes; control characters become spaces."""
    if text.isascii():
        # Nearly every text: no letter needs a look of its own.
        return text[:MOST_CHARACTERS].lower().translate(_PLAIN)
    text = text[:MOST_CHARACTERS].translate(_APOSTROPHES)
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (
        " " if unicodedata.category(letter)[0] in "CZ" else letter
        for letter in decomposed
        if not unicodedata.combining(letter)
    )
    return "".join(kept)


def words(text: str) -> list[str]:
    """The words of a text, folded; a doubled word is one: oleh-oleh, oleh oleh and oleh2 are the same."""
    return list(_words(text))


@lru_cache(maxsize=4_096)
def _words(text: str) -> tuple[str, ...]:
    """The same, kept: the title of a document is asked for again and again while it is analysed."""
    found: list[str] = []
    for word in _parts(fold(text)):
        if found and len(word) > 2 and word.isalpha() and word in (found[-1], f"{found[-1]}an", f"{found[-1]}nya"):
            found[-1] = f"{found[-1]}-{word}"
        else:
            found.append(word[:LONGEST_WORD])
    return tuple(found)


def is_doubled(word: str) -> bool:
    """Whether a word is a reduplication, with or without an ending: pantai-pantai, rumah-rumahan."""
    first, dash, second = word.partition("-")
    return bool(dash) and "-" not in second and len(first) > 2 and second.startswith(first)


def _parts(folded: str) -> Iterator[str]:
    for match in _WORD.finditer(folded):
        word = match.group()
        if twice := _TWICE.match(word):
            yield f"{twice[1]}-{twice[1]}{twice[2] or ''}"
        elif "-" not in word or is_doubled(word):
            yield word
        else:
            yield from word.split("-")
