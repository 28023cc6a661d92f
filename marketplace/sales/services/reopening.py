"""Selling closed dates again, where nobody was told that they are closed."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.errors import DomainError
from marketplace.inventory.models import Slot
from marketplace.inventory.services import reopen_slots
from marketplace.sales.models import Closing, ClosingStatus


class ClosedForGood(DomainError):
    """Buyers of this date were told that it is closed; who buys it now would be told the same."""

    code = "closed_for_good"

    def __init__(self) -> None:
        super().__init__(_("Those who bought this were told that it is closed, so it stays closed."))


@transaction.atomic
def reopen_dates(*, slot_ids: Collection[int], now: datetime) -> int:
    """Sell these dates again, but for those whose buyers are being looked after; returns how many were closed.

    :raises ClosedForGood: that is so of all of them.
    """
    # The slots' rows queue with whoever closes them.
    chosen = set(
        Slot.objects.select_for_update(of=("self",)).filter(pk__in=slot_ids).order_by("pk").values_list("pk", flat=True)
    )
    closings = Closing.objects.filter(slots__in=chosen).exclude(status=ClosingStatus.CALLED_OFF)
    told = set(closings.values_list("slots", flat=True))
    if chosen and chosen <= told:
        raise ClosedForGood
    return reopen_slots(slot_ids=chosen - told, now=now)
