"""Sixteen buyers, one last place. Each race has a control: without the guard, it oversells."""

import uuid
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F

from marketplace.inventory import checks, services
from marketplace.inventory.models import Hold, HoldStatus, Pool, PoolKind
from marketplace.inventory.services import Demand, holding
from marketplace.inventory.services.telling import Level
from tests.factories.inventory import HoldFactory, PoolFactory, SlotFactory, StockFactory
from tests.racing import in_parallel

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
BUYERS = range(16)
pytestmark = pytest.mark.django_db(transaction=True)


def try_to_hold(pool_ids: list[int], _buyer: int) -> str:
    line = uuid.uuid4()
    try:
        services.hold(demands=[Demand(pool, line, 1) for pool in pool_ids], until=LATER, now=NOW)
    except services.PoolExhausted:
        return "refused"
    return "held"


def nothing_at_fault() -> bool:
    return not [*checks.taken_equals_holds(), *checks.nothing_is_oversold(), *checks.lines_are_held_once()]


def test_the_last_place_of_a_slot_is_sold_once():
    slot = SlotFactory(pool__capacity=1)

    outcomes = in_parallel(partial(try_to_hold, [slot.pool_id]), BUYERS)

    assert Counter(outcomes) == {"held": 1, "refused": 15}
    assert Hold.objects.count() == 1
    assert nothing_at_fault()


def test_the_last_piece_of_a_product_is_sold_once():
    stock = StockFactory(pool__capacity=1)

    outcomes = in_parallel(partial(try_to_hold, [stock.pool_id]), BUYERS)

    assert Counter(outcomes) == {"held": 1, "refused": 15}
    assert nothing_at_fault()


def test_a_mixed_cart_gets_all_or_nothing():
    slot, stock = SlotFactory(pool__capacity=9), StockFactory(pool__capacity=5)

    outcomes = in_parallel(partial(try_to_hold, [slot.pool_id, stock.pool_id]), BUYERS)

    assert Counter(outcomes) == {"held": 5, "refused": 11}
    assert list(Pool.objects.order_by("pk").values_list("taken", flat=True)) == [5, 5]
    assert nothing_at_fault()


def test_carts_with_the_same_pools_in_any_order_never_deadlock():
    pools = [PoolFactory(capacity=100).pk for _ in range(4)]

    def buy(buyer: int) -> str:
        # Every buyer fills the cart in another order.
        turned = pools[buyer % 4 :] + pools[: buyer % 4]
        return try_to_hold(turned if buyer % 2 else turned[::-1], buyer)

    assert in_parallel(buy, BUYERS) == ["held"] * 16
    assert set(Pool.objects.values_list("taken", flat=True)) == {16}
    assert nothing_at_fault()


def test_holding_confirming_releasing_and_sweeping_at_once_keep_the_books():
    pools = [PoolFactory(capacity=40).pk for _ in range(3)]
    lines = [uuid.uuid4() for _ in range(12)]
    for line in lines:
        services.hold(demands=[Demand(pool, line, 2) for pool in pools], until=NOW - timedelta(minutes=1), now=NOW)

    def work(number: int) -> None:
        mine = lines[number % 12]
        match number % 4:
            case 0:
                services.confirm(lines=[mine, lines[(number + 5) % 12]], now=NOW)
            case 1:
                services.release(lines=[mine, lines[(number + 7) % 12]], now=NOW)
            case 2:
                services.release_lapsed_holds(now=NOW, limit=10)
            case _:
                try_to_hold(pools[::-1], number)

    in_parallel(work, BUYERS)

    assert nothing_at_fault()
    assert not Hold.objects.lapsed(NOW).exists()


def test_a_lapsed_hold_is_resold_once():
    pool = PoolFactory(capacity=1, taken=1)
    HoldFactory(pool=pool, lapses_at=NOW)

    outcomes = in_parallel(partial(try_to_hold, [pool.pk]), BUYERS)

    assert Counter(outcomes) == {"held": 1, "refused": 15}
    assert nothing_at_fault()


