"""Prices that differ by day."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.errors import InvalidInput
from foundation.money import MOST_RUPIAH
from foundation.outbox.services import publish
from marketplace.catalog.models import DatedPrice, Variant


@transaction.atomic
def set_dated_price(
    *,
    variant_id: int,
    weekdays: str = "",
    from_date: date | None = None,
    until_date: date | None = None,
    price: int,
    now: datetime,
) -> DatedPrice:
    """Ask another price (whole rupiah) on some ISO weekdays ("67") or in a span of days; the same days again change the price.

    :raises InvalidInput: an impossible price or weekday.
    """
    if not 0 <= price <= MOST_RUPIAH or not set(weekdays) <= set("1234567"):
        raise InvalidInput(_("Give a price in whole rupiah, for example 38000."))
    row, _made = DatedPrice.objects.update_or_create(
        variant_id=variant_id, weekdays=weekdays, from_date=from_date, until_date=until_date, defaults={"price": price}
    )
    listing_id = Variant.objects.values_list("listing_id", flat=True).get(pk=variant_id)
    publish(topic="listing.changed", key=listing_id, now=now)
    return row
