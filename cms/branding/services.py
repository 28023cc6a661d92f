"""Saving brands."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from cms.branding.models import Brand
from foundation.outbox.services import publish
from tourism.regions.models import Region


@transaction.atomic
def save_brand(*, brand: Brand, now: datetime) -> Brand:
    """Save a brand that people can read.

    :raises ValidationError: a colour is no colour, or has too little contrast; by field.
    """
    brand.full_clean()
    brand.save()
    publish(topic="brand.changed", key=brand.region_id, now=now)
    return brand


@transaction.atomic
def load_brands(*, brands: Iterable[Mapping[str, Any]], now: datetime) -> list[Brand]:
    """Save brands as given: the fields of ``Brand`` and ``region_code``; a repeat changes nothing more.

    :raises ValidationError: as ``save_brand``.
    """
    saved = []
    regions = {region.code: region for region in Region.objects.light().filter(level__in=["PROVINCE", "REGENCY"])}
    known = {brand.region_id: brand for brand in Brand.objects.all()}
    for row in brands:
        values = dict(row)
        region = regions[values.pop("region_code")]
        brand = known.get(region.pk) or Brand(region=region)
        for name, value in values.items():
            setattr(brand, name, value)
        saved.append(save_brand(brand=brand, now=now))
    return saved
