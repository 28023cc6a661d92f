"""Carts: what somebody means to buy. A cart holds nothing; placing the order does."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.carts.querysets import CartQuerySet
from marketplace.catalog.models import Variant
from marketplace.inventory.models import Slot


class Cart(models.Model):
    """The open cart of a buyer: an account's, or a guest's by the key in the session."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="cart", verbose_name=_("account")
    )
    guest_key = models.CharField(_("guest key"), max_length=40, blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    objects = CartQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(user__isnull=False) | ~Q(guest_key=""), name="cart_has_an_owner"),
            models.UniqueConstraint(fields=["guest_key"], condition=Q(user=None), name="one_cart_per_guest"),
        ]

    def __str__(self) -> str:
        return str(self.user_id or "guest")


class CartLine(models.Model):
    """A variant, for a slot if it is dated, and how many of it."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="lines", verbose_name=_("cart"))
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+", verbose_name=_("variant"))
    slot = models.ForeignKey(Slot, models.CASCADE, null=True, related_name="+", verbose_name=_("slot"))
    quantity = models.PositiveIntegerField(_("quantity"))
    # What one cost when it was last shown to the buyer: a change since then is said, and must be agreed to.
    price_seen = models.BigIntegerField(_("price seen"))
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cart", "variant"], condition=Q(slot=None), name="cart_line_once_goods"),
            models.UniqueConstraint(
                fields=["cart", "variant", "slot"], condition=Q(slot__isnull=False), name="cart_line_once_dated"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="cart_line_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant_id}"
