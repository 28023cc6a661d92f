"""Retribusi: what of it was handed over to its treasury, and what not yet."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from foundation.clock import day_of, end_of
from marketplace.ledger import accounts
from marketplace.ledger.models import AccountKind, Entry, JournalKind
from marketplace.payouts.models import Deposit, DepositItem, TreasuryRule


@dataclass(frozen=True)
class TreasuryEntry:
    """One entry of a treasury's account; below zero what went back to a buyer before it was handed over."""

    entry_id: int
    line: UUID | None
    day: date
    amount: int


@dataclass(frozen=True)
class OpenDay:
    """What came in on a day and was not handed over yet."""

    day: date
    amount: int
    # The last day on which it may be handed over; None where the region has set none.
    due: date | None
    days_late: int


@dataclass(frozen=True)
class DepositView:
    """One handing over."""

    id: int
    sts_number: str
    deposited_on: date
    amount: int
    recorded_by: str
    recorded_at: datetime
    from_day: date
    until_day: date


@dataclass(frozen=True)
class Rules:
    """How regions want their retribusi, by region code."""

    rows: dict[str, list[TreasuryRule]]

    def on(self, region_code: str, day: date) -> TreasuryRule | None:
        """The newest rule of a region in force on a day."""
        fitting = [
            row
            for row in self.rows.get(region_code, [])
            if row.valid_from_date <= day and (row.valid_until_date is None or day <= row.valid_until_date)
        ]
        return fitting[-1] if fitting else None

    def due(self, region_code: str, day: date) -> date | None:
        """The last day for handing over what came in on ``day``."""
        rule = self.on(region_code, day)
        return day + timedelta(days=rule.deposit_days) if rule else None


def treasury_rules(region_code: str | None = None) -> Rules:
    """The rules of a region, or of all; one query."""
    rows = TreasuryRule.objects.select_related("region").defer("region__boundary").order_by("valid_from_date", "pk")
    found: dict[str, list[TreasuryRule]] = defaultdict(list)
    for row in rows.filter(region__code=region_code) if region_code else rows:
        found[row.region.code].append(row)
    return Rules(dict(found))


def undeposited_entries(region_code: str, *, through: date | None = None) -> list[TreasuryEntry]:
    """What of a region's retribusi was not handed over, oldest first; two queries.

    What goes back to a buyer after it was handed over is the treasury's to pay: it is never netted with later receipts.
    """
    code = accounts.treasury(region_code)
    rows = Entry.objects.filter(Q(from_account__code=code) | Q(to_account__code=code), deposit_item=None)
    rows = rows.exclude(journal__kind=JournalKind.DEPOSIT)
    if through is not None:
        rows = rows.filter(journal__posted_at__lt=end_of(through))
    values = list(
        rows.order_by("journal__posted_at", "pk").values_list(
            "pk", "line", "journal__posted_at", "amount", "to_account__code"
        )
    )
    handed_over = deposited_lines(line for _pk, line, _at, _amount, _to in values if line is not None)
    return [
        TreasuryEntry(pk, line, day_of(at), amount if target == code else -amount)
        for pk, line, at, amount, target in values
        if line not in handed_over
    ]


def deposited_lines(line_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these lines whose retribusi was handed over: what goes back of them is asked of the treasury; one query."""
    items = DepositItem.objects.filter(entry__line__in=set(line_ids), amount__gt=0)
    return frozenset(line for line in items.values_list("entry__line", flat=True) if line is not None)


def claims_on(region_code: str) -> int:
    """What the treasury is asked to give back of retribusi that it has, in whole rupiah; two queries."""
    code = accounts.treasury(region_code)
    rows = Entry.objects.filter(Q(from_account__code=code) | Q(to_account__code=code), deposit_item=None)
    rows = rows.exclude(journal__kind=JournalKind.DEPOSIT)
    values = list(rows.values_list("line", "amount", "to_account__code"))
    handed_over = deposited_lines(line for line, _amount, _to in values if line is not None)
    return sum(amount if target != code else -amount for line, amount, target in values if line in handed_over)


def open_days(region_code: str, *, today: date) -> list[OpenDay]:
    """What waits to be handed over, by the day it came in, oldest first; three queries."""
    rules = treasury_rules(region_code)
    by_day: dict[date, int] = defaultdict(int)
    first_day: dict[UUID | None, date] = {}
    for entry in undeposited_entries(region_code):
        # What went back belongs to the day on which it came in.
        day = first_day.setdefault(entry.line, entry.day) if entry.line else entry.day
        by_day[day] += entry.amount
    found = []
    for day, amount in sorted(by_day.items()):
        due = rules.due(region_code, day)
        if amount:
            found.append(OpenDay(day, amount, due, max((today - due).days, 0) if due else 0))
    return found


def deposits_of(region_code: str, *, limit: int = 100) -> list[DepositView]:
    """What was handed over, newest first; two queries."""
    rows = list(
        Deposit.objects.filter(region__code=region_code)
        .select_related("recorded_by")
        .order_by("-deposited_on_date", "-pk")[:limit]
    )
    days: dict[int, list[date]] = defaultdict(list)
    for deposit_id, at in DepositItem.objects.filter(deposit__in=rows).values_list(
        "deposit_id", "entry__journal__posted_at"
    ):
        days[deposit_id].append(day_of(at))
    return [
        DepositView(
            id=row.pk,
            sts_number=row.sts_number,
            deposited_on=row.deposited_on_date,
            amount=row.amount,
            recorded_by=str(row.recorded_by),
            recorded_at=row.recorded_at,
            from_day=min(days[row.pk]),
            until_day=max(days[row.pk]),
        )
        for row in rows
    ]


def regions_with_treasury() -> Collection[str]:
    """The codes of regions whose retribusi ever came in; one query."""
    kinds = Entry.objects.filter(to_account__kind=AccountKind.TREASURY).order_by()
    return sorted({code.partition(":")[2] for code in kinds.values_list("to_account__code", flat=True).distinct()})
