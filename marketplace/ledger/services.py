"""Posting to the ledger: the only way money moves in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.ledger.models import Journal, JournalKind


@dataclass(frozen=True)
class Transfer:
    """One transfer of a journal, by account codes ("shop:12", "treasury:13.75"), in whole rupiah above zero."""

    from_code: str
    to_code: str
    amount: int
    # The order line or shipment it belongs to.
    line: UUID | None = None


def post(*, kind: JournalKind, reference: str, transfers: Sequence[Transfer], now: datetime) -> Journal:
    """Post a journal for one cause, opening accounts that are new; a repeat posts nothing and returns what was posted.

    :param reference: the cause by key: "payment:81"; unique within its kind.
    :raises LedgerConflict: the cause was posted before with other transfers.
    :raises UnknownAccount: a code does not begin with a known kind of account.
    """
    raise NotImplementedError
