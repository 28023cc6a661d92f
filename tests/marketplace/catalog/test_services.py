from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils.translation import override

from foundation.errors import InvalidInput
from foundation.outbox.models import Event
from foundation.outbox.services import drain
from marketplace.catalog import services
from marketplace.catalog.limits import set_limits
from marketplace.catalog.models import (
    ChargeKind,
    HalalState,
    Listing,
    ListingKind,
    ListingPicture,
    ListingStatus,
    Variant,
)
from marketplace.catalog.services import ListingDraft, PictureChoice, VariantDraft
from marketplace.shops.models import ShopKind, ShopStatus
from marketplace.shops.services import approve_shop, suspend_shop
from tests.factories.catalog import (
    CategoryFactory,
    DatedPriceFactory,
    ListingFactory,
    ListingPictureFactory,
    PictureFactory,
    VariantFactory,
)
from tests.factories.shops import MemberFactory, ShopFactory

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def draft(**changes) -> ListingDraft:
    given = {
        "kind": ListingKind.GOODS,
        "category_id": CategoryFactory().pk,
        "title_id": "Rendang daging",
        "variants": [VariantDraft(price=85_000)],
    }
    return ListingDraft(**(given | changes))


def create(given: ListingDraft, *, shop=None, confirmed: bool = False) -> Listing:
    shop = shop or ShopFactory()
    return services.create_listing(shop_id=shop.pk, draft=given, price_confirmed=confirmed, now=NOW)


class TestCreate:
    def test_an_open_shop_publishes_at_once(self):
        listing = create(draft())
        assert (listing.status, listing.published_at, listing.slug) == ("PUBLISHED", NOW, "rendang-daging")
        assert list(Event.objects.values_list("topic", "key")) == [("listing.changed", str(listing.pk))]

    def test_a_shop_that_is_not_approved_waits_and_is_published_with_its_approval(self):
        shop = ShopFactory(status=ShopStatus.PENDING)
        listing = create(draft(), shop=shop)
        assert listing.status == ListingStatus.PENDING
        assert not Listing.objects.for_sale().exists()

        approve_shop(shop_id=shop.pk, now=NOW)
        drain(now=NOW + timedelta(seconds=1))

        assert Listing.objects.for_sale().get() == listing
        suspend_shop(shop_id=shop.pk, now=NOW)
        assert not Listing.objects.for_sale().exists()

    def test_the_same_title_gets_an_address_of_its_own(self):
        first, second = create(draft()), create(draft())
        assert first.slug == "rendang-daging"
        assert second.slug.startswith("rendang-daging-")
        assert len(second.slug) == len("rendang-daging-") + 5

    def test_keeps_text_without_markup(self):
        listing = create(
            draft(
                title_id="Rendang <b>daging</b>",
                description_id="Pedas & gurih, < 1 kg.\r\n<script>alert(1)</script><a href='javascript:x'>Klik</a>",
            )
        )
        assert listing.title_id == "Rendang daging"
        assert listing.description_id == "Pedas & gurih, < 1 kg.\nKlik"

    @pytest.mark.parametrize(
        "change",
        [
            {"title_id": " a "},
            {"title_id": "<b></b>"},
            {"category_id": 0},
            {"variants": []},
            {"variants": [VariantDraft(price=85_000)] * 31},
            {"variants": [VariantDraft(price=0)]},
            {"variants": [VariantDraft(price=-1)]},
            {"variants": [VariantDraft(price=1_000_000_000)]},
            {"variants": [VariantDraft(price=85_000, charge_kind=ChargeKind.RETRIBUSI)]},
            {"variants": [VariantDraft(price=85_000, id=99)]},
            {"halal_state": HalalState.CERTIFIED},
            {"most_per_order": 0},
            {"most_per_order": 501},
        ],
    )
    def test_refuses_what_cannot_be_meant_and_writes_nothing(self, change):
        with pytest.raises(InvalidInput):
            create(draft(**change))
        assert not Listing.objects.exists()
        assert not Event.objects.exists()

    def test_a_ticket_may_be_free_and_only_a_government_office_collects_retribusi(self):
        ticket = draft(kind=ListingKind.ADMISSION, variants=[VariantDraft(price=0, charge_kind=ChargeKind.RETRIBUSI)])
        with pytest.raises(InvalidInput, match="kantor pemerintah"):
            create(ticket)
        assert create(ticket, shop=ShopFactory(kind=ShopKind.DINAS)).status == "PUBLISHED"


