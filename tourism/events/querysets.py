"""Which events, and which of their dates."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from tourism.events.models import Event, Occurrence


class EventQuerySet(models.QuerySet["Event"]):
    def published(self) -> Self:
        """Those the public may see."""
        return self.filter(is_published=True)


class OccurrenceQuerySet(models.QuerySet["Occurrence"]):
    def between(self, start: datetime, end: datetime) -> Self:
        """Those of published events that overlap the time from ``start`` until before ``end``, soonest first."""
        lasting = Q(ends_at__gt=start) | Q(ends_at__isnull=True, starts_at__gte=start)
        return self.filter(lasting, event__is_published=True, starts_at__lt=end).order_by("starts_at", "pk")
