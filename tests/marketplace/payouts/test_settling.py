"""Periods are closed once, of what was fulfilled and is off hold; what comes later goes into the next."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction

from marketplace.catalog.models import ChargeKind
from marketplace.ledger import accounts
from marketplace.ledger.queries import balance
from marketplace.orders.models import OrderLine
from marketplace.payments.models import Payment, PaymentStatus
from marketplace.payouts.models import Settlement, SettlementItem
from marketplace.payouts.papers import statement_csv
from marketplace.payouts.queries import owed, settlement_page
from marketplace.payouts.services import close_due_periods, close_period
from marketplace.sales.services import lose_dispute, request_refund
from marketplace.shops.models import ShopKind
from marketplace.shops.services import give_tax_statement
from tests.factories.orders import NOW, admission, goods
from tests.factories.payouts import (
    FeeScheduleFactory,
    LevyRateFactory,
    PartyFactory,
    SettlementPolicyFactory,
    ShareRuleFactory,
    WithholdingRateFactory,
)
from tests.factories.shops import CollectionAgreementFactory
from tests.marketplace.payouts.selling import SUNDAY, close, placed_order, sold
from tests.marketplace.sales.money import faults, money, pay
from tests.racing import in_parallel

pytestmark = pytest.mark.django_db
NEXT_SUNDAY = SUNDAY + timedelta(days=7)


class TestClosing:
    def test_settles_what_has_arrived_and_is_off_hold(self, midtrans):
        FeeScheduleFactory(rate=250)
        rendang = goods(price=85_001)
        sold(midtrans, (rendang, None, 2))
        (settlement,) = close()
        shop = rendang.listing.shop_id
        assert (settlement.items_amount, settlement.amount, settlement.left_amount) == (165_752, 165_752, 0)
        assert (settlement.from_date, settlement.until_date) == (date(2026, 11, 22), SUNDAY)
        assert money() == {
            "clearing:operator:QRIS": -170_002,
            "commission:operator": 4_250,
            f"settled:shop:{shop}": 165_752,
        }
        assert faults() == []

    def test_leaves_what_is_on_hold_or_was_not_received(self, midtrans):
        late, open_one = goods(), goods()
        sold(midtrans, (late, None, 1), at=NOW + timedelta(days=6))
        pay(midtrans, placed_order((open_one, None, 1)))
        assert close() == []
        assert owed(late.listing.shop_id).coming == 85_000
        (settlement,) = close(NEXT_SUNDAY)
        assert settlement.shop_id == late.listing.shop_id

    def test_waits_until_the_ticket_s_day_is_over(self, midtrans):
        adult, slot = admission(charge_kind=ChargeKind.PRIVATE_PRICE)
        pay(midtrans, placed_order((adult, slot, 2)))
        assert slot.day == SUNDAY
        assert close() == []
        (settlement,) = close(NEXT_SUNDAY)
        assert settlement.amount == 40_000

    def test_is_done_once(self, midtrans):
        sold(midtrans, (goods(), None, 1))
        assert len(close()) == 1
        assert close() == []
        assert close_period(until=SUNDAY - timedelta(days=7), now=NOW + timedelta(days=8)) == []
        assert Settlement.objects.count() == 1

    def test_of_a_day_that_is_not_over_is_refused(self):
        with pytest.raises(ValueError, match="not over"):
            close_period(until=date(2026, 11, 22), now=NOW)

    def test_by_itself_closes_the_week_that_is_over(self, midtrans):
        sold(midtrans, (goods(), None, 1))
        assert close_due_periods(now=NOW + timedelta(days=6)) == []
        assert len(close_due_periods(now=NOW + timedelta(days=8))) == 1

    def test_touches_no_retribusi(self, midtrans):
        adult, slot = admission(charge_kind=ChargeKind.RETRIBUSI)
        CollectionAgreementFactory(region=adult.listing.shop.region)
        pay(midtrans, placed_order((adult, slot, 2)))
        assert close(NEXT_SUNDAY) == []
        assert money()[f"treasury:{adult.listing.shop.region.code}"] == 40_000


class TestDisputes:
    def test_what_is_disputed_waits_and_comes_back_once_it_was_won(self, midtrans):
        rendang = goods()
        disputed = sold(midtrans, (rendang, None, 1))
        sold(midtrans, (rendang, None, 2))
        Payment.objects.filter(order=disputed).update(status=PaymentStatus.DISPUTED)
        (first,) = close()
        assert first.items_amount == 170_000
        assert close(NEXT_SUNDAY) == []
        Payment.objects.filter(order=disputed).update(status=PaymentStatus.PAID)
        (second,) = close(NEXT_SUNDAY)
        assert (second.items_amount, second.amount) == (85_000, 85_000)
        assert faults() == []

    def test_of_what_was_lost_nothing_is_left_to_settle(self, midtrans):
        rendang = goods()
        order = sold(midtrans, (rendang, None, 1))
        payment = Payment.objects.get()
        Payment.objects.update(status=PaymentStatus.DISPUTED)
        lose_dispute(payment_id=payment.pk, now=NOW + timedelta(days=1))
        (settlement,) = close()
        assert (settlement.items_amount, settlement.amount) == (0, 0)
        order.refresh_from_db()
        assert (order.status, money()) == ("CANCELLED", {})
        assert faults() == []


class TestRefundsAfterwards:
    def test_are_carried_into_the_next_period_below_zero_if_need_be(self, midtrans):
        rendang = goods()
        order = sold(midtrans, (rendang, None, 2))
        shop = rendang.listing.shop_id
        close()
        line = OrderLine.objects.get()
        request_refund(order_id=order.pk, lines={line.pk: 1}, reason="rusak", now=NOW + timedelta(days=9))
        assert owed(shop).owed == 85_000
        (second,) = close(NEXT_SUNDAY)
        assert (second.items_amount, second.amount, second.left_amount) == (-85_000, 0, -85_000)
        sold(midtrans, (rendang, None, 3), at=NOW + timedelta(days=15))
        (third,) = close(NEXT_SUNDAY + timedelta(days=7))
        assert (third.carried_amount, third.items_amount, third.amount) == (-85_000, 255_000, 170_000)
        assert faults() == []

    def test_before_settling_cancel_each_other_out(self, midtrans):
        rendang = goods()
        order = sold(midtrans, (rendang, None, 1))
        request_refund(order_id=order.pk, lines=None, reason="habis", now=NOW)
        (settlement,) = close()
        assert (settlement.items.count(), settlement.items_amount, settlement.amount) == (2, 0, 0)
        assert faults() == []


class TestPolicies:
    def test_less_than_the_least_payout_stays(self, midtrans):
        SettlementPolicyFactory(least_payout=100_000)
        rendang = goods()
        sold(midtrans, (rendang, None, 1))
        (first,) = close()
        assert (first.amount, first.left_amount) == (0, 85_000)
        sold(midtrans, (rendang, None, 1), at=NOW + timedelta(days=8))
        (second,) = close(NEXT_SUNDAY)
        assert (second.carried_amount, second.amount, second.left_amount) == (85_000, 170_000, 0)
        assert faults() == []

    def test_a_part_is_held_back_while_dates_are_to_come_and_then_given_free(self, midtrans):
        SettlementPolicyFactory(reserve_rate=5_000)
        adult, slot = admission(price=20_000, charge_kind=ChargeKind.PRIVATE_PRICE)
        rendang = goods(shop=adult.listing.shop)
        pay(midtrans, placed_order((adult, slot, 4)))
        sold(midtrans, (rendang, None, 1))
        payee = accounts.shop(adult.listing.shop_id)
        (first,) = close(date(2026, 11, 24))
        assert (first.items_amount, first.reserve_amount, first.amount) == (85_000, 40_000, 45_000)
        assert balance(accounts.reserve(payee)) == 40_000
        assert owed(adult.listing.shop_id).owed == 165_000
        (second,) = close(NEXT_SUNDAY)
        assert (second.items_amount, second.reserve_amount, second.amount) == (80_000, -40_000, 120_000)
        assert balance(accounts.reserve(payee)) == 0
        assert faults() == []


class TestShares:
    def test_a_ticket_is_shared_out_and_every_party_settled_with(self, midtrans):
        FeeScheduleFactory(rate=250)
        adult, slot = admission(price=55_000, charge_kind=ChargeKind.PRIVATE_PRICE)
        shop = adult.listing.shop
        LevyRateFactory(region=shop.region)
        nagari, insurer = PartyFactory(shop=shop), PartyFactory(shop=shop, kind="INSURER")
        ShareRuleFactory(party=nagari, rate=2_000)
        ShareRuleFactory(party=insurer, rate=0, amount=500)
        order = placed_order((adult, slot, 2))
        pay(midtrans, order)
        assert money() == {
            "clearing:operator:QRIS": -110_000,
            "commission:operator": 2_500,
            f"party:{insurer.pk}": 1_000,
            f"party:{nagari.pk}": 19_300,
            f"shop:{shop.pk}": 77_200,
            f"tax:PBJT:{shop.pk}": 10_000,
        }
        assert faults() == []
        line = OrderLine.objects.get()
        request_refund(order_id=order.pk, lines={line.pk: 1}, reason="sakit", now=NOW)
        assert money()[f"tax:PBJT:{shop.pk}"] == 5_000
        assert faults() == []
        closed = close(NEXT_SUNDAY)
        assert {(one.party_id, one.amount) for one in closed} == {
            (None, 43_600),
            (nagari.pk, 9_650),
            (insurer.pk, 500),
        }
        own = next(one for one in closed if one.party_id is None)
        assert settlement_page(own).total == 43_600
        assert faults() == []


class TestWithholding:
    def test_is_off_without_a_row_and_taken_of_the_gross_with_one(self, midtrans):
        WithholdingRateFactory(valid_from_date=SUNDAY)
        FeeScheduleFactory(rate=250)
        rendang = goods(price=100_000)
        sold(midtrans, (rendang, None, 1))
        (settlement,) = close()
        assert (settlement.withheld_of, settlement.withheld_rate, settlement.withheld_amount) == (100_000, 50, 500)
        assert settlement.amount == 97_000
        assert money()["tax:PPH22:operator"] == 500
        assert faults() == []

    def test_leaves_out_ppn(self, midtrans):
        WithholdingRateFactory()
        rendang = goods(price=111_000)
        LevyRateFactory(levy="PPN", rate=1100, charge_kind="GOODS", shop=rendang.listing.shop)
        sold(midtrans, (rendang, None, 1))
        (settlement,) = close()
        assert (settlement.withheld_of, settlement.withheld_amount, settlement.amount) == (100_000, 500, 110_500)

    def test_spares_a_shop_with_a_letter_and_offices(self, midtrans):
        WithholdingRateFactory()
        exempt, office = goods(), goods(shop__kind=ShopKind.DINAS)
        give_tax_statement(shop_id=exempt.listing.shop_id, given_on=date(2026, 1, 2), until=date(2026, 12, 31))
        sold(midtrans, (exempt, None, 1))
        sold(midtrans, (office, None, 1))
        assert [one.withheld_amount for one in close()] == [0, 0]


class TestStatement:
    def test_adds_up_to_the_ledger_to_the_rupiah(self, midtrans):
        FeeScheduleFactory(rate=333)
        rendang = goods(price=33_333)
        order = sold(midtrans, (rendang, None, 3))
        line = OrderLine.objects.get()
        request_refund(order_id=order.pk, lines={line.pk: 1}, reason="rusak", now=NOW)
        (settlement,) = close()
        page = settlement_page(settlement)
        assert page.total == settlement.items_amount == balance(f"settled:shop:{rendang.listing.shop_id}")
        rows = statement_csv(page, language="id").decode("utf-8-sig").splitlines()
        assert rows[0].split(";")[:3] == ["Waktu", "Pesanan", "Uraian"]
        amounts = [int(row.split(";")[-1]) for row in rows[1:] if row.split(";")[1]]
        assert sum(amounts) == settlement.items_amount

    def test_costs_as_many_queries_for_ten_orders_as_for_one(self, midtrans, django_assert_max_num_queries):
        rendang = goods(pieces=100)
        sold(midtrans, (rendang, None, 1))
        (one,) = close()
        for _number in range(9):
            sold(midtrans, (rendang, None, 1), at=NOW + timedelta(days=8))
        (ten,) = close(NEXT_SUNDAY)
        with django_assert_max_num_queries(12) as first:
            settlement_page(one)
        with django_assert_max_num_queries(12) as second:
            settlement_page(ten)
        assert len(first) == len(second)


class TestRowsStay:
    @pytest.mark.parametrize("change", ["update", "delete", "item"])
    def test_what_is_closed_cannot_be_changed(self, midtrans, change):
        sold(midtrans, (goods(), None, 1))
        (settlement,) = close()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            match change:
                case "update":
                    Settlement.objects.update(amount=1)
                case "delete":
                    Settlement.objects.filter(pk=settlement.pk)._raw_delete("default")
                case _:
                    SettlementItem.objects.update(amount=1)

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL truncates")
    @pytest.mark.parametrize(
        "table", ["ledger_entry", "ledger_journal", "payouts_settlement", "payouts_deposit", "payouts_remittance"]
    )
    def test_and_no_table_of_money_can_be_truncated(self, table):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db(transaction=True)
def test_two_who_close_at_once_settle_once(midtrans):
    rendang = goods()
    sold(midtrans, (rendang, None, 1))
    now = NOW + timedelta(days=8)
    outcomes = in_parallel(partial(lambda _number: len(close_period(until=SUNDAY, now=now))), range(4))
    assert sorted(outcomes) == [0, 0, 0, 1]
    assert balance(f"settled:shop:{rendang.listing.shop_id}") == 85_000
    assert SettlementItem.objects.count() == 1
