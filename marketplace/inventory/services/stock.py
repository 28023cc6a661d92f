"""How many pieces there are."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.inventory.models import Stock
from marketplace.inventory.services.holding import InventoryError


class BelowTaken(InventoryError):
    """Fewer than are already held or sold."""

    code = "below_taken"

    def __init__(self, *, taken: int) -> None:
        self.taken = taken
        super().__init__(_("%(taken)d are already ordered, so it cannot be fewer.") % {"taken": taken})


def create_stock(*, variant_id: int, capacity: int) -> Stock:
    """Give a goods variant its pool.

    :raises InvalidInput: a negative or absurd number.
    """
    raise NotImplementedError


def adjust_stock(*, variant_id: int, change: int, reason: str, by_id: int | None, now: datetime) -> int:
    """Add pieces to a variant's stock or take some away; returns how many are left to sell.

    :raises BelowTaken: so many are not there to take away.
    :raises InvalidInput: no change, or an absurd one.
    """
    raise NotImplementedError
