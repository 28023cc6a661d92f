"""Signed, expiring links: what lets a guest back to an order without an account."""

from datetime import timedelta

from django.core import signing

from foundation.errors import DomainError


class LinkRefused(DomainError):
    """A link that was changed, is of another kind, or has expired."""

    code = "link_refused"
    status = 404


def sign(purpose: str, value: str) -> str:
    """A token for ``value`` that only serves ``purpose`` and carries its time of making."""
    return signing.TimestampSigner(salt=f"lapau.{purpose}").sign_object(value, compress=False)


def read(purpose: str, token: str, *, valid_for: timedelta) -> str:
    """The value of a token made by :func:`sign` for the same purpose.

    :raises LinkRefused: forged, of another purpose, or older than ``valid_for``.
    """
    try:
        value: str = signing.TimestampSigner(salt=f"lapau.{purpose}").unsign_object(token, max_age=valid_for)
    except signing.BadSignature as broken:
        raise LinkRefused("This link no longer works.") from broken
    return value
