"""The cache that web processes and workers share."""

import logging
from time import monotonic
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import TimeoutError as TooSlow

logger = logging.getLogger(__name__)

GONE = (Unreachable, TooSlow)
_told: dict[str, int] = {}


class ForgetfulRedisCache(RedisCache):
    """Redis as long as it answers; an empty cache that keeps nothing while it does not. No page needs what is kept here.

    Rate limits count nothing meanwhile, and what must happen once is guarded by the database.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """What is kept under the key."""
        try:
            return super().get(key, default, version)
        except GONE as gone:
            return _forgotten(gone, default)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value."""
        try:
            super().set(key, value, timeout, version)
        except GONE as gone:
            _forgotten(gone, None)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value if there is none; whether there was none."""
        try:
            return bool(super().add(key, value, timeout, version))
        except GONE as gone:
            return bool(_forgotten(gone, True))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Count.

        :raises ValueError: nothing is kept under the key.
        """
        try:
            return int(super().incr(key, delta, version))
        except GONE as gone:
            raise ValueError(_forgotten(gone, key)) from gone

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Keep it no longer; whether it was kept."""
        try:
            return bool(super().delete(key, version))
        except GONE as gone:
            return bool(_forgotten(gone, False))


def _forgotten(gone: Exception, answer: Any) -> Any:
    # Once a minute is enough to know: a page asks for a dozen things.
    minute = int(monotonic() // 60)
    if _told.get("minute") != minute:
        _told["minute"] = minute
        logger.warning("Redis does not answer (%s); nothing is cached meanwhile.", type(gone).__name__)
    return answer
