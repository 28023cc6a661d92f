import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from foundation.errors import InvalidInput
from foundation.outbox.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.destinations import ClosureFactory, DestinationFactory
from tests.factories.regions import RegencyFactory
from tourism.destinations import queries, services
from tourism.destinations.facts import Category, Facility, Known, completeness
from tourism.destinations.models import Closure, Destination, Tariff

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
TARIFF = {
    "what_id": "Masuk",
    "amount": 5_000,
    "legal_basis": "Perda contoh 1/2026",
    "valid_from_date": date(2026, 1, 1),
}


def told(topic=None):
    events = Event.objects.order_by("pk")
    return list((events.filter(topic=topic) if topic else events).values_list("topic", "key"))


def published(**values):
    defaults = {
        "translation_key": uuid.uuid4(),
        "region_id": RegencyFactory().pk,
        "slug": "jam",
        "name": "Jam Gadang",
        "facts": {"category": Category.LANDMARK},
    }
    return services.PublishedFacts(**(defaults | values))


class TestPublishFacts:
    def test_writes_the_place_its_tariffs_and_tells_of_it(self):
        neighbour = RegencyFactory()
        facts = {
            "category": Category.LANDMARK,
            "phone": "021",
            "also_in_codes": [neighbour.code],
            "facilities": {"TOILET": "YES"},
        }
        place = services.publish_facts(published=published(facts=facts, tariffs=[TARIFF]), now=NOW)

        assert (place.name, place.is_published, place.facility(Facility.TOILET), place.facility(Facility.PARKING)) == (
            "Jam Gadang",
            True,
            Known.YES,
            Known.UNKNOWN,
        )
        assert list(place.also_in.all()) == [neighbour]
        assert list(place.tariffs.values_list("what_id", "amount", "legal_basis")) == [
            ("Masuk", 5_000, "Perda contoh 1/2026")
        ]
        assert told() == [("destination.changed", str(place.pk))]

    def test_a_repeat_is_the_same_row_and_forgets_what_is_no_longer_known(self):
        first = published(facts={"category": Category.LANDMARK, "phone": "021"}, tariffs=[TARIFF])
        place = services.publish_facts(published=first, now=NOW)
        again = published(translation_key=first.translation_key, region_id=first.region_id)
        assert services.publish_facts(published=again, now=NOW).pk == place.pk
        place.refresh_from_db()
        assert (place.phone, place.tariffs.count()) == ("", 0)

    def test_a_tariff_without_legal_basis_is_refused_by_the_database(self):
        place = DestinationFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            Tariff.objects.create(destination=place, **(TARIFF | {"legal_basis": ""}))

    def test_two_places_of_a_region_cannot_share_an_address(self):
        place = DestinationFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            DestinationFactory(region=place.region, slug=place.slug)


class TestHideAndShow:
    def test_hides_once_and_tells_once(self):
        place = DestinationFactory()
        for _again in range(2):
            services.hide(translation_key=place.translation_key, now=NOW)
        assert list(Destination.objects.published()) == []
        assert told() == [("destination.changed", str(place.pk))]

        services.show(translation_key=place.translation_key, now=NOW)
        assert list(Destination.objects.published()) == [place]
        assert len(told()) == 2


class TestRelocate:
    def test_follows_its_page_to_another_region(self):
        place, region = DestinationFactory(), RegencyFactory()
        services.relocate(translation_key=place.translation_key, region_id=region.pk, slug="baru", now=NOW)
        services.relocate(translation_key=place.translation_key, region_id=region.pk, slug="baru", now=NOW)
        place.refresh_from_db()
        assert (place.region_id, place.slug) == (region.pk, "baru")
        assert told() == [("destination.changed", str(place.pk))]


