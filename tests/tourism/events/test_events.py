import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from icalendar import Calendar

from foundation.outbox.models import Event as Told
from tests.factories.destinations import DestinationFactory
from tourism.events import queries, services
from tourism.events.facts import OccurrenceStatus
from tourism.events.models import Event, Occurrence

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def publish(*starts, key=None, **values):
    venue = DestinationFactory(latitude=-0.3, longitude=100.4, name="Jam Gadang")
    published = services.PublishedEvent(
        translation_key=key or uuid.uuid4(),
        region_id=venue.region_id,
        slug="saluang",
        name="Saluang malam",
        facts={"name_en": "Flute night", "summary_id": "Saluang jo dendang.", "venue": venue},
        occurrences=[
            {"starts_at": start, "ends_at": start + timedelta(hours=2), "status": OccurrenceStatus.CONFIRMED}
            for start in starts
        ],
        **values,
    )
    return services.publish_event(published=published, now=NOW)


class TestPublishEvent:
    def test_a_repeat_replaces_the_dates_and_raises_the_sequence(self):
        key = uuid.uuid4()
        publish(NOW, NOW + timedelta(days=1), key=key)
        event = publish(NOW + timedelta(days=2), key=key)
        assert Event.objects.count() == 1
        assert list(event.occurrences.values_list("starts_at", flat=True)) == [NOW + timedelta(days=2)]
        assert event.sequence == 1
        assert list(Told.objects.values_list("topic", "key")) == [("event.changed", str(event.pk))] * 2

    def test_a_date_that_ends_before_it_starts_is_refused_by_the_database(self):
        event = publish()
        with pytest.raises(IntegrityError), transaction.atomic():
            Occurrence.objects.create(event=event, starts_at=NOW, ends_at=NOW)


class TestUpcoming:
    def test_lists_what_is_on_or_ahead_in_order_in_one_query(self, django_assert_num_queries):
        publish(NOW + timedelta(days=3))
        publish(NOW - timedelta(hours=1))
        publish(NOW - timedelta(hours=3))
        hidden = publish(NOW + timedelta(days=1))
        services.hide(translation_key=hidden.translation_key, now=NOW)
        with django_assert_num_queries(1):
            found = queries.upcoming(now=NOW)
        assert [card.starts_at for card in found] == [NOW - timedelta(hours=1), NOW + timedelta(days=3)]
        assert (found[0].name_id, found[0].name_en, found[0].venue) == ("Saluang malam", "Flute night", "Jam Gadang")


class TestCalendarFile:
    def test_holds_what_a_calendar_needs_and_keeps_cancelled_dates(self):
        event = publish(datetime(2026, 11, 28, 13, tzinfo=UTC))
        event.occurrences.update(status=OccurrenceStatus.CANCELLED)
        text = queries.calendar_file(events=[event], language="en", domain="lapau.localhost", now=NOW)
        [entry] = Calendar.from_ical(text).walk("VEVENT")
        assert str(entry["uid"]) == f"{event.translation_key}-20261128T1300@lapau.localhost"
        assert (str(entry["summary"]), str(entry["location"]), str(entry["status"])) == (
            "Flute night",
            "Jam Gadang",
            "CANCELLED",
        )
        assert (entry.decoded("dtstart"), entry.decoded("sequence")) == (datetime(2026, 11, 28, 13, tzinfo=UTC), 0)
