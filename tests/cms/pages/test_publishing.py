"""Facts follow the Indonesian page, in its own transaction."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from wagtail.models import Revision

from cms.pages import receivers, scheduling
from cms.pages.models import DestinationIndexPage, DestinationPage, PageTariff
from foundation.outbox.models import Event as Told
from tests.cms.house import picture
from tourism.destinations.models import Destination


def publish(page, **changes):
    for name, value in changes.items():
        setattr(page, name, value)
    page.save_revision().publish()


class TestPublish:
    def test_copies_facts_tariffs_and_the_picture(self, house):
        house.jam_gadang.tariff_rows = [
            PageTariff(
                what_id="Masuk", amount=5_000, legal_basis="Perda contoh 1/2026", valid_from_date=date(2026, 1, 1)
            )
        ]
        publish(house.jam_gadang, phone="0752", picture=picture())
        row = house.row(house.jam_gadang)
        assert (row.phone, row.tariffs.get().legal_basis) == ("0752", "Perda contoh 1/2026")
        assert row.share_picture.endswith(".webp")
        assert (row.share_picture_alt_id, row.share_picture_alt_en) == ("Menara jam", "A clock tower")

    def test_a_draft_changes_nothing_that_is_shown(self, house):
        house.jam_gadang.phone = "0752"
        house.jam_gadang.save_revision()
        assert house.row(house.jam_gadang).phone == ""

    def test_the_english_page_publishes_no_facts(self, house):
        twin = house.english(house.jam_gadang)
        publish(twin, phone="999", title="The clock")
        row = house.row(house.jam_gadang)
        assert (row.phone, row.name) == ("", "Jam Gadang")

    def test_the_english_page_takes_the_picture_of_the_indonesian_one(self, house):
        image = picture()
        publish(house.jam_gadang, picture=image)
        assert house.english(house.jam_gadang).picture == image

    def test_a_page_whose_time_has_not_come_publishes_nothing(self, house):
        later = timezone.now() + timedelta(days=1)
        publish(house.jam_gadang, phone="0752", go_live_at=later)
        assert house.row(house.jam_gadang).phone == ""
        assert Revision.objects.filter(approved_go_live_at=later).count() == 1

    def test_facts_that_cannot_be_copied_leave_the_page_as_it_was(self, house, monkeypatch):
        def broken(page, now):
            raise RuntimeError("no facts today")

        monkeypatch.setitem(receivers.COPIERS, DestinationPage, broken)
        with pytest.raises(RuntimeError, match="no facts today"):
            publish(house.jam_gadang, title="Jam Besar")
        house.jam_gadang.refresh_from_db()
        assert house.jam_gadang.title == "Jam Gadang"


class TestTakeAway:
    def test_unpublishing_hides_the_place_and_publishing_again_shows_it(self, house):
        house.jam_gadang.unpublish()
        assert house.row(house.jam_gadang).is_published is False
        publish(house.jam_gadang)
        assert house.row(house.jam_gadang).is_published is True

    def test_unpublishing_the_english_page_hides_nothing(self, house):
        house.english(house.jam_gadang).unpublish()
        assert house.row(house.jam_gadang).is_published is True

    def test_deleting_hides_the_place_and_keeps_its_row(self, house):
        key = house.jam_gadang.translation_key
        house.jam_gadang.delete()
        assert Destination.objects.get(translation_key=key).is_published is False

    def test_moving_to_another_region_moves_the_facts(self, house):
        house.jam_gadang.move(DestinationIndexPage.objects.child_of(house.padang).get(), pos="last-child")
        row = house.row(house.jam_gadang)
        assert row.region.code == "13.71"
        assert ("destination.changed", str(row.pk)) in set(Told.objects.values_list("topic", "key"))


class TestPublishDue:
    def test_publishes_what_is_due_and_expires_what_is_over(self, house):
        now = timezone.now()
        publish(house.jam_gadang, phone="0752", go_live_at=now + timedelta(hours=1))
        publish(house.pantai, expire_at=now + timedelta(hours=2))
        assert scheduling.publish_due(now=now) == 0

        Revision.objects.filter(approved_go_live_at__isnull=False).update(approved_go_live_at=now)
        DestinationPage.objects.filter(pk=house.jam_gadang.pk).update(go_live_at=now)
        DestinationPage.objects.filter(pk=house.pantai.pk).update(expire_at=now - timedelta(seconds=1))
        revision = Revision.objects.get(approved_go_live_at=now)
        content = revision.content | {"go_live_at": (now - timedelta(seconds=1)).isoformat()}
        Revision.objects.filter(pk=revision.pk).update(content=content)
        assert [scheduling.publish_due(now=now) for _again in range(2)] == [2, 0]
        assert house.row(house.jam_gadang).phone == "0752"
        assert house.row(house.pantai).is_published is False
