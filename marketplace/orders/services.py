"""Moving a shop order on: packed, sent, received. And forgetting who it was for."""

from datetime import datetime

from foundation.accounts.buyer import Buyer


def pack(*, shop_order_id: int, user_id: int, now: datetime) -> None:
    """The seller has packed it. A repeat changes nothing.

    :raises ShopOrder.DoesNotExist: not a shop order of a shop that this account runs.
    :raises TransitionRefused: it is not there yet, or was cancelled.
    """
    raise NotImplementedError


def send(*, shop_order_id: int, user_id: int, now: datetime, tracking_number: str = "") -> None:
    """The seller has sent it, or has it ready to be picked up. A repeat may add or mend the receipt number."""
    raise NotImplementedError


def hand_over(*, shop_order_id: int, user_id: int, now: datetime) -> None:
    """The seller saw the buyer take it, or knows that it arrived. A repeat changes nothing."""
    raise NotImplementedError


def receive(*, shop_order_id: int, buyer: Buyer, now: datetime) -> None:
    """The buyer says that it arrived. A repeat changes nothing."""
    raise NotImplementedError


def receive_silent(*, now: datetime, limit: int) -> int:
    """Close shop orders sent long ago of which nobody said anything; returns how many."""
    raise NotImplementedError


def erase_contact(*, order_id: int, now: datetime) -> None:
    """Blank the personal data of an order. A repeat changes nothing."""
    raise NotImplementedError
