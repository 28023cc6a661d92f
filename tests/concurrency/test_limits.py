"""Limits under load: one buyer's orders at once, days that get a cap while they sell, and everything at once."""

import random
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import transaction

from foundation.accounts.buyer import Buyer
from marketplace.inventory import checks, services
from marketplace.inventory.models import AdjustmentReason, Hold, Pool, Slot
from marketplace.inventory.queries import caps_of, pools_of
from marketplace.inventory.services import Demand, Want, holding, stock
from marketplace.orders.models import Order
from marketplace.sales.services import place, placing
from tests.factories.catalog import AdmissionVariantFactory
from tests.factories.inventory import SlotFactory, StockFactory
from tests.factories.orders import details, fill_cart, goods
from tests.racing import in_parallel

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
pytestmark = pytest.mark.django_db(transaction=True)


def nothing_at_fault() -> bool:
    found = (
        *checks.taken_equals_holds(),
        *checks.nothing_is_oversold(),
        *checks.lines_are_held_once(),
        *checks.slots_draw_on_their_days(),
    )
    return not found


def place_at_once(buyers: int, *, most_per_buyer: int | None) -> Counter[str]:
    """Guests with carts of their own and one phone number order a piece each, all at the same moment."""
    product = goods(pieces=100)
    type(product).objects.filter(pk=product.pk).update(most_per_buyer=most_per_buyer)
    guests = [Buyer(user_id=None, guest_key=f"tamu-{number}") for number in range(buyers)]
    for guest in guests:
        fill_cart((product, None, 1), buyer=guest)

    def order(guest: Buyer) -> str:
        try:
            place(
                buyer=guest,
                checkout_key=uuid.uuid4(),
                details=details(85_000, pick_up=[product.listing.shop_id]),
                language="id",
                now=NOW,
            )
        except services.BuyerLimitReached:
            return "limit"
        return "placed"

    return Counter(in_parallel(order, guests))


def test_one_phone_number_orders_no_more_than_one_person_may():
    assert place_at_once(8, most_per_buyer=3) == {"placed": 3, "limit": 5}
    assert Order.objects.count() == 3
    assert nothing_at_fault()


def test_one_account_that_sends_many_orders_at_once_gets_no_more_than_one_person_may():
    stock = StockFactory(pool__capacity=100, variant__most_per_buyer=2)
    caps = caps_of(stock.variant, None)

    def order(_number: int) -> str:
        line = uuid.uuid4()
        try:
            # One transaction, as placing is.
            with transaction.atomic():
                own = services.allowance_demands(wants=[Want(line, 1, caps)], who=services.buyer_marks(user_id=7))
                services.hold(demands=[*own, Demand(stock.pool_id, line, 1)], until=LATER, now=NOW)
        except services.BuyerLimitReached:
            return "limit"
        return "placed"

    assert Counter(in_parallel(order, range(12))) == {"placed": 2, "limit": 10}
    assert nothing_at_fault()


def test_a_day_that_gets_a_cap_while_it_sells_counts_everybody():
    adult = AdmissionVariantFactory()
    slots = [
        SlotFactory(
            listing=adult.listing,
            pool__capacity=100,
            starts_at=datetime(2026, 11, 29, hour, tzinfo=UTC),
            ends_at=datetime(2026, 11, 29, hour + 1, tzinfo=UTC),
        )
        for hour in (2, 4)
    ]

    def act(number: int) -> str:
        if number == 8:
            services.set_daily_cap(listing_id=adult.listing_id, capacity=10, now=NOW)
            return "capped"
        line, outcome = uuid.uuid4(), "refused"
        for _attempt in range(3):
            slot = Slot.objects.get(pk=slots[number % 2].pk)
            try:
                demands = [Demand(pool_id, line, 1) for pool_id in pools_of(adult, slot)]
                services.hold(demands=demands, until=LATER, now=NOW)
            except services.PoolsChanged:
                outcome = "told to try again"
                continue
            except services.PoolExhausted:
                return "refused"
            return "held"
        return outcome

    outcomes = Counter(in_parallel(act, range(16)))

    day = Pool.objects.get(kind="DAY")
    assert outcomes["capped"] == 1
    assert outcomes["told to try again"] == 0
    assert day.taken == outcomes["held"] == Hold.objects.live().exclude(pool=day).count()
    assert nothing_at_fault()


