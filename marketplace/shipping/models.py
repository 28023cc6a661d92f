"""Shipping: how goods leave a shop. For now a flat rate by shop, or pick-up."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.shops.models import Shop


class ShippingMethod(models.TextChoices):
    FLAT_RATE = "FLAT_RATE", _("delivery")
    PICK_UP = "PICK_UP", _("pick-up at the shop")


class ShippingRate(models.Model):
    """What a shop asks for bringing one order to the buyer, whatever its weight; and whether people may come for it."""

    shop = models.OneToOneField(Shop, models.CASCADE, related_name="shipping_rate", verbose_name=_("shop"))
    amount = models.BigIntegerField(_("delivery, flat rate"))
    offers_pick_up = models.BooleanField(_("offers pick-up"), default=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gte=0, amount__lte=9_999_999), name="shipping_rate_is_sane")
        ]

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.amount}"
