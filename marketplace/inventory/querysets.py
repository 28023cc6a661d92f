"""Pools and holds, by what can still be done with them."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F

from foundation.compiled import Given

if TYPE_CHECKING:
    from marketplace.inventory.models import Hold, Pool


class PoolQuerySet(models.QuerySet["Pool"]):
    """Pools by what is left in them."""

    def with_room_for(self, quantity: int | Given) -> Self:
        """Pools in which ``quantity`` more still fit."""
        return self.filter(capacity__gte=F("taken") + quantity)


class HoldQuerySet(models.QuerySet["Hold"]):
    """Holds by state."""

    def live(self) -> Self:
        """Holds that count in their pool: active and confirmed."""
        return self.filter(status__in=["ACTIVE", "CONFIRMED"])

    def lapsed(self, now: datetime | Given) -> Self:
        """Active holds whose time is over."""
        return self.filter(status="ACTIVE", lapses_at__lte=now)
