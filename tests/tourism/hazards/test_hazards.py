from datetime import UTC, datetime, timedelta

import pytest

from foundation.errors import InvalidInput
from foundation.outbox.models import Event
from tests.factories.destinations import DestinationFactory
from tests.factories.regions import RegencyFactory
from tourism.hazards import queries, services
from tourism.hazards.models import HazardNotice, HazardSource, Severity

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def declare(**values):
    asked = {
        "source": HazardSource.MANUAL,
        "severity": Severity.WARNING,
        "title_id": "Hujan lebat",
        "text_id": "Jalan licin.",
        "effective_at": NOW,
        "expires_at": NOW + timedelta(hours=6),
        "now": NOW,
    }
    return services.declare(**(asked | values))


class TestOutlook:
    def test_tells_what_is_in_force_here_the_worst_first(self):
        here, elsewhere = RegencyFactory(), RegencyFactory()
        place = DestinationFactory(region=here)
        warning = declare(region_id=here.pk)
        danger = declare(severity=Severity.DANGER, destination_ids=[place.pk])
        everywhere = declare(severity=Severity.INFO)
        declare(region_id=elsewhere.pk)
        declare(region_id=here.pk, effective_at=NOW + timedelta(hours=1))
        found = queries.outlook(moment=NOW, region_id=here.pk, destination_id=place.pk)
        assert [notice.pk for notice in found.notices] == [danger.pk, warning.pk, everywhere.pk]

    def test_no_notice_is_no_comfort_while_no_feed_was_read_lately(self):
        assert queries.outlook(moment=NOW).is_known is False
        services.note_feed_read(source=HazardSource.BMKG_CAP, now=NOW - timedelta(minutes=59))
        assert queries.outlook(moment=NOW).is_known is True
        assert queries.outlook(moment=NOW + timedelta(minutes=1)).is_known is False


class TestDeclare:
    def test_the_same_reference_again_is_the_same_notice(self):
        first = declare(source=HazardSource.BMKG_CAP, reference="CAP-1")
        second = declare(source=HazardSource.BMKG_CAP, reference="CAP-1", title_id="Hujan sangat lebat")
        assert (first.pk, HazardNotice.objects.get().title_id) == (second.pk, "Hujan sangat lebat")

    @pytest.mark.parametrize("wrong", [{"title_id": " "}, {"text_id": ""}, {"expires_at": NOW}])
    def test_refuses_what_says_nothing_and_writes_nothing(self, wrong):
        with pytest.raises(InvalidInput):
            declare(**wrong)
        assert (HazardNotice.objects.count(), Event.objects.count()) == (0, 0)


def test_an_ended_notice_is_told_once_and_shown_no_more():
    notice = declare()
    for _again in range(2):
        services.end(notice_id=notice.pk, now=NOW + timedelta(hours=1))
    assert queries.outlook(moment=NOW + timedelta(hours=1)).notices == ()
    assert list(Event.objects.values_list("topic", "key")) == [("hazard.changed", str(notice.pk))] * 2
