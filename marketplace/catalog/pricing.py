"""Prices that differ by day."""

from datetime import date, datetime
from typing import Any

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

    Where days fit several prices, the one that was set last is asked.

    :raises InvalidInput: an impossible price or weekday.
    """
    if not 0 <= price <= MOST_RUPIAH or not set(weekdays) <= set("1234567"):
        raise InvalidInput(_("Give a price in whole rupiah, for example 38000."))
    days: dict[str, Any] = {
        "variant_id": variant_id,
        "weekdays": weekdays,
        "from_date": from_date,
        "until_date": until_date,
    }
    # A new row, so that it comes after all others.
    DatedPrice.objects.filter(**days).delete()
    row = DatedPrice.objects.create(**days, price=price)
    _tell(variant_id, now=now)
    return row


@transaction.atomic
def ask_usual_price(*, variant_id: int, day: date, now: datetime) -> None:
    """Forget the price that was set for this one day; what is set for weekdays or a season holds again. A repeat changes nothing."""
    if DatedPrice.objects.filter(variant_id=variant_id, weekdays="", from_date=day, until_date=day).delete()[0]:
        _tell(variant_id, now=now)


def _tell(variant_id: int, *, now: datetime) -> None:
    listing_id = Variant.objects.values_list("listing_id", flat=True).get(pk=variant_id)
    publish(topic="listing.changed", key=listing_id, now=now)
