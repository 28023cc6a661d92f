"""Selling for cash at a gate: the same quota, the same ledger, and what a phone sold without signal."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from foundation.errors import InvalidInput
from frontend.emails.messages import account_wanted
from marketplace.catalog.models import ChargeKind
from marketplace.inventory.models import Hold, Pool
from marketplace.inventory.services import PoolExhausted, close_slots
from marketplace.ledger.models import Journal
from marketplace.orders.models import Order, OrderStatus
from marketplace.payments.models import Payment, Refund
from marketplace.payouts.papers import book_sheet
from marketplace.payouts.queries import owed, receipts_book, settlement_page
from marketplace.payouts.services import record_deposit
from marketplace.sales.models import GateSale, GateSaleStatus
from marketplace.sales.queries import daily_receipts
from marketplace.sales.services import (
    GateSaleRefused,
    OfflineSale,
    Piece,
    TooLittleCash,
    admit_gate_sale,
    close_dates,
    give_up_gate_sale,
    hand_over_cash,
    record_manual_refund,
    request_refund,
    run_closings,
    sell_at_gate,
    try_gate_sale_again,
    upload_gate_sales,
    void_gate_sale,
)
from marketplace.shops.models import Shop
from marketplace.tickets.models import Redemption, Ticket
from marketplace.tickets.services import redeem
from tests.factories.accounts import UserFactory
from tests.factories.catalog import AdmissionVariantFactory, DatedPriceFactory
from tests.factories.orders import admission, placed_order
from tests.factories.payouts import FeeScheduleFactory
from tests.factories.shops import CollectionAgreementFactory, MemberFactory
from tests.factories.tickets import DeviceFactory, GateFactory
from tests.marketplace.payouts.selling import close
from tests.marketplace.sales.money import faults, money, pay

pytestmark = pytest.mark.django_db
# Half an hour into the slot: Sunday 29 November 2026, 09.30 WIB.
OPEN = datetime(2026, 11, 29, 2, 30, tzinfo=UTC)
TODAY = date(2026, 11, 29)


class Booth:
    """A gate with somebody at it, who sells two categories of one ticket."""

    def __init__(self, *, places: int = 10, charge_kind: str = ChargeKind.RETRIBUSI) -> None:
        self.adult, self.slot = admission(places=places, charge_kind=charge_kind)
        self.child = AdmissionVariantFactory(
            listing=self.adult.listing, name_id="Anak", audience="CHILD", price=5_000, charge_kind=charge_kind
        )
        self.shop = self.adult.listing.shop
        self.gate = GateFactory(shop=self.shop)
        self.user = MemberFactory(shop=self.shop, role="GATE").user
        self.device = DeviceFactory(gate=self.gate, user=self.user)

    def sells(self, adults: int = 2, children: int = 0, **changes) -> GateSale:
        """Sell, as the form of the page does."""
        asked = {
            "gate": self.gate,
            "by_id": self.user.pk,
            "nonce": uuid.uuid4(),
            "slot_id": self.slot.pk,
            "pieces": [Piece(self.adult.pk, adults, 20_000), Piece(self.child.pk, children, 5_000)],
            "received": None,
            "now": OPEN,
        }
        return sell_at_gate(**(asked | changes))

    def queued(self, adults: int = 2, *, at: datetime = OPEN, price: int = 20_000) -> OfflineSale:
        """A sale as the phone kept it, for the exact amount."""
        return OfflineSale(uuid.uuid4(), self.slot.pk, (Piece(self.adult.pk, adults, price),), adults * price, at)

    def uploads(self, *sales: OfflineSale, now: datetime = OPEN + timedelta(minutes=20)) -> list[GateSale]:
        """Send what was sold without signal."""
        return upload_gate_sales(gate=self.gate, device=self.device, by_id=self.user.pk, sales=sales, now=now)

    def voids(self, sale: GateSale, *, now: datetime = OPEN, by_id: int | None = None) -> GateSale:
        """Take a sale back."""
        return void_gate_sale(
            gate=self.gate, sale_id=sale.pk, by_id=by_id or self.user.pk, reason="salah jumlah", now=now
        )

    def admits_the_first(self) -> None:
        """Scan the code of the first ticket."""
        code = Ticket.objects.first().code
        redeem(gate=self.gate, scanned=code, by_id=self.user.pk, nonce="n", scanned_at=OPEN, now=OPEN)

    @property
    def taken(self) -> int:
        """How many places are taken."""
        return Pool.objects.get(pk=self.slot.pool_id).taken


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def booth():
    return Booth()


def nothing_was_sold() -> bool:
    return not (Order.objects.exists() or Payment.objects.exists() or Hold.objects.exists() or Journal.objects.exists())


class TestSelling:
    def test_makes_a_paid_order_with_tickets_and_the_money_in_the_till(self, booth):
        sale = booth.sells(adults=2, children=1, received=50_000)

        assert (sale.status, sale.amount, sale.received_amount, sale.change) == ("SOLD", 45_000, 50_000, 5_000)
        order = Order.objects.get()
        assert (order.status, order.amount, order.paid_at, order.user) == (OrderStatus.PAID, 45_000, OPEN, None)
        assert (order.contact.name, order.contact.phone, order.contact.email) == ("", "", "")
        payment = Payment.objects.get()
        assert (payment.method, payment.status, payment.gateway_order_id) == ("CASH", "PAID", None)
        assert list(Ticket.objects.values_list("status", "admitted")) == [("VALID", 0)] * 3
        region = booth.shop.region.code
        assert money() == {f"cash:{booth.gate.pk}": -45_000, f"treasury:{region}": 45_000}
        assert (booth.taken, faults()) == (3, [])

    def test_lets_people_in_at_once_where_asked(self, booth):
        booth.sells(adults=2, admit=True)
        assert list(Ticket.objects.values_list("status", "admitted")) == [("USED", 1)] * 2
        assert list(Redemption.objects.values_list("verdict", "was_offline")) == [("ADMITTED", False)] * 2

    def test_takes_the_commission_of_the_day_of_a_private_price(self):
        booth = Booth(charge_kind=ChargeKind.PRIVATE_PRICE)
        FeeScheduleFactory(rate=500)
        booth.sells(adults=2)
        assert money() == {
            f"kept:{booth.shop.pk}": -40_000,
            f"shop:{booth.shop.pk}": 38_000,
            "commission:operator": 2_000,
        }
        assert faults() == []

    def test_asks_the_price_of_the_day(self, booth):
        DatedPriceFactory(variant=booth.adult, price=25_000, from_date=TODAY, until_date=TODAY)
        with pytest.raises(GateSaleRefused, match="has changed"):
            booth.sells(adults=1)
        assert nothing_was_sold()
        assert booth.sells(pieces=[Piece(booth.adult.pk, 1, 25_000)]).amount == 25_000

    def test_what_costs_nothing_needs_no_payment(self, booth):
        baby = AdmissionVariantFactory(listing=booth.adult.listing, name_id="Balita", price=0)
        sale = booth.sells(pieces=[Piece(baby.pk, 2, 0)])
        assert (sale.amount, Order.objects.get().status, Payment.objects.count()) == (0, "PAID", 0)
        assert (Ticket.objects.count(), money(), faults()) == (2, {}, [])

    def test_the_same_nonce_sells_once(self, booth):
        nonce = uuid.uuid4()
        assert booth.sells(nonce=nonce).pk == booth.sells(nonce=nonce).pk
        assert (Order.objects.count(), booth.taken, faults()) == (1, 2, [])

    def test_a_nonce_of_another_gate_is_refused(self, booth):
        other = GateFactory(shop=booth.shop, name="Pintu samping")
        nonce = booth.sells().nonce
        with pytest.raises(GateSaleRefused, match="another gate"):
            booth.sells(nonce=nonce, gate=other)
        assert Order.objects.count() == 1

    def test_sells_no_more_than_is_left_and_then_nothing(self):
        booth = Booth(places=3)
        with pytest.raises(PoolExhausted) as refusal:
            booth.sells(adults=4)
        assert (refusal.value.asked, refusal.value.left) == (4, 3)
        assert (nothing_was_sold(), GateSale.objects.count(), booth.taken) == (True, 0, 0)

    def test_a_stranger_sells_nothing(self, booth):
        with pytest.raises(GateSaleRefused, match="not your gate"):
            booth.sells(by_id=UserFactory().pk)
        assert nothing_was_sold()

    def test_somebody_of_another_shop_sells_nothing(self, booth):
        with pytest.raises(GateSaleRefused, match="not your gate"):
            booth.sells(by_id=MemberFactory(role="GATE").user.pk)
        assert nothing_was_sold()

    def test_another_gates_ticket_is_not_sold(self, booth):
        elsewhere = AdmissionVariantFactory(listing__shop=booth.shop)
        booth.gate.listings.add(elsewhere.listing)
        with pytest.raises(GateSaleRefused, match="not sold at this gate"):
            booth.sells()
        assert nothing_was_sold()

    def test_another_listings_category_is_not_sold_in_this_slot(self, booth):
        cheap = AdmissionVariantFactory(listing__shop=booth.shop, price=1_000)
        with pytest.raises(GateSaleRefused, match="not sold at this gate"):
            booth.sells(pieces=[Piece(cheap.pk, 1, 1_000)])
        assert nothing_was_sold()

    def test_a_closed_slot_is_not_sold(self, booth):
        close_slots(slot_ids=[booth.slot.pk], now=OPEN)
        with pytest.raises(GateSaleRefused, match="Closed by the operator"):
            booth.sells()
        assert nothing_was_sold()

    def test_a_slot_that_is_over_is_not_sold(self, booth):
        with pytest.raises(GateSaleRefused, match="passed"):
            booth.sells(now=OPEN + timedelta(hours=3))
        assert nothing_was_sold()

    def test_another_days_slot_is_not_sold(self, booth):
        with pytest.raises(GateSaleRefused, match="same day"):
            booth.sells(now=OPEN - timedelta(days=1))
        assert nothing_was_sold()

    def test_too_little_money_is_refused(self, booth):
        with pytest.raises(TooLittleCash) as refusal:
            booth.sells(adults=2, received=39_999)
        assert (refusal.value.amount, refusal.value.received, refusal.value.status) == (40_000, 39_999, 422)
        assert nothing_was_sold()

    @pytest.mark.parametrize(
        "pieces",
        [[], [(0, 20_000)], [(-1, 20_000)], [(501, 0)], [(1, -20_000)], [(1, 20_000), (1, 20_000)], [(2, 10**9)]],
    )
    def test_what_cannot_be_meant_is_refused(self, booth, pieces):
        with pytest.raises(InvalidInput):
            booth.sells(pieces=[Piece(booth.adult.pk, quantity, price) for quantity, price in pieces])
        assert nothing_was_sold()


class TestWithoutSignal:
    def test_what_a_phone_sold_is_recorded_once_and_its_people_are_inside(self, booth):
        sold = booth.queued(adults=2)
        first, second = booth.uploads(sold), booth.uploads(sold)

        assert [one.pk for one in first] == [one.pk for one in second]
        sale = GateSale.objects.get()
        assert (sale.status, sale.was_offline, sale.sold_at, sale.amount) == ("SOLD", True, OPEN, 40_000)
        assert list(Ticket.objects.values_list("status", "admitted")) == [("USED", 1)] * 2
        assert {scan.scanned_at for scan in Redemption.objects.all()} == {OPEN}
        assert Order.objects.get().paid_at == OPEN
        assert faults() == []

    def test_counts_on_the_day_it_was_sold_even_if_it_is_sent_a_day_later(self, booth):
        booth.uploads(booth.queued(adults=2), now=OPEN + timedelta(days=1))
        receipts = daily_receipts(region_code=booth.shop.region.code, day=TODAY)
        assert [(row.channel, row.sold, row.admitted, row.amount) for row in receipts.rows] == [("CASH", 2, 2, 40_000)]
        assert faults() == []

    def test_what_has_no_place_any_more_waits_for_a_person(self):
        booth = Booth(places=3)
        sold = booth.queued(adults=2)
        booth.sells(adults=2)
        (sale,) = booth.uploads(sold)

        assert (sale.status, sale.refusal) == (GateSaleStatus.REFUSED, "You asked for 2; 1 are left.")
        assert (Order.objects.count(), booth.taken) == (1, 2)
        assert money()[f"cash:{booth.gate.pk}"] == -40_000
        assert (faults(), booth.uploads(sold)[0].pk) == ([], sale.pk)

    def test_can_be_recorded_once_there_is_room(self):
        booth = Booth(places=2)
        first = booth.sells(adults=1)
        (sale,) = booth.uploads(booth.queued(adults=2))
        with pytest.raises(PoolExhausted):
            try_gate_sale_again(gate=booth.gate, sale_id=sale.pk, by_id=booth.user.pk, now=OPEN)
        booth.voids(first)
        for _time in range(2):
            again = try_gate_sale_again(gate=booth.gate, sale_id=sale.pk, by_id=booth.user.pk, now=OPEN)
        assert (again.pk, again.status, again.refusal, booth.taken) == (sale.pk, "SOLD", "", 2)
        assert (Ticket.objects.filter(status="USED").count(), faults()) == (2, [])

    def test_or_its_money_is_given_back(self):
        booth = Booth(places=1)
        (sale,) = booth.uploads(booth.queued(adults=2))
        with pytest.raises(InvalidInput):
            give_up_gate_sale(gate=booth.gate, sale_id=sale.pk, by_id=booth.user.pk, note=" ", now=OPEN)
        for _time in range(2):
            give_up_gate_sale(gate=booth.gate, sale_id=sale.pk, by_id=booth.user.pk, note="uang kembali", now=OPEN)
        sale.refresh_from_db()
        assert (sale.status, sale.note, money(), faults()) == ("RETURNED", "uang kembali", {}, [])
        with pytest.raises(GateSaleRefused, match="decided already"):
            try_gate_sale_again(gate=booth.gate, sale_id=sale.pk, by_id=booth.user.pk, now=OPEN)

    def test_an_old_price_waits_for_a_person_too(self, booth):
        (sale,) = booth.uploads(booth.queued(price=15_000))
        assert (sale.status, nothing_was_sold()) == ("REFUSED", True)

    def test_one_that_is_refused_does_not_hold_up_the_others(self):
        booth = Booth(places=2)
        sales = booth.uploads(booth.queued(adults=3), booth.queued(adults=2, at=OPEN + timedelta(minutes=1)))
        assert [sale.status for sale in sales] == ["REFUSED", "SOLD"]

    def test_an_answer_that_was_lost_is_not_a_second_sale(self, booth):
        sold = booth.queued(adults=2)
        booth.sells(adults=2, nonce=sold.nonce)
        (sale,) = booth.uploads(sold)
        assert (sale.was_offline, Order.objects.count(), booth.taken) == (False, 1, 2)
        # Without an answer the people were let in.
        assert list(Ticket.objects.values_list("admitted", flat=True)) == [1, 1]

    def test_what_cannot_be_meant_records_none_of_it(self, booth):
        with pytest.raises(InvalidInput):
            booth.uploads(booth.queued(adults=2), booth.queued(adults=501))
        assert GateSale.objects.count() == 0

    def test_a_stranger_sends_nothing(self, booth):
        with pytest.raises(GateSaleRefused):
            upload_gate_sales(
                gate=booth.gate, device=booth.device, by_id=UserFactory().pk, sales=[booth.queued()], now=OPEN
            )
        assert nothing_was_sold()


class TestLettingIn:
    def test_lets_in_each_ticket_once(self, booth):
        sale = booth.sells(adults=2)
        booth.admits_the_first()
        counts = [admit_gate_sale(gate=booth.gate, sale_id=sale.pk, by_id=booth.user.pk, now=OPEN) for _time in "12"]
        assert (counts, Redemption.objects.count(), faults()) == ([1, 0], 2, [])

    def test_not_what_was_taken_back(self, booth):
        sale = booth.voids(booth.sells())
        with pytest.raises(GateSaleRefused):
            admit_gate_sale(gate=booth.gate, sale_id=sale.pk, by_id=booth.user.pk, now=OPEN)
        assert Redemption.objects.count() == 0


class TestTakingBack:
    def test_gives_back_places_tickets_and_money(self, booth):
        sale = booth.sells(adults=2, children=1)
        for _time in range(2):
            booth.voids(sale)
        sale.refresh_from_db()
        assert (sale.status, sale.note, sale.decided_by) == ("VOID", "salah jumlah", booth.user)
        refund = Refund.objects.get()
        assert (refund.status, refund.amount, refund.is_by_hand, refund.paid_by) == ("DONE", 45_000, True, booth.user)
        assert set(Ticket.objects.values_list("status", flat=True)) == {"VOID"}
        assert (Order.objects.get().status, booth.taken, money(), faults()) == ("REFUNDED", 0, {}, [])

    def test_what_a_private_price_was_shared_into_comes_back_too(self):
        booth = Booth(charge_kind=ChargeKind.PRIVATE_PRICE)
        FeeScheduleFactory(rate=333)
        booth.voids(booth.sells(adults=3, children=1))
        assert (money(), faults()) == ({}, [])

    def test_what_cost_nothing_is_taken_back_too(self, booth):
        baby = AdmissionVariantFactory(listing=booth.adult.listing, name_id="Balita", price=0)
        booth.voids(booth.sells(pieces=[Piece(baby.pk, 2, 0)]))
        assert (booth.taken, Refund.objects.count(), faults()) == (0, 0, [])

    def test_not_once_somebody_came_in(self, booth):
        sale = booth.sells(adults=2)
        booth.admits_the_first()
        before = money()
        with pytest.raises(GateSaleRefused, match="came in"):
            booth.voids(sale)
        assert (money(), booth.taken, Refund.objects.count(), faults()) == (before, 2, 0, [])

    def test_not_on_another_day(self, booth):
        sale = booth.sells()
        with pytest.raises(GateSaleRefused, match="own day"):
            booth.voids(sale, now=OPEN + timedelta(days=1))
        assert (booth.taken, Refund.objects.count()) == (2, 0)

    def test_not_once_its_money_left_the_till(self, booth):
        sale = booth.sells()
        hand_over_cash(
            gate=booth.gate, by_id=booth.user.pk, nonce=uuid.uuid4(), expected=40_000, counted=40_000, note="", now=OPEN
        )
        with pytest.raises(GateSaleRefused, match="handed over"):
            booth.voids(sale)
        assert (booth.taken, Refund.objects.count(), faults()) == (2, 0, [])

    def test_not_once_its_retribusi_was_deposited(self, booth):
        sale = booth.sells()
        record_deposit(
            region_id=booth.shop.region_id,
            merchant_account_id=booth.shop.merchant_account_id,
            through=TODAY,
            sts_number="STS-1",
            deposited_on=TODAY,
            amount=40_000,
            by_id=booth.user.pk,
            now=OPEN,
        )
        with pytest.raises(GateSaleRefused, match="handed over"):
            booth.voids(sale)
        assert (booth.taken, Refund.objects.count()) == (2, 0)

    def test_not_by_a_stranger_nor_at_another_gate(self, booth):
        sale, other = booth.sells(), GateFactory(shop=booth.shop, name="Pintu samping")
        with pytest.raises(GateSaleRefused):
            booth.voids(sale, by_id=UserFactory().pk)
        with pytest.raises(GateSale.DoesNotExist):
            void_gate_sale(gate=other, sale_id=sale.pk, by_id=booth.user.pk, reason="x", now=OPEN)
        assert (booth.taken, Refund.objects.count()) == (2, 0)

    def test_not_without_a_reason(self, booth):
        sale = booth.sells()
        with pytest.raises(InvalidInput):
            void_gate_sale(gate=booth.gate, sale_id=sale.pk, by_id=booth.user.pk, reason=" ", now=OPEN)
        assert Refund.objects.count() == 0


class TestReceiptsBook:
    def test_shows_cash_apart_and_no_slip_of_the_hand(self, booth):
        booth.sells(adults=2, admit=True)
        booth.voids(booth.sells(adults=5))
        book = receipts_book(region_code=booth.shop.region.code, from_day=TODAY, until_day=TODAY, today=TODAY)
        assert [(row.channel, row.sold, row.admitted, row.gross) for row in book.rows] == [("CASH", 2, 2, 40_000)]
        assert (book.cash, book.gross) == (40_000, 40_000)
        with translation.override("id"):
            total, in_cash = book_sheet(book, language="id").foot
        assert (total[0], total[7]) == ("Total", 40_000)
        assert (in_cash[0], in_cash[7]) == ("Di antaranya tunai", 40_000)
        assert [(day.sold, day.gross, day.admitted, day.banked) for day in book.days] == [(2, 40_000, 2, 0)]


class TestAfterwards:
    def test_a_closed_date_gives_cash_back_by_hand(self, booth):
        order = booth.sells(adults=2).order
        close_dates(slot_ids=[booth.slot.pk], reason_id="hujan badai", reason_en="", by_id=booth.user.pk, now=OPEN)
        run_closings(now=OPEN, limit=10)
        run_closings(now=OPEN + timedelta(days=8), limit=10)
        order.refresh_from_db()
        refund = Refund.objects.get()
        assert (order.status, refund.status, refund.amount) == ("REFUNDED", "MANUAL", 40_000)
        # Nobody knows whose it is: nobody is written to.
        assert list(account_wanted(refund.pk)) == []
        record_manual_refund(refund_id=refund.pk, now=OPEN, by_id=booth.user.pk, proof="K-1")
        assert money() == {f"cash:{booth.gate.pk}": -40_000, "bank:operator": 40_000}
        assert faults() == []

    def test_an_office_is_settled_with_what_it_sold_for_cash(self):
        booth = Booth(charge_kind=ChargeKind.PRIVATE_PRICE)
        Shop.objects.update(kind="DINAS")
        booth.gate.refresh_from_db()
        FeeScheduleFactory(rate=500)
        sale = booth.sells(adults=2, admit=True)
        assert (sale.kept_amount, money()[f"cash:{booth.gate.pk}"]) == (0, -40_000)
        (settlement,) = close(date(2026, 12, 20))
        assert (settlement.shop, settlement.items_amount, faults()) == (booth.shop, 38_000, [])


class TestKeptCash:
    """The gate of a private shop: its cash stays with it, and counts against what it is owed."""

    @pytest.fixture
    def booth(self):
        FeeScheduleFactory(rate=500)
        return Booth(charge_kind=ChargeKind.PRIVATE_PRICE)

    def test_what_the_shop_owes_of_its_cash_is_carried_over(self, booth):
        booth.sells(adults=2, admit=True)
        (settlement,) = close(date(2026, 12, 20))
        assert (settlement.items_amount, settlement.amount, settlement.left_amount) == (-2_000, 0, -2_000)
        assert money() == {f"settled:shop:{booth.shop.pk}": -2_000, "commission:operator": 2_000}
        assert faults() == []

    def test_and_taken_off_what_it_sells_by_the_gateway(self, booth, midtrans):
        booth.sells(adults=2, admit=True)
        order = placed_order((booth.adult, booth.slot, 3))
        pay(midtrans, order)
        for ticket in Ticket.objects.filter(line__shop_order__order=order):
            code, nonce = ticket.code, uuid.uuid4().hex
            redeem(gate=booth.gate, scanned=code, by_id=booth.user.pk, nonce=nonce, scanned_at=OPEN, now=OPEN)
        (settlement,) = close(date(2026, 12, 20))
        # 3 × 20,000 less 3,000; of the cash of 40,000 the shop has 2,000 too much.
        assert (settlement.items_amount, settlement.amount) == (55_000, 55_000)
        assert owed(booth.shop.pk).owed == 55_000
        assert faults() == []

    def test_the_statement_says_so(self, booth):
        booth.sells(adults=2, admit=True)
        (settlement,) = close(date(2026, 12, 20))
        lines = [(line.title, line.amount) for line in settlement_page(settlement).lines]
        what = f"2 × {booth.adult.listing.title_id} {booth.adult.name}"
        assert sorted(lines) == sorted([(what, 38_000), (f"Cash for {what}, which stayed with you", -40_000)])

    def test_retribusi_that_it_sells_goes_to_the_treasurer(self, booth):
        booth.child.charge_kind = ChargeKind.RETRIBUSI
        booth.child.save()
        CollectionAgreementFactory(region=booth.shop.region)
        sale = booth.sells(adults=1, children=2)
        assert (sale.amount, sale.kept_amount) == (30_000, 20_000)
        assert money() == {
            f"kept:{booth.shop.pk}": -20_000,
            f"cash:{booth.gate.pk}": -10_000,
            f"shop:{booth.shop.pk}": 19_000,
            "commission:operator": 1_000,
            f"treasury:{booth.shop.region.code}": 10_000,
        }
        assert faults() == []

    def test_what_a_phone_could_not_sell_is_in_no_account(self):
        booth = Booth(places=1, charge_kind=ChargeKind.PRIVATE_PRICE)
        (sale,) = booth.uploads(booth.queued(adults=2))
        assert (sale.status, sale.kept_amount, money(), faults()) == ("REFUSED", 0, {}, [])

    def test_what_is_paid_back_by_hand_later_is_the_shops_to_bear(self, booth):
        order = booth.sells(adults=2).order
        request_refund(order_id=order.pk, lines=None, reason="hujan", now=OPEN)
        record_manual_refund(refund_id=Refund.objects.get().pk, now=OPEN, by_id=booth.user.pk, proof="K-1")
        assert money() == {f"kept:{booth.shop.pk}": -40_000, "bank:operator": 40_000}
        (settlement,) = close(date(2026, 12, 20))
        assert (settlement.items_amount, settlement.left_amount, faults()) == (-40_000, -40_000, [])

    def test_the_audit_finds_a_sale_that_says_otherwise(self, booth):
        sale = booth.sells()
        GateSale.objects.filter(pk=sale.pk).update(kept_amount=39_000)
        assert faults() == [
            f"cash_at_gates: kept:{booth.shop.pk} keeps 40000 instead of 39000",
            f"cash_at_gates: cash:{booth.gate.pk} holds 0 instead of 1000",
        ]


class TestRows:
    @pytest.mark.parametrize(
        "change",
        [{"received_amount": 39_999}, {"order": None}, {"status": "REFUSED"}, {"amount": -1}, {"kept_amount": 40_001}],
    )
    def test_the_database_refuses_what_cannot_be(self, booth, change):
        sale = booth.sells()
        with pytest.raises(IntegrityError), transaction.atomic():
            GateSale.objects.filter(pk=sale.pk).update(**change)

    def test_the_audit_finds_a_till_that_does_not_add_up(self, booth):
        sale = booth.sells()
        GateSale.objects.filter(pk=sale.pk).update(amount=39_000)
        assert faults() == [f"cash_at_gates: cash:{booth.gate.pk} holds 40000 instead of 39000"]

    def test_the_audit_finds_a_cash_payment_without_its_journal(self, booth):
        payment = Payment.objects.get(order=booth.sells().order)
        Payment.objects.filter(pk=payment.pk).update(method="QRIS", gateway_order_id="X-1")
        assert f"journals_of_money: payment {payment.pk} moved 40000, its journal says nothing" in faults()
