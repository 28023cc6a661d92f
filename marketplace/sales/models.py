"""Closings: dates and places that were closed after tickets were sold, and what becomes of each visit.

A closing is worked off row by row, so that it can stop anywhere and go on: the rows say what there is to do.

And sales at a gate, paid in cash: each with the order that it made, and the till's way to the treasurer.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import Listing
from marketplace.inventory.models import Slot
from marketplace.orders.models import Order, TransitionRefused
from marketplace.payments.models import Refund
from marketplace.sales.querysets import ClosedVisitQuerySet, ClosingQuerySet, GateSaleQuerySet
from marketplace.tickets.models import Device, Gate
from tourism.destinations.models import Closure


class ClosingStatus(models.TextChoices):
    # A place was marked closed: a person decides, or time does (``acts_at``).
    PROPOSED = "PROPOSED", _("waiting for a decision")
    RUNNING = "RUNNING", _("running")
    # Nothing is left to do for any visit.
    DONE = "DONE", _("done")
    # The place opened again first, or a person said no.
    CALLED_OFF = "CALLED_OFF", _("called off")


CLOSING_TRANSITIONS: Mapping[ClosingStatus, frozenset[ClosingStatus]] = {
    ClosingStatus.PROPOSED: frozenset({ClosingStatus.RUNNING, ClosingStatus.CALLED_OFF}),
    ClosingStatus.RUNNING: frozenset({ClosingStatus.DONE, ClosingStatus.CALLED_OFF}),
    # Money for a closed date may still come in late.
    ClosingStatus.DONE: frozenset({ClosingStatus.RUNNING}),
    ClosingStatus.CALLED_OFF: frozenset(),
}


class Closing(models.Model):
    """One decision to close dates that were sold, and its progress."""

    status = models.CharField(_("status"), max_length=10, choices=ClosingStatus, default=ClosingStatus.RUNNING)
    # The dates that were chosen; or, for a place that was marked closed, the closure that names them.
    slots = models.ManyToManyField(Slot, related_name="closings", verbose_name=_("dates"), blank=True)
    closure = models.OneToOneField(
        Closure, models.PROTECT, null=True, blank=True, related_name="closing", verbose_name=_("closure")
    )
    # What buyers read.
    reason_id = models.CharField(_("reason in Indonesian"), max_length=200)
    reason_en = models.CharField(_("reason in English"), max_length=200, blank=True)
    # Whether buyers may first choose another date.
    offers_dates = models.BooleanField(_("another date is offered"), default=True)
    begun_at = models.DateTimeField(_("begun at"))
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("begun by")
    )
    # PROPOSED: when it runs by itself. RUNNING: when it is looked at next.
    acts_at = models.DateTimeField(_("acts at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ClosingQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["acts_at"], condition=Q(status__in=["PROPOSED", "RUNNING"]), name="closing_to_do")
        ]

    def __str__(self) -> str:
        return f"closing {self.pk}"

    def move_to(self, status: ClosingStatus, *, at: datetime) -> None:
        """Take the closing to another state; the caller holds the row's lock.

        :raises TransitionRefused: the state does not lead there.
        """
        before = ClosingStatus(self.status)
        if status not in CLOSING_TRANSITIONS[before]:
            raise TransitionRefused(before=before, after=status)
        self.status = status
        self.ended_at = at if status in (ClosingStatus.DONE, ClosingStatus.CALLED_OFF) else None
        self.save(update_fields=["status", "ended_at"])


class VisitStatus(models.TextChoices):
    # Nothing was done yet.
    WAITING = "WAITING", _("to do")
    # The buyer may choose another date; after ``acts_at`` the money goes back by itself.
    OFFERED = "OFFERED", _("another date offered")
    MOVED = "MOVED", _("moved to another date")
    REFUNDED = "REFUNDED", _("money on its way back")
    # Nothing was left to give back: refunded otherwise, used, or free of charge and cancelled.
    NOTHING = "NOTHING", _("nothing to give back")
    # The place opened again first.
    KEPT = "KEPT", _("takes place after all")
    # It failed so often that a person must look.
    FAILED = "FAILED", _("failed, a person must look")


VISIT_TRANSITIONS: Mapping[VisitStatus, frozenset[VisitStatus]] = {
    VisitStatus.WAITING: frozenset(
        {VisitStatus.OFFERED, VisitStatus.REFUNDED, VisitStatus.NOTHING, VisitStatus.KEPT, VisitStatus.FAILED}
    ),
    VisitStatus.OFFERED: frozenset(
        {VisitStatus.MOVED, VisitStatus.REFUNDED, VisitStatus.NOTHING, VisitStatus.KEPT, VisitStatus.FAILED}
    ),
    VisitStatus.FAILED: frozenset({VisitStatus.WAITING, VisitStatus.REFUNDED, VisitStatus.NOTHING, VisitStatus.KEPT}),
    VisitStatus.MOVED: frozenset(),
    VisitStatus.REFUNDED: frozenset(),
    VisitStatus.NOTHING: frozenset(),
    VisitStatus.KEPT: frozenset(),
}
OPEN_VISITS = (VisitStatus.WAITING, VisitStatus.OFFERED)


class ClosedVisit(models.Model):
    """One buyer's visit on a date that was closed: all lines of an order for that slot."""

    closing = models.ForeignKey(Closing, models.CASCADE, related_name="visits", verbose_name=_("closing"))
    order = models.ForeignKey(Order, models.PROTECT, related_name="closed_visits", verbose_name=_("order"))
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="closed_visits", verbose_name=_("date"))
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="+", verbose_name=_("listing"))
    # How many pieces it was of when it was found; what went back since is on the refund.
    pieces = models.PositiveIntegerField(_("pieces"))
    status = models.CharField(_("status"), max_length=10, choices=VisitStatus, default=VisitStatus.WAITING)
    # When it is worked on next: a deadline, or another try.
    acts_at = models.DateTimeField(_("acts at"), null=True, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=60, blank=True)
    moved_to = models.ForeignKey(
        Slot, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("moved to")
    )
    refund = models.ForeignKey(
        Refund, models.PROTECT, null=True, blank=True, related_name="closed_visits", verbose_name=_("refund")
    )
    offered_at = models.DateTimeField(_("offered at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ClosedVisitQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["closing", "order", "slot"], name="closed_visit_once"),
            models.UniqueConstraint(
                fields=["order", "slot"],
                condition=Q(status__in=["WAITING", "OFFERED"]),
                name="closed_visit_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="MOVED") | Q(moved_to__isnull=False), name="closed_visit_moved_somewhere"
            ),
            models.CheckConstraint(
                condition=~Q(status="OFFERED") | Q(acts_at__isnull=False), name="closed_visit_offered_until"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["acts_at"], condition=Q(status__in=["WAITING", "OFFERED"]), name="closed_visit_to_do"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.slot_id} {self.status}"

    def move_to(self, status: VisitStatus, *, at: datetime) -> None:
        """Take the visit to another state; the caller holds the order's lock and saves the rest.

        :raises TransitionRefused: the state does not lead there.
        """
        before = VisitStatus(self.status)
        if status not in VISIT_TRANSITIONS[before]:
            raise TransitionRefused(before=before, after=status)
        self.status = status
        self.ended_at = None if status in (*OPEN_VISITS, VisitStatus.FAILED) else at
        self.save()


class CashHandover(models.Model):
    """A gate's till, counted and handed to the treasurer, who says what arrived."""

    # Names the form: sent twice, it is one handing over.
    nonce = models.UUIDField(_("nonce"), unique=True)
    gate = models.ForeignKey(Gate, models.PROTECT, related_name="handovers", verbose_name=_("gate"))
    # What the sales since the last time add up to, and what lay in the till.
    expected_amount = models.BigIntegerField(_("expected"))
    counted_amount = models.BigIntegerField(_("counted"))
    # Of what was expected: what a private shop sold for itself, and keeps. A shortage of it is the shop's own.
    own_amount = models.BigIntegerField(_("the shop's own"), default=0)
    note = models.CharField(_("note"), max_length=200, blank=True)
    handed_at = models.DateTimeField(_("handed over at"))
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("handed over by")
    )
    taken_amount = models.BigIntegerField(_("arrived"), null=True, blank=True)
    taken_note = models.CharField(_("treasurer's note"), max_length=200, blank=True)
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken by")
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expected_amount__gte=F("own_amount"), counted_amount__gte=0, own_amount__gte=0)
                & (Q(taken_amount__isnull=True) | Q(taken_amount__gte=0)),
                name="handover_of_amounts",
            ),
            models.CheckConstraint(
                condition=Q(counted_amount=F("expected_amount")) | ~Q(note=""), name="handover_difference_explained"
            ),
            models.CheckConstraint(
                condition=Q(taken_amount__isnull=True, taken_at__isnull=True, taken_by__isnull=True)
                | Q(taken_amount__isnull=False, taken_at__isnull=False, taken_by__isnull=False),
                name="handover_taken_whole",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["gate", "-handed_at"], name="handover_of_gate")]

    def __str__(self) -> str:
        return f"{self.gate_id} {self.counted_amount}"

    @property
    def due_amount(self) -> int:
        """Of what was expected: what is the treasurer's."""
        return self.expected_amount - self.own_amount

    @property
    def handed_amount(self) -> int:
        """Of what was counted: what goes to the treasurer, whose money comes first. A till that is all the treasurer's goes whole."""
        return min(self.counted_amount, self.due_amount) if self.own_amount else self.counted_amount


