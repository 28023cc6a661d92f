"""Each check of the audit finds the fault that is planted for it, and nothing before."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from marketplace.catalog.models import ChargeKind
from marketplace.inventory.models import Hold, Slot
from marketplace.ledger.models import JournalKind
from marketplace.ledger.services import Transfer, post
from marketplace.orders.models import Order, OrderLine, PriceRow, ShopOrder
from marketplace.payments.models import (
    GatewayReport,
    GatewayReportRow,
    Notification,
    Payment,
    Refund,
    RefundPart,
)
from marketplace.sales.models import ClosedVisit, Closing
from marketplace.sales.services import request_refund
from marketplace.tickets.models import Redemption, Ticket
from tests.factories.accounts import UserFactory
from tests.factories.inventory import SlotFactory
from tests.factories.orders import NOW, admission, goods, placed_order
from tests.factories.shops import CollectionAgreementFactory
from tests.factories.tickets import GateFactory
from tests.marketplace.sales.money import faults, pay

LATER = NOW + timedelta(minutes=30)


@pytest.fixture
def history(midtrans):
    """A mixed order, paid; one whole refund by hand; one unpaid order."""
    adult, slot = admission(charge_kind=ChargeKind.RETRIBUSI)
    CollectionAgreementFactory(region=adult.listing.shop.region)
    order = placed_order((goods(), None, 2), (adult, slot, 2))
    pay(midtrans, order)
    returned = placed_order((goods(), None, 1))
    pay(midtrans, returned, "bni_va")
    request_refund(order_id=returned.pk, lines=None, reason="habis", now=LATER)
    placed_order((goods(), None, 1))
    assert faults() == []
    return order


def found_by(check: str) -> int:
    """How many faults a check finds."""
    return sum(fault.startswith(f"{check}: ") for fault in faults())


def plant_entry(source: str, target: str, *, kind=JournalKind.REVERSAL, reference="refund:0", line=None) -> None:
    post(kind=kind, reference=reference, transfers=[Transfer(source, target, 1_000, line)], now=NOW)


def forget_journal(kind: str) -> None:
    """Remove a journal as only somebody with the database's own keys could."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute(
            "DELETE FROM ledger_entry WHERE journal_id IN (SELECT id FROM ledger_journal WHERE kind = %s)", [kind]
        )
        cursor.execute("DELETE FROM ledger_journal WHERE kind = %s", [kind])


@pytest.mark.django_db
class TestPlantedFaults:
    @pytest.mark.parametrize(
        ("check", "plant"),
        [
            ("order_amounts", lambda order: Order.objects.filter(pk=order.pk).update(amount=1)),
            (
                "order_amounts",
                lambda order: ShopOrder.objects.filter(order=order, shipping_method="").update(shipping_amount=1),
            ),
            (
                "order_amounts",
                lambda order: PriceRow.objects.filter(unit_amount=20_000).update(unit_amount=10_000, amount=20_000),
            ),
            ("order_amounts", lambda order: Payment.objects.filter(order=order).update(amount=1)),
            ("journals_of_money", lambda order: forget_journal("PAYMENT")),
            ("journals_of_money", lambda order: Refund.objects.update(status="DONE")),
            (
                "journals_of_money",
                lambda order: plant_entry(
                    "clearing:operator:QRIS", "buyer:NOBODY", kind=JournalKind.PAYMENT, reference="payment:0"
                ),
            ),
            ("money_and_orders", lambda order: Payment.objects.filter(order=order).update(status="FAILED")),
            ("money_and_orders", lambda order: Order.objects.filter(status="PLACED").update(status="PAID")),
            ("money_and_orders", lambda order: forget_journal("SALE")),
            ("money_and_orders", lambda order: Payment.objects.filter(order=order).update(is_quarantined=True)),
            (
                "clearing_balances",
                lambda order: plant_entry("clearing:operator:QRIS", f"shop:{order.shop_orders.first().shop_id}"),
            ),
            ("clearing_balances", lambda order: Payment.objects.filter(order=order).update(method="CARD")),
            (
                "one_effect_per_payment",
                lambda order: Payment.objects.filter(order=order).update(status="PENDING", check_at=None),
            ),
            (
                "one_effect_per_payment",
                lambda order: plant_entry(
                    f"buyer:{order.code}",
                    "shop:1",
                    kind=JournalKind.SALE,
                    reference=f"payment:{Payment.objects.exclude(order=order).get().pk}0",
                ),
            ),
            ("late_money", lambda order: Order.objects.filter(pk=order.pk).update(status="LAPSED")),
            ("late_money", lambda order: Payment.objects.filter(order=order).update(is_surplus=True)),
            ("late_money", lambda order: Refund.objects.update(amount=1)),
            ("late_money", lambda order: OrderLine.objects.filter(charge_kind="RETRIBUSI").update(refunded_quantity=1)),
            ("retribusi_gross", lambda order: plant_entry(f"treasury:{_region(order)}", "commission:operator")),
            (
                "retribusi_gross",
                lambda order: plant_entry(f"treasury:{_region(order)}", "refunds:operator", line=_retribusi(order).pk),
            ),
            ("retribusi_gross", lambda order: forget_journal("SALE")),
            ("admissions", lambda order: Ticket.objects.filter(number=1).update(admitted=1, status="USED")),
            ("admissions", lambda order: _scanned_twice()),
            ("tickets_of_lines", lambda order: Ticket.objects.filter(number=1).update(status="VOID")),
            ("tickets_of_lines", lambda order: Order.objects.filter(pk=order.pk).update(status="LAPSED")),
            ("ticket_tokens", lambda order: Ticket.objects.filter(number=1).update(token="LT1")),
            ("ticket_tokens", lambda order: Ticket.objects.filter(number=1).update(status="PROVISIONAL")),
            ("ticket_tokens", lambda order: ShopOrder.objects.filter(shipping_method="").update(status="WAITING")),
            ("holds_of_lines", lambda order: Hold.objects.filter(line=_retribusi(order).pk).update(line=uuid4())),
            ("holds_of_lines", lambda order: Hold.objects.filter(line=_retribusi(order).pk).update(quantity=1)),
            ("holds_of_lines", lambda order: Hold.objects.filter(line=_retribusi(order).pk).update(status="RELEASED")),
            ("holds_of_lines", lambda order: Order.objects.filter(pk=order.pk).update(status="LAPSED")),
            ("holds_of_lines", lambda order: Order.objects.filter(status="PLACED").update(status="LAPSED")),
            ("refund_amounts", lambda order: Refund.objects.update(amount=1)),
            ("refund_amounts", lambda order: OrderLine.objects.filter(refunded_quantity=1).update(refunded_quantity=0)),
            ("refund_amounts", lambda order: RefundPart.objects.update(amount=1)),
            ("report_differences", lambda order: _reported(order)),
            ("refunds_go_on", lambda order: Refund.objects.update(status="REQUESTED", try_at=None)),
            ("refunds_go_on", lambda order: _accepted_and_forgotten()),
            ("refunds_go_on", lambda order: Refund.objects.update(amount=85_001)),
            ("closed_dates", lambda order: _closed(order, status="DONE", visit="OFFERED")),
            ("closed_dates", lambda order: _closed(order, status="DONE", visit="FAILED")),
            ("closed_dates", lambda order: _closed(order, status="RUNNING", visit="WAITING")),
            ("closed_dates", lambda order: _closed(order, status="DONE", visit="MOVED")),
            ("closed_dates", lambda order: _closed(order, status="DONE", visit="")),
            ("every_notification_is_looked_at", lambda order: _told(order)),
            ("tickets_of_slots", lambda order: Ticket.objects.filter(number=1).update(slot=SlotFactory())),
            ("tickets_of_slots", lambda order: _at_another_time(order)),
            ("scans", lambda order: Ticket.objects.filter(number=1).update(status="USED")),
            ("scans", lambda order: _scanned(verdict="ADMITTED", ticket=None)),
            ("scans", lambda order: _scanned(verdict="DOUBLE", ticket=Ticket.objects.first())),
        ],
    )
    def test_is_found(self, history, check, plant):
        plant(history)
        assert found_by(check) > 0, faults()

    def test_an_order_that_was_sold_twice(self, history):
        second = Payment.objects.get(order=history)
        second.pk, second.gateway_order_id = None, f"{history.code}-2"
        second.save()
        plant_entry(f"buyer:{history.code}", "shop:1", kind=JournalKind.SALE, reference=f"payment:{second.pk}")
        assert found_by("one_effect_per_payment") == 1


