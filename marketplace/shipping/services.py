"""What a shop asks for delivery."""

from marketplace.shipping.models import ShippingRate


def set_rate(*, shop_id: int, amount: int, offers_pick_up: bool = True) -> ShippingRate:
    """Set a shop's flat rate (rupiah) and whether people may come for their goods; a repeat changes nothing."""
    rate, _made = ShippingRate.objects.update_or_create(shop_id=shop_id, defaults={"amount": amount, "offers_pick_up": offers_pick_up})
    return rate
