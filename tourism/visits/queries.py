"""What is asked about visits."""

from datetime import date

from django.db.models import Sum

from tourism.visits.models import VisitCount


def admitted(*, destination_id: int, first: date, last: date) -> int:
    """How many were admitted at a place from a day to a day, both included."""
    rows = VisitCount.objects.filter(destination_id=destination_id, day_date__range=(first, last))
    return int(rows.aggregate(total=Sum("admitted"))["total"] or 0)


def admitted_by_region(*, region_id: int, day: date) -> int:
    """How many were admitted in a region on a day."""
    rows = VisitCount.objects.filter(destination__region_id=region_id, day_date=day)
    return int(rows.aggregate(total=Sum("admitted"))["total"] or 0)
