from datetime import UTC, date, datetime, time

import pytest

from foundation.errors import InvalidInput
from foundation.outbox.models import Event
from marketplace.inventory import checks, queries, services
from marketplace.inventory.models import Pool, Schedule
from marketplace.inventory.services import GoodsRow, ScheduleDraft
from tests.factories.catalog import CategoryFactory
from tests.factories.inventory import ScheduleFactory, SlotFactory
from tests.factories.shops import ShopFactory

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
pytestmark = pytest.mark.django_db


class TestImportGoods:
    def rows(self, number: int) -> list[GoodsRow]:
        shop, category = ShopFactory(), CategoryFactory()
        return [
            GoodsRow(
                shop_id=shop.pk,
                category_id=category.pk,
                slug=f"kopi-{place}",
                title_id=f"Kopi {place}",
                price=40_000 + place,
                stock=place,
                published_at=NOW,
            )
            for place in range(number)
        ]

    def test_puts_many_up_for_sale_and_a_repeat_none(self):
        rows = self.rows(3)
        assert services.import_goods(rows=rows, is_sample=True, now=NOW) == 3
        assert services.import_goods(rows=rows, is_sample=True, now=NOW) == 0

        cards = queries.cards(limit=10, now=NOW)
        assert [(card.title, card.price_from, card.sold_out, card.is_sample) for card in cards] == [
            ("Kopi 0", 40_000, True, True),
            ("Kopi 1", 40_001, False, True),
            ("Kopi 2", 40_002, False, True),
        ]
        assert Event.objects.filter(topic="listing.changed").count() == 3
        assert (Pool.objects.count(), list(checks.taken_equals_holds())) == (3, [])


class TestSetSchedules:
    def test_takes_the_place_of_those_before_and_leaves_open_slots(self):
        slot = SlotFactory()
        ScheduleFactory(listing=slot.listing)
        drafts = [
            ScheduleDraft(capacity=5, from_date=date(2026, 11, 1), weekdays="67", starts=time(8), ends=time(12)),
            ScheduleDraft(capacity=9, from_date=date(2026, 11, 1)),
        ]
        for _ in range(2):
            services.set_schedules(listing_id=slot.listing_id, schedules=drafts)

        rows = Schedule.objects.order_by("pk").values_list("weekdays", "starts", "ends", "capacity")
        assert list(rows) == [("67", time(8), time(12), 5), ("1234567", None, None, 9)]
        assert list(slot.listing.slots.all()) == [slot]

    @pytest.mark.parametrize(
        "change",
        [{"capacity": 0}, {"weekdays": ""}, {"weekdays": "08"}, {"starts": time(12), "ends": time(8)}],
    )
    def test_refuses_what_cannot_be_meant(self, change):
        schedule = ScheduleFactory()
        draft = ScheduleDraft(**({"capacity": 5, "from_date": date(2026, 11, 1)} | change))
        with pytest.raises(InvalidInput):
            services.set_schedules(listing_id=schedule.listing_id, schedules=[draft])
        assert list(Schedule.objects.all()) == [schedule]
