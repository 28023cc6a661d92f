"""What is asked about events: the next dates, and calendar files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar
from icalendar import Event as CalendarEntry

from tourism.events.facts import OccurrenceStatus
from tourism.events.models import Event, Occurrence

CALENDAR_STATUS = {
    OccurrenceStatus.PLANNED: "TENTATIVE",
    OccurrenceStatus.CONFIRMED: "CONFIRMED",
    OccurrenceStatus.MOVED: "CONFIRMED",
    OccurrenceStatus.POSTPONED: "CANCELLED",
    OccurrenceStatus.CANCELLED: "CANCELLED",
}


@dataclass(frozen=True)
class OccurrenceCard:
    """One date of an event in a list."""

    pk: int
    event_id: int
    translation_key: str
    slug: str
    name_id: str
    name_en: str
    summary_id: str
    summary_en: str
    region_id: int
    region_slug: str
    region_short_name: str
    venue: str
    venue_id: int | None
    starts_at: datetime
    ends_at: datetime | None
    status: str
    note_id: str
    note_en: str
    admission_id: str
    admission_en: str
    picture_url: str
    is_sample: bool


def upcoming(
    *, now: datetime, within: timedelta = timedelta(days=180), region_id: int | None = None, limit: int = 20
) -> list[OccurrenceCard]:
    """The next dates of published events, soonest first: one query."""
    rows = Occurrence.objects.between(now, now + within)
    if region_id is not None:
        rows = rows.filter(event__region_id=region_id)
    return [
        as_card(row)
        for row in rows.select_related("event__region", "event__venue").defer("event__region__boundary")[:limit]
    ]


def dates_of(*, event: Event, now: datetime) -> list[OccurrenceCard]:
    """All dates of one event that are not over, soonest first; when all are over, the last one."""
    rows = (
        Occurrence.objects.filter(event=event)
        .select_related("event__region", "event__venue")
        .defer("event__region__boundary")
        .order_by("starts_at", "pk")
    )
    found = [as_card(row) for row in rows]
    ahead = [card for card in found if (card.ends_at or card.starts_at) >= now]
    return ahead or found[-1:]


def as_card(row: Occurrence) -> OccurrenceCard:
    """A date whose event, region and venue are loaded, as a card."""
    event = row.event
    return OccurrenceCard(
        pk=row.pk,
        event_id=event.pk,
        translation_key=str(event.translation_key),
        slug=event.slug,
        name_id=event.name,
        name_en=event.name_en or event.name,
        summary_id=event.summary_id,
        summary_en=event.summary_en or event.summary_id,
        region_id=event.region_id,
        region_slug=event.region.slug or "",
        region_short_name=event.region.short_name,
        venue=event.venue.name if event.venue else event.venue_text,
        venue_id=event.venue_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=row.status,
        note_id=row.note_id,
        note_en=row.note_en or row.note_id,
        admission_id=event.admission_id,
        admission_en=event.admission_en or event.admission_id,
        picture_url=event.picture_url,
        is_sample=event.is_sample,
    )


def calendar_file(*, events: Sequence[Event], language: str, domain: str, now: datetime) -> bytes:
    """The dates of these events as an iCalendar file; moved and cancelled ones stay in it, so that calendars follow.

    :param domain: ends the entries' lasting identifiers.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//{domain}//{language}//")
    calendar.add("version", "2.0")
    rows = Occurrence.objects.filter(event__in=events).select_related("event__venue").order_by("starts_at", "pk")
    for row in rows:
        entry = CalendarEntry()
        event = row.event
        entry.add("uid", f"{event.translation_key}-{row.starts_at.astimezone(UTC):%Y%m%dT%H%M}@{domain}")
        entry.add("dtstamp", now)
        entry.add("sequence", event.sequence)
        entry.add("summary", event.name if language == "id" else event.name_en or event.name)
        entry.add("dtstart", row.starts_at.astimezone(UTC))
        if row.ends_at is not None:
            entry.add("dtend", row.ends_at.astimezone(UTC))
        entry.add("status", CALENDAR_STATUS[OccurrenceStatus(row.status)])
        if venue := event.venue.name if event.venue else event.venue_text:
            entry.add("location", venue)
        if summary := event.summary_id if language == "id" else event.summary_en or event.summary_id:
            entry.add("description", summary)
        if event.venue and event.venue.latitude is not None and event.venue.longitude is not None:
            entry.add("geo", (event.venue.latitude, event.venue.longitude))
        calendar.add_component(entry)
    text: bytes = calendar.to_ical()
    return text
