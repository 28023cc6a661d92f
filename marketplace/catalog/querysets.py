"""Which listings are seen by whom."""

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from marketplace.catalog.models import Listing


class ListingQuerySet(models.QuerySet["Listing"]):
    """Listings by what a visitor or a member may do with them."""

    def for_sale(self) -> Self:
        """Published listings of open shops."""
        return self.filter(status="PUBLISHED", shop__status="APPROVED")

    def managed_by(self, user_id: int | None) -> Self:
        """Listings that this account may change; nobody's for a stranger."""
        return self.filter(shop__members__user_id=user_id, shop__members__role__in=["OWNER", "STAFF"])
