"""What payees owe: settled below zero, and not paid back yet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from marketplace.ledger import accounts
from marketplace.ledger.models import JournalKind
from marketplace.ledger.queries import balances, balances_of
from marketplace.payouts.models import Remittance, Settlement, SettlementItem
from marketplace.payouts.queries.payees import Payee, unsettled


@dataclass(frozen=True)
class Debt:
    """What a payee owes now."""

    payee: Payee
    # The shop's, or the party's.
    name: str
    shop_name: str
    amount: int
    # The last day of the oldest period of which something is owed, if what comes in pays the oldest first.
    since: date


@dataclass(frozen=True)
class RemittanceView:
    """One transfer from a payee that owed."""

    id: int
    name: str
    shop_name: str
    amount: int
    bank_reference: str
    received_on: date
    recorded_by: str
    recorded_at: datetime


def debt_of(payee: Payee) -> int:
    """What a payee may pay back now, in whole rupiah: settled below zero, less what it paid back since.

    What is not settled yet does not count: neither what it sold, nor the cash it keeps.
    """
    code = accounts.settled(payee.code)
    return owing(balances_of([code])).get(payee.code, 0)


def owing(settled: Mapping[str, int]) -> dict[str, int]:
    """What payees owe, by the codes of their own accounts; only those that owe. One query if any is below zero, else none.

    :param settled: balances of what is settled, by the codes of those accounts.
    """
    below = {code.partition(":")[2]: -amount for code, amount in settled.items() if amount < 0}
    if not below:
        return {}
    entries = unsettled(below).filter(journal__kind=JournalKind.REMITTANCE).order_by()
    since = dict(entries.values_list("to_account__code").annotate(total=Sum("amount")))
    left = {code: amount - since.get(code, 0) for code, amount in below.items()}
    return {code: amount for code, amount in left.items() if amount > 0}


def debts() -> list[Debt]:
    """Who owes how much, oldest first; five queries at most."""
    amounts = owing(balances("settled:"))
    if not amounts:
        return []
    keys: dict[str, list[int]] = {"shop": [], "party": []}
    for code in amounts:
        kind, _colon, number = code.partition(":")
        keys[kind].append(int(number))
    whose = Q(shop__in=keys["shop"], party=None) | Q(party__in=keys["party"])
    made_good = Settlement.objects.alias(whose=Coalesce("party_id", 0)).filter(
        shop=OuterRef("shop"),
        whose=Coalesce(OuterRef("party_id"), 0),
        until_date__gt=OuterRef("until_date"),
        left_amount__gte=0,
    )
    rows = list(
        Settlement.objects.filter(whose, ~Exists(made_good), left_amount__lt=0)
        .select_related("shop", "party")
        .order_by("-until_date", "-pk")
    )
    paid_back = _paid_back_in([row.pk for row in rows])
    found: dict[str, Debt] = {}
    open_amounts = dict(amounts)
    for row in rows:
        payee = Payee(row.shop_id, row.party_id)
        if open_amounts[payee.code] <= 0:
            continue
        # What is owed is the newest of what came to be owed.
        open_amounts[payee.code] -= min(row.carried_amount, 0) - row.left_amount + paid_back.get(row.pk, 0)
        found[payee.code] = Debt(
            payee=payee,
            name=row.party.name if row.party else row.shop.name,
            shop_name=row.shop.name,
            amount=amounts[payee.code],
            since=row.until_date,
        )
    return sorted(found.values(), key=lambda debt: (debt.since, debt.name, debt.payee.code))


def _paid_back_in(settlement_ids: Collection[int]) -> dict[int, int]:
    """What was paid back, by the settlement that took it up."""
    items = SettlementItem.objects.filter(
        settlement__in=settlement_ids, entry__journal__kind=JournalKind.REMITTANCE
    ).order_by()
    return dict(items.values_list("settlement").annotate(total=Sum("amount")))


def remittances(*, limit: int = 50, offset: int = 0) -> list[RemittanceView]:
    """What was paid back, newest first; one query."""
    rows = Remittance.objects.select_related("shop", "party", "recorded_by")
    return [
        RemittanceView(
            id=row.pk,
            name=row.party.name if row.party else row.shop.name,
            shop_name=row.shop.name,
            amount=row.amount,
            bank_reference=row.bank_reference,
            received_on=row.received_on_date,
            recorded_by=str(row.recorded_by),
            recorded_at=row.recorded_at,
        )
        for row in rows.order_by("-received_on_date", "-pk")[offset : offset + limit]
    ]
