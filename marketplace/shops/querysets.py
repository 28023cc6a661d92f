"""Which shops are seen by whom."""

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from marketplace.shops.models import Shop


class ShopQuerySet(models.QuerySet["Shop"]):
    """Shops by what a visitor or a member may do with them."""

    def open(self) -> Self:
        """Shops that sell."""
        return self.filter(status="APPROVED")

    def managed_by(self, user_id: int | None) -> Self:
        """Shops whose goods and orders this account may handle; nobody's for a stranger."""
        return self.filter(members__user_id=user_id, members__role__in=["OWNER", "STAFF"])

    def scanned_by(self, user_id: int | None) -> Self:
        """Shops at whose gates this account may admit people."""
        return self.filter(members__user_id=user_id)
