from datetime import date

import pytest

from foundation.errors import InvalidInput
from tests.factories.destinations import DestinationFactory
from tests.racing import in_parallel
from tourism.visits import queries, services
from tourism.visits.models import VisitCount

DAY = date(2026, 11, 22)


@pytest.mark.django_db
class TestCountAdmission:
    def test_adds_up_by_day_and_place(self):
        place, other = DestinationFactory(), DestinationFactory()
        for quantity in (2, 3):
            services.count_admission(destination_id=place.pk, day=DAY, quantity=quantity)
        services.count_admission(destination_id=place.pk, day=date(2026, 11, 23), quantity=1)
        services.count_admission(destination_id=other.pk, day=DAY, quantity=7)
        assert queries.admitted(destination_id=place.pk, first=DAY, last=DAY) == 5
        assert queries.admitted(destination_id=place.pk, first=DAY, last=date(2026, 11, 30)) == 6
        assert queries.admitted_by_region(region_id=other.region_id, day=DAY) == 7

    @pytest.mark.parametrize("quantity", [0, -1])
    def test_refuses_to_count_nobody(self, quantity):
        with pytest.raises(InvalidInput):
            services.count_admission(destination_id=DestinationFactory().pk, day=DAY, quantity=quantity)
        assert VisitCount.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_several_gates_counting_at_once_lose_nobody():
    place = DestinationFactory()
    in_parallel(lambda quantity: services.count_admission(destination_id=place.pk, day=DAY, quantity=quantity), [1] * 8)
    assert queries.admitted(destination_id=place.pk, first=DAY, last=DAY) == 8
