"""How goods can reach a buyer."""

from collections.abc import Collection
from dataclasses import dataclass

from marketplace.shipping.models import ShippingMethod, ShippingRate
from marketplace.shops.models import Shop


@dataclass(frozen=True)
class ShippingChoice:
    """One way for a shop's goods to reach the buyer, in whole rupiah."""

    method: ShippingMethod
    label: str
    amount: int
    # Where to come for it; empty for delivery.
    address: str = ""


def choices(shop_ids: Collection[int]) -> dict[int, tuple[ShippingChoice, ...]]:
    """The choices of each shop, the usual one first; one query, none for no shop. A shop without a rate can only be visited."""
    if not shop_ids:
        return {}
    shops = Shop.objects.filter(pk__in=shop_ids).select_related("shipping_rate")
    shops = shops.only("address", "shipping_rate__shop_id", "shipping_rate__amount", "shipping_rate__offers_pick_up")
    return {shop.pk: _choices(getattr(shop, "shipping_rate", None), shop.address) for shop in shops}


def _choices(rate: ShippingRate | None, address: str) -> tuple[ShippingChoice, ...]:
    pick_up = ShippingChoice(ShippingMethod.PICK_UP, str(ShippingMethod.PICK_UP.label), 0, address)
    if rate is None:
        return (pick_up,)
    delivery = ShippingChoice(ShippingMethod.FLAT_RATE, str(ShippingMethod.FLAT_RATE.label), rate.amount)
    return (delivery, pick_up) if rate.offers_pick_up else (delivery,)
