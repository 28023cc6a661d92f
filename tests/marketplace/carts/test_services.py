from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError

from foundation.accounts.buyer import Buyer
from marketplace.carts import services
from marketplace.carts.models import Cart, CartLine
from marketplace.carts.queries import cart_view
from marketplace.catalog.models import ListingStatus, Variant
from marketplace.inventory.models import Pool
from marketplace.shops.models import ShopStatus
from tests.factories.accounts import UserFactory
from tests.factories.carts import CartFactory, CartLineFactory
from tests.factories.catalog import AdmissionVariantFactory
from tests.factories.destinations import ClosureFactory
from tests.factories.inventory import SlotFactory, StockFactory

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
GUEST, STRANGER = Buyer(None, "tamu-saya"), Buyer(None, "orang-lain")
pytestmark = pytest.mark.django_db


def add(variant, *, slot=None, quantity: int = 1, buyer: Buyer = GUEST, now: datetime = NOW) -> CartLine:
    return services.add_line(
        buyer=buyer, variant_id=variant.pk, slot_id=slot.pk if slot else None, quantity=quantity, now=now
    )


def contents(buyer: Buyer = GUEST) -> list[tuple[int, int | None, int, int]]:
    lines = CartLine.objects.filter(cart__in=Cart.objects.of_buyer(buyer)).order_by("pk")
    return list(lines.values_list("variant_id", "slot_id", "quantity", "price_seen"))


class TestAdd:
    def test_goods_and_tickets_share_a_cart(self):
        goods, slot = StockFactory().variant, SlotFactory()
        ticket = AdmissionVariantFactory(listing=slot.listing)

        add(goods, quantity=2)
        add(ticket, slot=slot, quantity=3)

        assert contents() == [(goods.pk, None, 2, 85_000), (ticket.pk, slot.pk, 3, 20_000)]
        # A cart holds nothing back.
        assert set(Pool.objects.values_list("taken", flat=True)) == {0}

    def test_the_same_again_is_added_to(self):
        goods = StockFactory().variant
        add(goods, quantity=2)
        add(goods, quantity=3)
        assert contents() == [(goods.pk, None, 5, 85_000)]

    @pytest.mark.parametrize("quantity", [0, -1, 501, 1_000_000])
    def test_refuses_a_quantity_that_cannot_be_meant(self, quantity: int):
        with pytest.raises(services.InvalidQuantity) as refusal:
            add(StockFactory(pool__capacity=5_000).variant, quantity=quantity)
        assert refusal.value.status == 422
        assert not CartLine.objects.exists()

    def test_refuses_more_than_one_order_may_hold(self):
        goods = StockFactory(pool__capacity=100, variant__listing__most_per_order=4).variant
        add(goods, quantity=3)
        with pytest.raises(services.InvalidQuantity) as refusal:
            add(goods, quantity=2)
        assert refusal.value.most == 4
        assert contents() == [(goods.pk, None, 3, 85_000)]

    def test_refuses_more_than_is_left(self):
        goods = StockFactory(pool__capacity=3, pool__taken=1).variant
        with pytest.raises(services.FewerLeft) as refusal:
            add(goods, quantity=3)
        assert (refusal.value.left, str(refusal.value)) == (2, "Tersisa 2.")
        assert contents() == []

    def test_counts_what_the_cart_has_of_the_same_slot_already(self):
        slot = SlotFactory(pool__capacity=5)
        adult, child = (AdmissionVariantFactory(listing=slot.listing) for _ in range(2))
        add(adult, slot=slot, quantity=4)
        with pytest.raises(services.FewerLeft) as refusal:
            add(child, slot=slot, quantity=2)
        assert refusal.value.left == 1
        add(child, slot=slot, quantity=1)

    def test_refuses_what_is_sold_out(self):
        with pytest.raises(services.FewerLeft, match=r"^Habis\.$"):
            add(StockFactory(pool__capacity=1, pool__taken=1).variant)

    def test_refuses_what_is_not_for_sale(self):
        slot = SlotFactory()
        ticket = AdmissionVariantFactory(listing=slot.listing)
        refused = [
            (StockFactory(variant__listing__status=ListingStatus.HIDDEN).variant, None, "tidak dijual lagi"),
            (StockFactory(variant__listing__shop__status=ShopStatus.SUSPENDED).variant, None, "tidak dijual lagi"),
            (StockFactory(variant__is_active=False).variant, None, "tidak dijual lagi"),
            (ticket, SlotFactory(), "tidak dijual lagi"),
            (StockFactory().variant, slot, "tidak dijual lagi"),
            (ticket, None, "Pilih hari"),
            (Variant(pk=0), None, "tidak dijual lagi"),
        ]
        for variant, chosen, words in refused:
            with pytest.raises(services.NotForSale, match=words):
                add(variant, slot=chosen)
        assert contents() == []

    def test_refuses_a_slot_that_passed_or_is_closed(self):
        slot = SlotFactory()
        ticket = AdmissionVariantFactory(listing=slot.listing)
        with pytest.raises(services.NotForSale, match="sudah lewat"):
            add(ticket, slot=slot, now=slot.ends_at)
        ClosureFactory(destination=slot.listing.destination)
        with pytest.raises(services.NotForSale, match="Tutup: Perbaikan jalan"):
            add(ticket, slot=slot)

    def test_nobody_has_no_cart(self):
        with pytest.raises(services.LineNotFound):
            add(StockFactory().variant, buyer=Buyer(None, ""))
        assert not Cart.objects.exists()

    def test_a_cart_is_full_some_day(self, monkeypatch):
        monkeypatch.setattr(services, "MOST_LINES", 1)
        first = StockFactory().variant
        add(first)
        with pytest.raises(services.CartFull):
            add(StockFactory().variant)
        add(first)


