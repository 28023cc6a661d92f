"""Whose cart it is."""

from typing import TYPE_CHECKING, Self

from django.db import models

from foundation.accounts.buyer import Buyer

if TYPE_CHECKING:
    from marketplace.carts.models import Cart


class CartQuerySet(models.QuerySet["Cart"]):
    """Carts by owner."""

    def of_buyer(self, buyer: Buyer) -> Self:
        """The cart of a buyer: the account's if signed in, else the guest's."""
        if buyer.user_id is not None:
            return self.filter(user_id=buyer.user_id)
        return self.filter(user=None, guest_key=buyer.guest_key) if buyer.guest_key else self.none()
