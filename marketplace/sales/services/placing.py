"""Placing an order: one transaction in which prices are frozen and everything is held, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from foundation.accounts.buyer import Buyer
from foundation.errors import DomainError, InvalidInput
from marketplace.orders.models import Order


class CartChanged(DomainError):
    """What the buyer saw is no longer what the cart says: a price, a place, a total. The cart page shows what."""

    code = "cart_changed"


class NeedsOwnPayment(DomainError):
    """The cart mixes money that one merchant account may not take together."""

    code = "needs_own_payment"


class DetailsMissing(InvalidInput):
    """A field that this cart needs was left out; ``field`` names it."""

    code = "details_missing"

    def __init__(self, sentence: str, *, field: str) -> None:
        self.field = field
        super().__init__(sentence)


@dataclass(frozen=True)
class CheckoutDetails:
    """What the buyer said at checkout. Phones as typed; they are stored in E.164."""

    name: str
    phone: str
    agreed_total: int
    email: str = ""
    # By shop: how its goods leave it, a ``ShippingMethod``. Shops that sell only tickets need none.
    shipping: Mapping[int, str] = field(default_factory=dict)
    recipient_name: str = ""
    recipient_phone: str = ""
    address: str = ""
    village_code: str = ""
    postal_code: str = ""
    note: str = ""
    is_gift: bool = False


def place(*, buyer: Buyer, checkout_key: UUID, details: CheckoutDetails, language: str, now: datetime) -> Order:
    """Turn the buyer's cart into one order that holds everything, or into nothing.

    A repeat with the same ``checkout_key`` returns the order that exists. The cart is emptied. An order of 0 rupiah
    is paid at once. Publishes ``order.placed``.

    :raises CartChanged: total or a line differs from what was agreed to, or the cart is empty.
    :raises PoolExhausted: a pool has fewer left than asked; nothing is held.
    :raises NeedsOwnPayment: retribusi without a collection agreement, or shops of two merchant accounts.
    :raises DetailsMissing: a name, phone, address or shipping choice that this cart needs.
    """
    raise NotImplementedError
