from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from foundation.accounts.buyer import Buyer
from marketplace.carts.models import CartLine
from marketplace.carts.queries import Problem, cart_count, cart_view
from marketplace.catalog.models import Listing, ListingStatus, Variant
from marketplace.inventory.models import Allowance, Pool, Slot
from marketplace.shipping.models import ShippingMethod
from tests.factories.accounts import UserFactory
from tests.factories.carts import CartFactory, CartLineFactory
from tests.factories.catalog import AdmissionVariantFactory, DatedPriceFactory, ListingPictureFactory
from tests.factories.destinations import ClosureFactory
from tests.factories.inventory import HoldFactory, PoolFactory, SlotFactory, StockFactory
from tests.factories.shipping import ShippingRateFactory

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
GUEST = Buyer(None, "tamu-saya")
pytestmark = pytest.mark.django_db


@pytest.fixture
def cart():
    return CartFactory(guest_key="tamu-saya")


def ticket_line(cart, **changes) -> CartLine:
    slot = SlotFactory()
    return CartLineFactory(cart=cart, variant=AdmissionVariantFactory(listing=slot.listing), slot=slot, **changes)


def problem(language: str = "en") -> tuple[Problem | None, str, int, int]:
    with override(language):
        line = cart_view(GUEST, NOW).lines[0]
    return line.problem_code, line.problem, line.most, line.amount


class TestCartView:
    def test_groups_by_shop_in_the_order_of_adding(self, cart):
        goods = CartLineFactory(cart=cart, quantity=2)
        ticket = ticket_line(cart, quantity=3)
        more = CartLineFactory(cart=cart, stock=StockFactory(variant__listing__shop=goods.variant.listing.shop))
        ShippingRateFactory(shop=goods.variant.listing.shop)

        with override("id"):
            view = cart_view(GUEST, NOW)

        assert [[line.id for line in group.lines] for group in view.groups] == [[goods.pk, more.pk], [ticket.pk]]
        assert [group.amount for group in view.groups] == [255_000, 60_000]
        assert (view.total, view.count, view.problems, view.is_empty) == (315_000, 6, (), False)
        assert [choice.method for choice in view.groups[0].shipping] == [
            ShippingMethod.FLAT_RATE,
            ShippingMethod.PICK_UP,
        ]
        assert view.groups[0].shipping[0].amount == 15_000
        # Nothing of the second shop has to be brought anywhere.
        assert (view.groups[1].shipping, view.groups[1].is_shipped, view.is_shipped) == ((), False, True)

    def test_a_ticket_costs_what_its_day_costs(self, cart):
        line = ticket_line(cart, price_seen=25_000)
        DatedPriceFactory(variant=line.variant, weekdays="7", price=25_000)
        assert cart_view(GUEST, NOW).total == 25_000
        assert problem()[0] is None

    def test_nobody_and_a_stranger_see_an_empty_cart(self, cart):
        CartLineFactory(cart=cart)
        for buyer in (Buyer(None, ""), Buyer(None, "orang-lain")):
            assert cart_view(buyer, NOW).is_empty
            assert cart_count(buyer) == 0
        assert cart_count(GUEST) == 1

    def test_many_lines_take_as_many_queries_as_few(self, cart, django_assert_num_queries):
        def fill():
            line = CartLineFactory(cart=cart)
            ListingPictureFactory(listing=line.variant.listing)
            ticket_line(cart)

        fill()
        with django_assert_num_queries(9):
            cart_view(GUEST, NOW)
        for _ in range(4):
            fill()
        with django_assert_num_queries(9):
            assert len(cart_view(GUEST, NOW).lines) == 10


