"""Each check of the audit finds the fault that is planted for it, and nothing before."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from marketplace.ledger.models import JournalKind
from marketplace.ledger.services import Transfer, post
from marketplace.orders.models import Order, OrderLine
from marketplace.payouts.models import (
    Deposit,
    DepositItem,
    LineShare,
    Payout,
    PayoutBatch,
    Remittance,
    Settlement,
    SettlementItem,
)
from marketplace.payouts.queries import Payee
from marketplace.payouts.services import (
    approve_batch,
    export_batch,
    make_batch,
    record_deposit,
    record_remittance,
    record_sent,
)
from marketplace.payouts.triggers import statements_to_remove
from marketplace.sales.services import request_refund
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW, admission, goods, placed_order
from tests.factories.payouts import BankAccountFactory, FeeScheduleFactory, LevyRateFactory
from tests.factories.shops import CollectionAgreementFactory
from tests.marketplace.payouts.selling import close, sold
from tests.marketplace.sales.money import faults, pay
from tests.marketplace.sales.test_checks import forget_journal

MONDAY = NOW + timedelta(days=8)


@pytest.fixture
def history(midtrans):
    """Goods with tax and commission, settled and paid out, then given back, of which a part was paid back; retribusi, deposited."""
    FeeScheduleFactory()
    rendang = goods(price=100_000)
    LevyRateFactory(levy="PPN", charge_kind="GOODS", rate=1100, shop=rendang.listing.shop)
    sold(midtrans, (rendang, None, 1))
    BankAccountFactory(shop=rendang.listing.shop)
    (settlement,) = close()
    batch = make_batch(way="BANK_FILE", settlement_ids=[settlement.pk], by_id=UserFactory().pk, now=MONDAY)
    approve_batch(batch_id=batch.pk, by_id=UserFactory().pk, now=MONDAY)
    export_batch(batch_id=batch.pk, by_id=UserFactory().pk, now=MONDAY)
    record_sent(batch_id=batch.pk, by_id=UserFactory().pk, now=MONDAY)
    adult, slot = admission(charge_kind="RETRIBUSI")
    shop = adult.listing.shop
    CollectionAgreementFactory(region=shop.region)
    pay(midtrans, placed_order((adult, slot, 1)))
    record_deposit(
        region_id=shop.region_id,
        merchant_account_id=shop.merchant_account_id,
        through=NOW.date(),
        sts_number="STS-1",
        deposited_on=NOW.date(),
        amount=20_000,
        by_id=UserFactory().pk,
        now=MONDAY,
    )
    assert faults() == []
    # Only somebody with the database's own keys can plant what follows.
    with connection.cursor() as cursor:
        for statement in statements_to_remove(connection.vendor):
            cursor.execute(statement)
    return settlement


def plant(source: str, target: str, kind: JournalKind, reference: str, line=None) -> None:
    post(kind=kind, reference=reference, transfers=[Transfer(source, target, 1_000, line)], now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("check", "fault"),
    [
        ("settlements", lambda one: SettlementItem.objects.filter(amount__gt=80_000).update(amount=1)),
        (
            "settlements",
            lambda one: Settlement.objects.update(items_amount=F("items_amount") + 1, amount=F("amount") + 1),
        ),
        ("settlements", lambda one: Settlement.objects.update(carried_amount=5, left_amount=5)),
        ("settlements", lambda one: forget_journal("SETTLEMENT")),
        ("settlements", lambda one: plant("shop:9", "settled:shop:9", JournalKind.SETTLEMENT, "settlement:0")),
        ("payouts", lambda one: Payout.objects.update(amount=1)),
        ("payouts", lambda one: Payout.objects.update(status="MADE")),
        ("payouts", lambda one: forget_journal("PAYOUT")),
        ("payouts", lambda one: plant("settled:shop:9", "bank:operator", JournalKind.PAYOUT, "payout:0")),
        (
            "payouts",
            lambda one: PayoutBatch.objects.update(status="REJECTED") and Payout.objects.update(status="REJECTED"),
        ),
        ("fee_journals", lambda one: plant("shop:9", "gateway_fee:operator", JournalKind.FEE, "payment:0")),
        (
            "fee_journals",
            lambda one: plant("gateway_fee:operator", "clearing:operator:QRIS", JournalKind.PAYOUT, "x:0"),
        ),
        ("deposit_journals", lambda one: forget_journal("DEPOSIT")),
        ("deposit_journals", lambda one: plant("treasury:13", "bank:operator", JournalKind.DEPOSIT, "deposit:0")),
        ("remittance_journals", lambda one: pay_back(one) and forget_journal("REMITTANCE")),
        ("remittance_journals", lambda one: pay_back(one) and Remittance.objects.update(amount=1)),
        ("remittance_journals", lambda one: plant("bank:operator", "shop:9", JournalKind.REMITTANCE, "remittance:0")),
        ("shares_of_lines", lambda one: LineShare.objects.update(amount=1)),
        ("shares_of_lines", lambda one: OrderLine.objects.filter(commission_amount__gt=0).update(commission_amount=1)),
        (
            "shares_of_lines",
            lambda one: plant(
                "buyer:X", "party:1", JournalKind.SALE, "payment:0", OrderLine.objects.get(charge_kind="GOODS").pk
            ),
        ),
        ("owed_to_payees", lambda one: SettlementItem.objects.all()._raw_delete("default")),
        ("owed_to_payees", lambda one: plant("settled:shop:9", "bank:operator", JournalKind.PAYOUT, "payout:0")),
        ("owed_to_payees", lambda one: Payout.objects.update(status="FAILED")),
        ("deposits", lambda one: Deposit.objects.update(amount=1)),
        ("deposits", lambda one: DepositItem.objects.update(amount=1)),
        ("deposits_in_time", lambda one: DepositItem.objects.all()._raw_delete("default") and late()),
        ("payout_rows_stay", lambda one: None),
    ],
)
def test_is_found(history, check, fault):
    fault(history)
    assert [one for one in faults() if one.startswith(f"{check}: ")], faults()


def pay_back(settlement: Settlement) -> Remittance:
    """All that was paid out went back to the buyer; the shop has paid a part of it back."""
    (order,) = Order.objects.filter(shop_orders__shop=settlement.shop_id)
    request_refund(order_id=order.pk, lines=None, reason="rusak", now=MONDAY)
    close(MONDAY.date() + timedelta(days=6))
    remittance = record_remittance(
        payee=Payee(settlement.shop_id),
        amount=60_000,
        bank_reference="TRF-1",
        received_on=MONDAY.date(),
        by_id=UserFactory().pk,
        now=MONDAY + timedelta(days=7),
    )
    assert faults() == [one for one in faults() if one.startswith("payout_rows_stay: ")]
    return remittance


def late() -> None:
    from tests.factories.payouts import TreasuryRuleFactory
    from tourism.regions.models import Region

    region = Region.objects.get(pk=Deposit.objects.get().region_id)
    TreasuryRuleFactory(region=region)
