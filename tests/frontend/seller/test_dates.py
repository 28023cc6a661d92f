"""Dates, places, prices of a day, the weekly pattern and limits, as an operator handles them on a phone."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.urls import reverse

from marketplace.catalog.models import DatedPrice, Listing
from marketplace.catalog.queries import price_on
from marketplace.inventory.models import DailyCap, Pool, Schedule, Slot, StockAdjustment
from marketplace.shops.models import ShopKind
from tests.factories.catalog import AdmissionFactory, AdmissionVariantFactory, DatedPriceFactory, VariantFactory
from tests.factories.destinations import ClosureFactory
from tests.factories.inventory import HoldFactory, ScheduleFactory, SlotFactory, StockFactory
from tests.factories.orders import NOW
from tests.frontend.visiting import soup, words

DAY = date(2026, 11, 29)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def operator(shop):
    shop.kind = ShopKind.OPERATOR
    shop.save()


@pytest.fixture
def adult(shop):
    return AdmissionVariantFactory(listing=AdmissionFactory(shop=shop))


@pytest.fixture
def morning(adult) -> Slot:
    slot = SlotFactory(listing=adult.listing, pool__capacity=10, pool__taken=6)
    HoldFactory(pool=slot.pool, quantity=3, status="CONFIRMED")
    HoldFactory(pool=slot.pool, quantity=2, lapses_at=NOW + timedelta(hours=1))
    HoldFactory(pool=slot.pool, quantity=1, lapses_at=NOW)
    return slot


@pytest.fixture
def afternoon(adult) -> Slot:
    hours = {"starts_at": datetime(2026, 11, 29, 6, tzinfo=UTC), "ends_at": datetime(2026, 11, 29, 9, tzinfo=UTC)}
    return SlotFactory(listing=adult.listing, pool__capacity=5, **hours)


def url(name: str, listing, *more: str) -> str:
    return reverse(f"seller:{name}", args=[listing.shop.slug, listing.pk, *more])


def of_day(listing) -> str:
    return url("day", listing, DAY.isoformat())


class TestList:
    def test_opens_the_only_ticket_at_once(self, seller, shop, adult):
        answer = seller.get(reverse("seller:dates", args=[shop.slug]))
        assert answer["Location"] == url("month", adult.listing)

    def test_says_how_today_stands(self, seller, shop, adult):
        AdmissionFactory(shop=shop, title_id="Tur kampung")
        today = {"day": date(2026, 11, 22), "starts_at": NOW, "ends_at": NOW + timedelta(hours=3)}
        slot = SlotFactory(listing=adult.listing, pool__capacity=40, pool__taken=12, **today)
        HoldFactory(pool=slot.pool, quantity=12, status="CONFIRMED")
        page = words(soup(seller.get(reverse("seller:dates", args=[shop.slug]))))
        assert "Hari ini 12 dari 40 terjual" in page
        assert "Hari ini tidak ada yang dibuka" in page

    def test_is_among_the_shops_entries(self, seller, shop):
        page = soup(seller.get(reverse("seller:shop", args=[shop.slug])))
        assert page.select(f'a[href="{reverse("seller:dates", args=[shop.slug])}"]')


class TestMonth:
    def test_shows_what_is_sold_of_each_day(self, seller, adult, morning, afternoon):
        page = soup(seller.get(url("month", adult.listing)))
        square = page.select_one(f'a[href="{of_day(adult.listing)}"]')
        assert (words(square), square["aria-label"]) == ("29 3 /15", "Minggu, 29 November 2026: 3 dari 15 terjual")
        # What has lapsed by now is free, swept or not: 15 less 3 sold and 2 that wait for money.
        assert "Bulan ini 3 terjual, 10 masih bisa dijual." in words(page)

    def test_names_what_is_closed_and_full(self, seller, adult, morning):
        Slot.objects.update(closed_at=NOW)
        assert "tutup" in words(soup(seller.get(url("month", adult.listing))).select_one(".sold-day.is-stop"))
        Slot.objects.update(closed_at=None)
        ClosureFactory(destination=adult.listing.destination)
        square = soup(seller.get(url("month", adult.listing))).select_one(".sold-day.is-stop")
        assert "tempat tutup" in words(square)

    @pytest.mark.parametrize("month", ["", "nonsense", "0001-01", "9999-12", "2026-13"])
    def test_of_nonsense_is_this_month(self, seller, adult, month):
        assert "November 2026" in words(soup(seller.get(url("month", adult.listing), {"bulan": month})))

    def test_turns_to_the_next(self, seller, adult):
        page = soup(seller.get(url("month", adult.listing)))
        assert "Desember 2026" in words(soup(seller.get(page.select_one(".cal__head a:last-child")["href"])))

    def test_costs_as_many_queries_for_thirty_days_as_for_one(self, seller, adult, django_assert_num_queries):
        seller.get(url("month", adult.listing))
        with django_assert_num_queries(7):
            seller.get(url("month", adult.listing))
        for number in range(28):
            start = datetime(2026, 11, 1, 2, tzinfo=UTC) + timedelta(days=number)
            day = {"day": start.date(), "starts_at": start, "ends_at": start + timedelta(hours=3)}
            SlotFactory(listing=adult.listing, **day)
        with django_assert_num_queries(9):
            seller.get(url("month", adult.listing))

    def test_goods_have_none(self, seller, shop):
        goods = VariantFactory(listing__shop=shop).listing
        assert seller.get(url("month", goods)).status_code == 404


class TestDay:
    def test_shows_times_places_and_prices(self, seller, adult, morning, afternoon):
        page = soup(seller.get(of_day(adult.listing)))
        assert "3 tiket terjual, 2 menunggu pembayaran. 10 masih bisa dijual." in words(page)
        assert [field["value"] for field in page.select("[name=capacity]")] == ["10", "5"]
        assert page.select_one(f"[name=v{adult.pk}]")["value"] == "20000"

    def test_in_english(self, seller, adult, morning):
        assert "3 tickets sold, 2 wait for payment." in words(soup(seller.get("/en" + of_day(adult.listing))))

    def test_changes_places(self, seller, adult, morning):
        answer = seller.post(of_day(adult.listing), {"step": "places", "slot": morning.pk, "capacity": "8"})
        assert answer["Location"] == of_day(adult.listing)
        assert Pool.objects.get(pk=morning.pool_id).capacity == 8

    def test_never_below_what_is_taken(self, seller, adult, morning):
        answer = seller.post(of_day(adult.listing), {"step": "places", "slot": morning.pk, "capacity": "4"})
        assert answer.status_code == 409
        assert "Sudah ada 5 yang dipesan" in words(soup(answer)) or "5" in words(
            soup(answer).select_one("[role=alert]")
        )
        assert Pool.objects.get(pk=morning.pool_id).capacity == 10

    @pytest.mark.parametrize("typed", ["", "abc", "-1", "9" * 30])
    def test_refuses_what_is_no_number(self, seller, adult, morning, typed):
        answer = seller.post(of_day(adult.listing), {"step": "places", "slot": morning.pk, "capacity": typed})
        assert answer.status_code == 422
        assert Pool.objects.get(pk=morning.pool_id).capacity == 10

    def test_asks_other_prices_for_this_day_alone(self, seller, adult, morning):
        child = AdmissionVariantFactory(listing=adult.listing, audience="CHILD", price=10_000)
        DatedPriceFactory(variant=adult, weekdays="67", price=25_000)
        sent = {"step": "prices", f"v{adult.pk}": "Rp 40.000", f"v{child.pk}": "10000"}
        seller.post(of_day(adult.listing), sent)
        assert price_on([adult, child], DAY) == {adult.pk: 40_000, child.pk: 10_000}
        assert price_on([adult], DAY + timedelta(days=7)) == {adult.pk: 25_000}
        # Only what differs is written down.
        assert DatedPrice.objects.filter(from_date=DAY).count() == 1

        seller.post(of_day(adult.listing), sent | {f"v{adult.pk}": ""})
        assert price_on([adult], DAY) == {adult.pk: 25_000}

    def test_the_price_that_was_set_last_is_asked(self, seller, adult, morning):
        seller.post(of_day(adult.listing), {"step": "prices", f"v{adult.pk}": "40000"})
        DatedPriceFactory(variant=adult, weekdays="7", price=25_000)
        seller.post(of_day(adult.listing), {"step": "prices", f"v{adult.pk}": "41000"})
        assert price_on([adult], DAY) == {adult.pk: 41_000}

    def test_closes_a_time_and_opens_it_again(self, seller, adult, morning, afternoon):
        seller.post(of_day(adult.listing), {"step": "close", "slot": afternoon.pk})
        assert list(Slot.objects.order_by("pk").values_list("closed_at", flat=True)) == [None, NOW]
        seller.post(of_day(adult.listing), {"step": "reopen", "slot": afternoon.pk})
        assert not Slot.objects.filter(closed_at__isnull=False).exists()

    def test_that_was_sold_is_closed_where_buyers_are_looked_after(self, seller, shop, adult, morning, afternoon):
        page = soup(seller.get(of_day(adult.listing)))
        door = reverse("seller:close_dates", args=[shop.slug])
        days = f"listing={adult.listing_id}&from_date=2026-11-29&until_date=2026-11-29"
        assert [link["href"] for link in page.select(f'a[href^="{door}"]')] == [
            f"{door}?{days}&slot={morning.pk}",
            f"{door}?{days}",
        ]
        for sent in ({"step": "close"}, {"step": "close", "slot": morning.pk}):
            assert seller.post(of_day(adult.listing), sent).status_code == 422
        assert not Slot.objects.filter(closed_at__isnull=False).exists()

        form = soup(seller.get(f"{door}?{days}&slot={morning.pk}")).select_one("main form")
        sent = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
        sent |= {"listing": adult.listing_id, "reason_id": "Jalan longsor", "yakin": "1"}
        assert seller.post(door, sent).status_code == 302
        assert list(Slot.objects.order_by("pk").values_list("closed_at", flat=True)) == [NOW, None]
        # Its buyers were told.
        answer = seller.post(of_day(adult.listing), {"step": "reopen", "slot": morning.pk})
        assert answer.status_code == 409
        assert "jadi tetap ditutup" in words(soup(answer))

    def test_closes_the_whole_day_and_opens_it_again(self, seller, adult, afternoon):
        seller.post(of_day(adult.listing), {"step": "close"})
        assert list(Slot.objects.values_list("closed_at", flat=True)) == [NOW]
        assert "Buka lagi yang ditutup" in words(soup(seller.get(of_day(adult.listing))))
        seller.post(of_day(adult.listing), {"step": "reopen"})
        assert not Slot.objects.filter(closed_at__isnull=False).exists()

    def test_has_another_cap(self, seller, adult, morning):
        seller.post(url("limits", adult.listing), {"most_per_order": "10", "daily_cap": "9"})
        page = soup(seller.get(of_day(adult.listing)))
        assert page.select_one("#day-capacity")["value"] == "9"
        seller.post(of_day(adult.listing), {"step": "day", "capacity": "7"})
        assert Pool.objects.get(kind="DAY").capacity == 7
        assert seller.post(of_day(adult.listing), {"step": "day", "capacity": "4"}).status_code == 409

    def test_a_slot_of_another_day_or_listing_is_not_there(self, seller, adult, morning):
        other = SlotFactory()
        sent = {"step": "places", "capacity": "1"}
        assert seller.post(of_day(adult.listing), sent | {"slot": other.pk}).status_code == 404
        later = url("day", adult.listing, "2026-11-30")
        assert seller.post(later, sent | {"slot": morning.pk}).status_code == 404
        assert seller.post(of_day(adult.listing), {"step": "fly"}).status_code == 404
        assert set(Pool.objects.values_list("capacity", flat=True)) == {10}

    def test_of_nonsense_is_not_there(self, seller, adult):
        for day in ("besok", "0001-01-01", "9999-12-31"):
            assert seller.get(url("day", adult.listing, day)).status_code == 404

    def test_without_slots_leads_to_the_pattern(self, seller, adult):
        page = soup(seller.get(of_day(adult.listing)))
        assert page.select(f'a[href="{url("pattern", adult.listing)}"]')


class TestPattern:
    def test_opens_the_days_to_come(self, seller, adult):
        sent = {"w0-weekdays": ["6", "7"], "w0-starts": "09:00", "w0-ends": "12:00", "w0-capacity": "25"}
        answer = seller.post(url("pattern", adult.listing), sent)

        assert answer["Location"] == url("month", adult.listing)
        assert list(Schedule.objects.values_list("weekdays", "starts", "ends", "capacity", "from_date")) == [
            ("67", time(9), time(12), 25, date(2026, 11, 22))
        ]
        # The Sunday of today and eight week-ends more, as far as tickets are opened.
        assert {slot.day.isoweekday() for slot in Slot.objects.all()} == {6, 7}
        assert Slot.objects.count() == 17
        assert set(Pool.objects.values_list("capacity", flat=True)) == {25}

    def test_shows_what_is_stored_and_one_row_more(self, seller, adult):
        ScheduleFactory(listing=adult.listing, starts=time(9), ends=time(12), capacity=25, weekdays="67")
        page = soup(seller.get(url("pattern", adult.listing)))
        assert page.select_one("[name=w0-starts]")["value"] == "09:00"
        assert [box["value"] for box in page.select("[name=w0-weekdays][checked]")] == ["6", "7"]
        assert page.select_one("[name=w1-capacity]").get("value") is None

    def test_drops_a_time_that_is_emptied(self, seller, adult):
        ScheduleFactory(listing=adult.listing, starts=time(9), ends=time(12))
        sent = {"w0-weekdays": ["1"], "w0-starts": "", "w0-ends": "", "w0-capacity": ""}
        assert seller.post(url("pattern", adult.listing), sent).status_code == 302
        assert not Schedule.objects.exists()

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"w0-weekdays": []}, "Pilih paling sedikit satu hari."),
            ({"w0-capacity": "0"}, "Isi paling sedikit satu tempat."),
            ({"w0-ends": "08:00"}, "Selesai sebelum mulai."),
            ({"w0-from_date": "2026-12-02", "w0-until_date": "2026-12-01"}, "Hari terakhir mendahului hari pertama."),
        ],
    )
    def test_says_what_cannot_be_meant_and_opens_nothing(self, seller, adult, change, sentence):
        sent = {"w0-weekdays": ["6"], "w0-starts": "09:00", "w0-ends": "12:00", "w0-capacity": "25"} | change
        answer = seller.post(url("pattern", adult.listing), sent)
        assert answer.status_code == 422
        assert sentence in words(soup(answer))
        assert not Slot.objects.exists()


class TestLimits:
    def test_are_saved_and_lifted(self, seller, adult, morning):
        page = url("limits", adult.listing)
        sent = {"most_per_order": "8", "most_per_buyer": "6", "most_per_buyer_a_day": "4", "daily_cap": "100"}
        assert seller.post(page, sent)["Location"] == page
        names = ("most_per_order", "most_per_buyer", "most_per_buyer_a_day")
        assert Listing.objects.values_list(*names).get() == (8, 6, 4)
        assert DailyCap.objects.get().capacity == 100
        assert soup(seller.get(page)).select_one("[name=daily_cap]")["value"] == "100"

        seller.post(page, {"most_per_order": "8"})
        assert Listing.objects.values_list(*names).get() == (8, None, None)
        assert not DailyCap.objects.exists()

    def test_say_on_which_day_more_is_sold_already(self, seller, adult, morning):
        answer = seller.post(url("limits", adult.listing), {"most_per_order": "8", "daily_cap": "3"}, follow=True)
        assert "Ada 1 hari (mulai Minggu, 29 November 2026) yang sudah terjual lebih banyak" in words(soup(answer))

    @pytest.mark.parametrize("change", [{"most_per_order": ""}, {"most_per_buyer": "0"}, {"daily_cap": "0"}])
    def test_refuse_what_nobody_means(self, seller, adult, change):
        answer = seller.post(url("limits", adult.listing), {"most_per_order": "8"} | change)
        assert answer.status_code == 422
        assert Listing.objects.get().most_per_order == 20

    def test_of_goods_are_by_size(self, seller, shop):
        small = VariantFactory(listing__shop=shop)
        large = VariantFactory(listing=small.listing, name_id="1 kg", position=1)
        sent = {"most_per_order": "8", f"v{small.pk}": "2", f"v{large.pk}": ""}
        seller.post(url("limits", small.listing), sent)
        small.refresh_from_db()
        large.refresh_from_db()
        assert (small.most_per_buyer, large.most_per_buyer) == (2, None)


class TestHistory:
    @pytest.fixture
    def stock(self, shop):
        return StockFactory(variant__listing__shop=shop, pool__capacity=10, pool__taken=4)

    def sent(self, stock, **changes):
        return {"variant": stock.variant_id, "reason": "RECEIVED", "pieces": "5", "note": ""} | changes

    @pytest.mark.parametrize(
        ("reason", "pieces", "change"),
        [
            ("RECEIVED", "5", 5),
            ("RETURNED", "1", 1),
            ("DAMAGED", "2", -2),
            ("ELSEWHERE", "6", -6),
            ("COUNTED", "4", -2),
            ("CORRECTION", "-3", -3),
            ("CORRECTION", "−3", -3),
        ],
    )
    def test_writes_down_what_happened(self, seller, owner, stock, reason, pieces, change):
        page = url("history", stock.variant.listing)
        answer = seller.post(page, self.sent(stock, reason=reason, pieces=pieces, note="di gudang"))
        assert answer["Location"] == page
        rows = StockAdjustment.objects.values_list("change", "reason", "note", "by", "left")
        assert list(rows) == [(change, reason, "di gudang", owner.pk, 6 + change)]

    def test_lists_it(self, seller, stock):
        page = url("history", stock.variant.listing)
        seller.post(page, self.sent(stock, reason="DAMAGED", pieces="2", note="jatuh"))
        shown = words(soup(seller.get(page)))
        assert "Rusak atau basi -2 jatuh" in shown
        assert "Uni Mar. Sesudahnya 4 bisa dijual." in shown

    @pytest.mark.parametrize(
        "changes",
        [{"pieces": ""}, {"pieces": "0"}, {"pieces": "-2"}, {"pieces": "abc"}, {"reason": "FUN"}, {"variant": "0"}],
    )
    def test_refuses_what_cannot_be_meant(self, seller, stock, changes):
        answer = seller.post(url("history", stock.variant.listing), self.sent(stock, **changes))
        assert answer.status_code == 422
        assert not StockAdjustment.objects.exists()

    def test_never_below_what_is_ordered(self, seller, stock):
        answer = seller.post(url("history", stock.variant.listing), self.sent(stock, reason="DAMAGED", pieces="7"))
        assert answer.status_code == 422
        assert not StockAdjustment.objects.exists()

    def test_pages_through_a_long_one(self, seller, stock, django_assert_num_queries):
        page = url("history", stock.variant.listing)
        for number in range(31):
            StockAdjustment.objects.create(pool=stock.pool, change=number + 1, at=NOW)
        with django_assert_num_queries(7):
            first = soup(seller.get(page))
        assert len(first.select(".moves > li")) == 30
        assert len(soup(seller.get(first.select_one(f'a[href="{page}?lewati=30"]')["href"])).select(".moves > li")) == 1

    def test_tickets_have_none(self, seller, adult):
        assert seller.get(url("history", adult.listing)).status_code == 404


class TestTodo:
    def test_names_days_that_are_sold_out(self, seller, shop, adult, afternoon):
        Pool.objects.update(taken=5)
        HoldFactory(pool=afternoon.pool, quantity=5, status="CONFIRMED")
        page = words(soup(seller.get(reverse("seller:shop", args=[shop.slug]))))
        assert "1 Hari sudah penuh Tiket masuk, Min 29 Nov." in page

    def test_says_what_is_blocked_and_why(self, seller, shop, adult):
        Listing.objects.update(status="BLOCKED", blocked_reason="Tanpa izin edar.")
        page = words(soup(seller.get(reverse("seller:shop", args=[shop.slug]))))
        assert "1 Diblokir provinsi Tanpa izin edar." in page
        listing_page = soup(seller.get(url("listing", adult.listing)))
        assert "Tanpa izin edar." in words(listing_page)
        assert not listing_page.select("[name=tampil]")
        answer = seller.post(url("show", adult.listing), {"tampil": "1"}, follow=True)
        assert "Provinsi memblokir ini: Tanpa izin edar." in words(soup(answer))
        assert Listing.objects.get().status == "BLOCKED"
