from datetime import UTC, datetime

import pytest

from foundation.errors import InvalidInput
from foundation.outbox.models import Event
from marketplace.catalog.models import Listing, ListingKind
from marketplace.catalog.services import ListingDraft, PictureChoice, VariantDraft
from marketplace.inventory import queries, services
from marketplace.inventory.models import Pool, Stock, StockAdjustment
from tests.factories.accounts import UserFactory
from tests.factories.catalog import CategoryFactory, PictureFactory, VariantFactory
from tests.factories.inventory import StockFactory
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


class TestAdjust:
    def test_adds_pieces_and_notes_why_and_by_whom(self):
        stock, user = StockFactory(pool__capacity=10, pool__taken=4), UserFactory()

        left = services.adjust_stock(variant_id=stock.variant_id, change=5, reason="Panen baru", by_id=user.pk, now=NOW)

        assert left == 11
        row = StockAdjustment.objects.get()
        assert (row.pool_id, row.change, row.reason, row.by_id, row.at) == (
            stock.pool_id,
            5,
            "Panen baru",
            user.pk,
            NOW,
        )

    def test_takes_away_no_more_than_is_free(self):
        stock = StockFactory(pool__capacity=10, pool__taken=4)

        with pytest.raises(services.BelowTaken) as refusal:
            services.adjust_stock(variant_id=stock.variant_id, change=-7, reason="Rusak", by_id=None, now=NOW)
        assert refusal.value.taken == 4
        assert not StockAdjustment.objects.exists()
        assert services.adjust_stock(variant_id=stock.variant_id, change=-6, reason="Rusak", by_id=None, now=NOW) == 0

    def test_refuses_no_change_and_an_absurd_one(self):
        stock = StockFactory()
        for change in (0, 1_000_000):
            with pytest.raises(InvalidInput):
                services.adjust_stock(variant_id=stock.variant_id, change=change, reason="", by_id=None, now=NOW)
        assert not StockAdjustment.objects.exists()

    def test_tells_that_goods_are_available_again(self):
        stock = StockFactory(pool__capacity=4, pool__taken=4)
        services.adjust_stock(variant_id=stock.variant_id, change=1, reason="Panen", by_id=None, now=NOW)
        services.adjust_stock(variant_id=stock.variant_id, change=1, reason="Panen", by_id=None, now=NOW)
        assert list(Event.objects.values_list("topic", "key")) == [("listing.changed", str(stock.variant.listing_id))]


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
