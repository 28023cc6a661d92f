"""What pages show of reviews."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Avg, Count

from marketplace.reviews.models import Review


@dataclass(frozen=True)
class ReviewView:
    """One review, signed by a first name; the name goes when the buyer's data is erased."""

    first_name: str
    stars: int
    text: str
    written_at: datetime


@dataclass(frozen=True)
class Rating:
    """The average in tenths of a star, and how many wrote."""

    tenths: int
    count: int


def rating(listing_id: int) -> Rating:
    """What buyers gave a listing; one query."""
    found = Review.objects.filter(listing_id=listing_id, is_shown=True).aggregate(
        average=Avg("stars"), count=Count("pk")
    )
    return Rating(tenths=round((found["average"] or 0) * 10), count=found["count"])


def reviews_of(listing_id: int, *, limit: int = 20) -> list[ReviewView]:
    """A listing's reviews, newest first; one query."""
    rows = Review.objects.filter(listing_id=listing_id, is_shown=True).order_by("-written_at", "-pk")
    return [
        ReviewView(
            first_name=next(iter(row.line.shop_order.order.contact.name.split()), ""),
            stars=row.stars,
            text=row.text,
            written_at=row.written_at,
        )
        for row in rows.select_related("line__shop_order__order__contact")[:limit]
    ]
