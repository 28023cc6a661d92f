from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.ledger import checks, queries
from marketplace.ledger.models import Account, AccountKind, Entry, Journal, JournalKind
from marketplace.ledger.queries import EntryView
from marketplace.ledger.services import LedgerConflict, Posting, Transfer, UnknownAccount, post, post_new
from marketplace.ledger.triggers import statements_to_remove
from tests.factories.ledger import AccountFactory, EntryFactory, JournalFactory

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
LINE = UUID("00000000-0000-0000-0000-000000000007")
pytestmark = pytest.mark.django_db


def pay(reference: str = "payment:1", amount: int = 50_000, *, at: datetime = NOON) -> Journal:
    return post(
        kind=JournalKind.PAYMENT,
        reference=reference,
        transfers=[Transfer("clearing:operator:QRIS", "buyer:7K2M", amount)],
        now=at,
    )


def sell(at: datetime = NOON) -> Journal:
    return post(
        kind=JournalKind.SALE,
        reference="order:7K2M",
        transfers=[
            Transfer("buyer:7K2M", "shop:12", 30_000, LINE),
            Transfer("buyer:7K2M", "treasury:13.75", 20_000),
        ],
        now=at,
    )


def postings(*references: str) -> list[Posting]:
    return [
        Posting(
            JournalKind.SALE,
            reference,
            [Transfer("buyer:7K2M", "shop:12", 30_000, LINE), Transfer("buyer:7K2M", "treasury:13.75", 20_000)],
        )
        for reference in references
    ]


class TestPostNew:
    def test_posts_many_as_each_alone(self):
        post_new(postings=postings("order:7K2M", "order:9XYZ"), now=NOON)
        first, second = Journal.objects.order_by("pk")
        assert (first.reference, second.reference, second.posted_at) == ("order:7K2M", "order:9XYZ", NOON)
        assert queries.balances("") == {"buyer:7K2M": -100_000, "shop:12": 60_000, "treasury:13.75": 40_000}
        # The same cause alone finds what was posted.
        assert sell() == first

    def test_posts_nothing_if_one_was_posted_before(self):
        sell()
        with pytest.raises(IntegrityError), transaction.atomic():
            post_new(postings=postings("order:9XYZ", "order:7K2M"), now=NOON)
        assert Journal.objects.get().reference == "order:7K2M"
        assert Entry.objects.count() == 2

    def test_posts_nothing_if_one_is_empty(self):
        with pytest.raises(ValueError, match="without transfers"):
            post_new(postings=[*postings("order:9XYZ"), Posting(JournalKind.SALE, "order:1", [])], now=NOON)
        assert not Journal.objects.exists()


class TestPost:
    def test_moves_money_between_accounts_that_it_opens(self):
        pay()
        sell()

        assert queries.balances("") == {
            "buyer:7K2M": 0,
            "clearing:operator:QRIS": -50_000,
            "shop:12": 30_000,
            "treasury:13.75": 20_000,
        }
        kinds = dict(Account.objects.values_list("code", "kind"))
        assert kinds["treasury:13.75"] == AccountKind.TREASURY
        assert kinds["clearing:operator:QRIS"] == AccountKind.CLEARING

    def test_posts_a_repeat_only_once(self):
        first = sell()
        again = sell(at=NOON + timedelta(hours=1))

        assert again == first
        assert Entry.objects.count() == 2

    def test_refuses_another_content_for_the_same_cause(self):
        pay()

        with pytest.raises(LedgerConflict) as refusal:
            pay(amount=50_001)
        assert refusal.value.reference == "payment:1"
        assert queries.balance("buyer:7K2M") == 50_000

    def test_refuses_an_account_of_no_known_kind(self):
        with pytest.raises(UnknownAccount):
            post(
                kind=JournalKind.FEE,
                reference="fee:1",
                transfers=[Transfer("shop:12", "pocket:mine", 1)],
                now=NOON,
            )
        assert not Journal.objects.exists()
        assert not Account.objects.exists()

    def test_refuses_a_journal_that_moves_nothing(self):
        with pytest.raises(ValueError, match="without transfers"):
            post(kind=JournalKind.FEE, reference="fee:1", transfers=[], now=NOON)

    @pytest.mark.parametrize("amount", [0, -1])
    def test_writes_nothing_if_one_transfer_is_impossible(self, amount: int):
        with pytest.raises(IntegrityError):
            post(
                kind=JournalKind.PAYMENT,
                reference="payment:1",
                transfers=[Transfer("cash:gate:1", "buyer:A", 5), Transfer("cash:gate:1", "buyer:A", amount)],
                now=NOON,
            )
        assert not Journal.objects.exists()


