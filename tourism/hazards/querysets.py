"""Which hazard notices."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from tourism.hazards.models import HazardNotice


class HazardNoticeQuerySet(models.QuerySet["HazardNotice"]):
    def current(self, moment: datetime) -> Self:
        """Those in force."""
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=moment), effective_at__lte=moment)
