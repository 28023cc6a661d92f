"""Destinations: the published facts of places, their official tariffs, and when they are closed.

Whether a place is open is never stored: ``queries.state_of`` works it out from closures and hours.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tourism.destinations.facts import ClosureKind, DestinationFacts, TariffFacts
from tourism.destinations.querysets import ClosureQuerySet, DestinationQuerySet
from tourism.regions.models import Region


class Destination(DestinationFacts):
    """A place as every language, tickets, search and open data show it. Hidden when unpublished, never deleted."""

    translation_key = models.UUIDField(_("key of its pages"), unique=True, default=uuid.uuid4)
    region = models.ForeignKey(Region, models.PROTECT, related_name="destinations", verbose_name=_("regency or city"))
    also_in = models.ManyToManyField(Region, related_name="+", blank=True, verbose_name=_("also lies in"))
    slug = models.SlugField(_("slug"), max_length=120)
    name = models.CharField(_("name"), max_length=200)
    share_picture = models.CharField(
        _("picture in lists"),
        max_length=255,
        blank=True,
        help_text=_("A path of the media storage, written on publishing."),
    )
    share_picture_alt_id = models.CharField(_("picture in words, Indonesian"), max_length=255, blank=True)
    share_picture_alt_en = models.CharField(_("picture in words, English"), max_length=255, blank=True)
    is_published = models.BooleanField(_("published"), default=True)
    is_sample = models.BooleanField(_("sample"), default=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    objects = DestinationQuerySet.as_manager()

    class Meta:
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")
        constraints: ClassVar = [models.UniqueConstraint(fields=["region", "slug"], name="destination_slug_in_region")]

    def __str__(self) -> str:
        return self.name

    @property
    def picture_url(self) -> str:
        """Where the picture in lists is, or nothing."""
        return default_storage.url(self.share_picture) if self.share_picture else ""


class Tariff(TariffFacts):
    """One row of the official tariff board."""

    destination = models.ForeignKey(Destination, models.CASCADE, related_name="tariffs", verbose_name=_("destination"))

    class Meta:
        verbose_name = _("official tariff")
        verbose_name_plural = _("official tariffs")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(legal_basis=""), name="tariff_has_legal_basis"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="tariff_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.what_id}: {self.amount}"


class Closure(models.Model):
    """A time in which a place is closed, partly closed, or to be visited with care. Ended by being lifted, never deleted."""

    destination = models.ForeignKey(Destination, models.CASCADE, related_name="closures", verbose_name=_("destination"))
    kind = models.CharField(_("kind"), max_length=7, choices=ClosureKind, default=ClosureKind.FULL)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    reason_id = models.CharField(_("reason in Indonesian"), max_length=200)
    reason_en = models.CharField(_("reason in English"), max_length=200, blank=True)
    source_id = models.CharField(_("source in Indonesian"), max_length=200, blank=True)
    source_en = models.CharField(_("source in English"), max_length=200, blank=True)
    declared_at = models.DateTimeField(_("declared at"))
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("declared by"),
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )
    # Its begin and its end are told to the other rooms when they come, also if they were declared long before.
    begin_told_at = models.DateTimeField(_("begin told at"), null=True, blank=True)
    end_told_at = models.DateTimeField(_("end told at"), null=True, blank=True)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="closure_ends_after_it_starts"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["destination", "starts_at"], name="closure_destination")]

    def __str__(self) -> str:
        return f"{self.destination_id}: {self.kind}"
