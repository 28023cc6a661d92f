"""Which regions."""

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from tourism.regions.models import Region


class RegionQuerySet(models.QuerySet["Region"]):
    def provinces(self) -> Self:
        """The one province of this deployment."""
        return self.filter(level="PROVINCE")

    def regencies(self) -> Self:
        """Kabupaten and kota, by name."""
        return self.filter(level="REGENCY").order_by("short_name")

    def within(self, code: str) -> Self:
        """The region with this code and all that lies in it."""
        return self.filter(models.Q(code=code) | models.Q(code__startswith=f"{code}."))

    def light(self) -> Self:
        """Without boundaries, which are large and seldom needed."""
        return self.defer("boundary")
