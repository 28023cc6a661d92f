"""What is in force, and whether silence may be believed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from tourism.hazards.models import FeedCheck, HazardNotice, HazardSource, Severity

# A feed that was last read longer ago says nothing about now.
FRESH = timedelta(hours=1)
GRAVITY = {Severity.DANGER: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True)
class Notice:
    """One notice in force."""

    pk: int
    source: str
    source_label: str
    severity: Severity
    title_id: str
    title_en: str
    text_id: str
    text_en: str
    expires_at: datetime | None
    checked_at: datetime


@dataclass(frozen=True)
class Outlook:
    """The notices in force, worst first. ``is_known`` is False while no feed was read lately: then no notice is no comfort."""

    notices: tuple[Notice, ...]
    is_known: bool
    read_at: datetime | None


def outlook(
    *, moment: datetime, region_id: int | None = None, destination_id: int | None = None, everywhere: bool = False
) -> Outlook:
    """What is in force for the whole province, and for a region (with its destinations) or one destination: two queries.

    :param everywhere: all that is in force anywhere in the province.
    """
    reach = Q(region__isnull=True, destinations__isnull=True) | Q(region__level="PROVINCE")
    if region_id is not None:
        reach |= Q(region_id=region_id)
        if destination_id is None:
            reach |= Q(destinations__region_id=region_id)
    if destination_id is not None:
        reach |= Q(destinations=destination_id)
    current = HazardNotice.objects.current(moment)
    rows = current if everywhere else current.filter(reach).distinct()
    read_at = FeedCheck.objects.filter(source=HazardSource.BMKG_CAP).values_list("read_at", flat=True).first()
    notices = sorted((as_notice(row) for row in rows), key=lambda notice: (GRAVITY[notice.severity], notice.pk))
    return Outlook(notices=tuple(notices), is_known=read_at is not None and read_at > moment - FRESH, read_at=read_at)


def as_notice(row: HazardNotice) -> Notice:
    """A notice as it is shown."""
    return Notice(
        pk=row.pk,
        source=row.source,
        source_label=row.get_source_display(),
        severity=Severity(row.severity),
        title_id=row.title_id,
        title_en=row.title_en or row.title_id,
        text_id=row.text_id,
        text_en=row.text_en or row.text_id,
        expires_at=row.expires_at,
        checked_at=row.checked_at,
    )
