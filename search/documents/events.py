"""Events as documents."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from cms.media.queries import light_pictures
from foundation.clock import day_of
from foundation.outbox.models import Event as OutboxEvent
from search.documents.content import Content, Words
from search.documents.places import line
from search.documents.sources import Source, own_key
from search.results import Kind
from tourism.events.facts import OccurrenceStatus
from tourism.events.models import Event, Occurrence

EVENT = 1.5
_LONGEST = 60
OFF = frozenset({OccurrenceStatus.CANCELLED, OccurrenceStatus.POSTPONED})


def load(ids: Sequence[int]) -> Mapping[int, Content]:
    """Published events with their dates."""
    rows = Event.objects.published().filter(pk__in=ids).select_related("region", "venue").defer("region__boundary")
    events = list(rows.prefetch_related("occurrences"))
    light = light_pictures(row.share_picture for row in events)
    return {row.pk: content(row, light=light.get(row.share_picture, "")) for row in events}


def content(row: Event, *, light: str = "") -> Content:
    """An event whose region, venue and dates are loaded, with the path of its picture's light twin."""
    dates = sorted(row.occurrences.all(), key=lambda occurrence: occurrence.starts_at)
    taking_place = [occurrence for occurrence in dates if occurrence.status not in OFF]
    where = row.venue.name if row.venue else row.venue_text
    all_off = bool(dates) and not taking_place
    badge = (
        {OccurrenceStatus.CANCELLED: "cancelled", OccurrenceStatus.POSTPONED: "postponed"}[
            OccurrenceStatus(dates[-1].status)
        ]
        if all_off
        else ""
    )
    return Content(
        kind=Kind.EVENT,
        title=Words(row.name, row.name_en),
        link=f"page:{row.translation_key}",
        summary=Words(row.summary_id, row.summary_en),
        body=Words(line(row.organiser, row.admission_id), row.admission_en),
        region=row.region.code,
        region_name=row.region.short_name,
        place=Words(line(where, row.region.short_name), line(where, row.region.short_name)),
        places=tuple(dict.fromkeys(filter(None, (where, row.region.name, row.region.short_name)))),
        labels=Words("acara", "event"),
        picture=row.share_picture,
        picture_light=light,
        badge=badge,
        lat=row.venue.latitude if row.venue else None,
        lon=row.venue.longitude if row.venue else None,
        days=tuple(sorted({day.isoformat() for occurrence in taking_place for day in days_of(occurrence)})),
        popularity=EVENT,
        created=row.published_at.isoformat() if row.published_at else "",
        is_sample=row.is_sample,
    )


def days_of(occurrence: Occurrence) -> list[date]:
    """The days of a date, both ends included."""
    first = day_of(occurrence.starts_at)
    last = day_of(occurrence.ends_at) if occurrence.ends_at else first
    return [first + timedelta(days=step) for step in range(min((last - first).days, _LONGEST) + 1)]


def at_these_places(events: Sequence[OutboxEvent]) -> Iterable[int]:
    """Events whose venue changed."""
    return Event.objects.filter(venue_id__in=own_key(events)).values_list("pk", flat=True)


def all_ids() -> Iterable[int]:
    """Every published event."""
    return Event.objects.published().values_list("pk", flat=True)


SOURCE = Source(
    name="event", load=load, all_ids=all_ids, topics={"event.changed": own_key, "destination.changed": at_these_places}
)
