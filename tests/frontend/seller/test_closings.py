"""A seller closes days of its own tickets, and sees what became of those who bought."""

import pytest
from django.urls import reverse

from foundation.clock import day_words
from marketplace.inventory.models import Slot
from marketplace.sales.models import Closing
from marketplace.sales.services import close_dates, work_off
from tests.factories.inventory import SlotFactory
from tests.factories.orders import NOW, admission, placed_order
from tests.factories.shops import MemberFactory
from tests.frontend.visiting import soup, words
from tests.marketplace.sales.money import pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def slot():
    return SlotFactory()


@pytest.fixture
def shop(slot, visitor):
    """The shop of the slot, with its owner signed in."""
    member = MemberFactory(shop=slot.listing.shop)
    visitor.force_login(member.user)
    return slot.listing.shop


def sent(slot, **changes):
    given = {"listing": slot.listing_id, "from_date": "2026-11-29", "until_date": "2026-11-29", "reason_id": "Longsor"}
    return given | changes


class TestClosing:
    def test_days_are_closed_on_the_second_press(self, visitor, shop, slot):
        url = reverse("seller:close_dates", args=[shop.slug])
        assert visitor.get(url).status_code == 200
        page = words(soup(visitor.post(url, sent(slot))))
        assert "0 tiket sudah terjual untuk hari-hari ini" in page
        assert not Closing.objects.exists()
        answer = visitor.post(url, sent(slot, yakin="1"))
        closing = Closing.objects.get()
        assert answer.headers["Location"] == reverse("seller:closing", args=[shop.slug, closing.pk])
        assert words(soup(visitor.get(answer.headers["Location"])).h1) == slot.listing.title_id
        assert "Longsor" in words(soup(visitor.get(reverse("seller:closings", args=[shop.slug]))))

    def test_a_visit_of_a_whole_day_has_no_hour(self, visitor, midtrans):
        adult, slot = admission(price=20_000)
        Slot.objects.filter(pk=slot.pk).update(is_all_day=True)
        visitor.force_login(MemberFactory(shop=slot.listing.shop).user)
        order = placed_order((adult, slot, 2))
        pay(midtrans, order, "bni_va")
        closing = close_dates(slot_ids=[slot.pk], reason_id="Longsor", reason_en="", by_id=None, now=NOW)
        work_off(closing_id=closing.pk, now=NOW)
        page = soup(visitor.get(reverse("seller:closing", args=[slot.listing.shop.slug, closing.pk])))
        told = [words(line) for line in page.select(".lines .fine")]
        assert told == ["2 tiket", f"{day_words(slot.day, 'id')}: uang sedang dikembalikan, dibayar manual"]

    def test_only_of_the_own_shop(self, visitor, shop, slot):
        foreign = SlotFactory()
        url = reverse("seller:close_dates", args=[shop.slug])
        assert visitor.post(url, sent(foreign, yakin="1")).status_code == 422
        assert visitor.get(reverse("seller:close_dates", args=[foreign.listing.shop.slug])).status_code == 404
        closing = Closing.objects.create(reason_id="uji", begun_at=NOW)
        closing.slots.add(foreign)
        assert visitor.get(reverse("seller:closing", args=[shop.slug, closing.pk])).status_code == 404
        assert str(closing.reason_id) not in words(soup(visitor.get(reverse("seller:closings", args=[shop.slug]))))

    def test_in_english(self, visitor, shop):
        page = soup(visitor.get("/en" + reverse("seller:closings", args=[shop.slug])))
        assert words(page.h1) == "Closed dates"

    def test_the_list_has_a_fixed_number_of_queries(self, visitor, shop, django_assert_max_num_queries):
        url = reverse("seller:closings", args=[shop.slug])
        for _closing in range(3):
            closing = Closing.objects.create(reason_id="uji", begun_at=NOW)
            closing.slots.add(SlotFactory(listing__shop=shop))
        visitor.get(url)
        with django_assert_max_num_queries(12):
            visitor.get(url)
