"""Who wants to know of what. Rooms subscribe in ``AppConfig.ready``."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from foundation.outbox.models import Event

type Handler = Callable[[Sequence[Event]], None]

_handlers: dict[str, Handler] = {}
_subscribers: defaultdict[str, list[str]] = defaultdict(list)
_after_commit: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)


def subscribe(name: str, topics: Sequence[str], handler: Handler) -> None:
    """Have ``handler`` told of every event of these topics, at least once, oldest first, several at a time.

    A handler must bear repeats. If it raises, its events come again later, one by one, with growing pauses.

    :param name: stable, since it stands in rows; "search.index", "sales.payment".
    """
    _handlers[name] = handler
    for topic in topics:
        if name not in _subscribers[topic]:
            _subscribers[topic].append(name)


def subscribers_of(topic: str) -> Sequence[str]:
    """Names of those who want to know of a topic."""
    return tuple(_subscribers[topic])


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
