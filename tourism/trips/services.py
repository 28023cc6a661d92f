"""Publishing trips. Every change is told as ``trip.changed``, keyed by the trip's primary key."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.outbox.services import publish
from tourism.trips.facts import STOP_FIELDS, TRIP_FIELDS
from tourism.trips.models import Trip, TripStop


@dataclass(frozen=True)
class PublishedTrip:
    """All that a page publishes of a trip."""

    translation_key: uuid.UUID
    region_id: int
    slug: str
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    stops: Sequence[Mapping[str, Any]] = ()
    share_picture: str = ""
    share_picture_alt_id: str = ""
    share_picture_alt_en: str = ""
    is_sample: bool = False


@transaction.atomic
def publish_trip(*, published: PublishedTrip, now: datetime) -> Trip:
    """Write a trip and its stops and show it; a repeat changes nothing more."""
    unknown = {name: Trip._meta.get_field(name).get_default() for name in TRIP_FIELDS}  # type: ignore[union-attr]
    values = {
        "region_id": published.region_id,
        "slug": published.slug,
        "name": published.name,
        "share_picture": published.share_picture,
        "share_picture_alt_id": published.share_picture_alt_id,
        "share_picture_alt_en": published.share_picture_alt_en,
        "is_sample": published.is_sample,
        "is_published": True,
        "published_at": now,
    }
    trip, _created = Trip.objects.update_or_create(
        translation_key=published.translation_key, defaults={**unknown, **published.facts, **values}
    )
    TripStop.objects.filter(trip=trip).delete()
    TripStop.objects.bulk_create(
        TripStop(trip=trip, position=position, **{name: row[name] for name in STOP_FIELDS if name in row})
        for position, row in enumerate(published.stops)
    )
    publish(topic="trip.changed", key=trip.pk, now=now)
    return trip


@transaction.atomic
def relocate(*, translation_key: uuid.UUID, region_id: int, slug: str, now: datetime) -> None:
    """Follow a page that was moved to another region or got another slug."""
    trip = Trip.objects.filter(translation_key=translation_key).first()
    if trip and (trip.region_id, trip.slug) != (region_id, slug):
        Trip.objects.filter(pk=trip.pk).update(region_id=region_id, slug=slug)
        publish(topic="trip.changed", key=trip.pk, now=now)


@transaction.atomic
def hide(*, translation_key: uuid.UUID, now: datetime) -> None:
    """Take a trip out of sight. A repeat changes nothing."""
    row = Trip.objects.filter(translation_key=translation_key, is_published=True)
    pk = row.values_list("pk", flat=True).first()
    if pk is not None and row.update(is_published=False):
        publish(topic="trip.changed", key=pk, now=now)
