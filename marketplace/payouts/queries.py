"""Rates of the operator, and what shops are owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from foundation.money import share_out
from marketplace.catalog.models import ChargeKind
from marketplace.ledger.queries import balance, entries_of
from marketplace.payouts.models import FeeSchedule

WHOLE = 10_000


@dataclass(frozen=True)
class Fees:
    """The fee schedules of a day. Without a schedule the commission is 0."""

    schedules: Sequence[FeeSchedule]

    def rate(self, *, kind: str, region_id: int, charge_kind: str) -> int:
        """Parts of 10,000 for a sale; always 0 on retribusi. The most special schedule wins, then the newest."""
        if charge_kind == ChargeKind.RETRIBUSI:
            return 0
        fitting = [
            schedule
            for schedule in self.schedules
            if schedule.kind in ("", kind) and schedule.region_id in (None, region_id)
        ]
        if not fitting:
            return 0
        best = max(fitting, key=lambda one: (one.kind != "", one.region_id is not None, one.valid_from_date, one.pk))
        return best.rate


def fees_on(day: date) -> Fees:
    """The schedules in force on a day; one query."""
    in_force = Q(valid_until_date=None) | Q(valid_until_date__gte=day)
    return Fees(tuple(FeeSchedule.objects.filter(in_force, valid_from_date__lte=day)))


def commission_on(amount: int, rate: int) -> int:
    """The operator's part of an amount, to the rupiah by largest remainder."""
    return share_out(amount, [rate, WHOLE - rate])[0]


@dataclass(frozen=True)
class StatementRow:
    """One movement of what a shop is owed; ``amount`` is negative for what went off it."""

    at: datetime
    kind: str
    reference: str
    amount: int
    line: UUID | None


@dataclass(frozen=True)
class Statement:
    """What a shop is owed, straight from the ledger: the newest movements, and the balance they lead to."""

    shop_id: int
    owed: int
    rows: tuple[StatementRow, ...]


def owed(shop_id: int, *, limit: int = 100) -> Statement:
    """A shop's statement."""
    code = f"shop:{shop_id}"
    rows = tuple(
        StatementRow(
            at=entry.posted_at,
            kind=entry.kind,
            reference=entry.reference,
            amount=entry.amount if entry.to_code == code else -entry.amount,
            line=entry.line,
        )
        for entry in entries_of(code, limit=limit)
    )
    return Statement(shop_id=shop_id, owed=balance(code), rows=rows)
