"""Rate limits by a counter in the cache: inexact by a window's edge, cheap, and shared by all web processes."""

from datetime import timedelta

from django.core.cache import cache
from django.utils.translation import gettext as _

from foundation.errors import DomainError


class TooMany(DomainError):
    """Too many tries from one place in a short while."""

    code = "too_many"
    status = 429


def spend(name: str, who: str, *, most: int, within: timedelta) -> None:
    """Count one try of ``who`` at ``name``.

    :raises TooMany: more than ``most`` tries within the window.
    """
    key = f"limit:{name}:{who}"
    cache.add(key, 0, int(within.total_seconds()))
    try:
        tries = cache.incr(key)
    except ValueError:  # it expired between the two statements
        tries = 1
    if tries > most:
        raise TooMany(_("Too many tries. Please wait a few minutes and try again."))
