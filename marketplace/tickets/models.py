"""Tickets: one admission each, with a signed token that a gate can check without signal."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import Listing
from marketplace.inventory.models import Slot
from marketplace.orders.models import OrderLine
from marketplace.shops.models import Shop
from marketplace.tickets.querysets import GateQuerySet, TicketQuerySet


class TicketStatus(models.TextChoices):
    # Paid on a channel that can still take it back: shown, but no gate token yet.
    PROVISIONAL = "PROVISIONAL", _("being confirmed")
    VALID = "VALID", _("valid")
    USED = "USED", _("used")
    VOID = "VOID", _("void")


class Ticket(models.Model):
    """One admission of one person in one slot."""

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="tickets", verbose_name=_("order line"))
    # Which of the line's quantity, from 1: issuing twice finds the tickets that exist.
    number = models.PositiveIntegerField(_("number"))
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="tickets", verbose_name=_("listing"))
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="tickets", verbose_name=_("slot"))
    # Eight letters that can be typed at a gate.
    code = models.CharField(_("code"), max_length=12, unique=True)
    # What the QR holds: payload and Ed25519 signature, at most 200 letters.
    token = models.CharField(_("token"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=TicketStatus, default=TicketStatus.VALID)
    holder_name = models.CharField(_("holder"), max_length=120, blank=True)
    # How often it may admit, and how often it did.
    admits = models.PositiveIntegerField(_("admits"), default=1)
    admitted = models.PositiveIntegerField(_("admitted"), default=0)
    issued_at = models.DateTimeField(_("issued at"))
    is_sample = models.BooleanField(_("sample data"), default=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "number"], name="ticket_once_per_piece"),
            models.CheckConstraint(condition=Q(admitted__lte=F("admits")), name="ticket_admits_no_more"),
        ]
        indexes: ClassVar = [models.Index(fields=["slot", "status"], name="ticket_of_slot")]

    def __str__(self) -> str:
        return self.code


class Gate(models.Model):
    """A place where tickets of one shop are checked."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="gates", verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=120)
    # Which of the shop's listings are admitted here; none means all.
    listings = models.ManyToManyField(Listing, blank=True, related_name="gates", verbose_name=_("listings"))

    objects = GateQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Device(models.Model):
    """A phone that was at a gate: known by a random key it keeps."""

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="devices", verbose_name=_("gate"))
    key = models.CharField(_("key"), max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("account"))
    seen_at = models.DateTimeField(_("last seen at"))

    def __str__(self) -> str:
        return f"{self.gate_id} {self.pk}"


class Verdict(models.TextChoices):
    ADMITTED = "ADMITTED", _("admitted")
    # Admitted offline by two devices, or after being voided: recorded and reported, never hidden.
    DOUBLE = "DOUBLE", _("admitted twice")
    ALREADY_USED = "ALREADY_USED", _("already used")
    WRONG_DAY = "WRONG_DAY", _("for another day")
    WRONG_SLOT = "WRONG_SLOT", _("for another hour")
    WRONG_GATE = "WRONG_GATE", _("for another place")
    VOID = "VOID", _("void")
    PROVISIONAL = "PROVISIONAL", _("payment not yet certain")
    UNKNOWN = "UNKNOWN", _("unknown")


# Verdicts by which somebody stayed outside.
REFUSED = frozenset(Verdict) - {Verdict.ADMITTED, Verdict.DOUBLE}


class Redemption(models.Model):
    """One scan, accepted or refused. Append only; the nonce makes an upload repeatable."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="redemptions", verbose_name=_("ticket"))
    gate = models.ForeignKey(Gate, models.PROTECT, related_name="redemptions", verbose_name=_("gate"))
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="redemptions", verbose_name=_("device"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    nonce = models.CharField(_("nonce"), max_length=64, unique=True)
    verdict = models.CharField(_("verdict"), max_length=14, choices=Verdict)
    was_offline = models.BooleanField(_("without signal"), default=False)
    scanned_at = models.DateTimeField(_("scanned at"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        indexes: ClassVar = [models.Index(fields=["gate", "scanned_at"], name="redemption_gate_day")]

    def __str__(self) -> str:
        return f"{self.verdict} {self.ticket_id}"
