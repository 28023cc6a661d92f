"""Leaving a server alone that does not answer, and finding out by itself when it does again.

Closed: everybody asks. Open: nobody asks, for a pause that doubles with every new failure. Half open, once the pause is over: one caller tries while
all others are still turned away, so that a server that comes back is not met by a herd.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from search.engines.contract import EngineDown

# So many failures in a row open it; one that says the server is not there at all opens it at once.
MOST_FAILURES = 3
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
# A try that never came back does not keep it half open for ever.
LONGEST_TRY = 60.0


class Failure(EngineDown):
    """The server did not answer as it should.

    :param is_certain: there is no doubt that it is away (refused, no route): no second try is needed to know.
    """

    def __init__(self, reason: str, *, is_certain: bool = False) -> None:
        super().__init__(reason)
        self.is_certain = is_certain


class Circuit:
    """One server, as one process knows it. Threads may share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._pause = 0.0
        self._open_until = 0.0
        self._trying_until = 0.0

    @property
    def is_closed(self) -> bool:
        """Whether everybody may ask."""
        return not self._pause

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Ask, unless the server is being left alone. What is raised as :class:`Failure` counts against it, and nothing else.

        :raises EngineDown: it is being left alone.
        """
        is_try = self._enter()
        try:
            yield
        except Failure as failure:
            self._failed(is_certain=failure.is_certain or is_try)
            raise
        except BaseException:
            if is_try:
                self._let_go()
            raise
        self._succeeded()

    def _enter(self) -> bool:
        """Pass; whether this is the one try of a half-open circuit."""
        with self._lock:
            if not self._pause:
                return False
            now = self._clock()
            if now < self._open_until:
                raise EngineDown("The search server failed a moment ago and is left alone.")
            if now < self._trying_until:
                raise EngineDown("The search server is being tried again.")
            self._trying_until = now + LONGEST_TRY
            return True

    def _failed(self, *, is_certain: bool) -> None:
        with self._lock:
            self._failures += 1
            if is_certain or self._failures >= MOST_FAILURES:
                self._pause = min(LONGEST_PAUSE, self._pause * 2 or FIRST_PAUSE)
                self._open_until = self._clock() + self._pause
                self._trying_until = 0.0

    def _succeeded(self) -> None:
        with self._lock:
            self._failures, self._pause, self._trying_until = 0, 0.0, 0.0

    def _let_go(self) -> None:
        """The try ended in something that says nothing about the server: the next caller tries."""
        with self._lock:
            self._trying_until = 0.0
