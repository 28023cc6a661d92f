from datetime import UTC, datetime

import pytest
from django.db import IntegrityError
from django.utils.translation import override

from foundation.errors import InvalidInput
from foundation.outbox.models import Event
from marketplace.catalog.models import Listing, ListingKind
from marketplace.catalog.services import ListingDraft, PictureChoice, VariantDraft
from marketplace.inventory import queries, services
from marketplace.inventory.models import AdjustmentReason, Hold, Pool, Stock, StockAdjustment
from tests.factories.accounts import UserFactory
from tests.factories.catalog import CategoryFactory, PictureFactory, VariantFactory
from tests.factories.inventory import HoldFactory, StockAdjustmentFactory, StockFactory
from tests.factories.shops import ShopFactory

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
pytestmark = pytest.mark.django_db


class TestCreate:
    def test_gives_a_variant_its_pool(self):
        variant = VariantFactory()
        stock = services.create_stock(variant_id=variant.pk, capacity=12)
        assert queries.pools_for(variant.pk, None) == (stock.pool_id,)
        assert queries.stock_left([variant.pk], NOW) == {variant.pk: 12}

    @pytest.mark.parametrize("capacity", [-1, 100_001])
    def test_refuses_a_number_nobody_has(self, capacity: int):
        with pytest.raises(InvalidInput):
            services.create_stock(variant_id=VariantFactory().pk, capacity=capacity)
        assert not Pool.objects.exists()


def add(stock: Stock, change: int) -> int:
    return services.adjust_stock(
        variant_id=stock.variant_id, change=change, reason=AdjustmentReason.RECEIVED, by_id=None, now=NOW
    )


class TestAdjust:
    def test_adds_pieces_and_notes_why_and_by_whom(self):
        stock, user = StockFactory(pool__capacity=10, pool__taken=4), UserFactory()

        left = services.adjust_stock(
            variant_id=stock.variant_id,
            change=5,
            reason=AdjustmentReason.RECEIVED,
            note=" Panen baru ",
            by_id=user.pk,
            now=NOW,
        )

        assert left == 11
        assert list(StockAdjustment.objects.values("pool", "change", "reason", "note", "left", "by", "at")) == [
            {
                "pool": stock.pool_id,
                "change": 5,
                "reason": "RECEIVED",
                "note": "Panen baru",
                "left": 11,
                "by": user.pk,
                "at": NOW,
            }
        ]

    def test_takes_away_no_more_than_is_free(self):
        stock = StockFactory(pool__capacity=10, pool__taken=4)

        with pytest.raises(services.BelowTaken) as refusal:
            add(stock, -7)
        assert refusal.value.taken == 4
        assert not StockAdjustment.objects.exists()
        assert add(stock, -6) == 0

    def test_what_has_lapsed_is_free_whether_or_not_somebody_swept_it(self):
        stock = StockFactory(pool__capacity=10, pool__taken=4)
        HoldFactory(pool=stock.pool, quantity=4, lapses_at=NOW)

        assert add(stock, -10) == 0
        assert Hold.objects.get().status == "RELEASED"

    def test_refuses_no_change_and_an_absurd_one(self):
        stock = StockFactory()
        for change in (0, 1_000_000):
            with pytest.raises(InvalidInput):
                add(stock, change)
        assert not StockAdjustment.objects.exists()

    def test_tells_that_goods_are_available_again(self):
        stock = StockFactory(pool__capacity=4, pool__taken=4)
        add(stock, 1)
        add(stock, 1)
        assert list(Event.objects.values_list("topic", "key")) == [("listing.changed", str(stock.variant.listing_id))]

    def test_an_adjustment_changes_something(self):
        with pytest.raises(IntegrityError, match="adjustment_changes_something"):
            StockAdjustmentFactory(change=0)


class TestCount:
    def test_what_was_counted_is_what_can_be_sold(self):
        stock = StockFactory(pool__capacity=10, pool__taken=4)

        assert services.count_stock(variant_id=stock.variant_id, counted=8, by_id=None, now=NOW) == 8

        pool = Pool.objects.get()
        assert (pool.capacity, pool.taken) == (12, 4)
        assert list(StockAdjustment.objects.values_list("change", "reason", "left")) == [(2, "COUNTED", 8)]

    def test_a_count_that_finds_what_is_there_is_not_noted(self):
        stock = StockFactory(pool__capacity=10, pool__taken=4)
        services.count_stock(variant_id=stock.variant_id, counted=6, by_id=None, now=NOW)
        assert not StockAdjustment.objects.exists()

    @pytest.mark.parametrize("counted", [-1, 100_001])
    def test_refuses_a_number_nobody_counts(self, counted: int):
        stock = StockFactory()
        with pytest.raises(InvalidInput):
            services.count_stock(variant_id=stock.variant_id, counted=counted, by_id=None, now=NOW)


class TestHistory:
    def test_names_what_was_done_to_each_variant_newest_first(self, django_assert_num_queries):
        stock, user = StockFactory(pool__capacity=10, variant__name_id="250 g"), UserFactory(first_name="Upik")
        services.adjust_stock(
            variant_id=stock.variant_id,
            change=-1,
            reason=AdjustmentReason.DAMAGED,
            note="jatuh",
            by_id=user.pk,
            now=NOW,
        )
        services.count_stock(variant_id=stock.variant_id, counted=12, by_id=None, now=NOW)
        StockFactory(variant__listing__shop=stock.variant.listing.shop)

        with django_assert_num_queries(1), override("id"):
            rows = queries.adjustments(listing_id=stock.variant.listing_id, limit=10)

        assert [(row.variant, row.change, row.reason, row.note, row.left) for row in rows] == [
            ("250 g", 3, "dihitung ulang", "", 12),
            ("250 g", -1, "rusak atau basi", "jatuh", 9),
        ]
        assert [row.by for row in rows] == ["", user.get_full_name()]
        assert queries.adjustments(listing_id=stock.variant.listing_id, limit=10, skip=1) == rows[1:]


class TestOfferGoods:
    def draft(self, **changes) -> ListingDraft:
        given = {
            "kind": ListingKind.GOODS,
            "category_id": CategoryFactory().pk,
            "title_id": "Rendang daging",
            "variants": [VariantDraft(price=85_000, name_id="250 g"), VariantDraft(price=160_000, name_id="500 g")],
        }
        return ListingDraft(**(given | changes))

    def test_a_photo_a_name_a_price_and_a_stock_can_be_bought_at_once(self):
        picture = PictureFactory()
        listing = services.offer_goods(
            shop_id=ShopFactory().pk,
            draft=self.draft(),
            stock=[5, 2],
            pictures=[PictureChoice(picture.pk, alt_id="Rendang")],
            now=NOW,
        )

        card = queries.cards(limit=10, now=NOW)[0]
        assert (card.id, card.price_from, card.price_is_from, card.sold_out) == (listing.pk, 85_000, True, False)
        assert card.picture is not None
        view = queries.listing_view(listing.slug, NOW)
        assert view is not None
        assert [(offer.name, offer.price, offer.left) for offer in view.variants] == [
            ("250 g", 85_000, 5),
            ("500 g", 160_000, 2),
        ]

    def test_leaves_nothing_behind_if_a_part_is_refused(self):
        with pytest.raises(InvalidInput):
            services.offer_goods(shop_id=ShopFactory().pk, draft=self.draft(), stock=[5, -2], now=NOW)
        assert not Listing.objects.exists()
        assert not Stock.objects.exists()