class TestChange:
    def test_changes_how_many_and_leaves_the_price_to_be_agreed_to(self):
        line = add(StockFactory().variant, quantity=2)
        Variant.objects.update(price=90_000)
        services.change_quantity(buyer=GUEST, line_id=line.pk, quantity=5, now=NOW)
        assert contents() == [(line.variant_id, None, 5, 85_000)]

    @pytest.mark.parametrize(("quantity", "error"), [(0, "InvalidQuantity"), (11, "FewerLeft")])
    def test_refuses_as_adding_does(self, quantity: int, error: str):
        line = add(StockFactory(pool__capacity=10).variant, quantity=2)
        with pytest.raises(getattr(services, error)):
            services.change_quantity(buyer=GUEST, line_id=line.pk, quantity=quantity, now=NOW)
        assert contents() == [(line.variant_id, None, 2, 85_000)]

    def test_a_strangers_line_is_not_found(self):
        line = add(StockFactory().variant, quantity=2)
        with pytest.raises(services.LineNotFound) as refusal:
            services.change_quantity(buyer=STRANGER, line_id=line.pk, quantity=1, now=NOW)
        assert refusal.value.status == 404
        services.remove_line(buyer=STRANGER, line_id=line.pk, now=NOW)
        assert contents() == [(line.variant_id, None, 2, 85_000)]

    def test_removes_once_and_again(self):
        line = add(StockFactory().variant)
        for _ in range(2):
            services.remove_line(buyer=GUEST, line_id=line.pk, now=NOW)
        assert contents() == []

    def test_empties(self):
        add(StockFactory().variant)
        services.empty(buyer=GUEST, now=NOW)
        assert contents() == []


