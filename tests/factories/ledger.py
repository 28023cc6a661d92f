"""Valid rows of the ledger. The suite posts through ``services.post``; these are for constraints and audit checks."""

from datetime import UTC, datetime

from factory import Sequence, SubFactory
from factory.django import DjangoModelFactory

from marketplace.ledger.models import Account, AccountKind, Entry, Journal, JournalKind


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = Account

    code = Sequence(lambda number: f"shop:{number + 1000}")
    kind = AccountKind.SHOP


class JournalFactory(DjangoModelFactory):
    class Meta:
        model = Journal

    kind = JournalKind.PAYMENT
    reference = Sequence(lambda number: f"payment:{number + 1000}")
    posted_at = datetime(2026, 11, 22, 3, tzinfo=UTC)


class EntryFactory(DjangoModelFactory):
    class Meta:
        model = Entry

    journal = SubFactory(JournalFactory)
    from_account = SubFactory(AccountFactory)
    to_account = SubFactory(AccountFactory)
    amount = 10_000
