"""Codes that people read, type and spell over the phone."""

import secrets

# Crockford's alphabet: no I, L, O, U, so that nothing is mistaken for something else.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("ILOU", "110V")


def random_code(length: int) -> str:
    """A random code of 5 bits a letter, from the system's own source."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def tidy_code(typed: str) -> str:
    """A typed code as it was meant: upper case, no spaces or dashes, lookalikes put right."""
    return "".join(letter for letter in typed.upper().translate(_LOOKALIKES) if letter in ALPHABET)
