"""Writing and ending hazard notices. Each change is told as ``hazard.changed``, keyed by the notice."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.errors import InvalidInput
from foundation.outbox.services import publish
from tourism.hazards.models import FeedCheck, HazardNotice, HazardSource, Severity


@transaction.atomic
def declare(
    *,
    source: HazardSource,
    severity: Severity,
    title_id: str,
    text_id: str,
    title_en: str = "",
    text_en: str = "",
    region_id: int | None = None,
    destination_ids: Sequence[int] = (),
    effective_at: datetime,
    expires_at: datetime | None,
    reference: str = "",
    declared_by_id: int | None = None,
    now: datetime,
) -> HazardNotice:
    """Write a notice; the same reference of the same source again brings that notice up to date.

    :raises InvalidInput: it would expire before it takes effect, or says nothing.
    """
    if not (title_id.strip() and text_id.strip()):
        raise InvalidInput(_("A notice needs a title and a text."))
    if expires_at is not None and expires_at <= effective_at:
        raise InvalidInput(_("The end must lie after the beginning."))
    values = {
        "severity": severity,
        "title_id": title_id,
        "title_en": title_en,
        "text_id": text_id,
        "text_en": text_en,
        "region_id": region_id,
        "effective_at": effective_at,
        "expires_at": expires_at,
        "checked_at": now,
        "declared_by_id": declared_by_id,
    }
    if reference:
        notice, _created = HazardNotice.objects.update_or_create(source=source, reference=reference, defaults=values)
    else:
        notice = HazardNotice.objects.create(source=source, **values)
    notice.destinations.set(destination_ids)
    publish(topic="hazard.changed", key=notice.pk, now=now)
    return notice


@transaction.atomic
def end(*, notice_id: int, now: datetime) -> None:
    """End a notice now. A repeat changes nothing."""
    if HazardNotice.objects.current(now).filter(pk=notice_id).update(expires_at=now, checked_at=now):
        publish(topic="hazard.changed", key=notice_id, now=now)


def note_feed_read(*, source: HazardSource, now: datetime) -> None:
    """Note that a feed was read well, also when it held no warning."""
    FeedCheck.objects.update_or_create(source=source, defaults={"read_at": now})
