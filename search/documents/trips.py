"""Trips as documents."""

from collections.abc import Iterable, Mapping, Sequence

from cms.media.queries import light_pictures
from foundation.outbox.models import Event as OutboxEvent
from search.documents.content import ANY_DAY, Content, Words
from search.documents.sources import Source, own_key
from search.results import Kind
from tourism.trips.models import Trip

TRIP = 1.0


def load(ids: Sequence[int]) -> Mapping[int, Content]:
    """Published trips with their stops."""
    rows = Trip.objects.filter(pk__in=ids, is_published=True).select_related("region").defer("region__boundary")
    trips = list(rows.prefetch_related("stops__destination"))
    light = light_pictures(row.share_picture for row in trips)
    return {row.pk: content(row, light=light.get(row.share_picture, "")) for row in trips}


def content(row: Trip, *, light: str = "") -> Content:
    """A trip whose region and stops are loaded, with the path of its picture's light twin."""
    stops = sorted(row.stops.all(), key=lambda stop: stop.position)
    first = next((stop.destination for stop in stops if stop.destination), None)
    return Content(
        kind=Kind.TRIP,
        title=Words(row.name, row.name_en),
        link=f"page:{row.translation_key}",
        summary=Words(row.summary_id, row.summary_en),
        body=Words(" ".join(stop.label_id for stop in stops), " ".join(stop.label_en for stop in stops)),
        region=row.region.code,
        region_name=row.region.short_name,
        place=Words(row.region.short_name, row.region.short_name),
        places=tuple(
            dict.fromkeys(
                (row.region.name, row.region.short_name, *(stop.destination.name for stop in stops if stop.destination))
            )
        ),
        labels=Words("perjalanan rencana itinerary", "trip itinerary"),
        picture=row.share_picture,
        picture_light=light,
        lat=first.latitude if first else None,
        lon=first.longitude if first else None,
        days=(ANY_DAY,),
        popularity=TRIP,
        created=row.published_at.isoformat() if row.published_at else "",
        is_sample=row.is_sample,
    )


def through_these_places(events: Sequence[OutboxEvent]) -> Iterable[int]:
    """Trips with a stop that changed."""
    return Trip.objects.filter(stops__destination_id__in=own_key(events)).values_list("pk", flat=True).distinct()


def all_ids() -> Iterable[int]:
    """Every published trip."""
    return Trip.objects.filter(is_published=True).values_list("pk", flat=True)


SOURCE = Source(
    name="trip",
    load=load,
    all_ids=all_ids,
    topics={"trip.changed": own_key, "destination.changed": through_these_places},
)
