"""What is asked of the ledger. A balance is what came in less what went out, in whole rupiah."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class EntryView:
    """One transfer with its cause."""

    kind: str
    reference: str
    posted_at: datetime
    from_code: str
    to_code: str
    amount: int
    line: UUID | None


def balance(code: str) -> int:
    """The balance of an account; 0 for one that was never used."""
    raise NotImplementedError


def balances(prefix: str) -> dict[str, int]:
    """Balances by code of all accounts whose code begins with ``prefix`` ("shop:", "treasury:13.75"), in two queries."""
    raise NotImplementedError


def entries_of(
    code: str, *, since: datetime | None = None, until: datetime | None = None, limit: int | None = None
) -> list[EntryView]:
    """Entries into and out of an account, newest first.

    :param since: posted at this moment or later.
    :param until: posted before this moment.
    """
    raise NotImplementedError


def entries_for(*, kind: str, references: Sequence[str]) -> list[EntryView]:
    """Entries of the journals with these causes, oldest first."""
    raise NotImplementedError
