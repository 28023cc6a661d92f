"""Hazard notices: what BMKG, PVMBG or the tourism office warns of, where, and until when."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tourism.destinations.models import Destination
from tourism.hazards.querysets import HazardNoticeQuerySet
from tourism.regions.models import Region


class HazardSource(models.TextChoices):
    MANUAL = "MANUAL", _("tourism office")
    BMKG_CAP = "BMKG_CAP", _("BMKG weather warning")
    BMKG_QUAKE = "BMKG_QUAKE", _("BMKG earthquake")
    PVMBG = "PVMBG", _("PVMBG volcano notice")


class Severity(models.TextChoices):
    INFO = "INFO", _("information")
    WARNING = "WARNING", _("warning")
    DANGER = "DANGER", _("danger")


class HazardNotice(models.Model):
    """One notice for a region, some destinations, or the whole province (neither given)."""

    source = models.CharField(_("source"), max_length=10, choices=HazardSource)
    # The source's own identifier: the same notice fetched twice is one row.
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    severity = models.CharField(_("severity"), max_length=7, choices=Severity)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    destinations = models.ManyToManyField(Destination, blank=True, related_name="+", verbose_name=_("destinations"))
    title_id = models.CharField(_("title in Indonesian"), max_length=160)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    text_id = models.TextField(_("text in Indonesian"), max_length=800)
    text_en = models.TextField(_("text in English"), max_length=800, blank=True)
    effective_at = models.DateTimeField(_("from"))
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    checked_at = models.DateTimeField(_("checked at"))
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("declared by"),
    )

    objects = HazardNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("hazard notice")
        verbose_name_plural = _("hazard notices")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "reference"], condition=~Q(reference=""), name="hazard_once_per_reference"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="hazard_expires_at")]

    def __str__(self) -> str:
        return self.title_id


class FeedCheck(models.Model):
    """When a feed was last read well: without a recent reading nobody may say that there is no warning."""

    source = models.CharField(_("source"), max_length=10, choices=HazardSource, unique=True)
    read_at = models.DateTimeField(_("read at"))

    class Meta:
        verbose_name = _("reading of a feed")
        verbose_name_plural = _("readings of feeds")

    def __str__(self) -> str:
        return self.source
