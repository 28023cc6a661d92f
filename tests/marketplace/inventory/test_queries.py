from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from marketplace.catalog.models import Listing, ListingKind, ListingStatus
from marketplace.inventory import queries
from marketplace.inventory.queries import DayOffer, DayState
from marketplace.shops.models import ShopStatus
from tests.factories.catalog import (
    AdmissionFactory,
    AdmissionVariantFactory,
    DatedPriceFactory,
    ListingFactory,
    ListingPictureFactory,
    VariantFactory,
)
from tests.factories.destinations import ClosureFactory, DestinationFactory
from tests.factories.inventory import HoldFactory, SlotFactory, StockFactory
from tourism.destinations.facts import ClosureKind

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
DAY = date(2026, 11, 29)
MORNING = datetime(2026, 11, 29, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db


class TestLeft:
    def test_a_lapsed_hold_counts_as_free_and_a_live_one_does_not(self):
        stock = StockFactory(pool__capacity=10, pool__taken=6)
        HoldFactory(pool=stock.pool, quantity=2, lapses_at=NOW)
        HoldFactory(pool=stock.pool, quantity=3, lapses_at=NOW + timedelta(seconds=1))
        HoldFactory(pool=stock.pool, quantity=1, status="CONFIRMED", lapses_at=NOW)

        assert queries.stock_left([stock.variant_id], NOW) == {stock.variant_id: 6}
        assert queries.left_in([stock.pool_id], NOW) == {stock.pool_id: 6}

    def test_a_variant_without_stock_is_not_known(self):
        assert queries.stock_left([VariantFactory().pk], NOW) == {}


class TestPoolsFor:
    def test_goods_draw_on_their_stock_and_tickets_on_their_slot(self):
        stock, slot = StockFactory(), SlotFactory()
        ticket = AdmissionVariantFactory(listing=slot.listing)
        assert queries.pools_for(stock.variant_id, None) == (stock.pool_id,)
        assert queries.pools_for(ticket.pk, slot.pk) == (slot.pool_id,)

    def test_what_does_not_belong_together_draws_on_nothing(self):
        slot = SlotFactory()
        assert queries.pools_for(AdmissionVariantFactory().pk, slot.pk) == ()
        assert queries.pools_for(AdmissionVariantFactory().pk, None) == ()


class TestSlotsOn:
    def choices(self, slot, now=NOW):
        return [(c.slot_id, c.left, c.is_open, c.why_not) for c in queries.slots_on(slot.listing_id, DAY, now)]

    def test_an_open_slot_says_what_is_left(self):
        slot = SlotFactory(pool__capacity=9, pool__taken=2)
        later = SlotFactory(
            listing=slot.listing, starts_at=MORNING + timedelta(hours=3), ends_at=MORNING + timedelta(hours=6)
        )
        assert self.choices(slot) == [(slot.pk, 7, True, ""), (later.pk, 10, True, "")]

    def test_says_why_a_slot_cannot_be_chosen(self):
        slot = SlotFactory()
        with override("en"):
            assert self.choices(slot, now=slot.ends_at) == [(slot.pk, 10, False, "This time has passed.")]
            full = SlotFactory(pool__capacity=2, pool__taken=2)
            assert self.choices(full) == [(full.pk, 0, False, "Sold out.")]
            closed = SlotFactory(closed_at=NOW)
            assert self.choices(closed) == [(closed.pk, 10, False, "Closed by the operator.")]
            ClosureFactory(destination=slot.listing.destination)
            assert self.choices(slot) == [(slot.pk, 10, False, "Closed: Road works.")]
        with override("id"):
            assert self.choices(slot) == [(slot.pk, 10, False, "Tutup: Perbaikan jalan.")]

    def test_a_running_slot_can_still_be_entered(self):
        slot = SlotFactory()
        assert self.choices(slot, now=slot.ends_at - timedelta(minutes=1)) == [(slot.pk, 10, True, "")]

    @pytest.mark.parametrize(
        ("starts", "ends", "kind", "is_open"),
        [
            (0, 3, ClosureKind.FULL, False),
            (1, None, ClosureKind.FULL, False),
            (3, 5, ClosureKind.FULL, True),
            (-9, 0, ClosureKind.FULL, True),
            (0, 3, ClosureKind.PARTIAL, True),
            (0, 3, ClosureKind.CAUTION, True),
        ],
    )
    def test_only_a_full_closure_that_overlaps_closes(self, starts, ends, kind, is_open):
        slot = SlotFactory()
        ClosureFactory(
            destination=slot.listing.destination,
            kind=kind,
            starts_at=MORNING + timedelta(hours=starts),
            ends_at=None if ends is None else MORNING + timedelta(hours=ends),
        )
        assert [choice.is_open for choice in queries.slots_on(slot.listing_id, DAY, NOW)] == [is_open]

    def test_a_closure_that_ended_does_not_close_the_rest_of_the_day(self):
        slot = SlotFactory()
        ClosureFactory(destination=slot.listing.destination, starts_at=MORNING, ends_at=MORNING + timedelta(hours=1))
        at = MORNING + timedelta(hours=1)
        assert [choice.is_open for choice in queries.slots_on(slot.listing_id, DAY, at)] == [True]


class TestCalendar:
    def test_says_for_every_day_what_it_offers(self):
        listing = AdmissionFactory()
        AdmissionVariantFactory(listing=listing, price=10_000, audience="CHILD")
        adult = AdmissionVariantFactory(listing=listing, price=20_000, audience="ADULT", position=1)
        DatedPriceFactory(variant=adult, weekdays="67", price=5_000)
        SlotFactory(listing=listing, pool__capacity=5)
        SlotFactory(listing=listing, starts_at=MORNING + timedelta(hours=3), ends_at=MORNING + timedelta(hours=6))
        monday = {"day": DAY + timedelta(days=1)}
        times = {"starts_at": MORNING + timedelta(days=1), "ends_at": MORNING + timedelta(days=1, hours=1)}
        SlotFactory(listing=listing, pool__capacity=5, pool__taken=5, **monday, **times)
        tuesday = {"day": DAY + timedelta(days=2), "closed_at": NOW}
        times = {"starts_at": MORNING + timedelta(days=2), "ends_at": MORNING + timedelta(days=2, hours=1)}
        SlotFactory(listing=listing, **tuesday, **times)

        with override("en"):
            offers = queries.calendar(listing.pk, DAY, DAY + timedelta(days=3), NOW)

        assert offers == [
            DayOffer(DAY, 5_000, 15, DayState.OPEN),
            DayOffer(DAY + timedelta(days=1), 20_000, 0, DayState.FULL, "Sold out."),
            DayOffer(DAY + timedelta(days=2), 20_000, 0, DayState.CLOSED, "Closed by the operator."),
            DayOffer(DAY + timedelta(days=3), None, 0, DayState.NONE),
        ]

    def test_the_first_category_leads_where_none_is_for_adults(self):
        everybody = AdmissionVariantFactory(audience="ANYONE", position=1)
        child = AdmissionVariantFactory(audience="CHILD", position=2)
        adult = AdmissionVariantFactory(audience="ADULT", position=3)
        assert queries.leading([everybody, child]) == everybody
        assert queries.leading([everybody, child, adult]) == adult
        assert queries.leading([]) is None

    def test_takes_the_same_number_of_queries_for_any_number_of_days(self, django_assert_num_queries):
        slot = SlotFactory()
        AdmissionVariantFactory(listing=slot.listing)
        with django_assert_num_queries(6):
            queries.calendar(slot.listing_id, DAY, DAY + timedelta(days=40), NOW)


class TestCards:
    def test_a_product_is_shown_with_its_shop_place_and_price(self):
        stock = StockFactory(variant__listing__shop__village=None)
        ListingPictureFactory(listing=stock.variant.listing)
        listing = stock.variant.listing

        with override("en"):
            card = queries.cards(limit=5, now=NOW)[0]

        assert (card.id, card.title, card.url_path) == (listing.pk, "Beef rendang", f"/produk/{listing.slug}/")
        assert (card.price_from, card.price_is_from, card.sold_out, card.closed_reason) == (85_000, False, False, "")
        assert (card.shop_name, card.region_code) == (listing.shop.name, listing.shop.region.code)
        assert card.picture is not None
        assert card.picture.alt == "Rendang on a plate"

    def test_a_ticket_is_shown_with_its_place_and_why_it_is_closed(self):
        slot = SlotFactory()
        AdmissionVariantFactory(listing=slot.listing)
        ClosureFactory(destination=slot.listing.destination)

        with override("id"):
            card = queries.cards(limit=5, now=NOW)[0]

        assert card.url_path == f"/tiket/{slot.listing.slug}/"
        assert (card.place, card.closed_reason) == (slot.listing.destination.name, "Tutup: Perbaikan jalan.")
        assert card.region_code == slot.listing.destination.region.code

    def test_says_what_is_sold_out(self):
        StockFactory(pool__capacity=2, pool__taken=2)
        full = SlotFactory(pool__capacity=2, pool__taken=2)
        AdmissionVariantFactory(listing=full.listing)
        over = SlotFactory(ends_at=NOW, starts_at=NOW - timedelta(hours=1))
        AdmissionVariantFactory(listing=over.listing)
        assert [card.sold_out for card in queries.cards(limit=5, now=NOW)] == [True, True, True]

    def test_hides_what_is_not_for_sale(self):
        VariantFactory(listing__status=ListingStatus.HIDDEN)
        VariantFactory(listing__shop__status=ShopStatus.SUSPENDED)
        VariantFactory(is_active=False)
        ListingFactory()
        assert queries.cards(limit=5, now=NOW) == []

    def test_narrows_down(self):
        goods, ticket = VariantFactory().listing, AdmissionVariantFactory().listing

        def ids(**conditions):
            return [card.id for card in queries.cards(limit=5, now=NOW, **conditions)]

        assert ids() == [goods.pk, ticket.pk]
        Listing.objects.filter(pk=ticket.pk).update(published_at=NOW)
        assert ids() == [ticket.pk, goods.pk]
        assert ids(kind=ListingKind.GOODS) == [goods.pk]
        assert ids(kinds=[ListingKind.ADMISSION, ListingKind.TOUR]) == [ticket.pk]
        assert ids(destination_id=ticket.destination_id) == [ticket.pk]
        assert ids(shop_id=goods.shop_id) == [goods.pk]
        assert ids(region_code=ticket.destination.region.code) == [ticket.pk]
        assert ids(region_code=goods.shop.region.code) == [goods.pk]
        assert ids(listing_ids=[goods.pk, ticket.pk]) == [goods.pk, ticket.pk]

    def test_many_take_as_many_queries_as_few(self, django_assert_num_queries):
        def fill():
            ListingPictureFactory(listing=StockFactory().variant.listing)
            slot = SlotFactory()
            AdmissionVariantFactory(listing=slot.listing)
            ClosureFactory(destination=slot.listing.destination)

        fill()
        with django_assert_num_queries(8):
            assert len(queries.cards(limit=50, now=NOW)) == 2
        for _ in range(4):
            fill()
        with django_assert_num_queries(8):
            assert len(queries.cards(limit=50, now=NOW)) == 10


class TestListingView:
    def test_shows_a_ticket_with_its_categories_rules_and_place(self):
        place = DestinationFactory()
        listing = AdmissionFactory(destination=place, terms_id="Termasuk asuransi.\n\nTidak bisa dikembalikan.")
        AdmissionVariantFactory(
            listing=listing, audience_rule_id="13 tahun ke atas", audience_rule_en="13 years and older"
        )
        AdmissionVariantFactory(listing=listing, name_id="Anak", name_en="", position=1, price=10_000)
        SlotFactory(listing=listing)

        with override("en"):
            view = queries.listing_view(listing.slug, NOW)

        assert view is not None
        assert view.terms == ("Termasuk asuransi.", "Tidak bisa dikembalikan.")
        assert [(offer.name, offer.price, offer.left, offer.sold_out) for offer in view.variants] == [
            ("Adult", 20_000, None, False),
            ("Anak", 10_000, None, False),
        ]
        assert view.variants[0].audience_rule == "13 years and older"
        assert (view.price_from, view.price_is_from, view.sold_out) == (10_000, True, False)
        assert view.destination is not None
        assert (view.destination.name, view.destination.closed_reason) == (place.name, "")

    def test_a_closure_is_said_at_once(self):
        slot = SlotFactory()
        AdmissionVariantFactory(listing=slot.listing)
        closure = ClosureFactory(destination=slot.listing.destination, starts_at=NOW)

        with override("en"):
            before = queries.listing_view(slot.listing.slug, NOW - timedelta(seconds=1))
            during = queries.listing_view(slot.listing.slug, NOW)
        assert before is not None
        assert during is not None
        assert (before.closed_reason, during.closed_reason) == ("", "Closed: Road works.")
        closure.lifted_at = NOW
        closure.save()
        with override("en"):
            after = queries.listing_view(slot.listing.slug, NOW + timedelta(seconds=1))
        assert after is not None
        assert after.closed_reason == ""

    def test_nobody_sees_what_is_hidden(self):
        listing = VariantFactory(listing__status=ListingStatus.PENDING).listing
        assert queries.listing_view(listing.slug, NOW) is None
        assert queries.listing_view("tidak-ada", NOW) is None

    def test_takes_a_fixed_number_of_queries(self, django_assert_num_queries):
        stock = StockFactory()
        for position in range(3):
            ListingPictureFactory(listing=stock.variant.listing, position=position)
            StockFactory(variant=VariantFactory(listing=stock.variant.listing))
        with django_assert_num_queries(5):
            queries.listing_view(stock.variant.listing.slug, NOW)
