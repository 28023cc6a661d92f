"""What a payee that owed has paid back: how much, when, and by which line of the bank's statement."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.shops.models import MerchantAccount, Party, Shop


class Remittance(models.Model):
    """One transfer from a payee that was settled below zero. Append only."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="remittances", verbose_name=_("shop"))
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="remittances", verbose_name=_("party")
    )
    merchant_account = models.ForeignKey(
        MerchantAccount, models.PROTECT, related_name="+", verbose_name=_("merchant account")
    )
    amount = models.BigIntegerField(_("amount"))
    # As the bank's statement names the transfer.
    bank_reference = models.CharField(_("bank reference"), max_length=60)
    received_on_date = models.DateField(_("received on"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="remittance_of_something"),
            models.CheckConstraint(condition=~Q(bank_reference=""), name="remittance_has_a_reference"),
            models.UniqueConstraint(
                fields=["merchant_account", "bank_reference"], name="one_remittance_per_bank_reference"
            ),
        ]

    def __str__(self) -> str:
        return self.bank_reference
