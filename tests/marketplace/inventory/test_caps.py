import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils.translation import override

from foundation.errors import InvalidInput
from foundation.outbox.models import Event
from marketplace.inventory import checks, queries, services
from marketplace.inventory.models import Allowance, DailyCap, Hold, Pool, Slot
from marketplace.inventory.queries import DayState, caps_of, pools_of
from marketplace.inventory.services import Demand, Want
from tests.factories.catalog import AdmissionVariantFactory
from tests.factories.inventory import HoldFactory, PoolFactory, ScheduleFactory, SlotFactory, StockFactory

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
NOON = NOW + timedelta(hours=2)
DAY = date(2026, 11, 29)
LINE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def adult():
    return AdmissionVariantFactory()


@pytest.fixture
def morning(adult) -> Slot:
    return SlotFactory(listing=adult.listing, pool__capacity=10)


@pytest.fixture
def afternoon(adult) -> Slot:
    return SlotFactory(
        listing=adult.listing,
        pool__capacity=10,
        starts_at=datetime(2026, 11, 29, 6, tzinfo=UTC),
        ends_at=datetime(2026, 11, 29, 9, tzinfo=UTC),
    )


def buy(variant, slot: Slot, quantity: int, line: uuid.UUID = LINE, now: datetime = NOW) -> None:
    slot.refresh_from_db()
    services.hold(demands=[Demand(pool_id, line, quantity) for pool_id in pools_of(variant, slot)], until=NOON, now=now)


def nothing_at_fault() -> bool:
    found = (
        *checks.taken_equals_holds(),
        *checks.nothing_is_oversold(),
        *checks.lines_are_held_once(),
        *checks.slots_draw_on_their_days(),
    )
    return not found


class TestDraws:
    def test_goods_draw_on_their_stock(self, django_assert_num_queries):
        stock = StockFactory()
        with django_assert_num_queries(0):
            assert pools_of(stock.variant, None) == (stock.pool_id,)

    def test_goods_without_stock_cannot_be_sold(self):
        assert pools_of(AdmissionVariantFactory(), None) == ()

    def test_a_ticket_draws_on_its_slot_and_on_its_day_if_that_has_a_cap(self, adult, morning):
        assert pools_of(adult, morning) == (morning.pool_id,)
        services.set_daily_cap(listing_id=adult.listing_id, capacity=15, now=NOW)
        morning.refresh_from_db()
        assert pools_of(adult, morning) == (morning.pool_id, morning.day_pool_id)
        assert queries.pools_for(adult.pk, morning.pk) == (morning.pool_id, morning.day_pool_id)


