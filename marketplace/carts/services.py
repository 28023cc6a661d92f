"""Filling a cart. A cart holds nothing back; placing the order does."""

from datetime import datetime

from foundation.accounts.buyer import Buyer
from marketplace.carts.models import CartLine


def add_line(*, buyer: Buyer, variant_id: int, slot_id: int | None, quantity: int, now: datetime) -> CartLine:
    """Put so many of a variant in the buyer's cart; what is already in it is added to.

    :raises InvalidQuantity: below 1 or above what one order may hold (422).
    :raises NotForSale: unknown, hidden, passed or closed, or no slot was chosen where one is needed.
    :raises FewerLeft: fewer are left than would be in the cart.
    """
    raise NotImplementedError


def change_quantity(*, buyer: Buyer, line_id: int, quantity: int, now: datetime) -> None:
    """Order more or fewer of a line.

    :raises LineNotFound: no line of this buyer's cart (404).
    Raises as :func:`add_line` otherwise.
    """
    raise NotImplementedError


def remove_line(*, buyer: Buyer, line_id: int, now: datetime) -> None:
    """Take a line out; a repeat changes nothing."""
    raise NotImplementedError


def accept_changes(*, buyer: Buyer, now: datetime) -> None:
    """Agree to what has changed: new prices, and fewer where fewer are left.

    Lines of which nothing can be ordered stay, with their sentence, until the buyer removes them.
    """
    raise NotImplementedError


def adopt(*, user_id: int, guest_key: str, now: datetime) -> None:
    """Move a guest's cart to the account that signed in: lines are joined, nothing is lost. A repeat changes nothing."""
    raise NotImplementedError


def empty(*, buyer: Buyer, now: datetime) -> None:
    """Take everything out: the order is placed."""
    raise NotImplementedError
