"""Who wants to know of what. Rooms subscribe in ``AppConfig.ready``."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from foundation.outbox.models import Event

type Handler = Callable[[Sequence[Event]], None]

_handlers: dict[str, Handler] = {}
_subscribers: defaultdict[str, list[str]] = defaultdict(list)
_urgent: set[str] = set()
_after_commit: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)


class SomeFailed(Exception):
    """What a handler raises that has done all of its events but some."""

    def __init__(self, failures: Mapping[int, Exception]) -> None:
        """:param failures: by the event's key."""
        self.failures = failures
        super().__init__(f"{len(failures)} events failed")


def subscribe(name: str, topics: Sequence[str], handler: Handler, *, is_urgent: bool = False) -> None:
    """Have ``handler`` told of every event of these topics, at least once, oldest first, several at a time.

    What was written in bulk comes when nothing else is due, or before anything newer about the same key.
    A handler must bear repeats. If it raises, its events come again later, one by one, with growing pauses; if it raises
    :class:`SomeFailed`, only those that it names.

    :param name: stable, since it stands in rows; "search.index", "sales.payment".
    :param is_urgent: whether what waits for this subscriber goes ahead of what waits for others.
    """
    _handlers[name] = handler
    if is_urgent:
        _urgent.add(name)
    for topic in topics:
        if name not in _subscribers[topic]:
            _subscribers[topic].append(name)


def subscribers_of(topic: str) -> Sequence[str]:
    """Names of those who want to know of a topic."""
    return tuple(_subscribers[topic])


def urgent() -> frozenset[str]:
    """Names of those who are told ahead of others."""
    return frozenset(_urgent)


def handler_of(name: str) -> Handler | None:
    """The handler a name stands for; none if the room that had it is gone."""
    return _handlers.get(name)


def call_after_commit(topics: Sequence[str], function: Callable[[], None]) -> None:
    """Have ``function`` called once after each commit of events of these topics, by the process that committed.

    It is lost if that process ends right then: only for what also mends itself with time, such as caches.
    """
    for topic in topics:
        if function not in _after_commit[topic]:
            _after_commit[topic].append(function)


def called_after_commit(topic: str) -> Sequence[Callable[[], None]]:
    """What is to be called once an event of this topic is committed."""
    return tuple(_after_commit[topic])
