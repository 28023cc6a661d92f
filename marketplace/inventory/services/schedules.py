"""When a ticket can be used, week by week."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, time

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.errors import InvalidInput
from marketplace.inventory.models import Schedule


@dataclass(frozen=True)
class ScheduleDraft:
    """One slot a day on some ISO weekdays, in WIB; without a start it is one slot for the whole day."""

    capacity: int
    from_date: date
    until_date: date | None = None
    weekdays: str = "1234567"
    starts: time | None = None
    ends: time | None = None


@transaction.atomic
def set_schedules(*, listing_id: int, schedules: Sequence[ScheduleDraft]) -> None:
    """Give a listing these schedules and no others. Slots that are open already stay as they are.

    :raises InvalidInput: no places, an impossible weekday, or an end before its start.
    """
    for draft in schedules:
        ends_first = draft.starts is not None and draft.ends is not None and draft.ends <= draft.starts
        if draft.capacity < 1 or not draft.weekdays or not set(draft.weekdays) <= set("1234567") or ends_first:
            raise InvalidInput(_("Give the weekdays, hours in order, and at least one place."))
    Schedule.objects.filter(listing_id=listing_id).delete()
    Schedule.objects.bulk_create(Schedule(listing_id=listing_id, **asdict(draft)) for draft in schedules)
