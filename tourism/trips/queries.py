"""What is asked about trips."""

from dataclasses import dataclass
from datetime import datetime

from tourism.destinations.queries import DestinationState, state_of
from tourism.trips.models import Trip, TripStop


@dataclass(frozen=True)
class StopCard:
    """One stop; ``state`` is known for destinations only."""

    day: int
    position: int
    destination_key: str
    destination_name: str
    label_id: str
    label_en: str
    minutes: int | None
    latitude: float | None
    longitude: float | None
    state: DestinationState | None


def stops_of(*, trip: Trip, moment: datetime) -> list[StopCard]:
    """The stops of a trip in order, with the state of each place: two queries."""
    rows = list(TripStop.objects.filter(trip=trip).select_related("destination").order_by("position"))
    destinations = [row.destination for row in rows if row.destination is not None]
    states = state_of(destinations, moment=moment) if destinations else {}
    return [as_stop(row, states.get(row.destination_id or 0)) for row in rows]


def as_stop(row: TripStop, state: DestinationState | None) -> StopCard:
    """A stop whose destination is loaded. A destination out of sight is told by name only."""
    place = row.destination
    shown = place is not None and place.is_published
    return StopCard(
        day=row.day,
        position=row.position,
        destination_key=str(place.translation_key) if place and shown else "",
        destination_name=place.name if place else "",
        label_id=row.label_id,
        label_en=row.label_en or row.label_id,
        minutes=row.minutes,
        latitude=place.latitude if place and shown else None,
        longitude=place.longitude if place and shown else None,
        state=state if shown else None,
    )
