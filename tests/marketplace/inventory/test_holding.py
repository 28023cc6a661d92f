import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils.translation import override

from foundation.errors import InvalidInput
from foundation.outbox.models import Event
from marketplace.inventory import checks, services
from marketplace.inventory.models import Hold, HoldStatus, Pool
from marketplace.inventory.services import Demand
from tests.factories.inventory import HoldFactory, PoolFactory, SlotFactory, StockFactory

MORNING = datetime(2026, 11, 22, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
LINE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
pytestmark = pytest.mark.django_db


def taken(*pools: Pool) -> tuple[int, ...]:
    return tuple(Pool.objects.values_list("taken", flat=True).get(pk=pool.pk) for pool in pools)


def states(line: uuid.UUID = LINE) -> list[str]:
    return list(Hold.objects.filter(line=line).order_by("pk").values_list("status", flat=True))


def hold(*demands: Demand, until: datetime = NOON, now: datetime = MORNING) -> list[Hold]:
    return services.hold(demands=demands, until=until, now=now)


def told(topic: str = "listing.changed") -> list[str]:
    return list(Event.objects.filter(topic=topic).order_by("pk").values_list("key", flat=True))


class TestHold:
    def test_holds_what_a_line_needs_of_each_pool(self):
        slot, cap = PoolFactory(capacity=9), PoolFactory(capacity=30)

        holds = hold(Demand(slot.pk, LINE, 4), Demand(cap.pk, LINE, 4))

        assert [(row.pool_id, row.quantity, row.status, row.lapses_at) for row in holds] == [
            (slot.pk, 4, "ACTIVE", NOON),
            (cap.pk, 4, "ACTIVE", NOON),
        ]
        assert taken(slot, cap) == (4, 4)

    def test_refuses_more_than_is_left_and_holds_nothing(self):
        day, hour = PoolFactory(capacity=9), PoolFactory(capacity=3)

        with pytest.raises(services.PoolExhausted) as refusal:
            hold(Demand(day.pk, LINE, 4), Demand(hour.pk, LINE, 4))

        assert (refusal.value.pool_id, refusal.value.asked, refusal.value.left) == (hour.pk, 4, 3)
        assert taken(day, hour) == (0, 0)
        assert not Hold.objects.exists()

    def test_counts_lines_of_one_pool_together(self):
        pool = PoolFactory(capacity=5)

        with pytest.raises(services.PoolExhausted) as refusal:
            hold(Demand(pool.pk, LINE, 3), Demand(pool.pk, OTHER, 3))
        assert (refusal.value.asked, refusal.value.left) == (6, 5)

        hold(Demand(pool.pk, LINE, 3), Demand(pool.pk, OTHER, 2))
        assert taken(pool) == (5,)

    def test_gives_lapsed_holds_back_before_refusing(self):
        pool = PoolFactory(capacity=3)
        hold(Demand(pool.pk, OTHER, 3))

        with pytest.raises(services.PoolExhausted):
            hold(Demand(pool.pk, LINE, 1), now=NOON - timedelta(seconds=1))
        hold(Demand(pool.pk, LINE, 1), until=NOON + timedelta(hours=1), now=NOON)

        assert taken(pool) == (1,)
        assert states(OTHER) == ["RELEASED"]

    def test_leaves_lapsed_holds_alone_while_there_is_room(self):
        pool = PoolFactory(capacity=3)
        hold(Demand(pool.pk, OTHER, 1))

        hold(Demand(pool.pk, LINE, 1), until=NOON + timedelta(hours=1), now=NOON)

        assert states(OTHER) == ["ACTIVE"]
        assert taken(pool) == (2,)

    def test_a_line_holds_a_pool_once(self):
        pool = PoolFactory()
        hold(Demand(pool.pk, LINE, 1))
        with pytest.raises(IntegrityError):
            hold(Demand(pool.pk, LINE, 1))

    def test_takes_a_fixed_number_of_queries(self, django_assert_num_queries):
        pools = [PoolFactory() for _ in range(3)]
        # Two for the transaction, one per pool, one for the holds, one for what the pools have left.
        with django_assert_num_queries(2 + 3 + 1 + 1):
            hold(*(Demand(pool.pk, LINE, 1) for pool in pools))

    def test_the_sentence_of_a_refusal_is_in_the_visitors_language(self):
        pool = PoolFactory(capacity=1)
        with override("id"), pytest.raises(services.PoolExhausted, match=r"Anda meminta 2; tersisa 1\."):
            hold(Demand(pool.pk, LINE, 2))


class TestTelling:
    def test_tells_when_goods_sell_out_and_come_back_and_not_in_between(self):
        stock = StockFactory(pool__capacity=10)
        listing = str(stock.variant.listing_id)
        hold(Demand(stock.pool_id, OTHER, 1))
        assert told() == []

        hold(Demand(stock.pool_id, LINE, 9))
        assert told() == [listing]

        services.release(lines=[LINE], now=MORNING)
        assert told() == [listing, listing]

    def test_tells_when_a_slot_sells_out(self):
        slot = SlotFactory(pool__capacity=1)
        hold(Demand(slot.pool_id, LINE, 1))
        assert told() == [str(slot.listing_id)]

    def test_tells_once_when_stock_runs_low(self):
        stock = StockFactory(pool__capacity=6)
        hold(Demand(stock.pool_id, LINE, 2))
        assert told("stock.low") == []
        hold(Demand(stock.pool_id, OTHER, 1))
        hold(Demand(stock.pool_id, uuid.UUID(int=3), 1))
        assert told("stock.low") == [str(stock.pool_id)]


class TestConfirm:
    def test_turns_holds_into_sales(self):
        one, other = PoolFactory(), PoolFactory()
        hold(Demand(one.pk, LINE, 2), Demand(other.pk, LINE, 2))

        assert services.confirm(lines=[LINE], now=NOON) == frozenset()
        assert states() == ["CONFIRMED", "CONFIRMED"]
        assert taken(one, other) == (2, 2)

    def test_a_repeat_changes_nothing(self):
        pool = PoolFactory()
        hold(Demand(pool.pk, LINE, 2))
        services.confirm(lines=[LINE], now=NOON)

        assert services.confirm(lines=[LINE], now=NOON) == frozenset()
        assert (states(), taken(pool)) == (["CONFIRMED"], (2,))

    def test_a_lapsed_hold_that_nobody_gave_back_can_still_be_sold(self):
        pool = PoolFactory()
        hold(Demand(pool.pk, LINE, 2))

        assert services.confirm(lines=[LINE], now=NOON + timedelta(days=1)) == frozenset()
        assert states() == ["CONFIRMED"]

    def test_returns_lines_whose_holds_are_gone(self):
        pool = PoolFactory()
        hold(Demand(pool.pk, LINE, 2), Demand(pool.pk, OTHER, 1))
        services.release(lines=[LINE], now=NOON)
        never_held = uuid.UUID(int=9)

        gone = services.confirm(lines=[LINE, OTHER, never_held], now=NOON)

        assert gone == frozenset({LINE, never_held})
        assert (states(LINE), states(OTHER), taken(pool)) == (["RELEASED"], ["CONFIRMED"], (1,))

    def test_a_line_is_sold_whole_or_not_at_all(self):
        full, free = PoolFactory(capacity=1), PoolFactory(capacity=9)
        hold(Demand(full.pk, LINE, 1), Demand(free.pk, LINE, 1))
        # Only the full pool's lapsed hold is given back, because somebody else wanted it.
        hold(Demand(full.pk, OTHER, 1), until=NOON + timedelta(hours=1), now=NOON)

        assert services.confirm(lines=[LINE], now=NOON) == frozenset({LINE})
        assert states() == ["RELEASED", "RELEASED"]
        assert taken(full, free) == (1, 0)

    def test_what_was_gone_can_be_held_and_sold_again(self):
        pool = PoolFactory()
        hold(Demand(pool.pk, LINE, 1))
        services.release(lines=[LINE], now=NOON)
        hold(Demand(pool.pk, LINE, 1))

        assert services.confirm(lines=[LINE], now=NOON) == frozenset()
        assert (states(), taken(pool)) == (["RELEASED", "CONFIRMED"], (1,))


class TestRelease:
    @pytest.mark.parametrize("sold", [False, True])
    def test_gives_back_held_and_sold(self, sold: bool):
        one, other = PoolFactory(), PoolFactory()
        hold(Demand(one.pk, LINE, 2), Demand(other.pk, LINE, 3), Demand(other.pk, OTHER, 1))
        if sold:
            services.confirm(lines=[LINE], now=NOON)

        assert services.release(lines=[LINE], now=NOON) == 2
        assert taken(one, other) == (0, 1)

    def test_a_repeat_gives_back_nothing(self):
        pool = PoolFactory()
        hold(Demand(pool.pk, LINE, 2), Demand(pool.pk, OTHER, 2))

        assert services.release(lines=[LINE], now=NOON) == 1
        assert services.release(lines=[LINE], now=NOON) == 0
        assert taken(pool) == (2,)

    def test_a_part_is_given_back_in_every_pool(self):
        one, other = PoolFactory(), PoolFactory()
        hold(Demand(one.pk, LINE, 3), Demand(other.pk, LINE, 3))
        services.confirm(lines=[LINE], now=NOON)

        services.release_quantity(line=LINE, quantity=2, now=NOON)
        assert (taken(one, other), states()) == ((1, 1), ["CONFIRMED", "CONFIRMED"])

        services.release_quantity(line=LINE, quantity=1, now=NOON)
        assert (taken(one, other), states()) == ((0, 0), ["RELEASED", "RELEASED"])
        assert list(checks.taken_equals_holds()) == []

    @pytest.mark.parametrize("quantity", [0, -1, 4])
    def test_refuses_to_give_back_what_is_not_held(self, quantity: int):
        pool = PoolFactory()
        hold(Demand(pool.pk, LINE, 3))

        with pytest.raises(InvalidInput):
            services.release_quantity(line=LINE, quantity=quantity, now=NOON)
        assert taken(pool) == (3,)


class TestLapsing:
    def test_gives_back_what_lapsed_and_nothing_else(self):
        pool = PoolFactory()
        hold(Demand(pool.pk, LINE, 2))
        hold(Demand(pool.pk, OTHER, 1), until=NOON + timedelta(seconds=1))

        assert services.release_lapsed_holds(now=NOON, limit=10) == 1
        assert (states(LINE), states(OTHER), taken(pool)) == (["RELEASED"], ["ACTIVE"], (1,))
        assert services.release_lapsed_holds(now=NOON, limit=10) == 0

    def test_never_gives_back_what_is_sold(self):
        pool = PoolFactory()
        hold(Demand(pool.pk, LINE, 2))
        services.confirm(lines=[LINE], now=MORNING)

        assert services.release_lapsed_holds(now=NOON, limit=10) == 0
        assert taken(pool) == (2,)

    def test_takes_so_many_pools_at_a_time(self):
        pools = [PoolFactory() for _ in range(3)]
        hold(*(Demand(pool.pk, LINE, 1) for pool in pools))

        assert services.release_lapsed_holds(now=NOON, limit=2) == 2
        assert taken(*pools) == (0, 0, 1)

    def test_the_task_goes_on_until_nothing_has_lapsed(self, time_machine, monkeypatch):
        from marketplace.inventory import tasks

        pools = [PoolFactory() for _ in range(3)]
        hold(*(Demand(pool.pk, LINE, 1) for pool in pools))
        monkeypatch.setattr(tasks, "BATCH", 1)
        time_machine.move_to(NOON, tick=False)

        tasks.release_lapsed_holds()
        assert taken(*pools) == (0, 0, 0)

    def test_a_hold_is_postponed_and_never_brought_forward(self):
        pool = PoolFactory()
        hold(Demand(pool.pk, LINE, 1))

        services.postpone(lines=[LINE], until=NOON + timedelta(minutes=5))
        services.postpone(lines=[LINE], until=NOON)

        assert Hold.objects.get().lapses_at == NOON + timedelta(minutes=5)
        assert services.release_lapsed_holds(now=NOON, limit=10) == 0


class TestConstraints:
    def test_a_pool_is_never_oversold(self):
        with pytest.raises(IntegrityError, match="pool_not_oversold"):
            PoolFactory(capacity=1, taken=2)

    def test_a_hold_is_of_something(self):
        with pytest.raises(IntegrityError, match="hold_is_of_something"):
            HoldFactory(quantity=0)

    def test_a_line_has_one_live_hold_per_pool(self):
        pool = PoolFactory()
        HoldFactory(pool=pool, line=LINE, status=HoldStatus.RELEASED)
        HoldFactory(pool=pool, line=LINE, status=HoldStatus.CONFIRMED)
        with pytest.raises(IntegrityError):
            HoldFactory(pool=pool, line=LINE)


class TestAudit:
    def test_names_a_pool_whose_counter_is_wrong(self):
        pool = PoolFactory(taken=3)
        HoldFactory(pool=pool, quantity=2, status=HoldStatus.CONFIRMED)
        HoldFactory(pool=pool, quantity=5, status=HoldStatus.RELEASED)
        PoolFactory()

        found = [(finding.row, finding.fault) for finding in checks.taken_equals_holds()]
        assert found == [(f"pool {pool.pk}", "3 taken, but 2 held or sold")]

    def test_names_a_line_that_is_half_sold(self):
        HoldFactory(line=LINE, status=HoldStatus.CONFIRMED)
        HoldFactory(line=LINE)
        HoldFactory(line=OTHER)

        assert [finding.row for finding in checks.lines_are_held_once()] == [f"line {LINE}"]
        assert list(checks.nothing_is_oversold()) == []
