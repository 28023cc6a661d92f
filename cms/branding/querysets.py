"""Which brands."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from cms.branding.models import Brand


class BrandQuerySet(models.QuerySet["Brand"]):
    def of_regions(self, region_ids: Iterable[int]) -> Self:
        """The brands of these regions."""
        return self.filter(region_id__in=list(region_ids))
