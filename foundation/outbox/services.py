"""Publishing events with the change they tell of, and delivering them afterwards."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from foundation.compiled import insert
from foundation.outbox.models import Delivery, DeliveryStatus, Event
from foundation.outbox.registry import SomeFailed, called_after_commit, handler_of, subscribers_of, urgent
from foundation.outbox.wakeup import wake

logger = logging.getLogger(__name__)

BATCH = 200
# A claimed delivery whose worker died is tried again after this; handlers must be quicker.
LEASE = timedelta(minutes=3)
MOST_ATTEMPTS = 12
# So many rows are written as they are; the text of more is not worth keeping.
FEW = 8
# What everybody was told this long ago is of no more use; what happened stands in the rows it happened to.
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class News:
    """An event to be: its topic, the key of what it is about, and ids and plain values, never a name, phone or address."""

    topic: str
    key: str | int
    payload: Mapping[str, Any] = field(default_factory=dict)


def publish(*, topic: str, key: str | int, now: datetime, **payload: Any) -> Event:
    """Record an event beside the change it tells of; call it inside the same transaction.

    :param payload: ids and plain values only, never a name, phone or address.
    """
    (event,) = publish_all([News(topic, key, payload)], now=now)
    return event


def publish_many(*, topic: str, keys: Sequence[str | int], now: datetime, in_bulk: bool = False) -> None:
    """Record one event per key in two statements.

    :param in_bulk: they may be so many that others should not wait behind them, such as those of an import.
    """
    publish_all([News(topic, key) for key in keys], now=now, in_bulk=in_bulk)


def publish_all(news: Sequence[News], *, now: datetime, in_bulk: bool = False) -> list[Event]:
    """Record many events in two statements; call it inside the transaction of the changes they tell of.

    :param in_bulk: as for :func:`publish_many`; what is urgent stays so.
    """
    ahead = urgent()
    events = [Event(topic=one.topic, key=str(one.key), payload=dict(one.payload), created_at=now) for one in news]
    _write(events, Event)
    deliveries = [
        Delivery(event_id=event.pk, subscriber=name, due_at=now, is_bulk=in_bulk and name not in ahead)
        for event in events
        for name in subscribers_of(event.topic)
    ]
    if deliveries:
        _write(deliveries, Delivery)
        once_after_commit(wake)
    for topic in dict.fromkeys(one.topic for one in news):
        for function in called_after_commit(topic):
            once_after_commit(function)
    return events


def _write[Row: (Event, Delivery)](rows: Sequence[Row], model: type[Row]) -> None:
    if len(rows) <= FEW:
        insert(*rows)
    else:
        model._default_manager.bulk_create(rows, batch_size=1000)


def once_after_commit(function: Callable[[], None]) -> None:
    """Call a function once this transaction is through; once, however many events it wrote."""
    if not any(entry[1] is function for entry in connection.run_on_commit):
        transaction.on_commit(function, robust=True)


def deliver(*, now: datetime, limit: int = BATCH) -> int:
    """Deliver what is due, at most ``limit`` rows; returns how many were taken up.

    Two workers never take the same row: a row is claimed by moving its due time, under its lock.
    """
    claimed = claim(now=now, limit=limit)
    by_subscriber = sorted(claimed, key=lambda delivery: (delivery.subscriber, delivery.pk))
    for name, deliveries in groupby(by_subscriber, key=attrgetter("subscriber")):
        hand_over(name, list(deliveries), now=now)
    return len(claimed)


@transaction.atomic
def claim(*, now: datetime, limit: int) -> list[Delivery]:
    """Take up due deliveries until their lease runs out: what is urgent alone, as long as there is any, and what was
    written in bulk when nothing else is due.

    Of one thing a subscriber is told in order all the same: what was written in bulk before is taken up with what is told of it now.
    """
    due = Delivery.objects.filter(status=DeliveryStatus.PENDING, due_at__lte=now)
    bulk = due.filter(is_bulk=True)
    singly = _locked(due.filter(is_bulk=False).annotate(is_beside_bulk=Exists(bulk)))
    first = list(singly.filter(subscriber__in=urgent())[:limit]) or list(singly[:limit])
    rows: list[Delivery] = [*first]
    if not first:
        rows = list(_locked(bulk)[:limit])
    elif first[0].is_beside_bulk:
        rows += _of_the_same(rows, bulk)
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=now + LEASE, attempts=F("attempts") + 1)
    return rows


def _locked[Rows: QuerySet[Delivery]](rows: Rows) -> Rows:
    """Those that no other worker has its hands on, oldest first, each with its event."""
    return rows.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",)).select_related("event")


def _of_the_same(rows: Sequence[Delivery], among: QuerySet[Delivery]) -> list[Delivery]:
    """Deliveries to the same subscribers about the same things."""

    def told(row: Delivery) -> tuple[str, str, str]:
        return row.subscriber, row.event.topic, row.event.key

    wanted = {told(row) for row in rows}
    subscribers, topics, keys = zip(*wanted, strict=True)
    near = among.filter(subscriber__in=set(subscribers), event__topic__in=set(topics), event__key__in=set(keys))
    return [row for row in _locked(near) if told(row) in wanted]


def hand_over(name: str, deliveries: list[Delivery], *, now: datetime) -> None:
    """Give a subscriber its events together; if that fails, one by one, so that one bad event stops no other."""
    handler = handler_of(name)
    if handler is None:
        settle(deliveries, status=DeliveryStatus.DEAD, now=now, error="Nobody subscribes under this name any more.")
        return
    try:
        handler([delivery.event for delivery in deliveries])
    except SomeFailed as some:
        settle([one for one in deliveries if one.event_id not in some.failures], status=DeliveryStatus.DONE, now=now)
        for delivery in deliveries:
            failure = some.failures.get(delivery.event_id)
            if failure is not None:
                logger.warning("Delivery %s to %s failed: %s", delivery.pk, name, type(failure).__name__)
                postpone(delivery, failure, now=now)
        return
    except Exception as failure:
        if len(deliveries) > 1:
            for delivery in deliveries:
                hand_over(name, [delivery], now=now)
            return
        logger.exception("Delivery %s to %s failed", deliveries[0].pk, name)
        postpone(deliveries[0], failure, now=now)
        return
    settle(deliveries, status=DeliveryStatus.DONE, now=now)


def settle(deliveries: list[Delivery], *, status: DeliveryStatus, now: datetime, error: str = "") -> None:
    """Close deliveries."""
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).update(
        status=status, done_at=now, last_error=error
    )


def postpone(delivery: Delivery, failure: Exception, *, now: datetime) -> None:
    """Try again later, after 2, 4, 8 ... seconds up to an hour; then a person must look."""
    attempts = delivery.attempts + 1
    pause = timedelta(seconds=min(2**attempts, 3600))
    Delivery.objects.filter(pk=delivery.pk).update(
        status=DeliveryStatus.DEAD if attempts >= MOST_ATTEMPTS else DeliveryStatus.PENDING,
        due_at=now + pause,
        # The kind of failure only: its text may hold what a person typed.
        last_error=type(failure).__name__,
    )


def drain(*, now: datetime) -> int:
    """Deliver until nothing is due; for commands and tests. Returns how many deliveries were taken up."""
    total = 0
    while taken := deliver(now=now):
        total += taken
    return total


def try_again(*, delivery_id: int, now: datetime) -> bool:
    """Have a delivery that was given up tried anew; True the first time."""
    dead = Delivery.objects.filter(pk=delivery_id, status=DeliveryStatus.DEAD)
    revived = dead.update(status=DeliveryStatus.PENDING, attempts=0, due_at=now, done_at=None, last_error="")
    if revived:
        once_after_commit(wake)
    return bool(revived)


@transaction.atomic
def forget_delivered(*, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` old events of which nobody is still to be told; returns how many.

    What was given up stays until a person has it tried again.
    """
    untold = Delivery.objects.filter(event=OuterRef("pk")).exclude(status=DeliveryStatus.DONE)
    over = Event.objects.filter(~Exists(untold), created_at__lt=now - KEPT)
    # The oldest have the lowest keys: this finds them without an index on the time.
    keys = list(over.order_by("pk").values_list("pk", flat=True)[:limit])
    Delivery.objects.filter(event__in=keys).delete()
    Event.objects.filter(pk__in=keys).delete()
    return len(keys)
