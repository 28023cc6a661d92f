"""What is left of a pool."""

from datetime import datetime

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from foundation.compiled import Given
from marketplace.inventory.models import Hold


def free(now: datetime | Given) -> Combinable:
    """What can be sold of a pool: lapsed holds count as free although they still count as taken."""
    lapsed = Hold.objects.lapsed(now).filter(pool=OuterRef("pk")).order_by().values("pool")
    total = Subquery(lapsed.annotate(total=Sum("quantity")).values("total"))
    return F("capacity") - F("taken") + Coalesce(total, 0)
