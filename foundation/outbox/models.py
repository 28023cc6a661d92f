"""The outbox: one append-only row per event, one delivery row per subscriber, written with the change itself.

Upper rooms learn of changes through it. A lost wake-up costs delay, never work: what is due is in these rows.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """Something that happened, told by ids: no personal data."""

    topic = models.CharField(_("topic"), max_length=60)
    key = models.CharField(_("key"), max_length=80)
    payload = models.JSONField(_("payload"), default=dict)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        indexes: ClassVar = [models.Index(fields=["topic", "key"], name="event_topic_key")]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class DeliveryStatus(models.TextChoices):
    PENDING = "PENDING", _("waiting")
    DONE = "DONE", _("delivered")
    DEAD = "DEAD", _("given up, a person must look")


class Delivery(models.Model):
    """One subscriber's copy of an event."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="deliveries", verbose_name=_("event"))
    subscriber = models.CharField(_("subscriber"), max_length=60)
    status = models.CharField(_("status"), max_length=10, choices=DeliveryStatus, default=DeliveryStatus.PENDING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due at"))
    # One of so many that whoever changes a single thing should not wait behind them.
    is_bulk = models.BooleanField(_("written in bulk"), default=False, db_default=False)
    done_at = models.DateTimeField(_("done at"), null=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="delivery_once_per_subscriber")
        ]
        indexes: ClassVar = [
            models.Index(fields=["is_bulk", "due_at", "id"], condition=Q(status="PENDING"), name="delivery_turn"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber}: {self.event_id}"
