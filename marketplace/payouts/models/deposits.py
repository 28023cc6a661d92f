"""Retribusi handed to its treasury: which entries, by which STS, on which day."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.ledger.models import Entry
from marketplace.payouts.models.rates import Dated
from marketplace.shops.models import MerchantAccount
from tourism.regions.models import Region


class TreasuryRule(Dated):
    """How a region wants its retribusi: within how many days, under which account code, in which series."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    # Days after the money came in; 1 is the next day.
    deposit_days = models.PositiveSmallIntegerField(_("days to deposit"), default=1)
    account_code = models.CharField(_("account code"), max_length=40)
    series = models.CharField(_("ticket series"), max_length=20, blank=True)
    # By which the authority has validated the series.
    porporasi_number = models.CharField(_("porporasi number"), max_length=60, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(deposit_days__lte=31), name="deposit_days_are_sane")
        ]

    def __str__(self) -> str:
        return f"{self.region_id} + {self.deposit_days}"


class Deposit(models.Model):
    """One handing over. Append only."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="deposits", verbose_name=_("region"))
    merchant_account = models.ForeignKey(
        MerchantAccount, models.PROTECT, related_name="+", verbose_name=_("merchant account")
    )
    sts_number = models.CharField(_("STS number"), max_length=60)
    deposited_on_date = models.DateField(_("deposited on"))
    amount = models.BigIntegerField(_("amount"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_of_something"),
            models.UniqueConstraint(fields=["region", "sts_number"], name="sts_once_per_region"),
        ]

    def __str__(self) -> str:
        return self.sts_number


class DepositItem(models.Model):
    """One entry of a treasury's account in the deposit that handed it over; an entry is deposited once."""

    deposit = models.ForeignKey(Deposit, models.PROTECT, related_name="items", verbose_name=_("deposit"))
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="deposit_item", verbose_name=_("entry"))
    amount = models.BigIntegerField(_("amount"))

    def __str__(self) -> str:
        return f"{self.deposit_id}: {self.amount}"
