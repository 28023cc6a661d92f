"""Payments: attempts to pay an order, what Midtrans said of them, and what went back."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.orders.models import Order
from marketplace.shops.models import MerchantAccount


class PaymentStatus(models.TextChoices):
    # We asked for a page; the buyer has not chosen a method.
    CREATED = "CREATED", _("not begun")
    PENDING = "PENDING", _("waiting for the money")
    # Captured but challenged: staff decide.
    REVIEW = "REVIEW", _("under review")
    PAID = "PAID", _("paid")
    FAILED = "FAILED", _("failed")
    # The provider took its settlement back.
    REVERSED = "REVERSED", _("reversed")
    DISPUTED = "DISPUTED", _("disputed")


# What Midtrans may say next. A status that leads nowhere from here is an older answer, and is passed over.
PAYMENT_TRANSITIONS: Mapping[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.CREATED: frozenset(
        {PaymentStatus.PENDING, PaymentStatus.REVIEW, PaymentStatus.PAID, PaymentStatus.FAILED, PaymentStatus.DISPUTED}
    ),
    PaymentStatus.PENDING: frozenset(
        {PaymentStatus.REVIEW, PaymentStatus.PAID, PaymentStatus.FAILED, PaymentStatus.DISPUTED}
    ),
    PaymentStatus.REVIEW: frozenset({PaymentStatus.PAID, PaymentStatus.FAILED, PaymentStatus.DISPUTED}),
    # On the same page another method may be tried after a refusal; and money may come after an expiry.
    PaymentStatus.FAILED: frozenset(
        {PaymentStatus.PENDING, PaymentStatus.REVIEW, PaymentStatus.PAID, PaymentStatus.DISPUTED}
    ),
    PaymentStatus.PAID: frozenset({PaymentStatus.REVERSED, PaymentStatus.DISPUTED}),
    PaymentStatus.DISPUTED: frozenset({PaymentStatus.REVERSED}),
    PaymentStatus.REVERSED: frozenset(),
}


class PaymentMethod(models.TextChoices):
    QRIS = "QRIS", _("QRIS")
    VIRTUAL_ACCOUNT = "VIRTUAL_ACCOUNT", _("virtual account")
    E_WALLET = "E_WALLET", _("e-wallet")
    CARD = "CARD", _("card")
    CASH = "CASH", _("cash")
    OTHER = "OTHER", _("other")


class Payment(models.Model):
    """One attempt to pay an order, with its own order_id at Midtrans, or cash."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="payments", verbose_name=_("order"))
    merchant_account = models.ForeignKey(
        MerchantAccount, models.PROTECT, related_name="payments", verbose_name=_("merchant account")
    )
    # What Midtrans knows the attempt by; ours, unique for ever. Empty for cash.
    gateway_order_id = models.CharField(_("order_id at Midtrans"), max_length=50, unique=True, null=True, blank=True)
    amount = models.BigIntegerField(_("amount"))
    status = models.CharField(_("status"), max_length=10, choices=PaymentStatus, default=PaymentStatus.CREATED)
    method = models.CharField(_("method"), max_length=16, choices=PaymentMethod, blank=True)
    # Midtrans' own words: "bank_transfer", and the bank, store or acquirer.
    payment_type = models.CharField(_("payment type"), max_length=30, blank=True)
    issuer = models.CharField(_("bank or issuer"), max_length=30, blank=True)
    transaction_id = models.CharField(_("transaction"), max_length=60, blank=True)
    snap_token = models.CharField(_("Snap token"), max_length=60, blank=True)
    redirect_url = models.URLField(_("payment page"), max_length=300, blank=True)
    # While one request asks Midtrans for the page, another waits for its answer: a second page would end the first.
    page_asked_at = models.DateTimeField(_("page asked for at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    # Until then the channel may still take its settlement back.
    provisional_until = models.DateTimeField(_("provisional until"), null=True, blank=True)
    # When the poller looks again; None once nothing more is to be learnt.
    check_at = models.DateTimeField(_("look again at"), null=True, blank=True)
    checks = models.PositiveIntegerField(_("looks"), default=0)
    # Whether the amount, currency or merchant that Midtrans reported differ from ours: a person must look.
    is_quarantined = models.BooleanField(_("set aside"), default=False)

    # Came when the order needed no more money, or nothing of it was left: all of it goes back.
    is_surplus = models.BooleanField(_("surplus"), default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_of_something"),
            models.CheckConstraint(
                condition=Q(method="CASH") | Q(gateway_order_id__isnull=False), name="payment_known_to_midtrans"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["check_at"], condition=Q(check_at__isnull=False), name="payment_poll")
        ]

    def __str__(self) -> str:
        return self.gateway_order_id or f"cash {self.pk}"


class NotificationVerdict(models.TextChoices):
    ACCEPTED = "ACCEPTED", _("accepted")
    MISMATCH = "MISMATCH", _("amount or merchant differs")


class Notification(models.Model):
    """What Midtrans sent, as it came. Append only; a reason to look, never the truth."""

    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, related_name="notifications", verbose_name=_("payment")
    )
    # Of the fields that make a notification new; a repeat finds this row.
    digest = models.CharField(_("fingerprint"), max_length=64, unique=True)
    body = models.JSONField(_("body"))
    verdict = models.CharField(_("verdict"), max_length=14, choices=NotificationVerdict)
    received_at = models.DateTimeField(_("received at"))
    # Raw bodies hold names and numbers; they are blanked after this day.
    erase_after_date = models.DateField(_("erase after"))

    def __str__(self) -> str:
        return f"{self.verdict} {self.digest[:8]}"


class RefundStatus(models.TextChoices):
    REQUESTED = "REQUESTED", _("requested")
    # The channel cannot give money back: a person pays and records it.
    MANUAL = "MANUAL", _("to be paid by hand")
    ACCEPTED = "ACCEPTED", _("accepted by Midtrans")
    DONE = "DONE", _("paid back")
    FAILED = "FAILED", _("refused")


class Refund(models.Model):
    """Money that goes back to a buyer."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    # Ours, unique: the same key repeats the same refund at Midtrans.
    key = models.CharField(_("refund key"), max_length=50, unique=True)
    amount = models.BigIntegerField(_("amount"))
    status = models.CharField(_("status"), max_length=10, choices=RefundStatus, default=RefundStatus.REQUESTED)
    reason = models.CharField(_("reason"), max_length=200)
    # Which lines and how many of each: {"<line uuid>": 2}; empty for money without a line.
    lines = models.JSONField(_("lines"), default=dict)
    requested_at = models.DateTimeField(_("requested at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    # A person paid it from the bank; otherwise Midtrans did.
    is_by_hand = models.BooleanField(_("paid by hand"), default=False)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_of_something")]

    def __str__(self) -> str:
        return self.key
