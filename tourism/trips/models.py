"""Trips: itineraries made of stops, as published."""

import uuid
from typing import ClassVar

from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tourism.regions.models import Region
from tourism.trips.facts import StopFacts, TripFacts


class Trip(TripFacts):
    """An itinerary as every language and search show it. Hidden when unpublished, never deleted."""

    translation_key = models.UUIDField(_("key of its pages"), unique=True, default=uuid.uuid4)
    region = models.ForeignKey(Region, models.PROTECT, related_name="trips", verbose_name=_("region"))
    slug = models.SlugField(_("slug"), max_length=120)
    name = models.CharField(_("name"), max_length=200)
    share_picture = models.CharField(_("picture in lists"), max_length=255, blank=True)
    share_picture_alt_id = models.CharField(_("picture in words, Indonesian"), max_length=255, blank=True)
    share_picture_alt_en = models.CharField(_("picture in words, English"), max_length=255, blank=True)
    is_published = models.BooleanField(_("published"), default=True)
    is_sample = models.BooleanField(_("sample"), default=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    class Meta:
        verbose_name = _("trip")
        verbose_name_plural = _("trips")

    def __str__(self) -> str:
        return self.name

    @property
    def picture_url(self) -> str:
        """Where the picture in lists is, or nothing."""
        return default_storage.url(self.share_picture) if self.share_picture else ""


class TripStop(StopFacts):
    """One stop of a trip, in order."""

    trip = models.ForeignKey(Trip, models.CASCADE, related_name="stops", verbose_name=_("trip"))
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["trip", "position"], name="stop_position_in_trip"),
            models.CheckConstraint(condition=Q(destination__isnull=False) | ~Q(label_id=""), name="stop_says_where"),
        ]

    def __str__(self) -> str:
        return f"{self.trip_id} {self.position}"