class TestClose:
    def test_closes_each_place_once_and_says_when(self):
        place, user = DestinationFactory(), UserFactory()
        [closure] = services.close(
            destination_ids=[place.pk, place.pk],
            starts_at=NOW,
            ends_at=NOW + timedelta(days=1),
            reason_id=" Longsor ",
            declared_by_id=user.pk,
            now=NOW,
        )
        assert (closure.reason_id, closure.declared_by, closure.begin_told_at) == ("Longsor", user, NOW)
        event = Event.objects.get()
        assert (event.topic, event.key) == ("destination.closed", str(place.pk))
        assert event.payload == {
            "closure": closure.pk,
            "kind": "FULL",
            "starts_at": "2026-11-22T03:00:00+00:00",
            "ends_at": "2026-11-23T03:00:00+00:00",
        }

    @pytest.mark.parametrize(
        "wrong",
        [
            {"reason_id": "  "},
            {"ends_at": NOW},
            {"starts_at": NOW - timedelta(days=3), "ends_at": NOW - timedelta(days=2)},
        ],
    )
    def test_refuses_what_cannot_be_meant_and_writes_nothing(self, wrong):
        asked = {"starts_at": NOW, "ends_at": None, "reason_id": "Longsor"} | wrong
        with pytest.raises(InvalidInput):
            services.close(destination_ids=[DestinationFactory().pk], declared_by_id=None, now=NOW, **asked)
        assert (Closure.objects.count(), Event.objects.count()) == (0, 0)

    def test_an_end_before_the_beginning_is_refused_by_the_database_too(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            ClosureFactory(ends_at=datetime(2026, 11, 19, tzinfo=UTC))


class TestLift:
    def test_ends_a_closure_and_tells_that_the_place_is_open_again(self):
        closure = ClosureFactory()
        services.lift(closure_id=closure.pk, lifted_by_id=None, now=NOW)
        assert told() == [("destination.reopened", str(closure.destination_id))]
        assert queries.state_of([closure.destination], moment=NOW)[closure.destination_id].kind == "UNKNOWN"

    def test_refuses_to_lift_twice(self):
        closure = ClosureFactory()
        services.lift(closure_id=closure.pk, lifted_by_id=None, now=NOW)
        with pytest.raises(services.NotClosed):
            services.lift(closure_id=closure.pk, lifted_by_id=None, now=NOW + timedelta(days=1))
        closure.refresh_from_db()
        assert closure.lifted_at == NOW


class TestTellOfBegunAndEnded:
    def test_tells_once_when_a_closure_begins_and_once_when_it_ends(self):
        closure = ClosureFactory(starts_at=NOW, ends_at=NOW + timedelta(hours=1))
        assert services.tell_of_begun_and_ended(now=NOW - timedelta(minutes=1)) == 0
        assert [services.tell_of_begun_and_ended(now=NOW) for _again in range(2)] == [1, 0]
        assert services.tell_of_begun_and_ended(now=NOW + timedelta(hours=1)) == 1
        assert told() == [("destination.changed", str(closure.destination_id))] * 2


class TestTariffBoard:
    def test_shows_what_is_valid_today_only(self):
        place = DestinationFactory()
        for number, (since, until) in enumerate(
            [(date(2026, 1, 1), None), (date(2027, 1, 1), None), (date(2025, 1, 1), date(2026, 11, 21))]
        ):
            Tariff.objects.create(
                destination=place,
                **(TARIFF | {"what_id": str(number), "valid_from_date": since, "valid_until_date": until}),
            )
        assert [row.what_id for row in queries.tariff_board(destination_id=place.pk, day=date(2026, 11, 22))] == ["0"]


class TestCompleteness:
    def test_counts_what_is_known_and_names_what_is_not(self):
        place = DestinationFactory(
            summary_id="Menara jam.", phone="021", facilities={"TOILET": "NO", "PARKING": "UNKNOWN"}
        )
        found = completeness(place, tariffs=0)
        assert (found.known, found.total, found.percent) == (3, 15, 20)
        assert "jam buka" in [str(label) for label in found.missing]
        assert "toilet" not in [str(label) for label in found.missing]
