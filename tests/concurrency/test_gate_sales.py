"""The gate and the web want the same last places; two hands press the same button; a sale is taken back and admitted at once."""

import uuid
from collections import Counter

import pytest

from foundation.accounts.buyer import Buyer
from foundation.errors import DomainError
from marketplace.inventory.models import Pool
from marketplace.inventory.services import PoolExhausted
from marketplace.orders.models import Order
from marketplace.sales.models import CashHandover, GateSale
from marketplace.sales.services import hand_over_cash, place
from marketplace.tickets.models import Ticket
from marketplace.tickets.services import redeem
from tests.factories.orders import details, fill_cart
from tests.marketplace.sales.money import faults
from tests.marketplace.sales.test_gate_sales import OPEN, Booth
from tests.racing import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS = [Buyer(user_id=None, guest_key=f"tamu-{number}") for number in range(6)]


def test_the_last_places_are_sold_once_to_the_gate_and_the_web():
    booth = Booth(places=4, charge_kind="PRIVATE_PRICE")
    for buyer in BUYERS:
        fill_cart((booth.adult, booth.slot, 1), buyer=buyer)

    def buy(who: Buyer | int) -> str:
        try:
            if isinstance(who, Buyer):
                place(buyer=who, checkout_key=uuid.uuid4(), details=details(20_000), language="id", now=OPEN)
            else:
                booth.sells(adults=1)
        except PoolExhausted:
            return "told"
        return "sold"

    assert Counter(in_parallel(buy, [*BUYERS, *range(6)])) == {"sold": 4, "told": 8}
    assert (Order.objects.count(), booth.taken) == (4, 4)
    assert Ticket.objects.count() == GateSale.objects.count()
    assert faults() == []


def test_the_same_form_sent_eight_times_at_once_sells_once():
    booth, nonce = Booth(), uuid.uuid4()
    sales = in_parallel(lambda _hand: booth.sells(adults=1, nonce=nonce).pk, range(8))
    assert (len(set(sales)), Order.objects.count(), booth.taken) == (1, 1, 1)
    assert faults() == []


def test_the_same_upload_at_once_records_once():
    booth = Booth()
    sold = booth.queued(adults=2)
    sales = in_parallel(lambda _hand: booth.uploads(sold)[0].pk, range(4))
    assert (len(set(sales)), Order.objects.count(), booth.taken) == (1, 1, 2)
    assert set(Ticket.objects.values_list("admitted", flat=True)) == {1}
    assert faults() == []


def test_a_sale_is_either_taken_back_or_used():
    booth = Booth()
    sale = booth.sells(adults=1)
    code = Ticket.objects.get().code

    def act(what: str) -> str:
        if what == "admit":
            return redeem(
                gate=booth.gate, scanned=code, by_id=booth.user.pk, nonce=what, scanned_at=OPEN, now=OPEN
            ).verdict
        try:
            return booth.voids(sale).status
        except DomainError:
            return "REFUSED"

    assert sorted(in_parallel(act, ["admit", "void"])) in (["ADMITTED", "REFUSED"], ["VOID", "VOID"])
    assert Pool.objects.get(pk=booth.slot.pool_id).taken == Ticket.objects.filter(status="USED").count()
    assert faults() == []


def test_a_till_is_handed_over_once():
    booth = Booth()
    booth.sells(adults=2)

    def count(_hand: int) -> str:
        try:
            hand_over_cash(
                gate=booth.gate,
                by_id=booth.user.pk,
                nonce=uuid.uuid4(),
                expected=40_000,
                counted=40_000,
                note="",
                now=OPEN,
            )
        except DomainError:
            return "told"
        return "handed over"

    assert Counter(in_parallel(count, range(4))) == {"handed over": 1, "told": 3}
    assert (CashHandover.objects.count(), faults()) == (1, [])
