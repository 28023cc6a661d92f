"""The facts of an event, inherited by the published row and by the page that edits it."""

from collections.abc import Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _

from tourism.destinations.models import Destination


class OccurrenceStatus(models.TextChoices):
    PLANNED = "PLANNED", _("planned")
    CONFIRMED = "CONFIRMED", _("confirmed")
    MOVED = "MOVED", _("moved")
    POSTPONED = "POSTPONED", _("postponed")
    CANCELLED = "CANCELLED", _("cancelled")


class EventFacts(models.Model):
    """What is known of an event; its dates are rows of their own."""

    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    summary_id = models.TextField(_("summary in Indonesian"), max_length=400, blank=True)
    summary_en = models.TextField(_("summary in English"), max_length=400, blank=True)
    venue = models.ForeignKey(
        Destination, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    venue_text = models.CharField(
        _("place in words"), max_length=200, blank=True, help_text=_("Where there is no destination for it.")
    )
    organiser = models.CharField(_("organiser"), max_length=160, blank=True)
    admission_id = models.CharField(_("admission, in Indonesian"), max_length=160, blank=True)
    admission_en = models.CharField(_("admission, in English"), max_length=160, blank=True)

    class Meta:
        abstract = True


class OccurrenceFacts(models.Model):
    """One date of an event."""

    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=9, choices=OccurrenceStatus, default=OccurrenceStatus.PLANNED)
    note_id = models.CharField(_("note in Indonesian"), max_length=160, blank=True)
    note_en = models.CharField(_("note in English"), max_length=160, blank=True)

    class Meta:
        abstract = True


EVENT_FIELDS: Sequence[str] = tuple(field.name for field in EventFacts._meta.local_fields)
OCCURRENCE_FIELDS: Sequence[str] = tuple(field.name for field in OccurrenceFacts._meta.local_fields)
