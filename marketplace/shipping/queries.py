"""How goods can reach a buyer."""

from collections.abc import Collection
from dataclasses import dataclass

from marketplace.shipping.models import ShippingMethod


@dataclass(frozen=True)
class ShippingChoice:
    """One way for a shop's goods to reach the buyer, in whole rupiah."""

    method: ShippingMethod
    label: str
    amount: int
    # Where to come for it; empty for delivery.
    address: str = ""


def choices(shop_ids: Collection[int]) -> dict[int, tuple[ShippingChoice, ...]]:
    """The choices of each shop, the usual one first; one query. A shop without a rate can only be visited."""
    raise NotImplementedError
