"""Setting what shipping costs."""

from django.utils.translation import gettext as _

from foundation.errors import InvalidInput
from marketplace.shipping.models import ShippingRate

MOST = 9_999_999


def set_rate(*, shop_id: int, amount: int, offers_pick_up: bool) -> ShippingRate:
    """Set what a shop asks for bringing an order, in whole rupiah, and whether people may come for it.

    :raises InvalidInput: an amount that cannot be meant.
    """
    if not 0 <= amount <= MOST:
        raise InvalidInput(_("Give the cost of delivery in whole rupiah, for example 15000."))
    rate, _is_new = ShippingRate.objects.update_or_create(
        shop_id=shop_id, defaults={"amount": amount, "offers_pick_up": offers_pick_up}
    )
    return rate
