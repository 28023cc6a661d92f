"""Payments: attempts to pay an order, what Midtrans said of them, and what went back."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.orders.models import Order, PriceRow
from marketplace.shops.models import MerchantAccount
from tourism.regions.models import Region


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
        {PaymentStatus.PENDING, PaymentStatus.REVIEW, PaymentStatus.PAID, PaymentStatus.FAILED}
    ),
    PaymentStatus.PENDING: frozenset({PaymentStatus.REVIEW, PaymentStatus.PAID, PaymentStatus.FAILED}),
    PaymentStatus.REVIEW: frozenset({PaymentStatus.PAID, PaymentStatus.FAILED}),
    # On the same page another method may be tried after a refusal; and money may come after an expiry.
    PaymentStatus.FAILED: frozenset({PaymentStatus.PENDING, PaymentStatus.REVIEW, PaymentStatus.PAID}),
    PaymentStatus.PAID: frozenset({PaymentStatus.REVERSED, PaymentStatus.DISPUTED}),
    # A dispute is won, or the money is gone.
    PaymentStatus.DISPUTED: frozenset({PaymentStatus.PAID, PaymentStatus.REVERSED}),
    PaymentStatus.REVERSED: frozenset(),
}


class PaymentMethod(models.TextChoices):
    QRIS = "QRIS", _("QRIS")
    VIRTUAL_ACCOUNT = "VIRTUAL_ACCOUNT", _("virtual account")
    E_WALLET = "E_WALLET", _("e-wallet")
    CARD = "CARD", _("card")
    COUNTER = "COUNTER", _("shop counter")
    PAY_LATER = "PAY_LATER", _("pay later")
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
    # Who took a QRIS payment for us: what can be given back differs by it.
    acquirer = models.CharField(_("acquirer"), max_length=30, blank=True, default="", db_default="")
    # Whether QRIS was paid from the acquirer's own wallet; None where nobody says. Refund windows differ by it.
    is_on_us = models.BooleanField(_("own wallet"), null=True, blank=True)
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
    looked_at = models.DateTimeField(_("last look at"), null=True, blank=True)
    # Whether the amount, currency or merchant that Midtrans reported differ from ours: a person must look.
    is_quarantined = models.BooleanField(_("set aside"), default=False)
    # A person found out why; until then the audit names it.
    explained_at = models.DateTimeField(_("explained at"), null=True, blank=True)
    explained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("explained by"),
    )
    explanation = models.CharField(_("explanation"), max_length=200, blank=True, default="", db_default="")
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
    # The channel cannot give this money back, or refused to: a person sees to it.
    MANUAL = "MANUAL", _("to be paid by hand")
    # Retribusi that was deposited already: the region's treasury gives it back, on a written request.
    TREASURY = "TREASURY", _("waiting for the regional treasury")
    ACCEPTED = "ACCEPTED", _("accepted by Midtrans")
    DONE = "DONE", _("paid back")
    FAILED = "FAILED", _("called off")


# What may become of a refund. DONE and FAILED are ends: what is paid is paid.
REFUND_TRANSITIONS: Mapping[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.REQUESTED: frozenset(
        {RefundStatus.ACCEPTED, RefundStatus.DONE, RefundStatus.MANUAL, RefundStatus.FAILED}
    ),
    # Asked again where Midtrans does not list what it had accepted.
    RefundStatus.ACCEPTED: frozenset({RefundStatus.REQUESTED, RefundStatus.DONE, RefundStatus.FAILED}),
    RefundStatus.MANUAL: frozenset(
        {RefundStatus.REQUESTED, RefundStatus.ACCEPTED, RefundStatus.DONE, RefundStatus.FAILED}
    ),
    RefundStatus.TREASURY: frozenset({RefundStatus.DONE, RefundStatus.FAILED}),
    RefundStatus.DONE: frozenset(),
    RefundStatus.FAILED: frozenset(),
}


class RefundBearer(models.TextChoices):
    """Who bears a refund that was made at Midtrans' dashboard and is of nobody's lines."""

    OPEN = "OPEN", _("nobody has said yet")
    SHOP = "SHOP", _("the shop of a line")
    OPERATOR = "OPERATOR", _("the operator")
    # All of it counts toward refunds that were open here: nobody has to bear it.
    COUNTED = "COUNTED", _("refunds that were open here")


OPEN_REFUNDS = (RefundStatus.REQUESTED, RefundStatus.MANUAL, RefundStatus.TREASURY, RefundStatus.ACCEPTED)


# As ``Refund.own_amount``, for queries.
OWN_AMOUNT = F("amount") - F("counted_amount") - F("closed_amount")


class Refund(models.Model):
    """Money that goes back to a buyer."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    # Ours, unique: the same key repeats the same refund at Midtrans, for seven days.
    key = models.CharField(_("refund key"), max_length=50, unique=True)
    key_made_at = models.DateTimeField(_("key made at"), null=True, blank=True)
    # Keys that it was asked for with before, so that Midtrans' list is still understood.
    former_keys = models.JSONField(_("former keys"), default=list, blank=True)
    amount = models.BigIntegerField(_("amount"))
    status = models.CharField(_("status"), max_length=10, choices=RefundStatus, default=RefundStatus.REQUESTED)
    reason = models.CharField(_("reason"), max_length=200)
    # Which lines and how many of each: {"<line uuid>": 2}; empty for money without a line.
    lines = models.JSONField(_("lines"), default=dict)
    # Only of one that Midtrans made without us, of nobody's lines.
    bearer = models.CharField(_("borne by"), max_length=8, choices=RefundBearer, blank=True, default="", db_default="")
    # Of one of ours: what was paid of it at Midtrans' dashboard, and what of it is not to be paid after all.
    counted_amount = models.BigIntegerField(_("paid at the dashboard"), default=0, db_default=0)
    closed_amount = models.BigIntegerField(_("not to be paid"), default=0, db_default=0)
    # Of one that Midtrans made without us: what counts toward ours.
    used_amount = models.BigIntegerField(_("counts toward others"), default=0, db_default=0)
    requested_at = models.DateTimeField(_("requested at"))
    # When Midtrans is asked again if nobody else did; a lost message costs delay only.
    try_at = models.DateTimeField(_("ask again at"), null=True, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    # A person paid it from the bank, or a treasury did; otherwise Midtrans.
    is_by_hand = models.BooleanField(_("paid by hand"), default=False)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("paid by")
    )
    proof = models.CharField(_("number of the proof"), max_length=60, blank=True)
    # Whose treasury gives it back, who there sees to it, and until when.
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region of the treasury")
    )
    in_charge = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("in charge")
    )
    deadline_date = models.DateField(_("deadline"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_of_something"),
            models.CheckConstraint(
                condition=~Q(status="TREASURY") | Q(region__isnull=False, deadline_date__isnull=False),
                name="refund_of_a_treasury",
            ),
            models.CheckConstraint(
                condition=Q(counted_amount__gte=0, closed_amount__gte=0, used_amount__gte=0)
                & Q(amount__gte=F("counted_amount") + F("closed_amount"))
                & Q(amount__gte=F("used_amount")),
                name="refund_counted_within_itself",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["try_at"], condition=Q(status="REQUESTED"), name="refund_to_send")]

    def __str__(self) -> str:
        return self.key

    @property
    def own_amount(self) -> int:
        """What it pays itself: all but what the dashboard paid of it, and what is not to be paid."""
        return self.amount - self.counted_amount - self.closed_amount

    @property
    def unused_amount(self) -> int:
        """Of one that Midtrans made without us: what somebody has to bear."""
        return self.amount - self.used_amount


class CountedRefund(models.Model):
    """How much of a refund that Midtrans made without us counts toward one that was open here: a person said so, once."""

    made = models.ForeignKey(
        Refund, models.PROTECT, related_name="counted_toward", verbose_name=_("made at the dashboard")
    )
    refund = models.ForeignKey(Refund, models.PROTECT, related_name="counted", verbose_name=_("open refund"))
    amount = models.BigIntegerField(_("amount"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="counted_something"),
            models.UniqueConstraint(fields=["made", "refund"], name="counted_once_each"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.made_id} toward {self.refund_id}"


class RefundPart(models.Model):
    """Which price row a refund is of, and how many of it."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="parts", verbose_name=_("refund"))
    price_row = models.ForeignKey(PriceRow, models.PROTECT, related_name="+", verbose_name=_("price row"))
    quantity = models.PositiveIntegerField(_("quantity"))
    # Negative for a discount that goes with what is given back.
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["refund", "price_row"], name="refund_part_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="refund_part_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.price_row_id}"


class RefundAccount(models.Model):
    """Where a buyer wants money back that the channel cannot return: personal data, apart from all else, blanked in time."""

    refund = models.OneToOneField(Refund, models.PROTECT, related_name="account", verbose_name=_("refund"))
    bank = models.CharField(_("bank or wallet"), max_length=20, blank=True)
    number = models.CharField(_("account number"), max_length=20, blank=True)
    holder = models.CharField(_("account holder"), max_length=80, blank=True)
    # When the buyer was asked, when they answered, and when it was blanked.
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    given_at = models.DateTimeField(_("given at"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    def __str__(self) -> str:
        return f"account for refund {self.refund_id}"


class ChannelRule(models.Model):
    """From which amount on a way to pay is offered, from a day on."""

    # Snap's name: "other_qris", "bca_va".
    channel = models.CharField(_("channel"), max_length=30)
    least_amount = models.BigIntegerField(_("from the amount"), default=0)
    most_amount = models.BigIntegerField(_("up to the amount"), null=True, blank=True)
    is_offered = models.BooleanField(_("offered"), default=True)
    valid_from_date = models.DateField(_("valid from"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "valid_from_date"], name="channel_rule_once_a_day"),
            models.CheckConstraint(
                condition=Q(least_amount__gte=0)
                & (Q(most_amount__isnull=True) | Q(most_amount__gte=F("least_amount"))),
                name="channel_rule_of_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.valid_from_date}"


class RefundRule(models.Model):
    """What Midtrans can give back on a kind of payment, from a day on."""

    # Core's name: "qris", "bank_transfer".
    payment_type = models.CharField(_("payment type"), max_length=30)
    # Only of QRIS that this acquirer took ("airpay shopee"); empty for all that no other row names.
    acquirer = models.CharField(_("acquirer"), max_length=30, blank=True, default="", db_default="")
    is_refundable = models.BooleanField(_("can be given back"), default=True)
    is_whole_only = models.BooleanField(_("all or nothing"), default=False)
    # Days after the payment; empty where Midtrans names none.
    days = models.PositiveIntegerField(_("days"), null=True, blank=True)
    # The same for QRIS that was paid from another issuer's wallet.
    days_off_us = models.PositiveIntegerField(_("days from another wallet"), null=True, blank=True)
    # So long Midtrans' own dashboard may still do it, where we no longer ask; empty where it can no more than we.
    dashboard_days = models.PositiveIntegerField(_("days at Midtrans' dashboard"), null=True, blank=True)
    # In these hours (WIB) the provider takes no refunds.
    quiet_from = models.TimeField(_("no refunds from"), null=True, blank=True)
    quiet_until = models.TimeField(_("no refunds until"), null=True, blank=True)
    valid_from_date = models.DateField(_("valid from"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["payment_type", "acquirer", "valid_from_date"], name="refund_rule_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="refund_rule_of_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_type} {self.acquirer} {self.valid_from_date}"


class ReportKind(models.TextChoices):
    TRANSACTIONS = "TRANSACTIONS", _("payments and settlements")
    PAYOUTS = "PAYOUTS", _("transfers to our bank account")


class GatewayReport(models.Model):
    """A report of Midtrans as it was read: one row for each file, however often it is handed in."""

    kind = models.CharField(_("kind"), max_length=14, choices=ReportKind)
    merchant_account = models.ForeignKey(
        MerchantAccount, models.PROTECT, related_name="reports", verbose_name=_("merchant account")
    )
    name = models.CharField(_("file"), max_length=120)
    digest = models.CharField(_("fingerprint"), max_length=64, unique=True)
    from_date = models.DateField(_("from"), null=True, blank=True)
    until_date = models.DateField(_("until"), null=True, blank=True)
    read_at = models.DateTimeField(_("read at"))
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("read by")
    )

    def __str__(self) -> str:
        return self.name


class ReportDifference(models.TextChoices):
    NONE = "NONE", _("agrees")
    # In the report and not with us, or of another merchant account.
    UNKNOWN = "UNKNOWN", _("not known here")
    # Money with us and not in the report of that time.
    MISSING = "MISSING", _("missing in the report")
    AMOUNT = "AMOUNT", _("the amount differs")
    STATUS = "STATUS", _("the state differs")
    # The same transaction stands in the file twice.
    TWICE = "TWICE", _("stands there twice")


class GatewayReportRow(models.Model):
    """A line of a report, without what it says of people; or what should have been in it (``line_number`` 0)."""

    report = models.ForeignKey(GatewayReport, models.PROTECT, related_name="rows", verbose_name=_("report"))
    line_number = models.PositiveIntegerField(_("line"))
    order_id = models.CharField(_("order_id"), max_length=60, blank=True)
    transaction_id = models.CharField(_("transaction"), max_length=60, blank=True)
    what = models.CharField(_("what"), max_length=40, blank=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    status = models.CharField(_("state"), max_length=40, blank=True)
    amount = models.BigIntegerField(_("amount"), default=0)
    fee = models.BigIntegerField(_("fee"), default=0)
    at = models.DateTimeField(_("at"), null=True, blank=True)
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="report_rows", verbose_name=_("payment")
    )
    difference = models.CharField(_("difference"), max_length=10, choices=ReportDifference)
    # What we have instead.
    expected = models.BigIntegerField(_("ours"), null=True, blank=True)
    # A person found out why; until then the audit names it.
    explained_at = models.DateTimeField(_("explained at"), null=True, blank=True)
    explained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("explained by"),
    )
    explanation = models.CharField(_("explanation"), max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["report", "line_number"],
                condition=~Q(difference="NONE") & Q(explained_at__isnull=True),
                name="report_row_differs",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.difference}"
