"""Visits: how many were admitted at a place on a day. Counts only, no people."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tourism.destinations.models import Destination


class VisitCount(models.Model):
    """Admissions of one place on one day (WIB)."""

    destination = models.ForeignKey(
        Destination, models.PROTECT, related_name="visit_counts", verbose_name=_("destination")
    )
    day_date = models.DateField(_("day"))
    admitted = models.PositiveIntegerField(_("admitted"), default=0)

    class Meta:
        verbose_name = _("visits of a day")
        verbose_name_plural = _("visits by day")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["destination", "day_date"], name="visit_count_once_per_day"),
            models.CheckConstraint(condition=Q(admitted__gte=0), name="visit_count_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.destination_id} {self.day_date}: {self.admitted}"
