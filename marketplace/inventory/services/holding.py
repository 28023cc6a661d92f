"""Holding, confirming and giving back. All or nothing, and never more than there is.

Lock order, the same for everybody: pools in key order, and holds only under their pool's lock.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from foundation.errors import DomainError
from marketplace.inventory.models import Hold


@dataclass(frozen=True, order=True)
class Demand:
    """So many of one pool, for one order line."""

    pool_id: int
    line: UUID
    quantity: int


class InventoryError(DomainError):
    """Something that the pools do not allow."""

    code = "inventory"


class PoolExhausted(InventoryError):
    """A pool has fewer left than were asked for."""

    code = "pool_exhausted"

    def __init__(self, *, pool_id: int, asked: int, left: int) -> None:
        self.pool_id, self.asked, self.left = pool_id, asked, left
        super().__init__(_("You asked for %(asked)d; %(left)d are left.") % {"asked": asked, "left": left})


def hold(*, demands: Iterable[Demand], until: datetime, now: datetime) -> list[Hold]:
    """Hold everything a whole cart needs, or nothing.

    :param demands: (pool, line, quantity) per scarce thing: a piece, a slot, each night of a stay.
    :param until: when the holds lapse.
    :raises PoolExhausted: a pool has fewer left than asked; nothing is held.
    """
    raise NotImplementedError


def confirm(*, lines: Collection[UUID], now: datetime) -> frozenset[UUID]:
    """Turn the holds of these order lines into sales, and return the lines whose holds are gone.

    A line is sold whole or not at all: if one of its holds was given back, so are the others, and the line is returned;
    it can then be held anew. A repeat changes nothing and returns the same.
    """
    raise NotImplementedError


def release(*, lines: Collection[UUID], now: datetime) -> int:
    """Give back all that these lines hold, sold or not; returns how many holds were given back. A repeat gives back nothing."""
    raise NotImplementedError


def release_quantity(*, line: UUID, quantity: int, now: datetime) -> None:
    """Give back a part of what a line holds, in each of its pools: a partial refund.

    :raises InvalidInput: the line holds fewer.
    """
    raise NotImplementedError


def postpone(*, lines: Collection[UUID], until: datetime) -> None:
    """Let the active holds of these lines lapse later; never earlier than they do now."""
    raise NotImplementedError


def release_lapsed_holds(*, now: datetime, limit: int) -> int:
    """Give back the lapsed holds of at most ``limit`` pools, one transaction per pool; returns how many pools were looked at."""
    raise NotImplementedError