@pytest.mark.parametrize("seed", range(3))
def test_many_carts_over_shuffled_pools_with_everything_else_at_once_never_deadlock(seed: int):
    chance = random.Random(seed)
    stocks = [StockFactory(pool__capacity=60) for _ in range(6)]
    pools = [one.pool_id for one in stocks]
    sold = []
    for _ in range(24):
        line = uuid.uuid4()
        lapses_at = NOW if chance.random() < 0.3 else LATER
        services.hold(demands=[Demand(pool, line, 1) for pool in chance.sample(pools, 3)], until=lapses_at, now=NOW)
        sold.append(line)
    plans = [
        [(chance.choice("hhhcrxas"), chance.sample(pools, chance.randint(1, 6)), chance.choice(sold)) for _ in range(6)]
        for _ in range(16)
    ]

    def work(plan: list[tuple[str, list[int], uuid.UUID]]) -> int:
        refused = 0
        for action, wanted, line in plan:
            try:
                do(action, wanted, line)
            except services.InventoryError:
                refused += 1
        return refused

    def do(action: str, wanted: list[int], line: uuid.UUID) -> None:
        match action:
            case "h":
                services.hold(demands=[Demand(pool, uuid.uuid4(), 1) for pool in wanted], until=LATER, now=NOW)
            case "c":
                services.confirm(lines=[line, sold[0]], now=NOW)
            case "r":
                services.release(lines=[line, sold[1]], now=NOW)
            case "x":
                services.exchange(lines={line: wanted}, now=NOW)
            case "a":
                services.adjust_stock(
                    variant_id=stocks[pools.index(wanted[0])].variant_id,
                    change=-1,
                    reason=AdjustmentReason.DAMAGED,
                    by_id=None,
                    now=NOW,
                )
            case _:
                services.release_lapsed_holds(now=NOW, limit=10)

    # An OperationalError (a deadlock, or a lock that never came) would be raised here.
    in_parallel(work, plans)

    assert nothing_at_fault()


class TestControl:
    def test_without_the_allowance_one_phone_number_gets_all(self, monkeypatch):
        monkeypatch.setattr(placing, "allowance_demands", lambda *, wants, who: [])
        assert place_at_once(8, most_per_buyer=3) == {"placed": 8}

    def test_without_the_second_look_a_new_cap_is_passed_by(self, monkeypatch):
        adult = AdmissionVariantFactory()
        slot = SlotFactory(listing=adult.listing)
        monkeypatch.setattr(holding, "tell_of_levels", lambda changes, *, levels, now: frozenset())
        services.set_daily_cap(listing_id=adult.listing_id, capacity=10, now=NOW)
        # The cart was looked at before the cap came.
        services.hold(demands=[Demand(slot.pool_id, uuid.uuid4(), 1)], until=LATER, now=NOW)
        assert [finding.fault for finding in checks.slots_draw_on_their_days()] == [
            f"draws on pool {slot.pool_id}, but not on the pool of its day"
        ]

    @pytest.mark.full
    def test_without_the_lock_an_adjustment_forgets_another(self, monkeypatch):
        pool = StockFactory(pool__capacity=50)
        monkeypatch.setattr(stock, "locked", lambda pool_id, *, now: Pool.objects.get(pk=pool_id))

        def adjust(_number: int) -> int:
            return services.adjust_stock(variant_id=pool.variant_id, change=1, by_id=None, now=NOW)

        barrier, resize = Barrier(4, timeout=30), stock.resize

        def slow_resize(*args, **kwargs):
            barrier.wait()
            return resize(*args, **kwargs)

        monkeypatch.setattr(stock, "resize", slow_resize)
        assert in_parallel(adjust, range(4)) == [51] * 4
        assert Pool.objects.get(pk=pool.pool_id).capacity == 51


def test_adjustments_at_once_are_all_counted():
    pool = StockFactory(pool__capacity=50)
    in_parallel(
        lambda _number: services.adjust_stock(variant_id=pool.variant_id, change=1, by_id=None, now=NOW), range(8)
    )
    assert Pool.objects.get(pk=pool.pool_id).capacity == 58