class TestDailyCap:
    def test_all_slots_of_a_day_draw_on_it(self, adult, morning, afternoon):
        services.set_daily_cap(listing_id=adult.listing_id, capacity=15, now=NOW)

        buy(adult, morning, 9)
        with pytest.raises(services.PoolExhausted) as refusal:
            buy(adult, afternoon, 7, OTHER)
        buy(adult, afternoon, 6, OTHER)

        assert (refusal.value.asked, refusal.value.left) == (7, 6)
        assert Pool.objects.get(kind="DAY").taken == 15
        assert nothing_at_fault()

    def test_what_is_shown_as_left_is_no_more_than_what_the_day_has(self, adult, morning, afternoon):
        services.set_daily_cap(listing_id=adult.listing_id, capacity=15, now=NOW)
        buy(adult, morning, 9)

        choices = queries.slots_on(adult.listing_id, DAY, NOW)
        assert [(choice.left, choice.left_of_day, choice.is_open) for choice in choices] == [(1, 6, True), (6, 6, True)]
        (offer,) = queries.calendar(adult.listing_id, DAY, DAY, NOW)
        assert (offer.left, offer.state) == (6, DayState.OPEN)

    def test_a_full_day_is_sold_out_although_its_slots_have_room(self, adult, morning, afternoon):
        services.set_daily_cap(listing_id=adult.listing_id, capacity=4, now=NOW)
        buy(adult, morning, 4)

        (offer,) = queries.calendar(adult.listing_id, DAY, DAY, NOW)
        assert (offer.left, offer.state) == (0, DayState.FULL)
        assert queries.cards(limit=1, now=NOW)[0].sold_out
        # Lapsed by time, swept or not.
        assert not queries.cards(limit=1, now=NOON)[0].sold_out

    def test_tells_when_a_day_sells_out(self, adult, morning):
        services.set_daily_cap(listing_id=adult.listing_id, capacity=4, now=NOW)
        before = Event.objects.filter(topic="listing.changed").count()
        buy(adult, morning, 4)
        assert Event.objects.filter(topic="listing.changed").count() == before + 1

    def test_what_was_sold_before_counts_and_is_never_taken_away(self, adult, morning, afternoon):
        buy(adult, morning, 4)
        services.confirm(lines=[LINE], now=NOW)
        buy(adult, afternoon, 3, OTHER)

        beyond = services.set_daily_cap(listing_id=adult.listing_id, capacity=5, now=NOW)

        assert beyond == [DAY]
        assert Pool.objects.filter(kind="DAY").values_list("capacity", "taken").get() == (7, 7)
        assert nothing_at_fault()
        # One of the two gives back; then the wish of the seller holds again at the next change.
        services.release(lines=[OTHER], now=NOW)
        assert services.set_daily_cap(listing_id=adult.listing_id, capacity=5, now=NOW) == []
        assert Pool.objects.filter(kind="DAY").values_list("capacity", "taken").get() == (5, 4)

    def test_what_has_lapsed_does_not_count(self, adult, morning):
        buy(adult, morning, 4)
        assert services.set_daily_cap(listing_id=adult.listing_id, capacity=3, now=NOON) == []
        assert Pool.objects.filter(kind="DAY").values_list("capacity", "taken").get() == (3, 0)

    def test_new_days_get_it_too(self, adult):
        ScheduleFactory(listing=adult.listing, capacity=10)
        services.set_daily_cap(listing_id=adult.listing_id, capacity=7, now=NOW)

        services.open_slots(listing_id=adult.listing_id, from_date=DAY, until_date=DAY + timedelta(days=1), now=NOW)

        pools = Pool.objects.filter(kind="DAY")
        assert [pool.capacity for pool in pools] == [7, 7]
        assert Slot.objects.filter(day_pool__in=pools).count() == 2

    def test_a_slot_that_is_opened_later_joins_its_day(self, adult, morning):
        services.set_daily_cap(listing_id=adult.listing_id, capacity=7, now=NOW)
        ScheduleFactory(listing=adult.listing, capacity=10)
        services.open_slots(listing_id=adult.listing_id, from_date=DAY, until_date=DAY, now=NOW)

        assert Slot.objects.count() == 2
        assert Slot.objects.values("day_pool").distinct().count() == 1

    def test_can_be_lifted(self, adult, morning):
        services.set_daily_cap(listing_id=adult.listing_id, capacity=7, now=NOW)
        buy(adult, morning, 4)
        services.set_daily_cap(listing_id=adult.listing_id, capacity=None, now=NOW)

        assert not DailyCap.objects.exists()
        buy(adult, morning, 6, OTHER)
        assert services.confirm(lines=[LINE, OTHER], now=NOW) == frozenset()
        assert nothing_at_fault()

    def test_one_day_can_have_another(self, adult, morning):
        with pytest.raises(InvalidInput):
            services.set_day_capacity(listing_id=adult.listing_id, day=DAY, capacity=9, now=NOW)
        services.set_daily_cap(listing_id=adult.listing_id, capacity=7, now=NOW)
        buy(adult, morning, 4)

        services.set_day_capacity(listing_id=adult.listing_id, day=DAY, capacity=9, now=NOW)
        with pytest.raises(services.BelowTaken):
            services.set_day_capacity(listing_id=adult.listing_id, day=DAY, capacity=3, now=NOW)
        assert Pool.objects.get(kind="DAY").capacity == 9

    @pytest.mark.parametrize("capacity", [0, -1, 100_001])
    def test_refuses_a_number_that_nobody_means(self, adult, capacity: int):
        with pytest.raises(InvalidInput):
            services.set_daily_cap(listing_id=adult.listing_id, capacity=capacity, now=NOW)
        assert not DailyCap.objects.exists()

    def test_a_line_that_did_not_know_of_the_cap_is_refused(self, adult, morning):
        services.set_daily_cap(listing_id=adult.listing_id, capacity=7, now=NOW)
        with pytest.raises(services.PoolsChanged):
            services.hold(demands=[Demand(morning.pool_id, LINE, 1)], until=NOON, now=NOW)
        assert not Hold.objects.exists()

    def test_an_exchange_into_a_capped_day_draws_on_it(self, adult, morning):
        other = PoolFactory()
        services.set_daily_cap(listing_id=adult.listing_id, capacity=1, now=NOW)
        services.hold(demands=[Demand(other.pk, LINE, 1)], until=NOON, now=NOW)
        morning.refresh_from_db()

        with pytest.raises(services.PoolsChanged):
            services.exchange(lines={LINE: [morning.pool_id]}, now=NOW)
        services.exchange(lines={LINE: pools_of(adult, morning)}, now=NOW)

        assert Pool.objects.get(kind="DAY").taken == 1
        assert nothing_at_fault()

    def test_the_audit_names_a_line_that_passed_its_day_by(self, adult, morning):
        services.set_daily_cap(listing_id=adult.listing_id, capacity=7, now=NOW)
        HoldFactory(pool=morning.pool, line=LINE)
        assert [finding.row for finding in checks.slots_draw_on_their_days()] == [f"line {LINE}"]


