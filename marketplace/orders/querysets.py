"""Whose orders they are: the only doors to them."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from foundation.accounts.buyer import Buyer

if TYPE_CHECKING:
    from marketplace.orders.models import Order, OrderLine, ShopOrder


def _of(buyer: Buyer, prefix: str) -> Q:
    owned = Q(pk__in=[])
    if buyer.user_id is not None:
        owned |= Q(**{f"{prefix}user_id": buyer.user_id})
    if buyer.guest_key:
        owned |= Q(**{f"{prefix}user": None, f"{prefix}guest_key": buyer.guest_key})
    return owned


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders by buyer and by what time does to them."""

    def bought_by(self, buyer: Buyer) -> Self:
        """A buyer's own orders; nobody's for a stranger."""
        return self.filter(_of(buyer, ""))

    def unpaid_past(self, now: datetime) -> Self:
        """Placed orders whose last deadline is over."""
        return self.filter(status="PLACED", lapses_at__lte=now)


class ShopOrderQuerySet(models.QuerySet["ShopOrder"]):
    """Shop orders by who fulfils them."""

    def managed_by(self, user_id: int | None) -> Self:
        """Shop orders of the shops that this account runs, once they are paid."""
        return self.filter(shop__members__user_id=user_id, shop__members__role__in=["OWNER", "STAFF"]).exclude(
            status="WAITING"
        )


class OrderLineQuerySet(models.QuerySet["OrderLine"]):
    """Order lines by buyer."""

    def bought_by(self, buyer: Buyer) -> Self:
        """Lines of a buyer's own orders."""
        return self.filter(_of(buyer, "shop_order__order__"))