class TestQueries:
    def test_a_balance_of_an_account_never_used_is_zero(self):
        assert queries.balance("shop:99") == 0

    def test_balances_of_many_accounts_take_two_queries(self, django_assert_num_queries):
        pay()
        sell()

        with django_assert_num_queries(2):
            assert queries.balances("treasury:") == {"treasury:13.75": 20_000}

    def test_entries_come_newest_first_within_their_time(self):
        pay()
        sell(at=NOON + timedelta(hours=1))

        assert queries.entries_of("buyer:7K2M", since=NOON + timedelta(minutes=1), limit=1) == [
            EntryView("SALE", "order:7K2M", NOON + timedelta(hours=1), "buyer:7K2M", "treasury:13.75", 20_000, None)
        ]
        assert [entry.amount for entry in queries.entries_of("buyer:7K2M", until=NOON + timedelta(hours=1))] == [50_000]

    def test_entries_are_found_by_their_cause(self):
        sell()

        found = queries.entries_for(kind="SALE", references=["order:7K2M"])
        assert [(entry.to_code, entry.amount, entry.line) for entry in found] == [
            ("shop:12", 30_000, LINE),
            ("treasury:13.75", 20_000, None),
        ]


class TestConstraints:
    def test_an_entry_goes_between_two_accounts(self):
        account = AccountFactory()
        with pytest.raises(IntegrityError, match="entry_between_two_accounts"):
            EntryFactory(from_account=account, to_account=account)

    def test_an_entry_is_positive(self):
        with pytest.raises(IntegrityError, match="entry_is_positive"):
            EntryFactory(amount=0)

    def test_a_cause_has_one_journal_of_a_kind(self):
        journal = JournalFactory()
        with pytest.raises(IntegrityError):
            JournalFactory(reference=journal.reference)

    def test_a_code_names_one_account(self):
        account = AccountFactory()
        with pytest.raises(IntegrityError):
            AccountFactory(code=account.code)


class TestAppendOnly:
    @pytest.mark.parametrize("table", ["ledger_entry", "ledger_journal"])
    @pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
    def test_no_row_can_be_changed_or_deleted(self, table: str, change: str):
        EntryFactory()
        refused = pytest.raises(IntegrityError, match=f"{table} is append-only")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change.format(table))
        assert (Entry.objects.count(), Journal.objects.count()) == (1, 1)

    def test_the_model_refuses_too(self):
        entry = EntryFactory()
        with pytest.raises(IntegrityError, match="append-only"):
            Entry.objects.filter(pk=entry.pk).update(amount=1)


class TestAudit:
    def test_finds_nothing_wrong_after_posting(self):
        pay()
        sell()

        assert [*checks.triggers_are_on(), *checks.journals_have_entries()] == []

    def test_finds_a_journal_without_entries(self):
        journal = JournalFactory()
        assert [finding.row for finding in checks.journals_have_entries()] == [f"journal {journal.pk}"]

    def test_finds_that_the_triggers_are_missing(self):
        with connection.cursor() as cursor:
            for statement in statements_to_remove(connection.vendor):
                cursor.execute(statement)
        assert [finding.row for finding in checks.triggers_are_on()] == ["ledger_entry", "ledger_journal"]


@pytest.mark.django_db(transaction=True)
class TestBetweenTests:
    """The suite empties the database after tests that commit; the triggers let it, and stay on."""

    @pytest.mark.parametrize("run", [1, 2])
    def test_the_ledger_is_empty_and_still_append_only(self, run: int):
        assert not Entry.objects.exists()
        pay(reference=f"payment:{run}")
        with pytest.raises(IntegrityError, match="append-only"):
            Entry.objects.all().delete()