class TestDoubtfulPrice:
    @pytest.mark.parametrize(
        ("price", "meant"),
        [(380, 38_000), (38, 38_000), (999, 99_900), (38_000_000, 38_000), (1_000, 1_000), (20_000_000, 20_000_000)],
    )
    def test_guesses_what_was_meant(self, price: int, meant: int):
        assert services.likely_price(price) == meant

    def test_asks_once_and_takes_the_answer(self):
        cheap = draft(variants=[VariantDraft(price=380)])
        with pytest.raises(services.DoubtfulPrice, match=r"Rp380 .* Rp38\.000") as warning:
            create(cheap)
        assert (warning.value.price, warning.value.meant, warning.value.status) == (380, 38_000, 422)
        assert not Listing.objects.exists()

        create(cheap, confirmed=True)
        assert Variant.objects.get().price == 380


class TestChange:
    def test_changes_variants_and_no_longer_offers_those_left_out(self):
        listing = create(draft(variants=[VariantDraft(price=85_000, name_id="250 g"), VariantDraft(price=160_000)]))
        first, second = Variant.objects.order_by("pk")

        services.change_listing(
            listing_id=listing.pk,
            draft=draft(
                title_en="Rendang",
                variants=[VariantDraft(price=165_000, name_id="500 g"), VariantDraft(price=86_000, id=first.pk)],
            ),
            now=NOW + timedelta(hours=1),
        )

        rows = Variant.objects.order_by("position", "pk").values_list("pk", "price", "is_active", "position")
        third = Variant.objects.latest("pk")
        assert set(rows) == {(third.pk, 165_000, True, 0), (first.pk, 86_000, True, 1), (second.pk, 160_000, False, 1)}
        listing.refresh_from_db()
        assert (listing.title_en, listing.changed_at, listing.slug) == (
            "Rendang",
            NOW + timedelta(hours=1),
            "rendang-daging",
        )

    def test_refuses_a_variant_of_another_listing(self):
        listing, stranger = create(draft()), VariantFactory()
        with pytest.raises(InvalidInput):
            services.change_listing(
                listing_id=listing.pk, draft=draft(variants=[VariantDraft(price=5_000, id=stranger.pk)]), now=NOW
            )
        stranger.refresh_from_db()
        assert stranger.price == 85_000


class TestShowAndHide:
    def test_hides_and_shows_again_and_tells_each_once(self):
        listing = create(draft())
        for _ in range(2):
            services.hide_listing(listing_id=listing.pk, now=NOW)
        assert not Listing.objects.for_sale().exists()
        for _ in range(2):
            services.publish_listing(listing_id=listing.pk, now=NOW + timedelta(days=1))
        listing.refresh_from_db()
        assert (listing.status, listing.published_at) == ("PUBLISHED", NOW)
        # Made, hidden, shown again.
        assert Event.objects.filter(topic="listing.changed", key=str(listing.pk)).count() == 3


class TestBlocking:
    def test_its_seller_reads_why_and_cannot_show_it(self):
        listing = create(draft())
        services.block_listing(listing_id=listing.pk, reason=" Tanpa <b>izin</b> edar. ", now=NOW)

        with override("id"), pytest.raises(services.ListingBlocked) as refusal:
            services.publish_listing(listing_id=listing.pk, now=NOW)
        assert str(refusal.value) == "Provinsi memblokir ini: Tanpa izin edar."
        # Hidden and shown again would be a way out.
        services.hide_listing(listing_id=listing.pk, now=NOW)
        listing.refresh_from_db()
        assert (listing.status, listing.blocked_reason) == ("BLOCKED", "Tanpa izin edar.")
        assert not Listing.objects.for_sale().exists()
        assert list(Event.objects.filter(topic="listing.blocked").values_list("key", flat=True)) == [str(listing.pk)]

    def test_stays_so_when_it_is_changed_and_when_its_shop_is_approved(self):
        listing = create(draft())
        services.block_listing(listing_id=listing.pk, reason="Tanpa izin edar", now=NOW)
        services.change_listing(listing_id=listing.pk, draft=draft(), now=NOW)
        services.follow_shop(shop_id=listing.shop_id, now=NOW)
        listing.refresh_from_db()
        assert listing.status == "BLOCKED"

    def test_the_province_lets_it_be_sold_again(self):
        listing = create(draft())
        services.block_listing(listing_id=listing.pk, reason="Tanpa izin edar", now=NOW)
        for _ in range(2):
            services.unblock_listing(listing_id=listing.pk, now=NOW)
        listing.refresh_from_db()
        assert (listing.status, listing.blocked_reason) == ("PUBLISHED", "")

    def test_is_never_without_a_reason(self):
        listing = create(draft())
        with pytest.raises(InvalidInput):
            services.block_listing(listing_id=listing.pk, reason=" <i>x</i> ", now=NOW)
        listing.refresh_from_db()
        assert listing.status == "PUBLISHED"
        with pytest.raises(IntegrityError, match="block_has_a_reason"):
            ListingFactory(status="BLOCKED")


