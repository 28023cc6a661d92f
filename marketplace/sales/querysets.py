"""Whose closings they are, and which have something to do; sales at gates by what became of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from marketplace.sales.models import ClosedVisit, Closing, GateSale


class ClosingQuerySet(models.QuerySet["Closing"]):
    """Closings by who runs the shops that they hit."""

    def due(self, now: datetime) -> Self:
        """Closings that have something to do."""
        return self.filter(status__in=["PROPOSED", "RUNNING"], acts_at__lte=now)

    def of_shop(self, shop_id: int) -> Self:
        """Closings that hit dates of a shop: its own, and those of a place that it sells tickets for."""
        own = Q(slots__listing__shop_id=shop_id) | Q(visits__listing__shop_id=shop_id)
        proposed = Q(closure__destination__listings__shop_id=shop_id)
        return self.filter(own | proposed).distinct()


class ClosedVisitQuerySet(models.QuerySet["ClosedVisit"]):
    """Visits by what is to be done."""

    def open(self) -> Self:
        """Visits of which nothing is decided yet."""
        return self.filter(status__in=["WAITING", "OFFERED"])

    def due(self, now: datetime) -> Self:
        """Visits to be worked on now."""
        return self.open().filter(Q(acts_at=None) | Q(acts_at__lte=now))


class GateSaleQuerySet(models.QuerySet["GateSale"]):
    """Sales at gates by what became of them."""

    def in_till(self) -> Self:
        """Sales whose money still lies at the gate."""
        return self.filter(status="SOLD", handover=None)

    def undecided(self) -> Self:
        """Sales without signal that the house could not record, and about which nobody has decided."""
        return self.filter(status="REFUSED")
