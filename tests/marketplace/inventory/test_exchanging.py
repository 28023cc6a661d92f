import uuid
from datetime import UTC, datetime, timedelta

import pytest

from foundation.outbox.models import Event
from marketplace.inventory import checks, services
from marketplace.inventory.models import Hold, Pool
from marketplace.inventory.services import Demand
from tests.factories.inventory import PoolFactory, SlotFactory

MORNING = datetime(2026, 11, 22, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
LINE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
pytestmark = pytest.mark.django_db


def taken(*pools: Pool) -> tuple[int, ...]:
    return tuple(Pool.objects.values_list("taken", flat=True).get(pk=pool.pk) for pool in pools)


def claims(line: uuid.UUID = LINE) -> list[tuple[int, int, str]]:
    rows = Hold.objects.filter(line=line).order_by("pk")
    return list(rows.values_list("pool_id", "quantity", "status"))


def hold(*demands: Demand, until: datetime = NOON, now: datetime = MORNING) -> list[Hold]:
    return services.hold(demands=demands, until=until, now=now)


def nothing_at_fault() -> bool:
    return not [*checks.taken_equals_holds(), *checks.nothing_is_oversold(), *checks.lines_are_held_once()]


class TestExchange:
    def test_moves_what_was_sold(self):
        before, after = PoolFactory(), PoolFactory()
        hold(Demand(before.pk, LINE, 3), Demand(before.pk, OTHER, 1))
        services.confirm(lines=[LINE, OTHER], now=MORNING)

        services.exchange(lines={LINE: [after.pk]}, now=NOON + timedelta(days=1))

        assert taken(before, after) == (1, 3)
        assert claims() == [(before.pk, 3, "MOVED"), (after.pk, 3, "CONFIRMED")]
        assert claims(OTHER) == [(before.pk, 1, "CONFIRMED")]
        assert nothing_at_fault()

    def test_what_was_held_stays_held_until_the_same_moment(self):
        before, after = PoolFactory(), PoolFactory()
        hold(Demand(before.pk, LINE, 3))

        services.exchange(lines={LINE: [after.pk]}, now=MORNING)

        moved = Hold.objects.get(status="ACTIVE")
        assert (moved.pool_id, moved.quantity, moved.lapses_at) == (after.pk, 3, NOON)
        assert services.release_lapsed_holds(now=NOON, limit=10) == 1
        assert taken(before, after) == (0, 0)

    def test_a_line_may_draw_on_more_or_fewer_pools_afterwards(self):
        one, two, three = PoolFactory(), PoolFactory(), PoolFactory()
        hold(Demand(one.pk, LINE, 2))
        services.confirm(lines=[LINE], now=MORNING)

        services.exchange(lines={LINE: [three.pk, one.pk, two.pk]}, now=MORNING)
        assert taken(one, two, three) == (2, 2, 2)

        services.exchange(lines={LINE: [three.pk]}, now=MORNING)
        assert taken(one, two, three) == (0, 0, 2)
        assert nothing_at_fault()

    def test_a_pool_that_is_kept_need_have_no_room(self):
        cap, before, after = PoolFactory(capacity=2), PoolFactory(), PoolFactory()
        hold(Demand(cap.pk, LINE, 2), Demand(before.pk, LINE, 2))

        services.exchange(lines={LINE: [cap.pk, after.pk]}, now=MORNING)

        assert taken(cap, before, after) == (2, 0, 2)

    def test_refuses_what_does_not_fit_and_changes_nothing(self):
        before, roomy, full = PoolFactory(), PoolFactory(), PoolFactory(capacity=4)
        hold(Demand(before.pk, LINE, 3), Demand(before.pk, OTHER, 2), Demand(full.pk, uuid.UUID(int=9), 2))

        with pytest.raises(services.PoolExhausted) as refusal:
            services.exchange(lines={OTHER: [roomy.pk], LINE: [full.pk]}, now=MORNING)

        assert (refusal.value.pool_id, refusal.value.asked, refusal.value.left) == (full.pk, 3, 2)
        assert taken(before, roomy, full) == (5, 0, 2)
        assert (claims(), claims(OTHER)) == ([(before.pk, 3, "ACTIVE")], [(before.pk, 2, "ACTIVE")])

    def test_gives_lapsed_holds_back_before_refusing(self):
        before, after = PoolFactory(), PoolFactory(capacity=3)
        hold(Demand(before.pk, LINE, 3), until=NOON + timedelta(hours=1))
        hold(Demand(after.pk, OTHER, 3))

        with pytest.raises(services.PoolExhausted):
            services.exchange(lines={LINE: [after.pk]}, now=NOON - timedelta(seconds=1))
        services.exchange(lines={LINE: [after.pk]}, now=NOON)

        assert taken(before, after) == (0, 3)

    def test_two_lines_change_places_in_full_pools(self):
        one, other = PoolFactory(capacity=2), PoolFactory(capacity=2)
        hold(Demand(one.pk, LINE, 2), Demand(other.pk, OTHER, 2))

        services.exchange(lines={LINE: [other.pk], OTHER: [one.pk]}, now=MORNING)

        assert taken(one, other) == (2, 2)
        assert (claims()[-1], claims(OTHER)[-1]) == ((other.pk, 2, "ACTIVE"), (one.pk, 2, "ACTIVE"))

    def test_a_repeat_changes_nothing(self):
        before, after = PoolFactory(), PoolFactory()
        hold(Demand(before.pk, LINE, 3))

        services.exchange(lines={LINE: [after.pk]}, now=MORNING)
        services.exchange(lines={LINE: [after.pk]}, now=MORNING)

        assert taken(before, after) == (0, 3)
        assert claims() == [(before.pk, 3, "MOVED"), (after.pk, 3, "ACTIVE")]

    def test_there_and_back_again(self):
        before, after = PoolFactory(), PoolFactory()
        hold(Demand(before.pk, LINE, 3))
        services.confirm(lines=[LINE], now=MORNING)

        services.exchange(lines={LINE: [after.pk]}, now=MORNING)
        services.exchange(lines={LINE: [before.pk]}, now=MORNING)

        assert taken(before, after) == (3, 0)
        assert services.confirm(lines=[LINE], now=MORNING) == frozenset()

    @pytest.mark.parametrize("how", ["never held", "released", "lapsed and not swept"])
    def test_refuses_a_line_that_claims_nothing_any_more(self, how: str):
        before, after = PoolFactory(), PoolFactory()
        if how != "never held":
            hold(Demand(before.pk, LINE, 3))
        if how == "released":
            services.release(lines=[LINE], now=MORNING)

        with pytest.raises(services.NothingHeld) as refusal:
            services.exchange(lines={LINE: [after.pk]}, now=NOON)

        assert refusal.value.line == LINE
        assert taken(after) == (0,)

    def test_releasing_a_part_or_all_afterwards_frees_the_new_pools_alone(self):
        before, after = PoolFactory(), PoolFactory()
        hold(Demand(before.pk, LINE, 3))
        services.confirm(lines=[LINE], now=MORNING)
        services.exchange(lines={LINE: [after.pk]}, now=MORNING)

        services.release_quantity(line=LINE, quantity=1, now=MORNING)
        assert taken(before, after) == (0, 2)
        assert services.release(lines=[LINE], now=MORNING) == 1
        assert taken(before, after) == (0, 0)
        assert nothing_at_fault()

    def test_a_line_that_was_lost_held_anew_and_exchanged_stays_sold(self):
        before, after = PoolFactory(), PoolFactory()
        hold(Demand(before.pk, LINE, 1))
        services.release(lines=[LINE], now=MORNING)
        hold(Demand(before.pk, LINE, 1))
        services.exchange(lines={LINE: [after.pk]}, now=MORNING)

        assert services.confirm(lines=[LINE], now=MORNING) == frozenset()
        assert services.confirm(lines=[LINE], now=MORNING) == frozenset()
        assert taken(before, after) == (0, 1)

    def test_tells_of_slots_that_sold_out_or_came_back(self):
        before, after = SlotFactory(pool__capacity=1), SlotFactory(pool__capacity=1)
        hold(Demand(before.pool_id, LINE, 1))
        told = Event.objects.filter(topic="listing.changed").order_by("pk").values_list("key", flat=True)
        assert list(told) == [str(before.listing_id)]

        services.exchange(lines={LINE: [after.pool_id]}, now=MORNING)

        assert list(told.all())[1:] == sorted([str(before.listing_id), str(after.listing_id)], key=int)

    def test_nothing_is_no_pool(self):
        with pytest.raises(ValueError, match="released, not exchanged"):
            services.exchange(lines={LINE: []}, now=MORNING)
