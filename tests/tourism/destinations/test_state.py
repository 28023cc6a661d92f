"""Open or closed is worked out, never stored."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.destinations import ClosureFactory, DestinationFactory
from tourism.destinations import queries
from tourism.destinations.facts import ClosureKind
from tourism.destinations.queries import StateKind, state_of

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 11, 22, 3, tzinfo=UTC)  # Sunday, 10.00 WIB


def state(place, moment=MORNING):
    return state_of([place], moment=moment)[place.pk]


class TestStateOf:
    def test_is_unknown_while_nobody_filled_in_the_hours(self):
        found = state(DestinationFactory())
        assert (found.kind, found.word_id, found.until) == (StateKind.UNKNOWN, "Belum diketahui", None)
        assert found.sentence_id == "Jam buka tempat ini belum diisi dinas. Tanyakan dulu sebelum berangkat jauh."

    def test_is_open_within_the_hours_and_says_until_when(self):
        found = state(DestinationFactory(opening_hours="Mo-Su 08:00-17:00"))
        assert (found.kind, found.until) == (StateKind.OPEN, datetime(2026, 11, 22, 10, tzinfo=UTC))
        assert (found.sentence_id, found.sentence_en) == (
            "Buka sampai Min 22 Nov, 17.00 WIB.",
            "Open until Sun 22 Nov, 17:00 WIB.",
        )

    def test_is_outside_its_hours_in_the_evening(self):
        found = state(DestinationFactory(opening_hours="Mo-Su 08:00-17:00"), moment=MORNING + timedelta(hours=10))
        assert (found.kind, found.sentence_id) == (StateKind.OUTSIDE_HOURS, "Buka Sen 23 Nov, 08.00 WIB.")

    def test_does_not_guess_what_hours_mean_that_nobody_can_read(self):
        assert state(DestinationFactory(opening_hours="tiap hari, kalau tidak hujan")).kind == StateKind.UNKNOWN

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            (ClosureKind.FULL, StateKind.CLOSED),
            (ClosureKind.PARTIAL, StateKind.PARTLY_CLOSED),
            (ClosureKind.CAUTION, StateKind.CAUTION),
        ],
    )
    def test_a_closure_wins_over_the_hours(self, kind, expected):
        closure = ClosureFactory(kind=kind, destination__opening_hours="24/7")
        found = state(closure.destination)
        assert (found.kind, found.sentence_id, found.sentence_en) == (expected, "Perbaikan jalan", "Road works")

    def test_the_worst_of_several_closures_is_told(self):
        closure = ClosureFactory(kind=ClosureKind.CAUTION)
        full = ClosureFactory(kind=ClosureKind.FULL, destination=closure.destination)
        ClosureFactory(kind=ClosureKind.PARTIAL, destination=closure.destination)
        assert state(closure.destination).closure_id == full.pk

    @pytest.mark.parametrize(
        "change",
        [
            {"starts_at": MORNING + timedelta(minutes=1)},
            {"ends_at": MORNING},
            {"lifted_at": MORNING},
        ],
    )
    def test_a_closure_that_is_not_in_force_does_not_count(self, change):
        assert state(ClosureFactory(**change).destination).kind == StateKind.UNKNOWN

    def test_an_end_at_midnight_names_the_last_closed_day(self):
        closure = ClosureFactory(ends_at=datetime(2026, 11, 25, 17, tzinfo=UTC))
        assert state(closure.destination).sentence_id == "Perbaikan jalan. Sampai Rabu, 25 November 2026."

    def test_asks_the_database_once_for_any_number_of_places(self, django_assert_num_queries):
        places = [ClosureFactory().destination for _number in range(5)]
        with django_assert_num_queries(1):
            assert {found.kind for found in state_of(places, moment=MORNING).values()} == {StateKind.CLOSED}


class TestFullyClosedOn:
    def test_knows_any_full_closure_that_touches_the_day(self):
        closed = ClosureFactory(
            starts_at=datetime(2026, 11, 23, 10, tzinfo=UTC), ends_at=datetime(2026, 11, 23, 11, tzinfo=UTC)
        )
        careful = ClosureFactory(kind=ClosureKind.CAUTION)
        asked = [closed.destination_id, careful.destination_id]
        assert queries.fully_closed_on(destination_ids=asked, day=datetime(2026, 11, 23, tzinfo=UTC).date()) == {
            closed.destination_id
        }
        assert queries.fully_closed_on(destination_ids=asked, day=datetime(2026, 11, 24, tzinfo=UTC).date()) == set()


class TestNearby:
    def test_lists_published_places_by_distance_and_leaves_out_the_far(self):
        here = DestinationFactory(latitude=-0.305, longitude=100.369, name="Sini")
        near = DestinationFactory(latitude=-0.315, longitude=100.369, name="Dekat")
        nearer = DestinationFactory(latitude=-0.306, longitude=100.369, name="Lebih dekat")
        DestinationFactory(latitude=-1.9, longitude=100.8, name="Jauh")
        DestinationFactory(latitude=-0.305, longitude=100.369, name="Tersembunyi", is_published=False)
        found = queries.nearby(destination=here, moment=MORNING)
        assert [(card.pk, round(km, 2)) for card, km in found] == [(nearer.pk, 0.11), (near.pk, 1.11)]

    def test_knows_nothing_around_a_place_without_position(self):
        assert queries.nearby(destination=DestinationFactory(), moment=MORNING) == []
