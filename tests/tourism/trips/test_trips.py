import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from foundation.outbox.models import Event
from tests.factories.destinations import ClosureFactory
from tests.factories.regions import RegencyFactory
from tourism.destinations.queries import StateKind
from tourism.trips import queries, services
from tourism.trips.models import TripStop

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def publish(**values):
    published = services.PublishedTrip(
        translation_key=uuid.uuid4(), region_id=RegencyFactory().pk, slug="sehari", name="Sehari", **values
    )
    return services.publish_trip(published=published, now=NOW)


class TestStopsOf:
    def test_tells_each_stop_with_the_state_of_its_place_in_two_queries(self, django_assert_num_queries):
        closed = ClosureFactory().destination
        trip = publish(stops=[{"destination": closed, "label_id": "Naik"}, {"label_id": "Makan siang", "minutes": 60}])
        with django_assert_num_queries(2):
            stops = queries.stops_of(trip=trip, moment=NOW)
        assert [(stop.destination_name, stop.label_id, stop.minutes) for stop in stops] == [
            (closed.name, "Naik", None),
            ("", "Makan siang", 60),
        ]
        assert [stop.state and stop.state.kind for stop in stops] == [StateKind.CLOSED, None]

    def test_tells_a_hidden_place_by_name_only(self):
        place = ClosureFactory(
            destination__latitude=1.0, destination__longitude=100.0, destination__is_published=False
        ).destination
        [stop] = queries.stops_of(trip=publish(stops=[{"destination": place}]), moment=NOW)
        assert (stop.destination_name, stop.destination_key, stop.latitude, stop.state) == (place.name, "", None, None)

    def test_a_stop_that_says_nothing_is_refused_by_the_database(self):
        trip = publish()
        with pytest.raises(IntegrityError), transaction.atomic():
            TripStop.objects.create(trip=trip, position=0)


def test_hiding_tells_once():
    trip = publish()
    for _again in range(2):
        services.hide(translation_key=trip.translation_key, now=NOW)
    assert list(Event.objects.values_list("topic", "key")) == [("trip.changed", str(trip.pk))] * 2
