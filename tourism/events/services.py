"""Publishing events. Every change is told as ``event.changed``, keyed by the event's primary key."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.outbox.services import publish
from tourism.events.facts import EVENT_FIELDS, OCCURRENCE_FIELDS
from tourism.events.models import Event, Occurrence


@dataclass(frozen=True)
class PublishedEvent:
    """All that a page publishes of an event."""

    translation_key: uuid.UUID
    region_id: int
    slug: str
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    occurrences: Sequence[Mapping[str, Any]] = ()
    share_picture: str = ""
    share_picture_alt_id: str = ""
    share_picture_alt_en: str = ""
    is_sample: bool = False


@transaction.atomic
def publish_event(*, published: PublishedEvent, now: datetime) -> Event:
    """Write an event and its dates and show it. Its calendar sequence rises with every publication."""
    unknown = {name: Event._meta.get_field(name).get_default() for name in EVENT_FIELDS}  # type: ignore[union-attr]
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
    event, created = Event.objects.update_or_create(
        translation_key=published.translation_key, defaults={**unknown, **published.facts, **values}
    )
    if not created:
        event.sequence += 1
        event.save(update_fields=["sequence"])
    Occurrence.objects.filter(event=event).delete()
    Occurrence.objects.bulk_create(
        Occurrence(event=event, **{name: row[name] for name in OCCURRENCE_FIELDS if name in row})
        for row in published.occurrences
    )
    publish(topic="event.changed", key=event.pk, now=now)
    return event


@transaction.atomic
def relocate(*, translation_key: uuid.UUID, region_id: int, slug: str, now: datetime) -> None:
    """Follow a page that was moved to another region or got another slug."""
    event = Event.objects.filter(translation_key=translation_key).first()
    if event and (event.region_id, event.slug) != (region_id, slug):
        Event.objects.filter(pk=event.pk).update(region_id=region_id, slug=slug)
        publish(topic="event.changed", key=event.pk, now=now)


@transaction.atomic
def hide(*, translation_key: uuid.UUID, now: datetime) -> None:
    """Take an event out of sight. A repeat changes nothing."""
    row = Event.objects.filter(translation_key=translation_key, is_published=True)
    pk = row.values_list("pk", flat=True).first()
    if pk is not None and row.update(is_published=False):
        publish(topic="event.changed", key=pk, now=now)
