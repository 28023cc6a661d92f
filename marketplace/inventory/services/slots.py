"""Opening and closing the dated slots of tickets, tours and facilities."""

from collections.abc import Collection
from datetime import date, datetime


def open_slots(*, listing_id: int, from_date: date, until_date: date, now: datetime) -> int:
    """Open the slots that a listing's schedules ask for, both days included; returns how many are new.

    A repeat opens nothing more, and slots that exist keep their capacity. Slots whose end has passed are not opened.
    """
    raise NotImplementedError


def open_slots_ahead(*, now: datetime, days: int) -> int:
    """Open the slots of every published dated listing for the days to come; one transaction per listing."""
    raise NotImplementedError


def close_slots(*, slot_ids: Collection[int], now: datetime) -> int:
    """Sell nothing more for these slots; returns how many were open. Refunding buyers is the business of ``sales``."""
    raise NotImplementedError


def set_slot_capacity(*, slot_id: int, capacity: int, now: datetime) -> None:
    """Change how many places a slot has.

    :raises BelowTaken: more are already held or sold.
    """
    raise NotImplementedError