class TestLimits:
    def test_are_set_and_lifted(self):
        variant = VariantFactory()
        listing = variant.listing
        set_limits(
            listing_id=listing.pk,
            most_per_order=10,
            most_per_buyer=8,
            most_per_buyer_a_day=4,
            variants={variant.pk: 2, VariantFactory().pk: 1},
            now=NOW,
        )
        assert list(Variant.objects.order_by("pk").values_list("most_per_buyer", flat=True)) == [2, None]
        set_limits(listing_id=listing.pk, most_per_order=10, most_per_buyer=None, variants={variant.pk: None}, now=NOW)
        listing.refresh_from_db()
        variant.refresh_from_db()
        assert (listing.most_per_order, listing.most_per_buyer, listing.most_per_buyer_a_day) == (10, None, None)
        assert variant.most_per_buyer is None

    def test_stay_when_the_listing_is_changed(self):
        listing = create(draft())
        set_limits(listing_id=listing.pk, most_per_order=10, most_per_buyer=8, now=NOW)
        services.change_listing(listing_id=listing.pk, draft=draft(), now=NOW)
        listing.refresh_from_db()
        assert listing.most_per_buyer == 8

    @pytest.mark.parametrize("limit", [0, 501])
    def test_are_numbers_that_can_be_meant(self, limit: int):
        listing = ListingFactory()
        with pytest.raises(InvalidInput):
            set_limits(listing_id=listing.pk, most_per_order=10, most_per_buyer=limit, now=NOW)

    def test_a_buyer_may_have_some(self):
        with pytest.raises(IntegrityError, match="a_buyer_may_have_some"):
            ListingFactory(most_per_buyer=0)

    def test_a_buyer_may_have_some_of_a_variant(self):
        with pytest.raises(IntegrityError, match="a_buyer_may_have_some_of_it"):
            VariantFactory(most_per_buyer=0)


class TestPictures:
    def test_takes_the_place_of_those_before(self):
        row = ListingPictureFactory()
        first, second = PictureFactory(), PictureFactory()
        services.set_pictures(
            listing_id=row.listing_id,
            pictures=[PictureChoice(first.pk, alt_id="<i>Depan</i>"), PictureChoice(second.pk)],
            now=NOW,
        )
        rows = ListingPicture.objects.order_by("position").values_list("picture_id", "position", "alt_id")
        assert list(rows) == [(first.pk, 0, "Depan"), (second.pk, 1, "")]


class TestOwners:
    def test_a_stranger_manages_nothing(self):
        listing = ListingFactory()
        owner, gate = MemberFactory(shop=listing.shop), MemberFactory(shop=listing.shop, role="GATE")
        stranger = MemberFactory()
        assert list(Listing.objects.managed_by(owner.user_id)) == [listing]
        assert not Listing.objects.managed_by(gate.user_id).exists()
        assert not Listing.objects.managed_by(stranger.user_id).exists()
        assert not Listing.objects.managed_by(None).exists()


class TestConstraints:
    def test_a_halal_certificate_has_a_number(self):
        with pytest.raises(IntegrityError, match="halal_certificate_has_number"):
            ListingFactory(halal_state=HalalState.CERTIFIED)

    @pytest.mark.parametrize("most", [0, 501])
    def test_the_most_per_order_is_sane(self, most: int):
        with pytest.raises(IntegrityError, match="most_per_order_is_sane"):
            ListingFactory(most_per_order=most)

    @pytest.mark.parametrize("price", [-1, 1_000_000_000])
    def test_prices_are_sane(self, price: int):
        with pytest.raises(IntegrityError, match="variant_price_is_sane"):
            VariantFactory(price=price)

    @pytest.mark.parametrize("price", [-1, 1_000_000_000])
    def test_dated_prices_are_sane(self, price: int):
        with pytest.raises(IntegrityError, match="dated_price_is_sane"):
            DatedPriceFactory(price=price)

    def test_a_place_holds_one_picture(self):
        row = ListingPictureFactory()
        with pytest.raises(IntegrityError):
            ListingPictureFactory(listing=row.listing)


def test_a_draft_is_a_value():
    given = draft()
    assert replace(given, title_id="Randang").title_id == "Randang"
    assert given.title_id == "Rendang daging"
