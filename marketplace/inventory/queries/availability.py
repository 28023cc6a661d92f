"""What is left. Lapsed holds that nobody has given back yet count as free."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True)
class SlotChoice:
    """A slot that can be chosen, or why it cannot: one sentence in the visitor's language."""

    slot_id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool
    left: int
    is_open: bool
    why_not: str


class DayState(StrEnum):
    """What a day of the calendar offers."""

    OPEN = "OPEN"
    FULL = "FULL"
    CLOSED = "CLOSED"
    NONE = "NONE"


@dataclass(frozen=True)
class DayOffer:
    """One day of a listing's calendar. ``why_not`` says in words why a closed day is closed."""

    day: date
    price_from: int | None
    left: int
    state: DayState
    why_not: str = ""


def pools_for(variant_id: int, slot_id: int | None) -> tuple[int, ...]:
    """Keys of the pools that one unit of a variant draws on: its stock, or its slot. Empty if it cannot be sold."""
    raise NotImplementedError


def slots_on(listing_id: int, day: date, now: datetime) -> list[SlotChoice]:
    """The slots of a day by their start, closed and full ones included."""
    raise NotImplementedError


def calendar(listing_id: int, from_date: date, until_date: date, now: datetime) -> list[DayOffer]:
    """Every day from one to the other, both included, in a fixed number of queries."""
    raise NotImplementedError


def stock_left(variant_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Pieces left by goods variant; a variant without stock is not in it."""
    raise NotImplementedError


def left_in(pool_ids: Collection[int], now: datetime) -> dict[int, int]:
    """What is left by pool."""
    raise NotImplementedError
