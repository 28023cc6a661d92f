import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from foundation.accounts.buyer import Buyer
from foundation.accounts.phones import InvalidPhone
from foundation.outbox.models import Event
from marketplace.carts.models import CartLine
from marketplace.catalog.models import ChargeKind, ListingStatus
from marketplace.inventory.models import Hold, Pool
from marketplace.inventory.services import PoolExhausted
from marketplace.ledger.models import Journal
from marketplace.orders.models import Contact, Order, OrderEvent, OrderLine, ShopOrder
from marketplace.sales.services import CartChanged, DetailsMissing, NeedsOwnPayment, place
from marketplace.tickets.models import Ticket
from tests.factories.accounts import UserFactory
from tests.factories.catalog import VariantFactory
from tests.factories.destinations import ClosureFactory
from tests.factories.inventory import SlotFactory
from tests.factories.orders import GUEST, NOW, SHIPPING, admission, details, fill_cart, goods, placed_order
from tests.factories.regions import RegencyFactory
from tests.factories.shops import CollectionAgreementFactory, MerchantAccountFactory
from tests.racing import in_parallel
from tourism.regions.models import RegionKind, RegionLevel

KEY = uuid.UUID("00000000-0000-4000-8000-000000000001")


def order_now(**changes):
    given = {"buyer": GUEST, "checkout_key": KEY, "language": "id", "now": NOW}
    return place(**(given | changes))


def nothing_was_written() -> bool:
    return not any(rows.objects.exists() for rows in (Order, ShopOrder, OrderLine, Contact, Hold, OrderEvent, Event))


@pytest.mark.django_db
class TestPlace:
    def test_freezes_a_mixed_cart_and_holds_all_of_it(self):
        rendang, (adult, slot) = goods(), admission()
        fill_cart((rendang, None, 2), (adult, slot, 3))
        total = 2 * 85_000 + 3 * 20_000
        order = order_now(details=details(total, pick_up=[rendang.listing.shop_id], note="  di  samping masjid "))

        assert (order.amount, order.status, order.payable_until, order.lapses_at) == (
            total,
            "PLACED",
            NOW + timedelta(minutes=60),
            NOW + timedelta(minutes=75),
        )
        lines = OrderLine.objects.filter(shop_order__order=order).order_by("amount")
        assert [(line.title_id, line.quantity, line.amount, line.charge_kind) for line in lines] == [
            ("Tiket masuk", 3, 60_000, "PRIVATE_PRICE"),
            ("Rendang daging", 2, 170_000, "GOODS"),
        ]
        assert [(row.unit_amount, row.quantity, row.amount) for line in lines for row in line.price_rows.all()] == [
            (20_000, 3, 60_000),
            (85_000, 2, 170_000),
        ]
        assert [
            (hold.pool_id, hold.line, hold.quantity, hold.lapses_at) for hold in Hold.objects.order_by("-quantity")
        ] == [
            (slot.pool_id, lines[0].pk, 3, order.lapses_at),
            (rendang.stock.pool_id, lines[1].pk, 2, order.lapses_at),
        ]
        assert order.contact.phone == "+6281234567890"
        assert order.contact.note == "di samping masjid"
        assert not CartLine.objects.exists()
        assert Event.objects.get(topic="order.placed").key == str(order.pk)

    def test_adds_the_delivery_of_each_shop(self):
        rendang, keripik = goods(), goods(price=20_000)
        village = RegencyFactory(
            code="13.75.01.1001", level=RegionLevel.VILLAGE, kind=RegionKind.KELURAHAN, postal_code="26111"
        )
        fill_cart((rendang, None, 1), (keripik, None, 1))
        shops = {rendang.listing.shop_id: "FLAT_RATE", keripik.listing.shop_id: "PICK_UP"}
        order = order_now(
            details=details(
                105_000 + SHIPPING, shipping=shops, address="Jalan Minangkabau 1", village_code=village.code
            )
        )
        parts = ShopOrder.objects.filter(order=order).order_by("pk")
        assert [(part.shipping_method, part.shipping_amount) for part in parts] == [
            ("FLAT_RATE", 15_000),
            ("PICK_UP", 0),
        ]
        assert (order.contact.village, order.contact.postal_code) == (village, "26111")

    def test_a_repeat_returns_the_order_that_exists(self):
        rendang = goods()
        fill_cart((rendang, None, 1))
        typed = details(85_000, pick_up=[rendang.listing.shop_id])
        assert order_now(details=typed) == order_now(details=typed)
        assert Pool.objects.get().taken == 1

    def test_a_strangers_repeat_gets_nothing(self):
        rendang = goods()
        fill_cart((rendang, None, 1))
        order_now(details=details(85_000, pick_up=[rendang.listing.shop_id]))
        with pytest.raises(CartChanged):
            order_now(buyer=Buyer(user_id=None, guest_key="orang lain"), details=details(85_000))

    def test_an_account_owns_its_order_and_a_guest_does_not(self):
        user = UserFactory()
        order = placed_order((goods(), None, 1), buyer=Buyer(user_id=user.pk, guest_key="tamu-1"))
        assert (order.user, order.guest_key) == (user, "")

    def test_an_order_of_nothing_is_paid_at_once(self):
        child, slot = admission(price=0)
        order = placed_order((child, slot, 2))
        order.refresh_from_db()
        assert (order.status, order.amount, order.paid_at) == ("PAID", 0, NOW)
        assert Ticket.objects.filter(status="VALID").exclude(token="").count() == 2
        assert not Journal.objects.exists()
        assert Event.objects.filter(topic="tickets.issued").count() == 1

    def test_takes_a_fixed_number_of_statements_for_one_ticket(self, django_assert_num_queries):
        adult, slot = admission(places=100)
        fill_cart((adult, slot, 1))
        # And two for the transaction.
        with django_assert_num_queries(18 + 2):
            order_now(details=details(20_000))

    def test_needs_no_more_statements_for_more_lines(self):
        adult, slot = admission()
        child = VariantFactory(listing=adult.listing, charge_kind="PRIVATE_PRICE", price=10_000, name_id="Anak")
        fill_cart((adult, slot, 1))
        with CaptureQueriesContext(connection) as one:
            order_now(details=details(20_000))
        fill_cart((adult, slot, 1), (child, slot, 1))
        with CaptureQueriesContext(connection) as two:
            order_now(details=details(30_000), checkout_key=uuid.uuid4())
        assert len(one) == len(two)


