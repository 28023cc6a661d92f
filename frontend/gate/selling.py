"""A sale at a gate as its form asks for it, and as a phone sends it later."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.utils.translation import gettext as _

from foundation.errors import InvalidInput
from frontend.gate.results import moment_of
from frontend.parts.values import QuantityRow, SlotChoice
from marketplace.inventory.queries import SlotChoice as Slot
from marketplace.sales.gate_queries import OfferedListing
from marketplace.sales.services import OfflineSale, Piece
from marketplace.sales.services.gate_sales import MOST_PIECES

MOST_SALES = 500
MOST_KINDS = 50
MOST_BYTES = 512 * 1024
# Twelve digits: more than all the money that a till takes, and less than any database's limit.
_LONGEST_NUMBER = 12
_FEW_LEFT = 10


@dataclass(frozen=True)
class Choice:
    """What is chosen on the selling page so far."""

    listing: OfferedListing
    slots: Sequence[SlotChoice]
    slot_id: int
    rows: Sequence[QuantityRow]
    prices: Mapping[int, int]
    count: int
    total: int
    # As it was typed; nothing for the exact amount.
    received: str
    change: int
    # Names the sale: a form sent twice sells once.
    nonce: UUID

    @property
    def all_day(self) -> Slot | None:
        """The slot, where there is but one for the whole day."""
        (first, *others) = self.listing.slots
        return first if first.is_all_day and first.is_open and not others else None

    @property
    def is_short(self) -> bool:
        """Whether less was received than it costs."""
        return self.change < 0


def choice_of(asked: Mapping[str, str], offer: Sequence[OfferedListing]) -> Choice | None:
    """The choice that a form holds, at the prices of now; None where nothing is sold."""
    if not offer:
        return None
    wanted = _number(asked.get("tiket", ""))
    listing = next((one for one in offer if one.id == wanted), offer[0])
    open_ones = [slot.slot_id for slot in listing.open_slots]
    slot_id = _number(asked.get("jam", "")) or 0
    # The time that people come for now: the first that is still open.
    slot_id = slot_id if slot_id in open_ones else next(iter(open_ones), 0)
    counts = {one.id: min(_number(asked.get(f"jumlah-{one.id}", "")) or 0, MOST_PIECES) for one in listing.variants}
    total = sum(counts[one.id] * one.price for one in listing.variants)
    received = asked.get("diterima", "").strip()
    given = _number(received)
    return Choice(
        listing=listing,
        slots=[
            SlotChoice(
                value=str(slot.slot_id),
                starts_at=slot.starts_at,
                left=slot.left,
                few=slot.left <= _FEW_LEFT,
                chosen=slot.slot_id == slot_id,
                reason=slot.why_not,
            )
            for slot in listing.slots
        ],
        slot_id=slot_id,
        rows=[
            QuantityRow(
                name=f"jumlah-{one.id}",
                title=one.name or listing.title,
                price=one.price,
                note=one.rule,
                value=counts[one.id],
                most=MOST_PIECES,
            )
            for one in listing.variants
        ],
        prices={one.id: one.price for one in listing.variants},
        count=sum(counts.values()),
        total=total,
        received=received,
        change=0 if given is None else given - total,
        nonce=nonce_of(asked),
    )


def pieces_of(asked: Mapping[str, str]) -> list[Piece]:
    """How many of what at which price a form asks for.

    :raises InvalidInput: a number that is none.
    """
    pieces: list[Piece] = []
    for name, typed in asked.items():
        kind, dash, variant = name.partition("-")
        if kind != "jumlah" or not dash or not typed.strip():
            continue
        numbers = [_number(variant), _number(typed), _number(asked.get(f"harga-{variant}", ""))]
        if None in numbers or len(pieces) >= MOST_KINDS:
            raise InvalidInput(_("A number of tickets is a whole number from 0 on."))
        variant_id, quantity, price = (number or 0 for number in numbers)
        pieces.append(Piece(variant_id, quantity, price))
    return pieces


def rupiah_of(typed: str) -> int | None:
    """An amount as people type it, "Rp100.000"; None for nothing.

    :raises InvalidInput: it is none.
    """
    if not typed.strip():
        return None
    amount = _number(typed)
    if amount is None:
        raise InvalidInput(_("Write the amount in whole rupiah, for example 100000."))
    return amount


def nonce_of(asked: Mapping[str, str]) -> UUID:
    """The key of a form, or a new one where it has none."""
    try:
        return UUID(asked.get("kunci", ""))
    except ValueError:
        return uuid4()


def read_sales(request: HttpRequest, *, now: datetime, longest: timedelta) -> Sequence[OfflineSale]:
    """The sales of an upload: ``[{"nonce", "slot", "pieces": [[variant, how many, price]], "received", "at"}]``.

    ``at`` is in seconds since 1970.

    :param longest: a sale that is older is not believed.
    :raises InvalidInput: it is no such list, or too long.
    """
    broken = InvalidInput(_("What the phone sent cannot be read."))
    if len(request.body) > MOST_BYTES:
        raise broken
    try:
        rows = json.loads(request.body)["sales"]
        sales = [
            OfflineSale(
                nonce=UUID(str(row["nonce"])),
                slot_id=_whole(row["slot"]),
                pieces=tuple(Piece(*(_whole(number) for number in piece)) for piece in row["pieces"]),
                received=_whole(row["received"]),
                sold_at=moment_of(float(row["at"]), now=now),
            )
            for row in rows
        ]
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError) as error:
        raise broken from error
    if len(sales) > MOST_SALES or any(one.sold_at < now - longest or len(one.pieces) > MOST_KINDS for one in sales):
        raise broken
    return sales


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 10**_LONGEST_NUMBER:
        raise ValueError(value)
    return value


def _number(typed: str) -> int | None:
    """A whole number as people type it, with or without dots; None for what is none."""
    digits = typed.strip().removeprefix("Rp").replace(".", "").replace(" ", "")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > _LONGEST_NUMBER:
        return None
    return int(digits)
