"""Selling closed dates again: as long as nobody was told that they are closed."""

from datetime import timedelta

import pytest

from foundation.outbox.models import Event
from marketplace.inventory.models import Slot
from marketplace.inventory.services import close_slots
from marketplace.sales.models import Closing
from marketplace.sales.services import ClosedForGood, close_dates, reopen_dates
from tests.factories.inventory import SlotFactory
from tests.factories.orders import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def shut(count: int) -> list[Slot]:
    """So many dates that are closed, and of which nobody was told."""
    slots = [SlotFactory() for _number in range(count)]
    close_slots(slot_ids=[slot.pk for slot in slots], now=NOW)
    return slots


def told(*slots: Slot) -> Closing:
    """A closing whose buyers are looked after."""
    return close_dates(slot_ids=[slot.pk for slot in slots], reason_id="Banjir", by_id=None, now=NOW)


def closed() -> set[int]:
    return set(Slot.objects.filter(closed_at__isnull=False).values_list("pk", flat=True))


class TestReopening:
    def test_sells_them_again_and_tells_their_listings(self):
        first, second, other = shut(3)
        before = Event.objects.latest("pk").pk
        assert reopen_dates(slot_ids=[first.pk, second.pk], now=LATER) == 2
        assert closed() == {other.pk}
        listings = [str(first.listing_id), str(second.listing_id)]
        told_of = Event.objects.filter(topic="listing.changed", pk__gt=before).values_list("key", flat=True)
        assert sorted(told_of) == sorted(listings)

    def test_a_repeat_changes_nothing(self):
        (slot,) = shut(1)
        reopen_dates(slot_ids=[slot.pk], now=LATER)
        before = Event.objects.count()
        assert reopen_dates(slot_ids=[slot.pk], now=LATER) == 0
        assert Event.objects.count() == before

    @pytest.mark.parametrize("slot_ids", [[], [999_999]])
    def test_of_no_date_does_nothing(self, slot_ids):
        (slot,) = shut(1)
        assert reopen_dates(slot_ids=slot_ids, now=LATER) == 0
        assert closed() == {slot.pk}

    def test_what_is_over_stays_closed(self):
        (slot,) = shut(1)
        assert reopen_dates(slot_ids=[slot.pk], now=slot.ends_at) == 0
        assert closed() == {slot.pk}


class TestToldBuyers:
    def test_what_they_were_told_stays_true(self):
        slot = SlotFactory()
        told(slot)
        with pytest.raises(ClosedForGood):
            reopen_dates(slot_ids=[slot.pk], now=LATER)
        assert closed() == {slot.pk}

    @pytest.mark.parametrize("status", ["PROPOSED", "RUNNING", "DONE"])
    def test_however_far_they_were_looked_after(self, status):
        slot = SlotFactory()
        told(slot)
        Closing.objects.update(status=status)
        with pytest.raises(ClosedForGood):
            reopen_dates(slot_ids=[slot.pk], now=LATER)
        assert closed() == {slot.pk}

    def test_only_theirs_stay_closed(self):
        (shut_one,), sold = shut(1), SlotFactory()
        told(sold)
        assert reopen_dates(slot_ids=[shut_one.pk, sold.pk], now=LATER) == 1
        assert closed() == {sold.pk}

    def test_a_closing_that_was_called_off_told_nobody(self):
        slot = SlotFactory()
        told(slot)
        Closing.objects.update(status="CALLED_OFF")
        assert reopen_dates(slot_ids=[slot.pk], now=LATER) == 1
        assert closed() == set()
