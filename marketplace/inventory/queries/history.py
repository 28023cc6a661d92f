"""What was done to a stock by hand."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.inventory.models import AdjustmentReason, StockAdjustment


@dataclass(frozen=True)
class AdjustmentView:
    """One adjustment, in the visitor's language. ``left`` is None where it was not noted."""

    variant_id: int
    variant: str
    change: int
    reason: str
    note: str
    left: int | None
    by: str
    at: datetime


def adjustments(*, listing_id: int, limit: int, skip: int = 0) -> list[AdjustmentView]:
    """The adjustments of all variants of a listing, newest first; one query."""
    rows = (
        StockAdjustment.objects.filter(pool__stock__variant__listing_id=listing_id)
        .select_related("pool__stock__variant", "by")
        .order_by("-at", "-pk")[skip : skip + limit]
    )
    return [
        AdjustmentView(
            variant_id=row.pool.stock.variant_id,
            variant=row.pool.stock.variant.name,
            change=row.change,
            reason=str(AdjustmentReason(row.reason).label),
            note=row.note,
            left=row.left,
            by=row.by.get_full_name() if row.by else "",
            at=row.at,
        )
        for row in rows
    ]
