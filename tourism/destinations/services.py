"""Publishing the facts of places, and closing and reopening them.

Every change is told through the outbox: ``destination.changed``, ``destination.closed`` and ``destination.reopened``,
keyed by the destination's primary key.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.errors import DomainError, InvalidInput
from foundation.outbox.services import publish
from tourism.destinations.facts import FACT_FIELDS, TARIFF_FIELDS, ClosureKind
from tourism.destinations.models import Closure, Destination, Tariff
from tourism.regions.models import Region, RegionLevel


class NotClosed(DomainError):
    """There is no closure in force that could be lifted."""

    code = "not_closed"

    def __init__(self) -> None:
        super().__init__(_("This closure has already ended."))


@dataclass(frozen=True)
class PublishedFacts:
    """All that a page publishes of a place. ``facts`` holds the fields of ``DestinationFacts`` that are known."""

    translation_key: uuid.UUID
    region_id: int
    slug: str
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    tariffs: Sequence[Mapping[str, Any]] = ()
    share_picture: str = ""
    share_picture_alt_id: str = ""
    share_picture_alt_en: str = ""
    is_sample: bool = False


@transaction.atomic
def publish_facts(*, published: PublishedFacts, now: datetime) -> Destination:
    """Write the facts of a place and show it; a repeat changes nothing more.

    Facts that are not given become unknown. The destination is found by its translation key.
    """
    unknown = {name: Destination._meta.get_field(name).get_default() for name in FACT_FIELDS}  # type: ignore[union-attr]
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
    destination, _created = Destination.objects.update_or_create(
        translation_key=published.translation_key, defaults={**unknown, **published.facts, **values}
    )
    reaches = Region.objects.filter(code__in=destination.also_in_codes, level=RegionLevel.REGENCY).exclude(
        pk=published.region_id
    )
    destination.also_in.set(reaches)
    Tariff.objects.filter(destination=destination).delete()
    Tariff.objects.bulk_create(
        Tariff(destination=destination, **{name: row[name] for name in TARIFF_FIELDS if name in row})
        for row in published.tariffs
    )
    publish(topic="destination.changed", key=destination.pk, now=now)
    return destination


@transaction.atomic
def relocate(*, translation_key: uuid.UUID, region_id: int, slug: str, now: datetime) -> None:
    """Follow a page that was moved to another region or got another slug."""
    destination = Destination.objects.filter(translation_key=translation_key).first()
    if destination and (destination.region_id, destination.slug) != (region_id, slug):
        Destination.objects.filter(pk=destination.pk).update(region_id=region_id, slug=slug)
        publish(topic="destination.changed", key=destination.pk, now=now)


@transaction.atomic
def hide(*, translation_key: uuid.UUID, now: datetime) -> None:
    """Take a place out of sight; its tickets, events and history keep it. A repeat changes nothing."""
    _set_published(translation_key, is_published=False, now=now)


@transaction.atomic
def show(*, translation_key: uuid.UUID, now: datetime) -> None:
    """Bring a hidden place back. A repeat changes nothing."""
    _set_published(translation_key, is_published=True, now=now)


def _set_published(translation_key: uuid.UUID, *, is_published: bool, now: datetime) -> None:
    row = Destination.objects.filter(translation_key=translation_key, is_published=not is_published)
    pk = row.values_list("pk", flat=True).first()
    if pk is not None and row.update(is_published=is_published):
        publish(topic="destination.changed", key=pk, now=now)


@transaction.atomic
def close(
    *,
    destination_ids: Sequence[int],
    starts_at: datetime,
    ends_at: datetime | None,
    reason_id: str,
    reason_en: str = "",
    kind: ClosureKind = ClosureKind.FULL,
    source_id: str = "",
    source_en: str = "",
    declared_by_id: int | None,
    now: datetime,
) -> list[Closure]:
    """Declare places closed (or partly closed, or to be visited with care) from a time on, until a time or until lifted.

    Tells ``destination.closed`` with ``closure``, ``kind``, ``starts_at`` and ``ends_at`` at once, so that what was sold
    for that time can be looked after; ``destination.changed`` follows when the closure begins and when it ends.

    :raises InvalidInput: no reason, or it would end before it starts or before now.
    """
    if not reason_id.strip():
        raise InvalidInput(_("Say why the place is closed."))
    if ends_at is not None and (ends_at <= starts_at or ends_at <= now):
        raise InvalidInput(_("The end must lie after the beginning, and not in the past."))
    closures = []
    for destination_id in sorted(set(destination_ids)):
        closure = Closure.objects.create(
            destination_id=destination_id,
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            reason_id=reason_id.strip(),
            reason_en=reason_en.strip(),
            source_id=source_id,
            source_en=source_en,
            declared_at=now,
            declared_by_id=declared_by_id,
            begin_told_at=now if starts_at <= now else None,
        )
        publish(
            topic="destination.closed",
            key=destination_id,
            now=now,
            closure=closure.pk,
            kind=kind.value,
            starts_at=starts_at.isoformat(),
            ends_at=ends_at.isoformat() if ends_at else None,
        )
        closures.append(closure)
    return closures


@transaction.atomic
def lift(*, closure_id: int, lifted_by_id: int | None, now: datetime) -> Closure:
    """End a closure before its time, or call off one that has not begun. Tells ``destination.reopened``.

    :raises NotClosed: it has ended or was lifted already.
    """
    closure: Closure = Closure.objects.select_for_update().get(pk=closure_id)
    if closure.lifted_at is not None or (closure.ends_at is not None and closure.ends_at <= now):
        raise NotClosed
    closure.lifted_at, closure.lifted_by_id, closure.end_told_at = now, lifted_by_id, now
    closure.save(update_fields=["lifted_at", "lifted_by", "end_told_at"])
    publish(topic="destination.reopened", key=closure.destination_id, now=now, closure=closure.pk)
    return closure


@transaction.atomic
def tell_of_begun_and_ended(*, now: datetime) -> int:
    """Tell ``destination.changed`` for closures whose begin or end has come; returns how many were told."""
    begun = Closure.objects.filter(begin_told_at__isnull=True, starts_at__lte=now, lifted_at__isnull=True)
    ended = Closure.objects.filter(end_told_at__isnull=True, ends_at__lte=now)
    told = 0
    for rows, told_field in ((begun, "begin_told_at"), (ended, "end_told_at")):
        for closure in rows.select_for_update(skip_locked=True).order_by("pk"):
            setattr(closure, told_field, now)
            closure.save(update_fields=[told_field])
            publish(topic="destination.changed", key=closure.destination_id, now=now)
            told += 1
    return told
