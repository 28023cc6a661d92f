"""What is paid back is recorded once, and never more than is owed, however many record it at the same moment."""

import contextlib
from collections import Counter
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import DatabaseError
from django.db.models import QuerySet

from foundation.outbox.models import Event
from marketplace.ledger.models import Journal
from marketplace.payouts.models import Remittance
from marketplace.payouts.queries import Payee, debt_of, debts
from marketplace.payouts.services import RemittanceRefused, close_period, record_remittance, remitting
from marketplace.shops.models import Shop
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW
from tests.factories.shops import MerchantAccountFactory, ShopFactory
from tests.marketplace.payouts.selling import SUNDAY, close, comes_to_owe
from tests.marketplace.sales.money import faults
from tests.racing import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = NOW + timedelta(days=8)
CLERKS = range(4)


def shops_that_owe(count: int, amount: int = 40_000) -> list[Shop]:
    """Shops of one merchant account, each settled so far below zero."""
    account = MerchantAccountFactory()
    shops = [ShopFactory(merchant_account=account) for _number in range(count)]
    for shop in shops:
        comes_to_owe(f"shop:{shop.pk}", amount, at=NOW)
    close()
    return shops


def record_at_once(shops: list[Shop], references: list[str]) -> Counter[str]:
    """As many clerks at once, each with a shop and a reference; what became of each."""
    by_id = UserFactory().pk

    def record(clerk: int) -> str:
        try:
            record_remittance(
                payee=Payee(shops[clerk].pk),
                amount=40_000,
                bank_reference=references[clerk],
                received_on=NOW.date(),
                by_id=by_id,
                now=MONDAY,
            )
        except RemittanceRefused:
            return "refused"
        except DatabaseError:
            return "collided"
        return "recorded"

    return Counter(in_parallel(record, CLERKS))


class TestRecording:
    def test_the_same_transfer_is_recorded_once(self):
        (shop,) = shops_that_owe(1)
        assert record_at_once([shop] * 4, ["TRF"] * 4) == {"recorded": 4}
        assert (Remittance.objects.count(), Journal.objects.filter(kind="REMITTANCE").count()) == (1, 1)
        assert Event.objects.filter(topic="remittance.recorded").count() == 1
        assert (debts(), faults()) == ([], [])

    def test_of_several_transfers_no_more_than_is_owed(self):
        (shop,) = shops_that_owe(1)
        outcomes = record_at_once([shop] * 4, [f"TRF {clerk}" for clerk in CLERKS])
        assert outcomes == {"recorded": 1, "refused": 3}
        assert (Remittance.objects.count(), debt_of(Payee(shop.pk)), faults()) == (1, 0, [])

    def test_one_reference_serves_one_shop(self):
        shops = shops_that_owe(4)
        assert record_at_once(shops, ["TRF"] * 4) == {"recorded": 1, "refused": 3}
        assert (Remittance.objects.count(), len(debts()), faults()) == (1, 3, [])

    @pytest.mark.full
    def test_without_the_lock_more_is_recorded_than_is_owed(self, monkeypatch):
        (shop,) = shops_that_owe(1)
        together, asked = Barrier(len(CLERKS), timeout=2), remitting.debt_of

        def all_at_once(payee: Payee) -> int:
            debt = asked(payee)
            with contextlib.suppress(BrokenBarrierError):
                together.wait()
            return debt

        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self.all())
        monkeypatch.setattr(remitting, "debt_of", all_at_once)
        assert record_at_once([shop] * 4, [f"TRF {clerk}" for clerk in CLERKS]) == {"recorded": 4}
        assert Remittance.objects.count() == 4

    def test_beside_a_closing_it_is_netted_now_or_next_time(self):
        (shop,) = shops_that_owe(1)
        by_id = UserFactory().pk

        def work(clerk: int) -> None:
            if clerk % 2:
                close_period(until=SUNDAY + timedelta(days=7), now=MONDAY + timedelta(days=7))
            else:
                record_remittance(
                    payee=Payee(shop.pk),
                    amount=40_000,
                    bank_reference="TRF",
                    received_on=NOW.date(),
                    by_id=by_id,
                    now=MONDAY,
                )

        in_parallel(work, CLERKS)
        close(SUNDAY + timedelta(days=14))
        assert (shop.settlements.latest("until_date").left_amount, debts(), faults()) == (0, [], [])