class TestAccept:
    def test_agrees_to_prices_and_to_fewer_and_goes_on_without_what_cannot_be_had(self):
        dearer, fewer, gone = (add(StockFactory().variant, quantity=4) for _ in range(3))
        Variant.objects.filter(pk=dearer.variant_id).update(price=90_000)
        Pool.objects.filter(stock__variant=fewer.variant_id).update(taken=9)
        Pool.objects.filter(stock__variant=gone.variant_id).update(taken=10)

        services.accept_changes(buyer=GUEST, now=NOW)

        assert contents() == [
            (dearer.variant_id, None, 4, 90_000),
            (fewer.variant_id, None, 1, 85_000),
        ]
        view = cart_view(GUEST, NOW)
        assert [line.problem for line in view.lines] == ["", ""]


class TestAdopt:
    def test_an_account_without_a_cart_takes_the_guests(self):
        user = UserFactory()
        line = add(StockFactory().variant, quantity=2)

        for _ in range(2):
            services.adopt(user_id=user.pk, guest_key=GUEST.guest_key, now=NOW)

        assert contents(Buyer(user.pk, "")) == [(line.variant_id, None, 2, 85_000)]
        assert contents(GUEST) == []
        assert Cart.objects.count() == 1

    def test_lines_are_joined_and_nothing_is_lost(self):
        user = Buyer(UserFactory().pk, "")
        shared, slot = StockFactory().variant, SlotFactory()
        ticket = AdmissionVariantFactory(listing=slot.listing)
        add(shared, quantity=2, buyer=user)
        add(shared, quantity=9)
        add(ticket, slot=slot, quantity=1)

        services.adopt(user_id=user.user_id, guest_key=GUEST.guest_key, now=NOW)

        assert contents(user) == [(shared.pk, None, 11, 85_000), (ticket.pk, slot.pk, 1, 20_000)]
        assert [line.problem for line in cart_view(user, NOW).lines] == ["Tersisa 10.", ""]

    def test_who_signed_in_meanwhile_keeps_what_was_in_the_cart(self):
        before = add(StockFactory().variant)
        signed_in = Buyer(UserFactory().pk, GUEST.guest_key)
        after = add(StockFactory().variant, buyer=signed_in)
        assert [row[0] for row in contents(signed_in)] == [before.variant_id, after.variant_id]

    def test_a_strangers_cart_is_not_taken(self):
        add(StockFactory().variant, buyer=STRANGER)
        services.adopt(user_id=UserFactory().pk, guest_key=GUEST.guest_key, now=NOW)
        services.adopt(user_id=UserFactory().pk, guest_key="", now=NOW)
        assert len(contents(STRANGER)) == 1


class TestConstraints:
    def test_a_cart_has_an_owner(self):
        with pytest.raises(IntegrityError, match="cart_has_an_owner"):
            CartFactory(guest_key="")

    def test_a_guest_has_one_cart(self):
        CartFactory(guest_key="sama")
        with pytest.raises(IntegrityError):
            CartFactory(guest_key="sama")

    def test_an_account_has_one_cart(self):
        cart = CartFactory(user=UserFactory(), guest_key="")
        with pytest.raises(IntegrityError):
            CartFactory(user=cart.user, guest_key="")

    def test_a_line_is_of_something(self):
        with pytest.raises(IntegrityError, match="cart_line_of_something"):
            CartLineFactory(quantity=0)

    def test_goods_stand_in_a_cart_once(self):
        line = CartLineFactory()
        with pytest.raises(IntegrityError):
            CartLineFactory(cart=line.cart, variant=line.variant)

    def test_a_ticket_stands_in_a_cart_once_per_slot(self):
        slot, other = SlotFactory(), SlotFactory()
        ticket = AdmissionVariantFactory(listing=slot.listing)
        line = CartLineFactory(variant=ticket, slot=slot)
        CartLineFactory(cart=line.cart, variant=ticket, slot=other)
        with pytest.raises(IntegrityError):
            CartLineFactory(cart=line.cart, variant=ticket, slot=slot)


def test_changing_a_cart_notes_when():
    line = add(StockFactory().variant)
    services.remove_line(buyer=GUEST, line_id=line.pk, now=NOW + timedelta(hours=1))
    assert Cart.objects.get().changed_at == NOW + timedelta(hours=1)
