"""Promotions: vouchers, and who bears what they take off."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.shops.models import Shop


class Bearer(models.TextChoices):
    SHOP = "SHOP", _("the shop")
    OPERATOR = "OPERATOR", _("the operator")


class Voucher(models.Model):
    """An amount off one shop's part of an order, a limited number of times."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="vouchers", verbose_name=_("shop"))
    amount = models.BigIntegerField(_("amount off"))
    least_purchase = models.BigIntegerField(_("from a purchase of"), default=0)
    borne_by = models.CharField(_("borne by"), max_length=10, choices=Bearer, default=Bearer.SHOP)
    most_uses = models.PositiveIntegerField(_("most uses"))
    uses = models.PositiveIntegerField(_("uses"), default=0)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(uses__lte=F("most_uses")), name="voucher_not_overused"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="voucher_takes_something_off"),
        ]

    def __str__(self) -> str:
        return self.code
