"""Events and their dated occurrences, as published."""

import uuid
from typing import ClassVar

from django.core.files.storage import default_storage
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tourism.events.facts import EventFacts, OccurrenceFacts
from tourism.events.querysets import EventQuerySet, OccurrenceQuerySet
from tourism.regions.models import Region


class Event(EventFacts):
    """An event as every language, search and calendars show it. Hidden when unpublished, never deleted."""

    translation_key = models.UUIDField(_("key of its pages"), unique=True, default=uuid.uuid4)
    region = models.ForeignKey(Region, models.PROTECT, related_name="events", verbose_name=_("region"))
    slug = models.SlugField(_("slug"), max_length=120)
    name = models.CharField(_("name"), max_length=200)
    share_picture = models.CharField(_("picture in lists"), max_length=255, blank=True)
    share_picture_alt_id = models.CharField(_("picture in words, Indonesian"), max_length=255, blank=True)
    share_picture_alt_en = models.CharField(_("picture in words, English"), max_length=255, blank=True)
    is_published = models.BooleanField(_("published"), default=True)
    is_sample = models.BooleanField(_("sample"), default=False)
    # How often its calendar entry changed: subscribers' calendars replace an entry only by a higher number.
    sequence = models.PositiveIntegerField(_("sequence"), default=0)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return self.name

    @property
    def picture_url(self) -> str:
        """Where the picture in lists is, or nothing."""
        return default_storage.url(self.share_picture) if self.share_picture else ""


class Occurrence(OccurrenceFacts):
    """One date of an event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="occurrences", verbose_name=_("event"))

    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("date of an event")
        verbose_name_plural = _("dates of events")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "starts_at"], name="occurrence_once_per_start"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="occurrence_ends_after_it_starts",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["starts_at"], name="occurrence_starts_at")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.starts_at:%Y-%m-%d}"