def _retribusi(order: Order) -> OrderLine:
    return OrderLine.objects.get(shop_order__order=order, charge_kind="RETRIBUSI")


def _region(order: Order) -> str:
    return _retribusi(order).shop_order.shop.region.code


def _scanned_twice() -> None:
    ticket, gate, user = Ticket.objects.first(), GateFactory(), UserFactory()
    for nonce in "ab":
        Redemption.objects.create(
            ticket=ticket, gate=gate, by=user, nonce=nonce, verdict="ADMITTED", scanned_at=NOW, received_at=NOW
        )


def _reported(order: Order) -> None:
    report = GatewayReport.objects.create(
        kind="TRANSACTIONS", merchant_account=order.merchant_account, name="x.csv", digest="1", read_at=NOW
    )
    GatewayReportRow.objects.create(report=report, line_number=2, difference="UNKNOWN", amount=1)


def _accepted_and_forgotten() -> None:
    Refund.objects.update(status="ACCEPTED")
    Payment.objects.filter(refunds__isnull=False).update(check_at=None)


def _closed(order: Order, *, status: str, visit: str) -> None:
    slot = _retribusi(order).slot
    Slot.objects.filter(pk=slot.pk).update(closed_at=NOW)
    closing = Closing.objects.create(status=status, reason_id="uji", begun_at=NOW)
    closing.slots.add(slot)
    if visit:
        ClosedVisit.objects.create(
            closing=closing,
            order=order,
            slot=slot,
            listing=slot.listing,
            pieces=2,
            status=visit,
            acts_at=NOW,
            moved_to=slot if visit == "MOVED" else None,
        )


def _told(order: Order) -> None:
    payment = Payment.objects.get(order=order)
    Payment.objects.filter(pk=payment.pk).update(check_at=None, looked_at=NOW)
    Notification.objects.create(
        payment=payment,
        digest="x",
        body={},
        verdict="ACCEPTED",
        received_at=LATER,
        erase_after_date=LATER.date(),
    )


def _at_another_time(order: Order) -> None:
    Slot.objects.filter(pk=_retribusi(order).slot_id).update(starts_at=NOW)


def _scanned(*, verdict: str, ticket: Ticket | None) -> None:
    Redemption.objects.create(
        ticket=ticket, gate=GateFactory(), by=UserFactory(), nonce="c", verdict=verdict, scanned_at=NOW, received_at=NOW
    )