@pytest.mark.django_db
class TestRefusals:
    def test_holds_nothing_if_one_of_two_is_sold_out(self):
        rendang, (adult, slot) = goods(), admission(places=1)
        fill_cart((rendang, None, 1), (adult, slot, 2))
        with pytest.raises(PoolExhausted) as refusal:
            order_now(details=details(125_000, pick_up=[rendang.listing.shop_id]))
        assert (refusal.value.asked, refusal.value.left) == (2, 1)
        assert list(Pool.objects.values_list("taken", flat=True)) == [0, 0]
        assert nothing_was_written()
        assert CartLine.objects.count() == 2

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda adult, slot: type(adult).objects.filter(pk=adult.pk).update(price=25_000),
            lambda adult, slot: type(adult).objects.filter(pk=adult.pk).update(is_active=False),
            lambda adult, slot: (
                type(adult.listing).objects.filter(pk=adult.listing_id).update(status=ListingStatus.HIDDEN)
            ),
            lambda adult, slot: type(adult.listing).objects.filter(pk=adult.listing_id).update(most_per_order=1),
            lambda adult, slot: type(adult.listing.shop).objects.update(status="SUSPENDED"),
            lambda adult, slot: type(slot).objects.update(closed_at=NOW),
            lambda adult, slot: type(slot).objects.update(starts_at=NOW - timedelta(hours=2), ends_at=NOW),
            lambda adult, slot: ClosureFactory(destination=adult.listing.destination),
            lambda adult, slot: CartLine.objects.update(slot=None),
            lambda adult, slot: CartLine.objects.update(slot=SlotFactory()),
        ],
        ids=[
            "price",
            "variant",
            "listing",
            "most",
            "shop",
            "slot closed",
            "slot passed",
            "place closed",
            "no slot",
            "foreign slot",
        ],
    )
    def test_a_line_that_changed_since_it_was_seen(self, spoil):
        adult, slot = admission()
        fill_cart((adult, slot, 2))
        spoil(adult, slot)
        with pytest.raises(CartChanged):
            order_now(details=details(40_000))
        assert nothing_was_written()

    def test_another_total_than_was_agreed_to(self):
        adult, slot = admission()
        fill_cart((adult, slot, 2))
        with pytest.raises(CartChanged), override("en"):
            order_now(details=details(39_999))
        assert nothing_was_written()

    def test_an_empty_cart(self):
        with pytest.raises(CartChanged):
            order_now(details=details(0))

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": "  "}, "name"),
            ({"name": "a" * 121}, "name"),
            ({"email": "bukan surat"}, "email"),
            ({"shipping": {}}, "shipping"),
            ({"shipping": {"shop": "DRONE"}}, "shipping"),
            ({"shipping": {"shop": "FLAT_RATE"}, "agreed_total": 100_000}, "address"),
            ({"shipping": {"shop": "FLAT_RATE"}, "agreed_total": 100_000, "address": "Jalan 1"}, "village"),
            (
                {"shipping": {"shop": "FLAT_RATE"}, "agreed_total": 100_000, "address": "Jalan 1", "locality": "Medan"},
                "postal_code",
            ),
        ],
    )
    def test_details_that_are_missing(self, changes, field):
        rendang = goods()
        fill_cart((rendang, None, 1))
        shop = rendang.listing.shop_id
        if "shipping" in changes:
            changes = changes | {"shipping": dict(zip([shop], changes["shipping"].values(), strict=False))}
        with pytest.raises(DetailsMissing) as refusal:
            order_now(details=details(changes.pop("agreed_total", 85_000), pick_up=[shop], **changes))
        assert refusal.value.field == field
        assert refusal.value.status == 422
        assert nothing_was_written()

    def test_a_phone_number_that_is_none(self):
        adult, slot = admission()
        fill_cart((adult, slot, 1))
        with pytest.raises(InvalidPhone):
            order_now(details=details(20_000, phone="12"))


