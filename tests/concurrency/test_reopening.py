"""Opening a date again while somebody closes it for good: in the end its buyers were told the truth."""

from datetime import timedelta
from threading import Event

import pytest
from django.db.models import QuerySet

from marketplace.inventory.models import Slot
from marketplace.inventory.services import close_slots
from marketplace.sales.models import Closing
from marketplace.sales.services import ClosedForGood, close_dates, reopen_dates, reopening
from tests.factories.inventory import SlotFactory
from tests.factories.orders import NOW
from tests.racing import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)


def shut() -> Slot:
    slot = SlotFactory()
    close_slots(slot_ids=[slot.pk], now=NOW)
    return slot


def close_for_good(slot: Slot) -> None:
    close_dates(slot_ids=[slot.pk], reason_id="Banjir", by_id=None, now=LATER)


def is_open(slot: Slot) -> bool:
    return Slot.objects.filter(pk=slot.pk, closed_at=None).exists()


@pytest.mark.parametrize("_time", range(3))
def test_whoever_is_first_it_ends_closed(_time: int):
    slot = shut()

    def act(number: int) -> str:
        if number % 2:
            close_for_good(slot)
            return "closed"
        try:
            reopen_dates(slot_ids=[slot.pk], now=LATER)
        except ClosedForGood:
            return "refused"
        return "opened"

    outcomes = in_parallel(act, range(6))
    assert outcomes[1::2] == ["closed"] * 3
    assert set(outcomes[::2]) <= {"opened", "refused"}
    assert not is_open(slot)
    assert Closing.objects.count() == 1


@pytest.mark.full
def test_without_the_lock_a_date_is_for_sale_whose_buyers_were_told(monkeypatch):
    slot, has_looked, is_closed = shut(), Event(), Event()
    reopen_slots = reopening.reopen_slots

    def slowly(**given) -> int:
        has_looked.set()
        is_closed.wait(10)
        return reopen_slots(**given)

    def act(number: int) -> None:
        if number == 0:
            reopen_dates(slot_ids=[slot.pk], now=LATER)
            return
        has_looked.wait(10)
        try:
            close_for_good(slot)
        finally:
            is_closed.set()

    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self.all())
    monkeypatch.setattr(reopening, "reopen_slots", slowly)
    in_parallel(act, range(2))
    assert is_open(slot)
    assert Closing.objects.filter(status="RUNNING", slots=slot).exists()
