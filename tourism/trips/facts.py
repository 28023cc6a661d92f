"""The facts of a trip and its stops, inherited by the published rows and by the page that edits them."""

from collections.abc import Sequence

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tourism.destinations.models import Destination


class TripFacts(models.Model):
    """An itinerary that somebody who knows the place recommends."""

    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    summary_id = models.TextField(_("summary in Indonesian"), max_length=400, blank=True)
    summary_en = models.TextField(_("summary in English"), max_length=400, blank=True)
    days = models.PositiveSmallIntegerField(
        _("days"), default=1, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )

    class Meta:
        abstract = True


class StopFacts(models.Model):
    """One stop: a destination, or a place in words."""

    day = models.PositiveSmallIntegerField(
        _("day"), default=1, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    destination = models.ForeignKey(
        Destination, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("destination")
    )
    label_id = models.CharField(_("what to do, in Indonesian"), max_length=160, blank=True)
    label_en = models.CharField(_("what to do, in English"), max_length=160, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes to stay"), null=True, blank=True)

    class Meta:
        abstract = True


TRIP_FIELDS: Sequence[str] = tuple(field.name for field in TripFacts._meta.local_fields)
STOP_FIELDS: Sequence[str] = tuple(field.name for field in StopFacts._meta.local_fields)
