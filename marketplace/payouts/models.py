"""Payouts: dated fees, what a shop is owed for a period, and its transfer."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import ListingKind
from marketplace.shops.models import Shop
from tourism.regions.models import Region


class FeeSchedule(models.Model):
    """The operator's commission from a day on; the most special row that fits a sale is frozen on its line."""

    kind = models.CharField(_("kind of listing"), max_length=10, choices=ListingKind, blank=True)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    # Parts of 10,000: 250 is 2.5 %.
    rate = models.PositiveIntegerField(_("rate, of 10,000"))
    announced_from_date = models.DateField(_("announced from"))
    valid_from_date = models.DateField(_("valid from"))
    valid_until_date = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(rate__lte=3000), name="fee_rate_is_sane"),
            models.CheckConstraint(
                condition=Q(announced_from_date__lte=models.F("valid_from_date")), name="fee_announced_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate / 100:g} %"


class Settlement(models.Model):
    """What a shop is owed for a period, taken from the ledger when the period closed."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="settlements", verbose_name=_("shop"))
    from_date = models.DateField(_("from"))
    until_date = models.DateField(_("until"))
    amount = models.BigIntegerField(_("amount"))
    closed_at = models.DateTimeField(_("closed at"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "from_date"], name="one_settlement_per_period")
        ]

    def __str__(self) -> str:
        return f"{self.shop_id} {self.from_date}"


class PayoutStatus(models.TextChoices):
    MADE = "MADE", _("made")
    APPROVED = "APPROVED", _("approved")
    SENT = "SENT", _("sent to the bank")
    DONE = "DONE", _("paid")
    FAILED = "FAILED", _("failed")


class Payout(models.Model):
    """A transfer of a settlement; made by one person, approved by another, never edited."""

    settlement = models.OneToOneField(Settlement, models.PROTECT, related_name="payout", verbose_name=_("settlement"))
    amount = models.BigIntegerField(_("amount"))
    status = models.CharField(_("status"), max_length=10, choices=PayoutStatus, default=PayoutStatus.MADE)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_of_something"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("made_by")), name="payout_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"payout {self.pk}"
