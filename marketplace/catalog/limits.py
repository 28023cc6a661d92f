"""How many of a thing one order and one buyer may have."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.errors import InvalidInput
from foundation.outbox.services import publish
from marketplace.catalog.models import Listing, Variant

MOST_LIMIT = 500


@transaction.atomic
def set_limits(
    *,
    listing_id: int,
    most_per_order: int,
    most_per_buyer: int | None,
    most_per_buyer_a_day: int | None = None,
    variants: Mapping[int, int | None] = MappingProxyType({}),
    now: datetime,
) -> None:
    """Say how many of a listing one order and one buyer may have; None where there is no such limit.

    It holds from the next order on; nobody loses what was ordered before.

    :param variants: the most per buyer of single variants.
    :raises InvalidInput: a limit below 1 or above 500.
    """
    limits = (most_per_order, most_per_buyer, most_per_buyer_a_day, *variants.values())
    if any(limit is not None and not 1 <= limit <= MOST_LIMIT for limit in limits):
        raise InvalidInput(_("A limit is a number from 1 to 500, or empty."))
    Listing.objects.filter(pk=listing_id).update(
        most_per_order=most_per_order,
        most_per_buyer=most_per_buyer,
        most_per_buyer_a_day=most_per_buyer_a_day,
        changed_at=now,
    )
    for variant_id, limit in variants.items():
        Variant.objects.filter(pk=variant_id, listing_id=listing_id).update(most_per_buyer=limit)
    publish(topic="listing.changed", key=listing_id, now=now)
