"""Which destinations, and which of their closures."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from foundation.compiled import Given

if TYPE_CHECKING:
    from tourism.destinations.models import Closure, Destination


class DestinationQuerySet(models.QuerySet["Destination"]):
    def published(self) -> Self:
        """Those the public may see."""
        return self.filter(is_published=True)

    def of_region(self, region_id: int) -> Self:
        """Those of a regency, and those that reach into it."""
        return self.filter(Q(region_id=region_id) | Q(also_in=region_id)).distinct()

    def with_position(self) -> Self:
        """Those that can be put on a map."""
        return self.filter(latitude__isnull=False, longitude__isnull=False)


class ClosureQuerySet(models.QuerySet["Closure"]):
    def not_lifted(self, moment: datetime) -> Self:
        """Those nobody has ended before their time."""
        return self.filter(Q(lifted_at__isnull=True) | Q(lifted_at__gt=moment))

    def at(self, moment: datetime) -> Self:
        """Those in force at a moment."""
        return self.not_lifted(moment).filter(Q(ends_at__isnull=True) | Q(ends_at__gt=moment), starts_at__lte=moment)

    def touching(self, start: datetime | Given, end: datetime | Given) -> Self:
        """Those that stand and overlap the time from ``start`` until before ``end``."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=start), lifted_at__isnull=True, starts_at__lt=end)
