"""Rates with a date: rows, never code. A sale freezes what holds on its day."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import Category, ChargeKind, Listing, ListingKind
from marketplace.payments.models import PaymentMethod
from marketplace.shops.models import Party
from tourism.regions.models import Region


class Dated(models.Model):
    """From its first day on until its last; without a last one for good."""

    valid_from_date = models.DateField(_("valid from"))
    valid_until_date = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        abstract = True


class FeeSchedule(Dated):
    """The operator's commission from a day on; the most special row that fits a sale is frozen on its line."""

    kind = models.CharField(_("kind of listing"), max_length=10, choices=ListingKind, blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    # Parts of 10,000: 250 is 2.5 %.
    rate = models.PositiveIntegerField(_("rate, of 10,000"))
    announced_from_date = models.DateField(_("announced from"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(rate__lte=3000), name="fee_rate_is_sane"),
            models.CheckConstraint(
                condition=Q(announced_from_date__lte=F("valid_from_date")), name="fee_announced_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate / 100:g} %"


class LevyKind(models.TextChoices):
    PBJT = "PBJT", _("PBJT")
    PPN = "PPN", _("PPN")


class LevyRate(Dated):
    """A tax inside the prices of a region, from a day on: PBJT or PPN, never both on a line, neither on retribusi."""

    levy = models.CharField(_("tax"), max_length=4, choices=LevyKind)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    charge_kind = models.CharField(_("charge kind"), max_length=16, choices=ChargeKind)
    # One shop alone, where not every shop of the region pays it (PPN: only a PKP does).
    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shop")
    )
    # Parts of 10,000 on top of the price without it: 1000 in a price of 11,000 is 1,000.
    rate = models.PositiveIntegerField(_("rate, of 10,000"))
    legal_basis = models.CharField(_("legal basis"), max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(rate__gt=0, rate__lte=7500), name="levy_rate_is_sane"),
            models.CheckConstraint(condition=~Q(charge_kind="RETRIBUSI"), name="no_levy_on_retribusi"),
        ]

    def __str__(self) -> str:
        return f"{self.levy} {self.rate / 100:g} %"


class ShareRule(Dated):
    """What a party gets of each piece of a shop's listing, or of all its dated listings: an amount, or a rate."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="rules", verbose_name=_("party"))
    listing = models.ForeignKey(
        Listing, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("listing")
    )
    # Rupiah of each piece, taken before rates.
    amount = models.BigIntegerField(_("of each piece"), default=0)
    # Parts of 10,000 of what is left after taxes, commission and fixed amounts.
    rate = models.PositiveIntegerField(_("rate, of 10,000"), default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, rate=0) | Q(amount=0, rate__gt=0, rate__lte=10_000),
                name="share_is_an_amount_or_a_rate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.amount or self.rate}"


class GatewayFeeRate(Dated):
    """What Midtrans takes for a payment, as its price list says; its report corrects the estimate."""

    method = models.CharField(_("method"), max_length=16, choices=PaymentMethod)
    # For payments up to this amount; none for all. The smallest that fits wins.
    up_to = models.BigIntegerField(_("for payments up to"), null=True, blank=True)
    flat = models.BigIntegerField(_("each"), default=0)
    rate = models.PositiveIntegerField(_("rate, of 10,000"), default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(flat__gte=0, flat__lte=50_000, rate__lte=1000), name="gateway_fee_is_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.flat} + {self.rate / 100:g} %"


class SettlementCycle(models.TextChoices):
    DAILY = "DAILY", _("every day")
    WEEKLY = "WEEKLY", _("every week, to Sunday")
    MONTHLY = "MONTHLY", _("every month")


class SettlementPolicy(Dated):
    """When what was sold is settled, and what is held back."""

    cycle = models.CharField(_("period"), max_length=8, choices=SettlementCycle, default=SettlementCycle.WEEKLY)
    # Days after the buyer received it, or the ticket's day was over: time to complain.
    hold_days = models.PositiveSmallIntegerField(_("days on hold"), default=2)
    # Less than this stays for the next period.
    least_payout = models.BigIntegerField(_("least payout"), default=0)
    # Parts of 10,000 of what is sold for dates to come, held back from what is settled.
    reserve_rate = models.PositiveIntegerField(_("reserve, of 10,000 of dates to come"), default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(hold_days__lte=60, reserve_rate__lte=10_000, least_payout__gte=0),
                name="settlement_policy_is_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} + {self.hold_days}"


class WithholdingRate(Dated):
    """PPh 22 of what small businesses sell: the switch. Without a row in force nothing is withheld."""

    # Parts of 10,000 of the gross without PPN: 50 is 0.5 %.
    rate = models.PositiveIntegerField(_("rate, of 10,000"), default=50)
    legal_basis = models.CharField(_("legal basis"), max_length=120)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(rate__gt=0, rate__lte=500), name="withholding_is_sane")
        ]

    def __str__(self) -> str:
        return f"PPh 22 {self.rate / 100:g} %"
