"""The ledger: whose the money is. Double entry, append only, whole rupiah.

An entry is one transfer from one account to another, so a journal sums to zero by construction. Entries
and journals are never changed: triggers on both databases refuse it, and a mistake is mended by another journal.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    CLEARING = "CLEARING", _("money at the payment gateway")
    CASH = "CASH", _("cash at a gate")
    KEPT = "KEPT", _("cash that stayed with a shop")
    DIFFERENCE = "DIFFERENCE", _("cash missing or too much at a gate")
    BANK = "BANK", _("bank account")
    BUYER = "BUYER", _("buyers' money of an order")
    SHOP = "SHOP", _("sold by a shop, not settled yet")
    SHIPPING = "SHIPPING", _("delivery, owed to a shop")
    TAX = "TAX", _("tax inside prices, or withheld")
    SETTLED = "SETTLED", _("settled, to be paid out")
    RESERVE = "RESERVE", _("held back for dates to come")
    TREASURY = "TREASURY", _("retribusi owed to a regional treasury")
    PARTY = "PARTY", _("share of another party")
    COMMISSION = "COMMISSION", _("commission")
    GATEWAY_FEE = "GATEWAY_FEE", _("gateway fees")
    REFUNDS = "REFUNDS", _("refunds to be paid")
    DISCOUNT = "DISCOUNT", _("discounts by who bears them")


class Account(models.Model):
    """One pocket, named by what it is for (``ledger.accounts``): ``shop:12``, ``treasury:13.75``."""

    code = models.CharField(_("code"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=AccountKind)

    def __str__(self) -> str:
        return self.code


class JournalKind(models.TextChoices):
    PAYMENT = "PAYMENT", _("payment")
    SALE = "SALE", _("sale")
    GATE_SALE = "GATE_SALE", _("gate sale")
    REFUND = "REFUND", _("refund")
    FEE = "FEE", _("fee")
    PAYOUT = "PAYOUT", _("payout")
    SETTLEMENT = "SETTLEMENT", _("settlement")
    DEPOSIT = "DEPOSIT", _("deposit to a treasury")
    HANDOVER = "HANDOVER", _("cash handed over")
    REMITTANCE = "REMITTANCE", _("paid back by who owed")
    REVERSAL = "REVERSAL", _("reversal")


class Journal(models.Model):
    """Why money moved: one per payment, sale, refund, fee and payout, found by its reference."""

    kind = models.CharField(_("kind"), max_length=16, choices=JournalKind)
    # What caused it, by key: "payment:81", "refund:7"; with the kind it is unique, so a repeat posts nothing.
    reference = models.CharField(_("reference"), max_length=80)
    posted_at = models.DateTimeField(_("posted at"))

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "reference"], name="journal_once_per_cause")]
        indexes: ClassVar = [models.Index(fields=["posted_at"], name="journal_posted")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Entry(models.Model):
    """One transfer, in whole rupiah."""

    journal = models.ForeignKey(Journal, models.PROTECT, related_name="entries", verbose_name=_("journal"))
    from_account = models.ForeignKey(Account, models.PROTECT, related_name="entries_out", verbose_name=_("from"))
    to_account = models.ForeignKey(Account, models.PROTECT, related_name="entries_in", verbose_name=_("to"))
    amount = models.BigIntegerField(_("amount"))
    # The order line or shipment it belongs to, by UUID; empty for a whole payment.
    line = models.UUIDField(_("line"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="entry_is_positive"),
            models.CheckConstraint(condition=~Q(from_account=F("to_account")), name="entry_between_two_accounts"),
        ]
        indexes: ClassVar = [models.Index(fields=["line"], name="entry_line")]

    def __str__(self) -> str:
        return f"{self.amount} {self.from_account_id} > {self.to_account_id}"