def test_a_sale_and_a_sweep_of_the_same_hold_end_in_one_of_the_two():
    pool = PoolFactory(capacity=1)
    line = uuid.uuid4()
    services.hold(demands=[Demand(pool.pk, line, 1)], until=NOW, now=NOW)

    def act(number: int) -> object:
        if number % 2:
            return services.release_lapsed_holds(now=NOW, limit=10)
        return services.confirm(lines=[line], now=NOW)

    outcomes = in_parallel(act, BUYERS)

    held = Hold.objects.get()
    expected = frozenset() if held.status == HoldStatus.CONFIRMED else frozenset({line})
    # Whoever came first decided; no buyer was told otherwise.
    assert {outcome for outcome in outcomes if isinstance(outcome, frozenset)} == {expected}
    assert nothing_at_fault()


def lock_nothing(_lines: object, *, also: object = ()) -> frozenset[int]:
    """For controls: say that every pool is locked, and lock none."""
    return frozenset(Pool.objects.values_list("pk", flat=True))


class TestControl:
    """What the guard prevents: the same races, with the guard taken away."""

    def test_reading_first_and_writing_afterwards_oversells(self):
        pool = PoolFactory(kind=PoolKind.SLOT, capacity=1)
        everybody_has_read = Barrier(len(BUYERS), timeout=30)

        def naive(_buyer: int) -> str:
            capacity, taken = Pool.objects.values_list("capacity", "taken").get(pk=pool.pk)
            everybody_has_read.wait()
            if taken + 1 > capacity:
                return "refused"
            # In one transaction, as a careful but unguarded programme would.
            with transaction.atomic():
                Pool.objects.filter(pk=pool.pk).update(taken=taken + 1)
                Hold.objects.create(pool_id=pool.pk, line=uuid.uuid4(), quantity=1, lapses_at=LATER)
            return "held"

        outcomes = in_parallel(naive, BUYERS)

        assert Counter(outcomes) == {"held": 16}
        assert [finding.fault for finding in checks.taken_equals_holds()] == ["1 taken, but 16 held or sold"]

    def test_without_the_guard_only_the_constraint_is_left_and_buyers_get_errors(self, monkeypatch):
        pool = PoolFactory(capacity=1)

        def unguarded(pool_id: int, quantity: int, **_more: object) -> list[Level]:
            Pool.objects.filter(pk=pool_id).update(taken=F("taken") + quantity)
            return []

        monkeypatch.setattr(holding, "take", unguarded)

        def buy(buyer: int) -> str:
            try:
                return try_to_hold([pool.pk], buyer)
            except IntegrityError:
                return "crashed"

        assert Counter(in_parallel(buy, BUYERS)) == {"held": 1, "crashed": 15}

    @pytest.mark.full
    def test_without_one_lock_order_two_carts_deadlock(self, monkeypatch):
        one, other = PoolFactory(capacity=9), PoolFactory(capacity=9)
        both_hold_their_first = Barrier(2, timeout=30)
        take = holding.take

        def slow_take(pool_id: int, quantity: int, **more: Any) -> list[Level]:
            levels = take(pool_id, quantity, **more)
            # At its second pool one of the two waits for the other's lock instead, and the barrier breaks.
            with suppress(BrokenBarrierError):
                both_hold_their_first.wait(timeout=2)
            return levels

        monkeypatch.setattr(holding, "take", slow_take)
        monkeypatch.setattr(holding, "sorted", lambda demands: list(demands), raising=False)

        def buy(pool_ids: list[int]) -> str:
            try:
                return try_to_hold(pool_ids, 0)
            except OperationalError:
                return "deadlock"

        outcomes = in_parallel(buy, [[one.pk, other.pk], [other.pk, one.pk]])
        assert sorted(outcomes) == ["deadlock", "held"]

    @pytest.mark.full
    def test_without_the_pool_lock_a_hold_is_given_back_twice(self, monkeypatch):
        pool = PoolFactory(capacity=9, taken=4)
        line = uuid.uuid4()
        HoldFactory(pool=pool, line=line, quantity=2)
        HoldFactory(pool=pool, quantity=2)
        both_have_read = Barrier(2, timeout=30)
        give_back = holding._give_back

        def slow_give_back(holds, *, now):
            both_have_read.wait()
            return give_back(holds, now=now)

        monkeypatch.setattr(holding, "lock_pools_of", lock_nothing)
        monkeypatch.setattr(holding, "_give_back", slow_give_back)

        in_parallel(lambda _number: services.release(lines=[line], now=NOW), range(2))

        assert [finding.fault for finding in checks.taken_equals_holds()] == ["0 taken, but 2 held or sold"]