class TestProblems:
    def test_sold_out(self, cart):
        CartLineFactory(cart=cart)
        Pool.objects.update(taken=10)
        assert problem() == (Problem.SOLD_OUT, "Sold out.", 0, 0)
        assert problem("id")[1] == "Habis."

    def test_a_lapsed_hold_is_free_again(self, cart):
        CartLineFactory(cart=cart)
        Pool.objects.update(taken=10)
        HoldFactory(pool=Pool.objects.get(), quantity=10, lapses_at=NOW)
        assert problem() == (None, "", 10, 85_000)

    def test_fewer_left(self, cart):
        CartLineFactory(cart=cart, quantity=4)
        Pool.objects.update(taken=8)
        assert problem() == (Problem.FEWER_LEFT, "Only 2 left.", 2, 340_000)

    def test_more_than_one_order_may_hold(self, cart):
        CartLineFactory(cart=cart, quantity=4)
        Listing.objects.update(most_per_order=3)
        assert problem() == (Problem.TOO_MANY, "At most 3 per order.", 3, 340_000)

    def test_a_slot_that_passed(self, cart):
        ticket_line(cart)
        Slot.objects.update(starts_at=datetime(2026, 11, 22, 1, tzinfo=UTC), ends_at=NOW)
        assert problem() == (Problem.PASSED, "This time has passed.", 0, 0)

    def test_a_slot_that_the_operator_closed(self, cart):
        ticket_line(cart)
        Slot.objects.update(closed_at=NOW)
        assert problem() == (Problem.CLOSED, "Closed by the operator.", 0, 0)

    def test_a_place_that_is_closed(self, cart):
        line = ticket_line(cart)
        ClosureFactory(destination=line.variant.listing.destination)
        assert problem() == (Problem.CLOSED, "Closed: Road works.", 0, 0)
        assert problem("id")[1] == "Tutup: Perbaikan jalan."

    def test_a_price_that_changed(self, cart):
        CartLineFactory(cart=cart, quantity=2)
        Variant.objects.update(price=90_000)
        assert problem() == (Problem.PRICE_CHANGED, "The price was Rp85.000 and is now Rp90.000.", 10, 180_000)

    @pytest.mark.parametrize("status", [ListingStatus.HIDDEN, ListingStatus.DRAFT, ListingStatus.PENDING])
    def test_a_listing_that_is_hidden(self, cart, status: str):
        CartLineFactory(cart=cart)
        Listing.objects.update(status=status)
        assert problem() == (Problem.HIDDEN, "This is no longer for sale.", 0, 0)

    def test_all_problems_are_said_and_nothing_is_lost(self, cart):
        first, second = CartLineFactory(cart=cart), CartLineFactory(cart=cart, quantity=3)
        Variant.objects.filter(pk=first.variant_id).update(is_active=False)
        Pool.objects.filter(stock__variant=second.variant_id).update(taken=8)

        with override("en"):
            view = cart_view(GUEST, NOW)

        assert view.problems == ("Beef rendang: This is no longer for sale.", "Beef rendang: Only 2 left.")
        assert (len(view.lines), view.total) == (2, 255_000)

    def test_lines_of_one_slot_share_its_places(self, cart):
        slot = SlotFactory(pool__capacity=5)
        for quantity in (4, 3, 1):
            variant = AdmissionVariantFactory(listing=slot.listing)
            CartLineFactory(cart=cart, variant=variant, slot=slot, quantity=quantity)

        view = cart_view(GUEST, NOW)

        codes = [line.problem_code for line in view.lines]
        assert codes == [None, Problem.FEWER_LEFT, Problem.SOLD_OUT]
        assert [line.most for line in view.lines] == [5, 1, 0]


class TestOnePersonsShare:
    """What one buyer may have, counting what the account has ordered before."""

    def of_user(self, **listing) -> tuple[Buyer, CartLine]:
        user = UserFactory()
        slot = SlotFactory()
        Listing.objects.filter(pk=slot.listing_id).update(**listing)
        variant = AdmissionVariantFactory(listing=slot.listing)
        cart = CartFactory(user=user, guest_key="")
        line = CartLineFactory(cart=cart, variant=variant, slot=slot, quantity=3)
        return Buyer(user.pk, ""), line

    def had(self, buyer: Buyer, line: CartLine, quantity: int) -> None:
        pool = PoolFactory(kind="BUYER", capacity=4, taken=quantity)
        listing = line.variant.listing
        Allowance.objects.create(pool=pool, listing=listing, day=line.slot.day, who=f"account:{buyer.user_id}")

    def seen(self, buyer: Buyer) -> tuple[Problem | None, str, int, int]:
        with override("en"):
            line = cart_view(buyer, NOW).lines[0]
        return line.problem_code, line.problem, line.most, line.amount

    def test_fewer_than_are_in_the_cart(self):
        buyer, line = self.of_user(most_per_buyer_a_day=4)
        assert self.seen(buyer) == (None, "", 4, 60_000)
        self.had(buyer, line, 2)
        assert self.seen(buyer) == (
            Problem.TOO_MANY_FOR_ONE,
            "At most 4 per person; you can have 2 more.",
            2,
            60_000,
        )

    def test_all_was_had_before(self):
        buyer, line = self.of_user(most_per_buyer_a_day=4)
        self.had(buyer, line, 4)
        assert self.seen(buyer) == (
            Problem.HAD_ALL,
            "At most 4 per person, and you have that many already.",
            0,
            0,
        )

    def test_a_guest_is_told_the_limit(self, cart):
        Listing.objects.filter(pk=ticket_line(cart, quantity=3).variant.listing_id).update(most_per_buyer=2)
        assert problem() == (Problem.TOO_MANY_FOR_ONE, "At most 2 per person.", 2, 60_000)
        assert problem("id")[1] == "Paling banyak 2 per orang."

    def test_lines_of_one_listing_share_it(self, cart):
        adults = ticket_line(cart, quantity=2)
        Listing.objects.filter(pk=adults.variant.listing_id).update(most_per_buyer=3)
        child = AdmissionVariantFactory(listing=adults.variant.listing)
        CartLineFactory(cart=cart, variant=child, slot=adults.slot, quantity=2)
        lines = cart_view(GUEST, NOW).lines
        assert [(line.problem_code, line.most) for line in lines] == [(None, 3), (Problem.TOO_MANY_FOR_ONE, 1)]
