"""Who is told first, and what becomes of events of which a handler did some."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from foundation.outbox import registry
from foundation.outbox.models import Delivery, Event
from foundation.outbox.registry import SomeFailed, subscribe
from foundation.outbox.services import (
    KEPT,
    MOST_ATTEMPTS,
    News,
    claim,
    deliver,
    drain,
    forget_delivered,
    publish_all,
    publish_many,
)

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch):
    """A house in which nobody has subscribed yet."""
    monkeypatch.setattr(registry, "_handlers", {})
    monkeypatch.setattr(registry, "_urgent", set())
    monkeypatch.setattr(registry, "_subscribers", registry.defaultdict(list))


def rows() -> list[tuple[str, str, int, str]]:
    return list(
        Delivery.objects.order_by("pk").values_list("event__key", "status", "attempts", "last_error"),
    )


def test_what_is_urgent_goes_ahead_of_what_came_earlier():
    told: list[str] = []
    subscribe("mails", ["bought"], lambda events: told.extend(f"mail {event.key}" for event in events))
    subscribe("money", ["paid"], lambda events: told.extend(f"money {event.key}" for event in events), is_urgent=True)
    publish_many(topic="bought", keys=[1, 2], now=NOW - timedelta(minutes=5))
    publish_many(topic="paid", keys=[3, 4], now=NOW)
    # One kind in one go: who waits for money does not wait for the mails that were taken up with it.
    assert deliver(now=NOW) == 2
    assert told == ["money 3", "money 4"]
    assert drain(now=NOW) == 2
    assert told[2:] == ["mail 1", "mail 2"]


def test_urgent_ones_that_are_not_due_hold_up_nobody():
    told: list[str] = []
    subscribe("mails", ["bought"], lambda events: told.extend(event.key for event in events))
    subscribe("money", ["paid"], lambda events: told.extend(event.key for event in events), is_urgent=True)
    publish_many(topic="paid", keys=[1], now=NOW + timedelta(minutes=1))
    publish_many(topic="bought", keys=[2], now=NOW)
    assert drain(now=NOW) == 1
    assert told == ["2"]


def test_only_those_that_failed_come_again():
    told: list[list[str]] = []

    def handler(events: Sequence[Event]) -> None:
        told.append([event.key for event in events])
        failures: dict[int, Exception] = {event.pk: ZeroDivisionError() for event in events if event.key == "2"}
        if failures and len(told) == 1:
            raise SomeFailed(failures)

    subscribe("money", ["paid"], handler)
    publish_many(topic="paid", keys=[1, 2, 3], now=NOW)
    drain(now=NOW)
    assert rows() == [("1", "DONE", 1, ""), ("2", "PENDING", 1, "ZeroDivisionError"), ("3", "DONE", 1, "")]
    assert drain(now=NOW + timedelta(seconds=1)) == 0
    assert drain(now=NOW + timedelta(seconds=2)) == 1
    assert told == [["1", "2", "3"], ["2"]]
    assert rows()[1] == ("2", "DONE", 2, "")


def test_many_events_of_several_topics_reach_whom_they_concern():
    told: list[tuple[str, str, object]] = []
    subscribe(
        "all", ["a", "b"], lambda events: told.extend((event.topic, event.key, event.payload) for event in events)
    )
    publish_all([News("a", 1), News("b", "x", {"left": 3}), News("c", 2)], now=NOW)
    drain(now=NOW)
    assert told == [("a", "1", {}), ("b", "x", {"left": 3})]
    assert Event.objects.count() == 3
    assert Delivery.objects.count() == 2


class TestBulk:
    @pytest.fixture
    def told(self):
        told: list[list[str]] = []
        subscribe("index", ["changed"], lambda events: told.append([event.key for event in events]))
        return told

    def test_what_was_written_in_bulk_comes_when_nothing_else_is_due(self, told):
        publish_many(topic="changed", keys=range(1, 6), now=NOW - timedelta(minutes=5), in_bulk=True)
        publish_many(topic="changed", keys=[7, 8], now=NOW)
        assert [deliver(now=NOW, limit=3) for _time in range(4)] == [2, 3, 2, 0]
        assert told == [["7", "8"], ["1", "2", "3"], ["4", "5"]]

    def test_nothing_about_a_key_overtakes_what_was_written_of_it_in_bulk(self, told):
        publish_all([News("changed", key, {"turn": 1}) for key in range(1, 6)], now=NOW, in_bulk=True)
        publish_all([News("changed", 4, {"turn": 2})], now=NOW)
        order: list[tuple[str, object]] = []
        subscribe(
            "index", ["changed"], lambda events: order.extend((event.key, event.payload["turn"]) for event in events)
        )
        assert deliver(now=NOW, limit=1) == 2
        assert order == [("4", 1), ("4", 2)]
        assert drain(now=NOW) == 4
        assert order[2:] == [("1", 1), ("2", 1), ("3", 1), ("5", 1)]

    def test_the_same_key_of_another_topic_or_subscriber_is_another_thing(self, told):
        others: list[str] = []
        subscribe("mails", ["changed", "closed"], lambda events: others.extend(event.topic for event in events))
        publish_many(topic="changed", keys=[1], now=NOW, in_bulk=True)
        publish_many(topic="closed", keys=[1], now=NOW)
        assert deliver(now=NOW) == 1
        assert (told, others) == ([], ["closed"])

    def test_what_is_urgent_is_never_bulk(self, told):
        money: list[str] = []
        subscribe("money", ["paid"], lambda events: money.extend(event.key for event in events), is_urgent=True)
        publish_many(topic="changed", keys=[1], now=NOW)
        publish_many(topic="paid", keys=[2], now=NOW, in_bulk=True)
        assert deliver(now=NOW) == 1
        assert (told, money) == ([], ["2"])

    def test_a_claim_asks_no_more_than_before_while_nothing_is_bulk(self, told, django_assert_num_queries):
        publish_many(topic="changed", keys=[1, 2], now=NOW)
        # What is due and its lease, between a savepoint and its release.
        with django_assert_num_queries(4):
            assert len(claim(now=NOW, limit=10)) == 2


def test_old_events_go_once_everybody_was_told():
    def fail(_events: Sequence[Event]) -> None:
        raise ZeroDivisionError

    long_ago = NOW - KEPT - timedelta(minutes=1)
    subscribe("mails", ["bought", "sold"], lambda _events: None)
    subscribe("index", ["sold"], fail)
    publish_many(topic="nobody listens", keys=[1], now=long_ago)
    publish_many(topic="bought", keys=[2, 3], now=long_ago)
    publish_many(topic="sold", keys=[4], now=long_ago)
    publish_many(topic="bought", keys=[5], now=NOW - KEPT)
    assert deliver(now=NOW - KEPT) == 5
    # Delivered to one of two, and waiting, and at last given up for the other.
    assert forget_delivered(now=NOW, limit=2) == 2
    assert forget_delivered(now=NOW, limit=2) == 1
    Delivery.objects.filter(subscriber="index").update(attempts=MOST_ATTEMPTS - 1, due_at=NOW)
    drain(now=NOW)
    assert forget_delivered(now=NOW, limit=2) == 0
    assert rows() == [("4", "DONE", 1, ""), ("4", "DEAD", MOST_ATTEMPTS, "ZeroDivisionError"), ("5", "DONE", 1, "")]
    assert list(Event.objects.order_by("pk").values_list("key", flat=True)) == ["4", "5"]