class GateSaleStatus(models.TextChoices):
    SOLD = "SOLD", _("sold")
    # Taken back within the day; the money was returned in cash.
    VOID = "VOID", _("void")
    # Sold without signal, and there was no place for it any more: a person decides.
    REFUSED = "REFUSED", _("could not be recorded")
    RETURNED = "RETURNED", _("money given back")


GATE_SALE_TRANSITIONS: Mapping[GateSaleStatus, frozenset[GateSaleStatus]] = {
    GateSaleStatus.SOLD: frozenset({GateSaleStatus.VOID}),
    GateSaleStatus.REFUSED: frozenset({GateSaleStatus.SOLD, GateSaleStatus.RETURNED}),
    GateSaleStatus.VOID: frozenset(),
    GateSaleStatus.RETURNED: frozenset(),
}


class GateSale(models.Model):
    """A sale for cash at a gate: an order of its own, or what the house could not make one of."""

    # The phone's name for it, also that of its order: sent twice, it is sold once.
    nonce = models.UUIDField(_("nonce"), unique=True)
    gate = models.ForeignKey(Gate, models.PROTECT, related_name="sales", verbose_name=_("gate"))
    device = models.ForeignKey(
        Device, models.PROTECT, null=True, blank=True, related_name="sales", verbose_name=_("device")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    status = models.CharField(_("status"), max_length=10, choices=GateSaleStatus, default=GateSaleStatus.SOLD)
    order = models.OneToOneField(
        Order, models.PROTECT, null=True, blank=True, related_name="gate_sale", verbose_name=_("order")
    )
    slot = models.ForeignKey(Slot, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("slot"))
    # As it was sold: [[variant, how many, price of one]].
    pieces = models.JSONField(_("pieces"))
    amount = models.BigIntegerField(_("amount"))
    # Of it: what a private shop sold for itself, and keeps.
    kept_amount = models.BigIntegerField(_("stays with the shop"), default=0)
    # What the buyer gave; the rest of it went back as change.
    received_amount = models.BigIntegerField(_("received"))
    was_offline = models.BooleanField(_("without signal"), default=False)
    sold_at = models.DateTimeField(_("sold at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    # Why the house could not record it.
    refusal = models.CharField(_("refusal"), max_length=200, blank=True)
    # Who took it back or decided about it, when and why.
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    # With which counting of the till its money left the gate.
    handover = models.ForeignKey(
        CashHandover, models.PROTECT, null=True, blank=True, related_name="sales", verbose_name=_("handed over with")
    )

    objects = GateSaleQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, received_amount__gte=F("amount")), name="gate_sale_received_enough"
            ),
            models.CheckConstraint(
                condition=Q(kept_amount__gte=0, kept_amount__lte=F("amount")), name="gate_sale_keeps_at_most_all"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["SOLD", "VOID"], order__isnull=False)
                | Q(status__in=["REFUSED", "RETURNED"], order__isnull=True),
                name="gate_sale_has_its_order",
            ),
            models.CheckConstraint(
                condition=Q(handover__isnull=True) | Q(status="SOLD"), name="gate_sale_handed_over_is_sold"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["gate", "sold_at"], name="gate_sale_day"),
            models.Index(fields=["gate"], condition=Q(status="SOLD", handover__isnull=True), name="gate_sale_in_till"),
        ]

    def __str__(self) -> str:
        return f"{self.gate_id} {self.amount} {self.status}"

    @property
    def change(self) -> int:
        """What the buyer got back."""
        return self.received_amount - self.amount

    def move_to(self, status: GateSaleStatus, *, at: datetime, by_id: int, note: str = "") -> None:
        """Take the sale to another state; the caller holds the row's lock.

        :raises TransitionRefused: the state does not lead there.
        """
        before = GateSaleStatus(self.status)
        if status not in GATE_SALE_TRANSITIONS[before]:
            raise TransitionRefused(before=before, after=status)
        self.status, self.decided_at, self.decided_by_id, self.note = status, at, by_id, note[:200]
        self.save()
