"""Sixteen at once in the ledger, the carts, the vouchers and the pictures: one row where one is meant."""

from collections import Counter
from datetime import UTC, datetime
from io import BytesIO
from threading import Barrier

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from foundation.accounts.buyer import Buyer
from foundation.outbox.models import Event
from marketplace.carts import services as carts
from marketplace.carts.models import Cart, CartLine
from marketplace.catalog import services as catalog
from marketplace.catalog.models import Picture
from marketplace.inventory import services as inventory
from marketplace.inventory.models import AdjustmentReason, Pool, Slot
from marketplace.ledger import queries as ledger_queries
from marketplace.ledger.models import Account, Entry, Journal, JournalKind
from marketplace.ledger.services import LedgerConflict, Transfer, post
from marketplace.promotions.models import Voucher
from marketplace.promotions.services import VoucherRefused, use
from tests.factories.accounts import UserFactory
from tests.factories.inventory import ScheduleFactory, StockFactory
from tests.factories.promotions import VoucherFactory
from tests.racing import in_parallel

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
TODAY = datetime(2026, 11, 22, tzinfo=UTC).date()
EVERYBODY = range(16)
GUEST = Buyer(None, "tamu-saya")
pytestmark = pytest.mark.django_db(transaction=True)


class TestLedger:
    def test_a_payment_that_is_told_many_times_at_once_is_posted_once(self):
        def pay(_number: int) -> int:
            transfers = [Transfer("clearing:operator:QRIS", "buyer:7K2M", 50_000)]
            return post(kind=JournalKind.PAYMENT, reference="payment:1", transfers=transfers, now=NOW).pk

        journals = in_parallel(pay, EVERYBODY)

        assert len(set(journals)) == 1
        assert (Journal.objects.count(), Entry.objects.count(), Account.objects.count()) == (1, 1, 2)
        assert ledger_queries.balance("buyer:7K2M") == 50_000

    def test_of_two_contents_for_one_cause_one_is_posted_and_the_other_refused(self):
        def pay(number: int) -> str:
            transfers = [Transfer("clearing:operator:QRIS", "buyer:7K2M", 50_000 + number % 2)]
            try:
                post(kind=JournalKind.PAYMENT, reference="payment:1", transfers=transfers, now=NOW)
            except LedgerConflict:
                return "refused"
            return "posted"

        assert Counter(in_parallel(pay, EVERYBODY)) == {"posted": 8, "refused": 8}
        assert Entry.objects.count() == 1

    def test_many_journals_that_open_the_same_accounts_add_up(self):
        def pay(number: int) -> None:
            transfers = [Transfer("clearing:operator:QRIS", "buyer:7K2M", 1_000), Transfer("buyer:7K2M", "shop:1", 400)]
            post(
                kind=JournalKind.PAYMENT,
                reference=f"payment:{number}",
                transfers=transfers[:: 1 - 2 * (number % 2)],
                now=NOW,
            )

        in_parallel(pay, EVERYBODY)

        assert ledger_queries.balances("") == {"buyer:7K2M": 9_600, "clearing:operator:QRIS": -16_000, "shop:1": 6_400}


class TestCarts:
    def test_clicks_at_the_same_time_fill_one_cart_and_one_line(self):
        variant = StockFactory(pool__capacity=100).variant

        def add(_number: int) -> None:
            carts.add_line(buyer=GUEST, variant_id=variant.pk, slot_id=None, quantity=1, now=NOW)

        in_parallel(add, EVERYBODY)

        assert Cart.objects.count() == 1
        assert CartLine.objects.get().quantity == 16

    def test_a_cart_is_adopted_once(self):
        user = UserFactory()
        variant = StockFactory(pool__capacity=100).variant
        carts.add_line(buyer=GUEST, variant_id=variant.pk, slot_id=None, quantity=2, now=NOW)

        in_parallel(lambda _number: carts.adopt(user_id=user.pk, guest_key=GUEST.guest_key, now=NOW), EVERYBODY)

        line = CartLine.objects.select_related("cart").get()
        assert (line.quantity, line.cart.user_id, Cart.objects.count()) == (2, user.pk, 1)


class TestVouchers:
    def try_to_use(self, voucher: Voucher) -> list[str]:
        def buy(_number: int) -> str:
            try:
                use(voucher_id=voucher.pk, now=NOW)
            except VoucherRefused:
                return "refused"
            return "used"

        return in_parallel(buy, EVERYBODY)

    def test_the_last_uses_are_used_once_each(self):
        assert Counter(self.try_to_use(VoucherFactory(most_uses=3))) == {"used": 3, "refused": 13}
        assert Voucher.objects.get().uses == 3

    def test_control_reading_first_and_writing_afterwards_overuses(self):
        voucher = VoucherFactory(most_uses=3)
        everybody_has_read = Barrier(len(EVERYBODY), timeout=30)

        def naive(_number: int) -> str:
            uses = Voucher.objects.values_list("uses", flat=True).get(pk=voucher.pk)
            everybody_has_read.wait()
            if uses >= 3:
                return "refused"
            Voucher.objects.filter(pk=voucher.pk).update(uses=uses + 1)
            return "used"

        assert Counter(in_parallel(naive, EVERYBODY)) == {"used": 16}


class TestSlots:
    def test_a_day_is_opened_once_and_leaves_no_pool_behind(self):
        listing_id = ScheduleFactory().listing_id

        def open_them(_number: int) -> int:
            return inventory.open_slots(listing_id=listing_id, from_date=TODAY, until_date=TODAY, now=NOW)

        assert sorted(in_parallel(open_them, EVERYBODY)) == [0] * 15 + [1]
        assert (Slot.objects.count(), Pool.objects.count()) == (1, 1)

    def test_stock_taken_away_at_once_never_goes_below_what_is_there(self):
        stock = StockFactory(pool__capacity=10)

        def take_away(_number: int) -> str:
            try:
                inventory.adjust_stock(
                    variant_id=stock.variant_id, change=-1, reason=AdjustmentReason.DAMAGED, by_id=None, now=NOW
                )
            except inventory.BelowTaken:
                return "refused"
            return "taken"

        assert Counter(in_parallel(take_away, EVERYBODY)) == {"taken": 10, "refused": 6}
        assert Pool.objects.get().capacity == 0


def test_a_picture_sent_many_times_at_once_is_kept_once():
    content = BytesIO()
    Image.new("RGB", (300, 300), "red").save(content, "JPEG")

    def send(_number: int) -> int:
        return catalog.add_picture(upload=ContentFile(content.getvalue(), name="a.jpg"), now=NOW).pk

    assert len(set(in_parallel(send, range(6)))) == 1
    assert Picture.objects.count() == 1
    assert Event.objects.filter(topic="picture.added").count() == 1
