"""Who wants to know of what. Rooms subscribe in ``AppConfig.ready``."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from foundation.outbox.models import Event

type Handler = Callable[[Sequence[Event]], None]

_handlers: dict[str, Handler] = {}
_subscribers: defaultdict[str, list[str]] = defaultdict(list)


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
