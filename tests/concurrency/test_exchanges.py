"""Exchanges that race with each other, with sales and with everything else that moves a pool; with controls."""

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError, OperationalError
from django.db.models import F

from marketplace.inventory import checks, services
from marketplace.inventory.models import Hold, Pool
from marketplace.inventory.services import Demand, exchanging, holding
from tests.concurrency.test_pools import lock_nothing
from tests.factories.inventory import PoolFactory
from tests.racing import in_parallel

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
pytestmark = pytest.mark.django_db(transaction=True)


def sold_line(pool: Pool, quantity: int = 1) -> uuid.UUID:
    line = uuid.uuid4()
    services.hold(demands=[Demand(pool.pk, line, quantity)], until=LATER, now=NOW)
    services.confirm(lines=[line], now=NOW)
    return line


def try_to_exchange(pool_id: int, line: uuid.UUID) -> str:
    try:
        services.exchange(lines={line: [pool_id]}, now=NOW)
    except services.PoolExhausted:
        return "refused"
    except services.NothingHeld:
        return "nothing held"
    return "exchanged"


def taken(*pools: Pool) -> list[int]:
    return [Pool.objects.values_list("taken", flat=True).get(pk=pool.pk) for pool in pools]


def nothing_at_fault() -> bool:
    return not [*checks.taken_equals_holds(), *checks.nothing_is_oversold(), *checks.lines_are_held_once()]


def test_the_last_places_of_another_day_go_to_as_many_as_there_are():
    before, after = PoolFactory(capacity=16), PoolFactory(capacity=3)
    lines = [sold_line(before) for _ in range(16)]

    outcomes = in_parallel(partial(try_to_exchange, after.pk), lines)

    assert Counter(outcomes) == {"exchanged": 3, "refused": 13}
    assert taken(before, after) == [13, 3]
    assert nothing_at_fault()


def test_exchanges_in_both_directions_never_deadlock():
    pools = [PoolFactory(capacity=100) for _ in range(3)]
    lines = [sold_line(pools[number % 3]) for number in range(16)]

    def wander(number: int) -> list[str]:
        # Every line goes round another way.
        steps = (1, 2, 1) if number % 2 else (2, 1, 2)
        return [try_to_exchange(pools[(number + step) % 3].pk, lines[number]) for step in steps]

    outcomes = in_parallel(wander, range(16))

    assert outcomes == [["exchanged"] * 3] * 16
    assert sum(taken(*pools)) == 16
    assert nothing_at_fault()


def test_one_line_exchanged_to_many_places_at_once_ends_in_one():
    before, targets = PoolFactory(), [PoolFactory() for _ in range(8)]
    line = sold_line(before, quantity=2)

    outcomes = in_parallel(lambda target: try_to_exchange(target.pk, line), targets)

    assert outcomes == ["exchanged"] * 8
    assert sorted(taken(before, *targets)) == [0] * 8 + [2]
    assert Hold.objects.live().count() == 1
    assert nothing_at_fault()


def test_a_line_that_is_exchanged_and_given_back_at_once_holds_nothing():
    # The new pool's key is lower than the old one's, so whoever waited for the old one would lock out of order.
    after, before = PoolFactory(), PoolFactory()
    lines = [sold_line(before) for _ in range(8)]

    def act(number: int) -> object:
        if number % 2:
            return services.release(lines=[lines[number // 2]], now=NOW)
        return try_to_exchange(after.pk, lines[number // 2])

    outcomes = in_parallel(act, range(16))

    assert outcomes[1::2] == [1] * 8
    assert set(outcomes[::2]) <= {"exchanged", "nothing held"}
    assert taken(before, after) == [0, 0]
    assert nothing_at_fault()


def test_an_exchange_and_a_buyer_for_the_same_last_place():
    before, after = PoolFactory(), PoolFactory(capacity=1)
    line = sold_line(before)

    def buy() -> str:
        try:
            services.hold(demands=[Demand(after.pk, uuid.uuid4(), 1)], until=LATER, now=NOW)
        except services.PoolExhausted:
            return "refused"
        return "exchanged"

    outcomes = in_parallel(lambda number: buy() if number else try_to_exchange(after.pk, line), range(2))

    assert sorted(outcomes) == ["exchanged", "refused"]
    assert taken(after) == [1]
    assert nothing_at_fault()


class TestControl:
    def test_without_the_guard_only_the_constraint_is_left(self, monkeypatch):
        before, after = PoolFactory(capacity=8), PoolFactory(capacity=1)
        lines = [sold_line(before) for _ in range(8)]
        monkeypatch.setattr(
            exchanging,
            "take",
            lambda pool_id, quantity, *, now: Pool.objects.filter(pk=pool_id).update(taken=F("taken") + quantity),
        )

        def exchange(line: uuid.UUID) -> str:
            try:
                return try_to_exchange(after.pk, line)
            except IntegrityError:
                return "crashed"

        assert Counter(in_parallel(exchange, lines)) == {"exchanged": 1, "crashed": 7}
        # All or nothing: a crash changed nothing either.
        assert taken(before, after) == [7, 1]
        assert nothing_at_fault()

    @pytest.mark.full
    def test_without_the_locks_one_line_ends_in_two_places(self, monkeypatch):
        before, targets = PoolFactory(), [PoolFactory(), PoolFactory()]
        line = sold_line(before)
        sold_line(before)
        both_have_read = Barrier(2, timeout=30)
        read = exchanging.live_of

        def slow_read(line: uuid.UUID, holds: list[Hold], *, now: datetime) -> list[Hold]:
            both_have_read.wait()
            return read(line, holds, now=now)

        monkeypatch.setattr(holding, "lock_pools_of", lock_nothing)
        monkeypatch.setattr(exchanging, "live_of", slow_read)

        outcomes = in_parallel(lambda target: try_to_exchange(target.pk, line), targets)

        assert outcomes == ["exchanged", "exchanged"]
        assert Hold.objects.live().filter(line=line).count() == 2
        assert [finding.fault for finding in checks.taken_equals_holds()] == ["0 taken, but 1 held or sold"]

    @pytest.mark.full
    def test_without_one_lock_order_exchanges_in_both_directions_deadlock(self, monkeypatch):
        one, other = PoolFactory(), PoolFactory()
        lines = [(sold_line(one), other), (sold_line(other), one)]
        both_hold_their_first = Barrier(2, timeout=30)
        lock = holding.lock_pools_of

        def lock_old_then_new(lines, *, also=()):
            old = lock(lines)
            both_hold_their_first.wait()
            return old | lock([], also=also)

        monkeypatch.setattr(holding, "lock_pools_of", lock_old_then_new)

        def exchange(pair: tuple[uuid.UUID, Pool]) -> str:
            try:
                return try_to_exchange(pair[1].pk, pair[0])
            except OperationalError:
                return "deadlock"

        assert sorted(in_parallel(exchange, lines)) == ["deadlock", "exchanged"]
