"""Posting to the ledger: the only way money moves in it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.errors import DomainError
from marketplace.ledger.models import Account, AccountKind, Entry, Journal, JournalKind

# Account codes begin with what the account is for; ``ledger.accounts`` writes them.
KIND_OF_PREFIX = {kind.value.lower(): kind for kind in AccountKind}


class LedgerConflict(DomainError):
    """A cause that was posted before with other transfers: one of the two is wrong, and a person must look."""

    code = "ledger_conflict"

    def __init__(self, *, kind: str, reference: str) -> None:
        self.kind, self.reference = kind, reference
        super().__init__(_("%(kind)s %(reference)s was posted before, otherwise.") % vars(self))


class UnknownAccount(DomainError):
    """An account code that names no known kind of account."""

    code = "unknown_account"

    def __init__(self, *, account: str) -> None:
        self.account = account
        super().__init__(_("There is no kind of account for %(account)s.") % {"account": account})


@dataclass(frozen=True)
class Transfer:
    """One transfer of a journal, by account codes ("shop:12", "treasury:13.75"), in whole rupiah above zero."""

    from_code: str
    to_code: str
    amount: int
    # The order line or shipment it belongs to.
    line: UUID | None = None


@dataclass(frozen=True)
class Posting:
    """A journal to be: its cause and what moves."""

    kind: JournalKind
    reference: str
    transfers: Sequence[Transfer]


@transaction.atomic
def post(*, kind: JournalKind, reference: str, transfers: Sequence[Transfer], now: datetime) -> Journal:
    """Post a journal for one cause, opening accounts that are new; a repeat posts nothing and returns what was posted.

    :param reference: the cause by key: "payment:81"; unique within its kind.
    :raises LedgerConflict: the cause was posted before with other transfers.
    :raises UnknownAccount: a code does not begin with a known kind of account.
    :raises ValueError: there is nothing to transfer.
    """
    if not transfers:
        raise ValueError(f"A journal for {reference} without transfers.")
    accounts = open_accounts({code for transfer in transfers for code in (transfer.from_code, transfer.to_code)})
    try:
        with transaction.atomic():
            journal = Journal.objects.create(kind=kind, reference=reference, posted_at=now)
    except IntegrityError:
        posted = Journal.objects.get(kind=kind, reference=reference)
        if Counter(transfers_of(posted)) != Counter(transfers):
            raise LedgerConflict(kind=kind, reference=reference) from None
        return posted
    Entry.objects.bulk_create(_entry(journal, transfer, accounts) for transfer in transfers)
    return journal


@transaction.atomic
def post_new(*, postings: Sequence[Posting], now: datetime) -> None:
    """Post many journals, none of which was posted before, in few statements; all or nothing.

    :raises IntegrityError: one of them was posted before.
    Raises otherwise as :func:`post`.
    """
    if not all(posting.transfers for posting in postings):
        raise ValueError("A journal without transfers.")
    accounts = open_accounts(
        code for posting in postings for one in posting.transfers for code in (one.from_code, one.to_code)
    )
    journals = Journal.objects.bulk_create(
        Journal(kind=posting.kind, reference=posting.reference, posted_at=now) for posting in postings
    )
    Entry.objects.bulk_create(
        _entry(journal, transfer, accounts)
        for journal, posting in zip(journals, postings, strict=True)
        for transfer in posting.transfers
    )


def open_accounts(codes: Iterable[str]) -> dict[str, int]:
    """Keys of the accounts by code; those that are new are opened.

    :raises UnknownAccount: a code does not begin with a known kind.
    """
    wanted = sorted(set(codes))
    known = dict(Account.objects.filter(code__in=wanted).values_list("code", "pk"))
    new = [Account(code=code, kind=kind_of(code)) for code in wanted if code not in known]
    if new:
        # Two journals may open the same account at the same time: the second finds the first's.
        Account.objects.bulk_create(new, ignore_conflicts=True)
        known = dict(Account.objects.filter(code__in=wanted).values_list("code", "pk"))
    return known


def kind_of(code: str) -> AccountKind:
    """The kind of account that a code names.

    :raises UnknownAccount: none.
    """
    prefix, colon, rest = code.partition(":")
    if not colon or not rest or prefix not in KIND_OF_PREFIX:
        raise UnknownAccount(account=code)
    return KIND_OF_PREFIX[prefix]


def _entry(journal: Journal, transfer: Transfer, accounts: Mapping[str, int]) -> Entry:
    return Entry(
        journal=journal,
        from_account_id=accounts[transfer.from_code],
        to_account_id=accounts[transfer.to_code],
        amount=transfer.amount,
        line=transfer.line,
    )


def transfers_of(journal: Journal) -> list[Transfer]:
    """What a journal transferred."""
    rows = Entry.objects.filter(journal=journal).values_list("from_account__code", "to_account__code", "amount", "line")
    return [Transfer(*row) for row in rows]
