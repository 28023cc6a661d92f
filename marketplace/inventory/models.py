"""Pools: how much of one scarce thing there is, and how much is taken.

A pool is the stock of a variant, a slot at a gate, all slots of a day together, a night of a room type, or what one
buyer may have of something. A line may draw on several (``queries.pools_of``). What is taken is a counter, so that
taking is one guarded statement on any database; the holds behind it are rows, and
``manage.py audit`` proves that they add up.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import Listing, Variant
from marketplace.inventory.querysets import HoldQuerySet, PoolQuerySet


class PoolKind(models.TextChoices):
    STOCK = "STOCK", _("stock of goods")
    SLOT = "SLOT", _("places of a time slot")
    DAY = "DAY", _("places of a whole day")
    NIGHT = "NIGHT", _("one night of a room type")
    BUYER = "BUYER", _("what one buyer may have")


class Pool(models.Model):
    """How much of one scarce thing there is, and how much is taken."""

    kind = models.CharField(_("kind"), max_length=8, choices=PoolKind)
    capacity = models.PositiveIntegerField(_("capacity"), default=0)
    taken = models.PositiveIntegerField(_("taken"), default=0)

    objects = PoolQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="pool_not_oversold")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.taken}/{self.capacity}"


class Stock(models.Model):
    """The pool that a goods variant is sold from."""

    variant = models.OneToOneField(Variant, models.CASCADE, related_name="stock", verbose_name=_("variant"))
    pool = models.OneToOneField(Pool, models.PROTECT, related_name="stock", verbose_name=_("pool"))

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.pool}"


class AdjustmentReason(models.TextChoices):
    RECEIVED = "RECEIVED", _("new pieces")
    COUNTED = "COUNTED", _("counted again")
    DAMAGED = "DAMAGED", _("damaged or spoilt")
    RETURNED = "RETURNED", _("returned by a buyer")
    ELSEWHERE = "ELSEWHERE", _("sold or used elsewhere")
    CORRECTION = "CORRECTION", _("correction")


class StockAdjustment(models.Model):
    """Why a stock was changed, by whom, and how many were left to sell then. Append only."""

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="adjustments", verbose_name=_("pool"))
    change = models.IntegerField(_("change"))
    reason = models.CharField(_("reason"), max_length=12, choices=AdjustmentReason, default=AdjustmentReason.CORRECTION)
    note = models.CharField(_("note"), max_length=160, blank=True)
    # None where it was not noted yet.
    left = models.PositiveIntegerField(_("left"), null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(change=0), name="adjustment_changes_something")]
        indexes: ClassVar = [models.Index(fields=["pool", "-at"], name="adjustment_history")]

    def __str__(self) -> str:
        return f"{self.change:+d} {self.reason}"


class Schedule(models.Model):
    """When a ticket can be used, week by week; slots are opened from it some weeks ahead."""

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="schedules", verbose_name=_("listing"))
    # ISO weekdays as letters: "1234567".
    weekdays = models.CharField(_("weekdays"), max_length=7, default="1234567")
    # WIB; no start means all day, one slot per day.
    starts = models.TimeField(_("from (WIB)"), null=True, blank=True)
    ends = models.TimeField(_("until (WIB)"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("places"))
    from_date = models.DateField(_("valid from"))
    until_date = models.DateField(_("valid until"), null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.listing_id} {self.weekdays}"


class DailyCap(models.Model):
    """How many may come on one day over all slots together; days get a pool of their own from it."""

    listing = models.OneToOneField(Listing, models.CASCADE, related_name="daily_cap", verbose_name=_("listing"))
    capacity = models.PositiveIntegerField(_("places a day"))

    def __str__(self) -> str:
        return f"{self.listing_id}: {self.capacity}"


class Slot(models.Model):
    """One dated slot at a gate: until ``ends_at`` people may enter with it."""

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="slots", verbose_name=_("listing"))
    pool = models.OneToOneField(Pool, models.PROTECT, related_name="slot", verbose_name=_("pool"))
    # What all slots of the day draw on together, where there is a cap for the day.
    day_pool = models.ForeignKey(
        Pool, models.PROTECT, null=True, blank=True, related_name="day_slots", verbose_name=_("pool of the day")
    )
    day = models.DateField(_("day"))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    is_all_day = models.BooleanField(_("all day"), default=False)
    # Set when the operator closes the date; nothing more is sold, and buyers are refunded.
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["listing", "starts_at"], name="slot_once_per_listing"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_start"),
        ]
        indexes: ClassVar = [models.Index(fields=["listing", "day"], name="slot_day")]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.starts_at:%Y-%m-%d %H:%M}"


class Allowance(models.Model):
    """What one buyer may have of a listing, of one of its days, or of a variant: a pool of that person's own.

    Whoever buys draws on it as on any other pool, so that two orders at once cannot both pass, and what lapses or is
    refunded may be bought again. ``who`` names an account, or a phone number by its keyed digest.
    """

    pool = models.OneToOneField(Pool, models.PROTECT, related_name="allowance", verbose_name=_("pool"))
    listing = models.ForeignKey(Listing, models.CASCADE, related_name="allowances", verbose_name=_("listing"))
    variant = models.ForeignKey(
        Variant, models.CASCADE, null=True, blank=True, related_name="allowances", verbose_name=_("variant")
    )
    day = models.DateField(_("day"), null=True, blank=True)
    who = models.CharField(_("buyer"), max_length=80)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(variant=None) | Q(day=None), name="allowance_of_one_thing"),
            models.UniqueConstraint(
                fields=["listing", "who"], condition=Q(variant=None, day=None), name="one_allowance_per_listing"
            ),
            models.UniqueConstraint(
                fields=["listing", "day", "who"], condition=Q(day__isnull=False), name="one_allowance_per_day"
            ),
            models.UniqueConstraint(
                fields=["variant", "who"], condition=Q(variant__isnull=False), name="one_allowance_per_variant"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.day or self.variant_id or ''}"


class HoldStatus(models.TextChoices):
    ACTIVE = "ACTIVE", _("held")
    CONFIRMED = "CONFIRMED", _("sold")
    RELEASED = "RELEASED", _("given back")
    # The line claims other pools in its stead.
    MOVED = "MOVED", _("exchanged")


# What counts in a pool.
LIVE_HOLDS = (HoldStatus.ACTIVE, HoldStatus.CONFIRMED)


class Hold(models.Model):
    """An order line's claim on a pool, until it lapses, is confirmed, released or exchanged.

    A lapsed hold that nobody has given back yet still counts in ``taken``, and as free in what is shown.
    """

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="holds", verbose_name=_("pool"))
    # OrderLine.id; inventory lies below orders, so it knows lines by UUID only.
    line = models.UUIDField(_("order line"))
    quantity = models.PositiveIntegerField(_("quantity"))
    status = models.CharField(_("status"), max_length=10, choices=HoldStatus, default=HoldStatus.ACTIVE)
    lapses_at = models.DateTimeField(_("lapses at"))

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="hold_is_of_something"),
            models.UniqueConstraint(
                fields=["pool", "line"],
                condition=Q(status__in=["ACTIVE", "CONFIRMED"]),
                name="one_live_hold_per_line_and_pool",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["line"], name="hold_line"),
            models.Index(fields=["pool", "lapses_at"], condition=Q(status="ACTIVE"), name="hold_lapse"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.pool_id} for {self.line}"
