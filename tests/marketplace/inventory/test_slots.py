from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from foundation.outbox.models import Event
from marketplace.catalog.models import ListingStatus
from marketplace.inventory import services
from marketplace.inventory.models import Pool, Slot
from marketplace.inventory.services import slots
from tests.factories.catalog import AdmissionFactory
from tests.factories.inventory import ScheduleFactory, SlotFactory

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)  # Sunday, 10.00 WIB
SUNDAY, SATURDAY = date(2026, 11, 22), date(2026, 11, 28)
pytestmark = pytest.mark.django_db


def windows() -> list[tuple[str, str, int]]:
    rows = Slot.objects.select_related("pool").order_by("starts_at")
    return [(f"{row.starts_at:%d %H:%M}", f"{row.ends_at:%d %H:%M}", row.pool.capacity) for row in rows]


def open_week(listing_id: int) -> int:
    return services.open_slots(listing_id=listing_id, from_date=SUNDAY, until_date=SATURDAY, now=NOW)


class TestOpen:
    def test_opens_a_whole_day_from_midnight_to_midnight_wib(self):
        schedule = ScheduleFactory(weekdays="67", capacity=40)

        assert open_week(schedule.listing_id) == 2
        assert windows() == [("21 17:00", "22 17:00", 40), ("27 17:00", "28 17:00", 40)]
        assert list(Slot.objects.order_by("day").values_list("day", "is_all_day")) == [(SUNDAY, True), (SATURDAY, True)]

    def test_opens_hours_of_wib_and_leaves_out_those_that_have_passed(self):
        listing = AdmissionFactory()
        ScheduleFactory(listing=listing, weekdays="17", starts=time(8), ends=time(10), capacity=5)
        ScheduleFactory(listing=listing, weekdays="17", starts=time(10), ends=time(12), capacity=6)

        assert open_week(listing.pk) == 3
        # Sunday from 08.00 to 10.00 is over at 10.00.
        assert windows() == [("22 03:00", "22 05:00", 6), ("23 01:00", "23 03:00", 5), ("23 03:00", "23 05:00", 6)]

    def test_a_night_ends_on_the_next_day(self):
        schedule = ScheduleFactory(weekdays="6", starts=time(20), ends=time(2), capacity=5)
        open_week(schedule.listing_id)
        assert windows() == [("28 13:00", "28 19:00", 5)]

    def test_keeps_to_the_days_of_the_schedule(self):
        schedule = ScheduleFactory(from_date=date(2026, 11, 24), until_date=date(2026, 11, 25))
        assert open_week(schedule.listing_id) == 2

    def test_a_repeat_opens_nothing_more_and_changes_no_capacity(self):
        schedule = ScheduleFactory(capacity=40)
        assert open_week(schedule.listing_id) == 7
        schedule.capacity = 99
        schedule.save()

        assert open_week(schedule.listing_id) == 0
        assert (Slot.objects.count(), Pool.objects.count()) == (7, 7)
        assert set(Pool.objects.values_list("capacity", flat=True)) == {40}
        assert Event.objects.filter(topic="listing.changed").count() == 1

    def test_two_schedules_of_the_same_time_open_one_slot(self):
        listing = AdmissionFactory()
        ScheduleFactory(listing=listing, weekdays="6", capacity=1)
        ScheduleFactory(listing=listing, weekdays="67", capacity=2)
        assert open_week(listing.pk) == 2
        assert sorted(capacity for _start, _end, capacity in windows()) == [1, 2]

    def test_takes_as_many_queries_for_a_week_as_for_a_day(self):
        day, week = ScheduleFactory(weekdays="6"), ScheduleFactory()
        counts = []
        for schedule in (day, week):
            with CaptureQueriesContext(connection) as queries:
                open_week(schedule.listing_id)
            counts.append(len(queries))
        assert Slot.objects.count() == 8
        assert counts[0] == counts[1]


class TestOpenAhead:
    def test_opens_published_listings_only(self):
        shown = ScheduleFactory(weekdays="7")
        ScheduleFactory(listing__status=ListingStatus.HIDDEN)
        ScheduleFactory(until_date=SUNDAY - timedelta(days=1))

        assert services.open_slots_ahead(now=NOW, days=13) == 2
        assert set(Slot.objects.values_list("listing_id", flat=True)) == {shown.listing_id}

    def test_the_task_opens_the_next_sixty_days(self, time_machine):
        from marketplace.inventory.tasks import open_new_slots

        time_machine.move_to(NOW, tick=False)
        ScheduleFactory()
        open_new_slots()
        open_new_slots()
        assert Slot.objects.count() == slots.DAYS_AHEAD + 1


class TestClose:
    def test_closes_once_and_tells_once(self):
        slot = SlotFactory()
        assert services.close_slots(slot_ids=[slot.pk], now=NOW) == 1
        assert services.close_slots(slot_ids=[slot.pk], now=NOW + timedelta(hours=1)) == 0
        slot.refresh_from_db()
        assert slot.closed_at == NOW
        assert Event.objects.filter(topic="listing.changed", key=str(slot.listing_id)).count() == 1


class TestCapacity:
    def test_changes_how_many_places_there_are(self):
        slot = SlotFactory(pool__capacity=10, pool__taken=4)
        services.set_slot_capacity(slot_id=slot.pk, capacity=4, now=NOW)
        assert Pool.objects.get(pk=slot.pool_id).capacity == 4
        assert Event.objects.filter(topic="listing.changed").count() == 1

    def test_refuses_fewer_than_are_sold(self):
        slot = SlotFactory(pool__capacity=10, pool__taken=4)
        with pytest.raises(services.BelowTaken):
            services.set_slot_capacity(slot_id=slot.pk, capacity=3, now=NOW)
        assert Pool.objects.get(pk=slot.pool_id).capacity == 10


class TestConstraints:
    def test_a_listing_has_one_slot_per_start(self):
        slot = SlotFactory()
        with pytest.raises(IntegrityError):
            SlotFactory(listing=slot.listing)

    def test_a_slot_ends_after_it_starts(self):
        with pytest.raises(IntegrityError, match="slot_ends_after_start"):
            SlotFactory(ends_at=datetime(2026, 11, 29, 2, tzinfo=UTC))