def order(variant, slot, quantity: int, *, who: tuple[str, ...], line: uuid.UUID = LINE, now: datetime = NOW) -> None:
    """What placing does of one line."""
    demands = services.allowance_demands(wants=[Want(line, quantity, caps_of(variant, slot))], who=who)
    demands += [Demand(pool_id, line, quantity) for pool_id in pools_of(variant, slot)]
    services.hold(demands=demands, until=now + timedelta(hours=1), now=now)


class TestAllowances:
    def test_one_buyer_has_at_most_so_many_of_a_variant(self):
        stock = StockFactory(
            variant__most_per_buyer=3, variant__listing__title_id="Rendang", variant__listing__title_en=""
        )
        order(stock.variant, None, 2, who=("account:1",))

        with override("id"), pytest.raises(services.BuyerLimitReached) as refusal:
            order(stock.variant, None, 2, who=("account:1",), line=OTHER)
        assert str(refusal.value) == (
            "“Rendang”: paling banyak 3 per orang. Anda pernah memesan dan masih boleh 1 lagi."
        )
        assert (refusal.value.asked, refusal.value.most, refusal.value.left) == (2, 3, 1)

        order(stock.variant, None, 1, who=("account:1",), line=OTHER)
        order(stock.variant, None, 3, who=("account:2",), line=uuid.UUID(int=3))
        assert nothing_at_fault()

    def test_the_first_order_is_told_the_limit_alone(self):
        stock = StockFactory(
            variant__most_per_buyer=3, variant__listing__title_id="Rendang", variant__listing__title_en=""
        )
        with override("en"), pytest.raises(services.BuyerLimitReached, match=r"^“Rendang”: at most 3 per person\.$"):
            order(stock.variant, None, 4, who=("account:1",))

    def test_what_was_refunded_or_has_lapsed_may_be_bought_again(self):
        stock = StockFactory(variant__most_per_buyer=1)
        order(stock.variant, None, 1, who=("account:1",))
        services.release(lines=[LINE], now=NOW)
        order(stock.variant, None, 1, who=("account:1",))

        order(stock.variant, None, 1, who=("account:1",), line=OTHER, now=NOW + timedelta(hours=1))
        assert nothing_at_fault()

    def test_a_phone_number_is_the_same_buyer_whatever_the_account(self):
        stock = StockFactory(variant__most_per_buyer=1)
        signed_in = services.buyer_marks(user_id=1, phone="+6281234567890")
        guest = services.buyer_marks(user_id=None, phone="+6281234567890")
        order(stock.variant, None, 1, who=signed_in)
        with pytest.raises(services.BuyerLimitReached):
            order(stock.variant, None, 1, who=guest, line=OTHER)

    def test_no_phone_number_is_kept(self):
        order(
            StockFactory(variant__most_per_buyer=1).variant,
            None,
            1,
            who=services.buyer_marks(user_id=None, phone="+6281234567890"),
        )
        assert "812" not in Allowance.objects.get().who[:20]
        assert Allowance.objects.get().who.startswith("phone:")

    def test_a_day_and_a_listing_have_limits_of_their_own(self, adult, morning, afternoon):
        adult.listing.most_per_buyer, adult.listing.most_per_buyer_a_day = 5, 3
        later = SlotFactory(
            listing=adult.listing,
            day=date(2026, 11, 30),
            starts_at=datetime(2026, 11, 30, 2, tzinfo=UTC),
            ends_at=datetime(2026, 11, 30, 5, tzinfo=UTC),
        )
        order(adult, morning, 2, who=("account:1",))
        with pytest.raises(services.BuyerLimitReached) as refusal:
            order(adult, afternoon, 2, who=("account:1",), line=OTHER)
        assert refusal.value.most == 3
        order(adult, later, 3, who=("account:1",), line=OTHER)
        with pytest.raises(services.BuyerLimitReached) as refusal:
            order(adult, afternoon, 1, who=("account:1",), line=uuid.UUID(int=3))
        assert refusal.value.most == 5

    def test_a_limit_that_the_seller_changes_holds_from_the_next_order_on(self):
        stock = StockFactory(variant__most_per_buyer=3)
        order(stock.variant, None, 3, who=("account:1",))

        stock.variant.most_per_buyer = 2
        with pytest.raises(services.BuyerLimitReached):
            order(stock.variant, None, 1, who=("account:1",), line=OTHER)
        stock.variant.most_per_buyer = 4
        order(stock.variant, None, 1, who=("account:1",), line=OTHER)
        assert Pool.objects.filter(kind="BUYER").values_list("capacity", "taken").get() == (4, 4)

    def test_a_sale_that_is_made_anew_counts_once(self):
        stock = StockFactory(variant__most_per_buyer=2)
        order(stock.variant, None, 2, who=("account:1",))
        services.release(lines=[LINE], now=NOW)

        services.retake(demands=[Demand(stock.pool_id, LINE, 2)], until=NOON, now=NOW)

        assert services.confirm(lines=[LINE], now=NOW) == frozenset()
        assert set(Pool.objects.values_list("kind", "taken")) == {("STOCK", 2), ("BUYER", 2)}
        assert nothing_at_fault()

    def test_a_change_of_date_takes_the_days_allowance_along(self, adult, morning):
        adult.listing.most_per_buyer, adult.listing.most_per_buyer_a_day = 5, 3
        later = SlotFactory(
            listing=adult.listing,
            day=date(2026, 11, 30),
            starts_at=datetime(2026, 11, 30, 2, tzinfo=UTC),
            ends_at=datetime(2026, 11, 30, 5, tzinfo=UTC),
        )
        order(adult, morning, 2, who=("account:1",))
        order(adult, later, 2, who=("account:1",), line=OTHER)

        with pytest.raises(services.BuyerLimitReached):
            services.exchange(lines={OTHER: [morning.pool_id]}, now=NOW)
        services.release_quantity(line=OTHER, quantity=1, now=NOW)
        services.exchange(lines={OTHER: [morning.pool_id]}, now=NOW)

        taken = dict(Allowance.objects.values_list("day", "pool__taken"))
        assert taken == {None: 3, DAY: 3, date(2026, 11, 30): 0}
        assert nothing_at_fault()

    def test_what_an_account_had_before(self, adult, morning, django_assert_num_queries):
        adult.listing.most_per_buyer_a_day = 3
        order(adult, morning, 2, who=("account:1",))
        (cap,) = caps = caps_of(adult, morning)

        with django_assert_num_queries(1):
            assert queries.had_before(caps, user_id=1, now=NOW)[cap.key] == 2
        assert queries.had_before(caps, user_id=1, now=NOON)[cap.key] == 0
        with django_assert_num_queries(0):
            assert not queries.had_before(caps, user_id=None, now=NOW)
            assert not queries.had_before((), user_id=1, now=NOW)

    def test_without_limits_nothing_is_asked(self, adult, morning, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert services.allowance_demands(wants=[Want(LINE, 1, caps_of(adult, morning))], who=("account:1",)) == []

    def test_is_of_one_thing_once(self, adult):
        variant = {"listing": adult.listing, "variant": adult}
        with pytest.raises(IntegrityError, match="allowance_of_one_thing"):
            Allowance.objects.create(pool=PoolFactory(kind="BUYER"), who="account:1", day=DAY, **variant)

    @pytest.mark.parametrize("of", ["listing", "day", "variant"])
    def test_is_there_once(self, adult, of: str):
        what = {"listing": {}, "day": {"day": DAY}, "variant": {"variant": adult}}[of]
        Allowance.objects.create(pool=PoolFactory(kind="BUYER"), listing=adult.listing, who="account:1", **what)
        with pytest.raises(IntegrityError):
            Allowance.objects.create(pool=PoolFactory(kind="BUYER"), listing=adult.listing, who="account:1", **what)