@pytest.mark.django_db
class TestWhoseMoney:
    def test_retribusi_needs_an_agreement_to_ride_along(self):
        adult, slot = admission(charge_kind=ChargeKind.RETRIBUSI)
        fill_cart((adult, slot, 1))
        with pytest.raises(NeedsOwnPayment):
            order_now(details=details(20_000))
        CollectionAgreementFactory(region=adult.listing.shop.region)
        assert order_now(details=details(20_000)).amount == 20_000

    def test_an_agreement_that_is_over_is_none(self):
        adult, slot = admission(charge_kind=ChargeKind.RETRIBUSI)
        CollectionAgreementFactory(region=adult.listing.shop.region, valid_until_date=date(2026, 11, 21))
        fill_cart((adult, slot, 1))
        with pytest.raises(NeedsOwnPayment):
            order_now(details=details(20_000))

    def test_a_treasurys_own_account_takes_its_retribusi_alone(self):
        adult, slot = admission(charge_kind=ChargeKind.RETRIBUSI)
        shop = adult.listing.shop
        shop.merchant_account = MerchantAccountFactory(code="kas-daerah", region=shop.region)
        shop.save()
        fill_cart((adult, slot, 1))
        assert order_now(details=details(20_000)).merchant_account.code == "kas-daerah"

    def test_two_accounts_need_two_payments(self):
        rendang, keripik = goods(), goods()
        shop = keripik.listing.shop
        shop.merchant_account = MerchantAccountFactory(code="lain")
        shop.save()
        fill_cart((rendang, None, 1), (keripik, None, 1))
        with pytest.raises(NeedsOwnPayment):
            order_now(details=details(170_000))
        assert nothing_was_written()


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_two_clicks_make_one_order(self):
        rendang = goods()
        fill_cart((rendang, None, 1))
        typed = details(85_000, pick_up=[rendang.listing.shop_id])
        orders = in_parallel(lambda _click: order_now(details=typed), range(8))
        assert {order.pk for order in orders} == {Order.objects.get().pk}
        assert Pool.objects.get().taken == 1

    def test_the_last_piece_is_sold_once_to_16_buyers(self):
        rendang = goods(pieces=1)
        buyers = [Buyer(user_id=None, guest_key=f"tamu-{number}") for number in range(16)]
        for buyer in buyers:
            fill_cart((rendang, None, 1), buyer=buyer)

        def buy(buyer: Buyer) -> str:
            typed = details(85_000, pick_up=[rendang.listing.shop_id])
            try:
                order_now(buyer=buyer, checkout_key=uuid.uuid4(), details=typed)
            except PoolExhausted:
                return "refused"
            return "sold"

        assert sorted(in_parallel(buy, buyers)) == ["refused"] * 15 + ["sold"]
        assert Order.objects.count() == 1
