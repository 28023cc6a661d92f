"""What a shop is owed, straight from the ledger."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from foundation.clock import day_of
from marketplace.ledger import accounts
from marketplace.ledger.queries import balances_of, entries_of
from marketplace.payouts.queries.payees import Payee
from marketplace.payouts.queries.rates import policy_on
from marketplace.payouts.queries.remittances import owing


@dataclass(frozen=True)
class StatementRow:
    """One movement of what a shop is owed; ``amount`` is negative for what went off it."""

    at: datetime
    kind: str
    reference: str
    amount: int
    line: UUID | None
    # The code of the shop's account that it moved.
    account: str = ""


@dataclass(frozen=True)
class Statement:
    """What a shop is owed: the newest movements, and the balance they lead to.

    ``owed`` is all of it: ``coming`` (sold, not fulfilled yet or on hold), ``held`` (reserve for dates to come) and
    ``settled`` (closed, on its way to the bank or carried over; below zero what the shop owes). ``owes`` is what it may pay
    back now: what is settled below zero, less what it paid back since.
    """

    shop_id: int
    owed: int
    rows: tuple[StatementRow, ...]
    coming: int = 0
    held: int = 0
    settled: int = 0
    owes: int = 0


def owed(shop_id: int, *, limit: int = 100) -> Statement:
    """A shop's statement; a fixed number of queries, and one more where it is settled below zero."""
    payee = Payee(shop_id)
    own = set(payee.pockets)
    rows: list[StatementRow] = []
    # Movements between the shop's own accounts change nothing for it, so some of what is read is left out.
    for entry in entries_of(payee.pockets, limit=2 * limit):
        is_in = entry.to_code in own
        if is_in and entry.from_code in own:
            continue
        account = entry.to_code if is_in else entry.from_code
        rows.append(
            StatementRow(
                at=entry.posted_at,
                kind=entry.kind,
                reference=entry.reference,
                amount=entry.amount if is_in else -entry.amount,
                line=entry.line,
                account=account,
            )
        )
    there = balances_of(payee.pockets)
    coming = sum(there[code] for code in payee.sources)
    settled, held = there[accounts.settled(payee.code)], there[accounts.reserve(payee.code)]
    return Statement(
        shop_id=shop_id,
        owed=coming + settled + held,
        rows=tuple(rows[:limit]),
        coming=coming,
        held=held,
        settled=settled,
        owes=owing({accounts.settled(payee.code): settled}).get(payee.code, 0),
    )


def next_closing(now: datetime) -> date:
    """The day after which the present period is settled."""
    today = day_of(now)
    return policy_on(today).next_end(today) + timedelta(days=1)
