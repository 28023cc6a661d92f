"""Counting admissions."""

from datetime import date

from django.db import transaction
from django.db.models import F

from foundation.errors import InvalidInput
from tourism.visits.models import VisitCount


@transaction.atomic
def count_admission(*, destination_id: int, day: date, quantity: int) -> None:
    """Add admissions to a day's count; several gates may count at once.

    :raises InvalidInput: the quantity is not positive.
    """
    if quantity <= 0:
        raise InvalidInput("quantity")
    # The row first, so that the addition is always one statement on a row that is there.
    VisitCount.objects.bulk_create([VisitCount(destination_id=destination_id, day_date=day)], ignore_conflicts=True)
    VisitCount.objects.filter(destination_id=destination_id, day_date=day).update(admitted=F("admitted") + quantity)
