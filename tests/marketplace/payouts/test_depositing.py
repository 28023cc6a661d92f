"""Retribusi is handed over whole, once, with the number of its STS; what goes back afterwards is the treasury's to pay."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation
from openpyxl import load_workbook

from marketplace.catalog.models import ChargeKind
from marketplace.ledger.models import JournalKind
from marketplace.ledger.queries import balance
from marketplace.ledger.services import Transfer, post
from marketplace.orders.models import OrderLine
from marketplace.payouts.models import Deposit
from marketplace.payouts.papers import book_pdf, book_xlsx
from marketplace.payouts.queries import claims_on, deposited_lines, deposits_of, open_days, receipts_book
from marketplace.payouts.services import DepositRefused, record_deposit
from marketplace.sales.services import request_refund
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW, admission, placed_order
from tests.factories.payouts import TreasuryRuleFactory
from tests.factories.shops import CollectionAgreementFactory
from tests.marketplace.sales.money import faults, pay
from tests.racing import in_parallel

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def ticket(midtrans):
    """A ticket of retribusi, 20,000, and its region with a rule of one day."""
    adult, slot = admission(charge_kind=ChargeKind.RETRIBUSI)
    region = adult.listing.shop.region
    CollectionAgreementFactory(region=region)
    TreasuryRuleFactory(region=region, deposit_days=1)
    return adult, slot


def buy(midtrans, ticket, quantity=2, at=NOW):
    order = placed_order((*ticket, quantity), now=at)
    pay(midtrans, order, now=at)
    return order


def hand_over(ticket, amount, *, sts="STS-001", through=TODAY, on=None, now=TOMORROW) -> Deposit:
    shop = ticket[0].listing.shop
    return record_deposit(
        region_id=shop.region_id,
        merchant_account_id=shop.merchant_account_id,
        through=through,
        sts_number=sts,
        deposited_on=on or through,
        amount=amount,
        by_id=UserFactory().pk,
        now=now,
    )


def code(ticket) -> str:
    return ticket[0].listing.shop.region.code


class TestRecording:
    def test_hands_over_all_up_to_a_day_gross(self, midtrans, ticket):
        buy(midtrans, ticket)
        buy(midtrans, ticket, 1, at=TOMORROW)
        hand_over(ticket, 40_000)
        assert balance(f"treasury:{code(ticket)}") == 20_000
        assert balance("bank:operator") == 40_000
        (view,) = deposits_of(code(ticket))
        assert (view.sts_number, view.amount, view.from_day, view.until_day) == ("STS-001", 40_000, TODAY, TODAY)

    def test_the_same_sts_again_changes_nothing_and_another_content_is_refused(self, midtrans, ticket):
        buy(midtrans, ticket)
        first = hand_over(ticket, 40_000)
        assert hand_over(ticket, 40_000) == first
        with pytest.raises(DepositRefused):
            hand_over(ticket, 20_000)
        assert balance(f"treasury:{code(ticket)}") == 0

    @pytest.mark.parametrize(
        ("amount", "changes"),
        [
            (39_999, {}),
            (40_000, {"sts": " "}),
            (40_000, {"on": date(2026, 11, 24)}),
            (40_000, {"through": date(2026, 11, 23), "on": TODAY}),
            (40_000, {"through": date(2026, 11, 21)}),
        ],
    )
    def test_refuses_what_is_not_whole_or_not_yet(self, midtrans, ticket, amount, changes):
        buy(midtrans, ticket)
        with pytest.raises(DepositRefused):
            hand_over(ticket, amount, **changes)
        assert not Deposit.objects.exists()

    def test_what_went_back_before_is_not_handed_over(self, midtrans, ticket):
        order = buy(midtrans, ticket)
        line = OrderLine.objects.get()
        request_refund(order_id=order.pk, lines={line.pk: 1}, reason="sakit", now=NOW)
        assert [(day.day, day.amount) for day in open_days(code(ticket), today=TODAY)] == [(TODAY, 20_000)]
        hand_over(ticket, 20_000)
        assert open_days(code(ticket), today=TODAY) == []

    def test_what_goes_back_afterwards_is_never_netted_with_later_receipts(self, midtrans, ticket):
        order = buy(midtrans, ticket)
        hand_over(ticket, 40_000)
        line = OrderLine.objects.get()
        assert deposited_lines([line.pk]) == {line.pk}
        request_refund(order_id=order.pk, lines={line.pk: 1}, reason="tutup", now=TOMORROW)
        buy(midtrans, ticket, 1, at=TOMORROW)
        assert claims_on(code(ticket)) == 20_000
        hand_over(ticket, 20_000, sts="STS-002", through=date(2026, 11, 23), now=NOW + timedelta(days=2))
        assert claims_on(code(ticket)) == 20_000
        assert deposited_lines([]) == frozenset()

    def test_cannot_be_changed(self, midtrans, ticket):
        buy(midtrans, ticket)
        hand_over(ticket, 40_000)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Deposit.objects.update(sts_number="x")


class TestLateness:
    def test_counts_days_after_the_region_s_last(self, midtrans, ticket):
        buy(midtrans, ticket)
        late = {day: open_days(code(ticket), today=date(2026, 11, day))[0].days_late for day in (22, 23, 24, 27)}
        assert late == {22: 0, 23: 0, 24: 1, 27: 4}


class TestBook:
    def book(self, ticket, **changes):
        days = {"from_day": date(2026, 11, 1), "until_day": date(2026, 11, 30), "today": date(2026, 11, 25)}
        with translation.override("id"):
            return receipts_book(region_code=code(ticket), **(days | changes))

    def test_shows_series_gross_channel_account_code_sts_and_days_late(self, midtrans, ticket):
        buy(midtrans, ticket)
        buy(midtrans, ticket, 1, at=TOMORROW)
        hand_over(ticket, 40_000, on=date(2026, 11, 25), now=NOW + timedelta(days=3))
        book = self.book(ticket)
        first, second = book.rows
        assert (first.day, first.sold, first.gross, first.channel_words) == (TODAY, 2, 40_000, "QRIS")
        assert (first.account_code, first.sts_number, first.days_late) == ("4.1.02.02.01", "STS-001", 2)
        assert first.series.startswith("BKT-A 0")
        assert (second.gross, second.banked, second.sts_number, second.days_late) == (20_000, 0, "", 1)
        assert (book.sold, book.admitted, book.gross, book.banked, book.open) == (3, 0, 60_000, 40_000, 20_000)
        assert [(day.day.day, day.sold, day.gross, day.banked, day.deposited) for day in book.days] == [
            (22, 2, 40_000, 40_000, 0),
            (23, 1, 20_000, 0, 0),
            (25, 0, 0, 0, 40_000),
        ]

    def test_its_gross_is_the_treasury_s_balance_and_what_was_handed_over(self, midtrans, ticket):
        buy(midtrans, ticket)
        buy(midtrans, ticket, 3, at=TOMORROW)
        hand_over(ticket, 40_000)
        assert self.book(ticket).gross == balance(f"treasury:{code(ticket)}") + balance("bank:operator") == 100_000

    def test_as_paper_and_spreadsheet(self, midtrans, ticket):
        buy(midtrans, ticket)
        hand_over(ticket, 40_000)
        book = self.book(ticket)
        assert book_pdf(book, site_name="Lapau", language="id").startswith(b"%PDF")
        sheet = load_workbook(BytesIO(book_xlsx(book, language="id"))).worksheets[0]
        assert [cell.value for cell in sheet[4]][:3] == ["Hari", "Tiket", "Seri"]
        assert [cell.value for cell in sheet[5]][5:9] == [2, 0, 40_000, "STS-001"]

    def test_costs_as_many_queries_for_ten_days_as_for_one(self, midtrans, ticket, django_assert_max_num_queries):
        buy(midtrans, ticket, 1)
        with django_assert_max_num_queries(12) as first:
            self.book(ticket)
        for _number in range(5):
            buy(midtrans, ticket, 1, at=TOMORROW)
        with django_assert_max_num_queries(12) as second:
            self.book(ticket)
        assert len(first) == len(second)


def test_line_11_finds_what_is_late(midtrans, ticket):
    buy(midtrans, ticket)
    assert [fault for fault in faults() if fault.startswith("deposits_in_time")] != []
    hand_over(ticket, 40_000)
    assert faults() == []


def test_nothing_but_gross_is_on_a_treasury(midtrans, ticket):
    buy(midtrans, ticket)
    hand_over(ticket, 40_000)
    fee = Transfer(f"treasury:{code(ticket)}", "gateway_fee:operator", 280)
    post(kind=JournalKind.FEE, reference="payment:0", transfers=[fee], now=NOW)
    found = {fault.partition(":")[0] for fault in faults()}
    assert found == {"fee_journals", "retribusi_gross"}


@pytest.mark.django_db(transaction=True)
def test_two_who_record_at_once_hand_over_once(midtrans, ticket):
    buy(midtrans, ticket)

    def try_to(number: int) -> str:
        try:
            hand_over(ticket, 40_000, sts=f"STS-{number}")
        except DepositRefused:
            return "refused"
        return "recorded"

    assert sorted(in_parallel(try_to, range(3))) == ["recorded", "refused", "refused"]
    assert balance(f"treasury:{code(ticket)}") == 0
