"""The cart as it is now: what is in it, what it costs, and what has changed since."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from foundation.accounts.buyer import Buyer
from marketplace.catalog.queries import PictureView
from marketplace.shipping.queries import ShippingChoice


class Problem(StrEnum):
    """What keeps a line from being ordered as it stands."""

    HIDDEN = "HIDDEN"
    CLOSED = "CLOSED"
    PASSED = "PASSED"
    SOLD_OUT = "SOLD_OUT"
    FEWER_LEFT = "FEWER_LEFT"
    TOO_MANY = "TOO_MANY"
    PRICE_CHANGED = "PRICE_CHANGED"


@dataclass(frozen=True)
class SlotView:
    """For when a ticket is."""

    id: int
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool


@dataclass(frozen=True)
class LineView:
    """A line of the cart at today's price. ``problem`` is one sentence, empty if there is none."""

    id: int
    listing_id: int
    variant_id: int
    kind: str
    url_path: str
    title: str
    variant: str
    slot: SlotView | None
    quantity: int
    # The most that may be ordered of it now; 0 if none.
    most: int
    price: int
    price_seen: int
    # Price times quantity; 0 if it cannot be ordered at all.
    amount: int
    problem_code: Problem | None
    problem: str
    picture: PictureView | None
    is_sample: bool


@dataclass(frozen=True)
class ShopGroup:
    """What a cart holds of one shop, and how it can reach the buyer (no choices if nothing is shipped)."""

    shop_id: int
    shop_name: str
    shop_slug: str
    region_code: str
    region_name: str
    region_slug: str
    merchant_account_id: int
    lines: tuple[LineView, ...]
    amount: int
    shipping: tuple[ShippingChoice, ...]

    @property
    def is_shipped(self) -> bool:
        """Whether anything in it has to leave the shop."""
        return bool(self.shipping)


@dataclass(frozen=True)
class CartView:
    """A cart, grouped by shop in the order of adding. ``total`` is without shipping; lines that cannot be ordered count 0."""

    groups: tuple[ShopGroup, ...]
    total: int
    # Pieces and tickets, for the badge.
    count: int
    # Sentences about lines, in order; empty means that it can be ordered as it stands.
    problems: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self.groups

    @property
    def lines(self) -> tuple[LineView, ...]:
        """All lines of all shops."""
        return tuple(line for group in self.groups for line in group.lines)

    @property
    def is_shipped(self) -> bool:
        """Whether an address is needed for anything in it, unless the buyer picks it all up."""
        return any(group.is_shipped for group in self.groups)


def cart_view(buyer: Buyer, now: datetime) -> CartView:
    """The buyer's cart in a fixed number of queries; an empty one if there is none."""
    raise NotImplementedError


def cart_count(buyer: Buyer) -> int:
    """Pieces and tickets in the buyer's cart, for the badge; one query."""
    raise NotImplementedError
