"""Transfers of what was settled: batches made by one person and approved by another."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.orders.models import TransitionRefused
from marketplace.payouts.models.settlements import Settlement
from marketplace.shops.models import BankAccount, MerchantAccount


class BatchWay(models.TextChoices):
    BANK_FILE = "BANK_FILE", _("bank file")
    IRIS = "IRIS", _("Midtrans Payouts")


class BatchStatus(models.TextChoices):
    MADE = "MADE", _("waits for approval")
    APPROVED = "APPROVED", _("approved")
    REJECTED = "REJECTED", _("rejected")


class PayoutBatch(models.Model):
    """Payouts that leave together. Who approves it is never who made it."""

    merchant_account = models.ForeignKey(
        MerchantAccount, models.PROTECT, related_name="+", verbose_name=_("merchant account")
    )
    way = models.CharField(_("way"), max_length=10, choices=BatchWay)
    status = models.CharField(_("status"), max_length=10, choices=BatchStatus, default=BatchStatus.MADE)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # When Midtrans is next asked about it; none once nothing more is expected.
    check_at = models.DateTimeField(_("look again at"), null=True, blank=True)
    # When it was last written for the bank, or first asked of Midtrans: from then on its lines may be on their way.
    exported_at = models.DateTimeField(_("exported at"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(status="REJECTED") | ~Q(decided_by=F("made_by")),
                name="batch_two_people",
            ),
            models.CheckConstraint(
                condition=Q(status="MADE") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="batch_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class PayoutStatus(models.TextChoices):
    MADE = "MADE", _("waits for approval")
    APPROVED = "APPROVED", _("approved")
    SENT = "SENT", _("sent to the bank")
    DONE = "DONE", _("paid")
    FAILED = "FAILED", _("failed")
    REJECTED = "REJECTED", _("rejected")
    # It was approved, and before it left there was a reason not to let it go.
    HELD = "HELD", _("held back")


PAYOUT_TRANSITIONS: Mapping[PayoutStatus, frozenset[PayoutStatus]] = {
    PayoutStatus.MADE: frozenset({PayoutStatus.APPROVED, PayoutStatus.REJECTED}),
    PayoutStatus.APPROVED: frozenset({PayoutStatus.SENT, PayoutStatus.FAILED, PayoutStatus.HELD}),
    PayoutStatus.SENT: frozenset({PayoutStatus.DONE, PayoutStatus.FAILED}),
    # A bank may send it back after it was said to be done.
    PayoutStatus.DONE: frozenset({PayoutStatus.FAILED}),
    PayoutStatus.FAILED: frozenset(),
    PayoutStatus.REJECTED: frozenset(),
    PayoutStatus.HELD: frozenset(),
}
# What is owed is owed still: another payout of the same settlement may follow.
ENDED = (PayoutStatus.FAILED, PayoutStatus.REJECTED, PayoutStatus.HELD)


class Payout(models.Model):
    """One transfer of one settlement. Amount and account are never edited: one that ended is followed by another."""

    batch = models.ForeignKey(PayoutBatch, models.PROTECT, related_name="payouts", verbose_name=_("batch"))
    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="payouts", verbose_name=_("settlement"))
    amount = models.BigIntegerField(_("amount"))
    bank_account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="payouts", verbose_name=_("bank account")
    )
    status = models.CharField(_("status"), max_length=10, choices=PayoutStatus, default=PayoutStatus.MADE)
    # What Midtrans Payouts knows it by; empty for a bank file.
    reference_no = models.CharField(_("reference"), max_length=60, blank=True)
    failure = models.CharField(_("why it did not go"), max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_of_something"),
            models.UniqueConstraint(
                fields=["settlement"],
                condition=~Q(status__in=("FAILED", "REJECTED", "HELD")),
                name="one_live_payout_each",
            ),
            models.UniqueConstraint(fields=["reference_no"], condition=~Q(reference_no=""), name="payout_reference"),
        ]

    def __str__(self) -> str:
        return f"payout {self.pk}"

    def move_to(self, status: PayoutStatus, *, at: datetime, by_id: int | None = None, note: str = "") -> None:
        """Take the payout to another state and record it; the caller holds the batch's lock.

        :raises TransitionRefused: the state does not lead there.
        """
        before = PayoutStatus(self.status)
        if status not in PAYOUT_TRANSITIONS[before]:
            raise TransitionRefused(before=before, after=status)
        self.status = status
        self.save(update_fields=["status"])
        PayoutEvent.objects.create(payout=self, before=before, after=status, at=at, by_id=by_id, note=note[:200])


class PayoutEvent(models.Model):
    """One transition of a payout. Append only."""

    payout = models.ForeignKey(Payout, models.PROTECT, related_name="events", verbose_name=_("payout"))
    before = models.CharField(_("before"), max_length=10, blank=True)
    after = models.CharField(_("after"), max_length=10)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.before} > {self.after}"


class IrisNotification(models.Model):
    """What Midtrans Payouts sent, as it came. Append only; a reason to look, never the truth."""

    payout = models.ForeignKey(Payout, models.PROTECT, related_name="notifications", verbose_name=_("payout"))
    digest = models.CharField(_("fingerprint"), max_length=64, unique=True)
    body = models.JSONField(_("body"))
    received_at = models.DateTimeField(_("received at"))

    def __str__(self) -> str:
        return f"{self.payout_id} {self.digest[:8]}"
