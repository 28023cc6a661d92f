"""Which brands."""

from collections.abc import Iterable
from typing import Self

from django.db import models


class BrandQuerySet(models.QuerySet["Brand"]):
    def of_regions(self, region_ids: Iterable[int]) -> Self:
        """The brands of these regions."""
        return self.filter(region_id__in=list(region_ids))
