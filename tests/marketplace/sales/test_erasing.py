"""Who bought is forgotten: in time, or when they ask, and never while something is still to be done for them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from config.checks import contacts_are_kept_for_some_time
from foundation.audit.registry import registered
from marketplace.orders.models import Contact, Order, OrderEvent
from marketplace.payments.models import Payment, RefundAccount
from marketplace.payments.services import ask_for_account, give_account
from marketplace.sales.services import (
    ask_erasure,
    cancel_order,
    erase_due_contacts,
    record_manual_refund,
    request_refund,
)
from marketplace.sales.services.erasing import kept_for
from marketplace.tickets.models import Ticket
from tests.factories.orders import NOW, admission, goods, placed_order
from tests.marketplace.payouts.selling import receive
from tests.marketplace.sales.money import faults, money, pay

pytestmark = pytest.mark.django_db
QUIET = NOW + timedelta(days=14, seconds=1)
PAID, UNPAID = timedelta(days=1826), timedelta(days=90)


def is_erased(order: Order) -> bool:
    contact = Contact.objects.get(order=order)
    return (contact.erased_at is not None, contact.name, contact.phone) == (True, "", "")


def personal_faults(at: datetime) -> list[str]:
    with time_machine.travel(at, tick=False):
        return [
            finding.fault for name, _line, check in registered() if name == "personal_data_goes" for finding in check()
        ]


@pytest.fixture
def bought(midtrans):
    """Goods that were paid and have arrived."""
    order = placed_order((goods(), None, 1))
    pay(midtrans, order)
    receive(order)
    return order


class TestInTime:
    def test_what_was_paid_is_erased_after_its_time_and_not_before(self, bought):
        assert erase_due_contacts(now=bought.placed_at + PAID, limit=10) == 0
        assert not is_erased(bought)
        before = (money(), Order.objects.values().get())
        assert erase_due_contacts(now=bought.placed_at + PAID + timedelta(seconds=1), limit=10) == 1
        assert is_erased(bought)
        assert (money(), Order.objects.values().get()) == before
        assert erase_due_contacts(now=bought.placed_at + PAID + timedelta(days=9), limit=10) == 0
        assert faults() == []

    def test_what_was_never_paid_goes_sooner(self):
        order = placed_order((goods(), None, 1))
        cancel_order(order_id=order.pk, now=NOW)
        assert erase_due_contacts(now=order.placed_at + UNPAID, limit=10) == 0
        assert erase_due_contacts(now=order.placed_at + UNPAID + timedelta(seconds=1), limit=10) == 1
        assert is_erased(order)

    def test_the_rule_of_the_day_holds(self, bought, settings):
        rule = {"from": "2026-01-01", "paid_days": 1826, "unpaid_days": 90}
        settings.CONTACT_KEPT = [{"from": "2027-01-01", "paid_days": 30, "unpaid_days": 3}, rule]
        last = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
        assert [kept_for(day)[0].days for day in (date(2026, 12, 31), date(2027, 1, 1))] == [1826, 30]
        assert erase_due_contacts(now=last, limit=10) == 0
        assert erase_due_contacts(now=last + timedelta(minutes=1), limit=10) == 1

    def test_never_more_than_asked_at_once(self, midtrans):
        for _number in range(3):
            cancel_order(order_id=placed_order((goods(), None, 1)).pk, now=NOW)
        assert [erase_due_contacts(now=NOW + timedelta(days=100), limit=2) for _time in range(3)] == [2, 1, 0]

    @pytest.mark.parametrize(
        "rows",
        [
            [],
            [{"from": "2026-01-01"}],
            [{"from": "soon", "paid_days": 1, "unpaid_days": 1}],
            [{"from": "2026-01-01", "paid_days": 0, "unpaid_days": 1}],
            [{"from": "2999-01-01", "paid_days": 1, "unpaid_days": 1}],
            "x",
        ],
    )
    def test_a_rule_that_says_nothing_is_found(self, settings, rows):
        assert contacts_are_kept_for_some_time(None) == []
        settings.CONTACT_KEPT = rows
        assert [fault.id for fault in contacts_are_kept_for_some_time(None)] == ["lapau.E020"]


class TestOnWish:
    def test_what_is_over_is_erased_at_once_and_a_repeat_changes_nothing(self, bought):
        asked = ask_erasure(order_ids=[bought.pk], now=QUIET)
        assert ((asked.erased, asked.waiting), is_erased(bought)) == ((1, 0), True)
        again = ask_erasure(order_ids=[bought.pk], now=QUIET + timedelta(days=1))
        assert (again.erased, again.waiting) == (0, 0)
        assert Contact.objects.get().erased_at == QUIET

    def test_names_on_tickets_and_accounts_of_refunds_go_with_it(self, midtrans):
        adult, slot = admission()
        order = placed_order((adult, slot, 2))
        pay(midtrans, order, "bni_va")
        Ticket.objects.update(holder_name="Siti Aminah")
        refund = request_refund(order_id=order.pk, lines=None, reason="hujan", now=NOW)
        assert refund is not None
        ask_for_account(refund_id=refund.pk, now=NOW)
        give_account(refund_id=refund.pk, bank="BRI", number="123456789", holder="Siti Aminah", now=NOW)
        late = slot.ends_at + timedelta(days=15)
        assert ask_erasure(order_ids=[order.pk], now=late).waiting == 1
        record_manual_refund(refund_id=refund.pk, now=late)
        assert erase_due_contacts(now=late, limit=10) == 1
        assert set(Ticket.objects.values_list("holder_name", flat=True)) == {""}
        account = RefundAccount.objects.get()
        assert (account.number, account.holder, account.erased_at) == ("", "", late)
        assert (faults(), personal_faults(late)) == ([], [])

    def test_what_is_not_over_waits_and_is_erased_by_itself(self, midtrans):
        order = placed_order((goods(), None, 1))
        pay(midtrans, order)
        asked = ask_erasure(order_ids=[order.pk], now=NOW + timedelta(days=30))
        assert ((asked.erased, asked.waiting), is_erased(order)) == ((0, 1), False)
        receive(order, at=NOW + timedelta(days=31))
        fortnight = NOW + timedelta(days=45)
        assert [erase_due_contacts(now=fortnight - timedelta(seconds=less), limit=10) for less in (1, 0)] == [0, 1]
        assert Contact.objects.get().erase_asked_at == NOW + timedelta(days=30)

    def test_a_date_to_come_is_waited_for(self, midtrans):
        adult, slot = admission()
        order = placed_order((adult, slot, 1))
        pay(midtrans, order)
        receive(order)
        OrderEvent.objects.filter(order=order).update(at=NOW)
        ends = slot.ends_at + timedelta(days=14)
        ask_erasure(order_ids=[order.pk], now=NOW)
        Order.objects.update(placed_at=NOW - timedelta(days=60))
        assert erase_due_contacts(now=ends - timedelta(seconds=1), limit=10) == 0

    @pytest.mark.parametrize("status", ["DISPUTED", "REVIEW"])
    def test_a_payment_that_is_undecided_is_waited_for(self, bought, status):
        Payment.objects.update(status=status)
        assert ask_erasure(order_ids=[bought.pk], now=QUIET).waiting == 1
        assert not is_erased(bought)

    def test_other_orders_keep_their_buyer(self, midtrans, bought):
        other = placed_order((goods(), None, 1))
        cancel_order(order_id=other.pk, now=NOW)
        ask_erasure(order_ids=[bought.pk], now=QUIET)
        assert not is_erased(other)


class TestCommand:
    def test_erases_the_orders_that_a_person_named(self, bought, capsys):
        with time_machine.travel(QUIET, tick=False):
            call_command("erase_contacts", bought.code.lower())
        assert is_erased(bought)
        assert "Erased the buyers of 1 orders; 0 wait" in capsys.readouterr().out

    def test_erases_none_if_one_is_unknown(self, bought):
        with time_machine.travel(QUIET, tick=False), pytest.raises(CommandError, match="nothing was erased"):
            call_command("erase_contacts", bought.code, "00000000")
        assert not is_erased(bought)

    def test_without_codes_erases_what_is_due(self, bought, capsys):
        with time_machine.travel(bought.placed_at + PAID + timedelta(days=1), tick=False):
            call_command("erase_contacts")
        assert is_erased(bought)
        assert "Erased the buyers of 1 orders." in capsys.readouterr().out


class TestAudit:
    def test_sees_what_should_have_gone(self, bought):
        due = bought.placed_at + PAID
        assert personal_faults(due + timedelta(hours=71)) == []
        assert personal_faults(due + timedelta(hours=73)) == ["still names its buyer, and its time is over"]

    def test_sees_a_wish_that_was_left_lying(self, bought):
        Contact.objects.update(erase_asked_at=QUIET)
        assert personal_faults(QUIET + timedelta(hours=71)) == []
        assert personal_faults(QUIET + timedelta(hours=72, seconds=1)) == ["still names its buyer, and its buyer asked"]

    def test_sees_what_was_left_behind(self, bought):
        ask_erasure(order_ids=[bought.pk], now=QUIET)
        Contact.objects.update(note="di depan masjid")
        assert personal_faults(QUIET) == ["was erased, and something of its buyer is left"]
