"""What must always hold of shares, settlements, payouts, deposits and remittances: lines 3, 4 and 11 of the design."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from uuid import UUID

from django.db.models import F, Q, Sum
from django.utils import timezone

from foundation.audit.registry import Finding, register
from foundation.clock import day_of
from marketplace.ledger import accounts
from marketplace.ledger.checks import missing_triggers
from marketplace.ledger.models import AccountKind, Entry, Journal, JournalKind
from marketplace.ledger.queries import balances
from marketplace.orders.models import OrderLine
from marketplace.payouts.models import (
    BatchStatus,
    Deposit,
    DepositItem,
    Payout,
    PayoutBatch,
    PayoutStatus,
    Remittance,
    Settlement,
    SettlementItem,
)
from marketplace.payouts.queries import Payee, open_days, regions_with_treasury, share_account, unsettled
from marketplace.payouts.services.paying_out import source_account
from marketplace.payouts.triggers import APPEND_ONLY, FROZEN
from marketplace.shops import triggers as shops

_LEFT = (PayoutStatus.SENT, PayoutStatus.DONE)


def register_all() -> None:
    """Have the checks run by ``manage.py audit``."""
    register("payout_rows_stay", line=3, check=payout_rows_stay)
    register("settlements", line=3, check=settlements)
    register("payouts", line=3, check=payouts)
    register("fee_journals", line=3, check=fee_journals)
    register("deposit_journals", line=3, check=deposit_journals)
    register("remittance_journals", line=3, check=remittance_journals)
    register("shares_of_lines", line=4, check=shares_of_lines)
    register("owed_to_payees", line=4, check=owed_to_payees)
    register("deposits", line=11, check=deposits)
    register("deposits_in_time", line=11, check=deposits_in_time)


def payout_rows_stay() -> Iterator[Finding]:
    """Settlements, payouts, deposits, remittances and bank accounts cannot be changed: the triggers that refuse it are there."""
    yield from missing_triggers((*APPEND_ONLY, *FROZEN, shops.TABLE))


def settlements() -> Iterator[Finding]:
    """A settlement equals its items, the items their entries, its journal what it says; nothing carried over is lost."""
    items = dict(SettlementItem.objects.order_by().values_list("settlement").annotate(total=Sum("amount")))
    left: dict[tuple[int, int | None], int] = {}
    posted = _posted(JournalKind.SETTLEMENT, "settled:")
    for row in Settlement.objects.select_related("shop__merchant_account").order_by("until_date", "pk"):
        name, payee = f"settlement {row.pk}", Payee(row.shop_id, row.party_id)
        if items.get(row.pk, 0) != row.items_amount:
            yield Finding(row=name, fault=f"says {row.items_amount}, its items add up to {items.get(row.pk, 0)}")
        carried = left.get((row.shop_id, row.party_id), 0)
        if carried != row.carried_amount:
            yield Finding(row=name, fault=f"carries {row.carried_amount} over, {carried} was left before")
        left[row.shop_id, row.party_id] = row.left_amount
        moved = posted.pop((f"settlement:{row.pk}", accounts.settled(payee.code)), 0)
        if moved != row.items_amount - row.reserve_amount - row.withheld_amount:
            yield Finding(row=name, fault=f"its journal moved {moved}")
    for (reference, _account), amount in posted.items():
        if amount:
            yield Finding(row=f"journal SETTLEMENT {reference}", fault="there is no such settlement")
    wrong = SettlementItem.objects.exclude(Q(amount=F("entry__amount")) | Q(amount=-F("entry__amount")))
    for pk in wrong.values_list("pk", flat=True):
        yield Finding(row=f"settlement item {pk}", fault="differs from its entry")


def payouts() -> Iterator[Finding]:
    """A payout is of its settlement's amount, was approved by somebody else, and has one journal if it left."""
    out = _journals(JournalKind.PAYOUT)
    back = {name: amount for name, amount in _journals(JournalKind.REVERSAL).items() if name.startswith("payout:")}
    for row in Payout.objects.select_related("settlement", "batch__merchant_account").order_by("pk"):
        name = f"payout:{row.pk}"
        went, came = out.pop(name, 0), back.pop(name, 0)
        if row.amount != row.settlement.amount:
            yield Finding(row=f"payout {row.pk}", fault=f"pays {row.amount} of a settlement of {row.settlement.amount}")
        if row.status in _LEFT and (went, came) != (row.amount, 0):
            yield Finding(row=f"payout {row.pk}", fault=f"left, and its journals say {went} went and {came} came back")
        if row.status not in _LEFT and went != came:
            yield Finding(row=f"payout {row.pk}", fault=f"did not go, and its journals say {went - came} went")
        if went not in (0, row.amount):
            yield Finding(row=f"payout {row.pk}", fault=f"is of {row.amount}, and {went} went to {source_account(row)}")
    for name in [*out, *back]:
        yield Finding(row=f"journal {name}", fault="there is no such payout")
    alone = PayoutBatch.objects.filter(status=BatchStatus.APPROVED).filter(
        Q(decided_by=None) | Q(decided_by=F("made_by"))
    )
    for pk in alone.values_list("pk", flat=True):
        yield Finding(row=f"batch {pk}", fault="was approved by nobody else than its maker")


def fee_journals() -> Iterator[Finding]:
    """What Midtrans takes is borne by the operator: a fee moves between clearing and the fee account, and nowhere else."""
    fees = Entry.objects.filter(journal__kind=JournalKind.FEE)
    kinds = {AccountKind.CLEARING, AccountKind.GATEWAY_FEE}
    for pk, source, target in fees.values_list("pk", "from_account__kind", "to_account__kind"):
        if {source, target} != kinds:
            yield Finding(row=f"entry {pk}", fault=f"a fee moves from {source} to {target}")
    elsewhere = Entry.objects.filter(
        Q(from_account__kind=AccountKind.GATEWAY_FEE) | Q(to_account__kind=AccountKind.GATEWAY_FEE)
    ).exclude(journal__kind=JournalKind.FEE)
    for pk, kind in elsewhere.values_list("pk", "journal__kind"):
        yield Finding(row=f"entry {pk}", fault=f"a {kind} posts to gateway fees")


def deposit_journals() -> Iterator[Finding]:
    """Each deposit has exactly one journal, of its amount."""
    posted = _journals(JournalKind.DEPOSIT)
    for pk, amount in Deposit.objects.values_list("pk", "amount"):
        found = posted.pop(f"deposit:{pk}", 0)
        if found != amount:
            yield Finding(row=f"deposit {pk}", fault=f"is of {amount}, its journal says {found or 'nothing'}")
    for name in posted:
        yield Finding(row=f"journal DEPOSIT {name}", fault="there is no such deposit")


def remittance_journals() -> Iterator[Finding]:
    """Each remittance has exactly one journal: its amount, from the bank to the own account of who paid it back."""
    posted: defaultdict[str, list[tuple[str, str, int]]] = defaultdict(list)
    entries = Entry.objects.filter(journal__kind=JournalKind.REMITTANCE)
    moved = entries.values_list("journal__reference", "from_account__code", "to_account__code", "amount")
    for reference, source, target, amount in moved:
        posted[reference].append((source, target, amount))
    for row in Remittance.objects.select_related("merchant_account").order_by("pk"):
        payee, bank = Payee(row.shop_id, row.party_id), accounts.bank(row.merchant_account.code)
        found = posted.pop(f"remittance:{row.pk}", [])
        if found != [(bank, payee.code, row.amount)]:
            yield Finding(
                row=f"remittance {row.pk}",
                fault=f"of {row.amount} from {payee.code} to {bank}, its journal says {found or 'nothing'}",
            )
    for name in posted:
        yield Finding(row=f"journal REMITTANCE {name}", fault="there is no such remittance")


def shares_of_lines() -> Iterator[Finding]:
    """What of a sold line is a tax, a party's or the commission lies exactly there, for the pieces that were kept."""
    kinds = (AccountKind.TAX, AccountKind.PARTY, AccountKind.COMMISSION)
    there: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    lines = Entry.objects.filter(line__isnull=False)
    for side, sign in (("to_account", 1), ("from_account", -1)):
        moved = lines.filter(**{f"{side}__kind__in": kinds}).values_list("line", f"{side}__code", "amount")
        for line, code, amount in moved:
            if line is not None:
                there[line][code] += sign * amount
    sold = set(lines.filter(journal__kind=JournalKind.SALE).values_list("line", flat=True))
    undone = set(
        Journal.objects.filter(kind=JournalKind.REVERSAL, reference__startswith="payment:").values_list(
            "reference", flat=True
        )
    )
    gone = set(
        lines.filter(journal__kind=JournalKind.SALE, journal__reference__in=undone).values_list("line", flat=True)
    )
    wanted: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    rows = OrderLine.objects.filter(pk__in=[line for line in sold - gone if line is not None]).select_related(
        "shop_order__order__merchant_account"
    )
    with_shares = rows.filter(Q(commission_amount__gt=0) | Q(shares__isnull=False)).distinct()
    for row in with_shares.prefetch_related("shares"):
        merchant = row.shop_order.order.merchant_account.code
        own = wanted[row.pk]
        own[accounts.commission(merchant)] += kept(row, row.commission_amount)
        for share in row.shares.all():
            own[share_account(share, shop_id=row.shop_order.shop_id)] += kept(row, share.amount)
        if row.commission_amount + sum(share.amount for share in row.shares.all()) > row.amount:
            yield Finding(row=f"order line {row.pk}", fault="its shares are more than it")
    for line in sorted(there.keys() | wanted.keys(), key=str):
        for code in sorted(there[line].keys() | wanted[line].keys()):
            if there[line][code] != wanted[line][code]:
                fault = f"{code} has {there[line][code]} of {wanted[line][code]}"
                yield Finding(row=f"order line {line}", fault=fault)


def kept(line: OrderLine, whole: int) -> int:
    """Of an amount of a line: what belongs to the pieces that did not go back."""
    return whole - whole * line.refunded_quantity // line.quantity


def owed_to_payees() -> Iterator[Finding]:
    """What payees are owed is what is unsettled, and what is settled and was not paid: no rupiah more or less."""
    pockets = {prefix: balances(f"{prefix}:") for prefix in ("shop", "shipping", "tax", "party", "discount", "kept")}
    expected: Counter[str] = Counter()
    entries = unsettled()
    for side, sign in (("to_account", 1), ("from_account", -1)):
        rows = entries.order_by().values_list(f"{side}__code").annotate(total=Sum("amount"))
        for code, total in rows:
            expected[code] += sign * total
    for prefix, found in pockets.items():
        for code, amount in found.items():
            if code.startswith(("tax:PPH22:", "discount:OPERATOR:")):
                continue
            if amount != expected[code]:
                yield Finding(row=code, fault=f"holds {amount}, of which {expected[code]} is unsettled ({prefix})")
    last: dict[str, int] = {}
    unpaid: Counter[str] = Counter()
    paid = set(Payout.objects.filter(status__in=_LEFT).values_list("settlement_id", flat=True))
    for row in Settlement.objects.order_by("until_date", "pk"):
        code = accounts.settled(Payee(row.shop_id, row.party_id).code)
        last[code] = row.left_amount
        unpaid[code] += 0 if row.pk in paid else row.amount
    settled = balances("settled:")
    for code in sorted(settled.keys() | last.keys()):
        wanted = last.get(code, 0) + unpaid[code]
        if settled.get(code, 0) != wanted:
            yield Finding(row=code, fault=f"holds {settled.get(code, 0)}, settlements say {wanted}")


def deposits() -> Iterator[Finding]:
    """A deposit is of whole entries of its own treasury, each handed over once and gross."""
    totals = dict(DepositItem.objects.order_by().values_list("deposit").annotate(total=Sum("amount")))
    for pk, amount in Deposit.objects.values_list("pk", "amount"):
        if totals.get(pk, 0) != amount:
            yield Finding(row=f"deposit {pk}", fault=f"is of {amount}, its items add up to {totals.get(pk, 0)}")
    rows = DepositItem.objects.select_related("deposit__region", "entry__from_account", "entry__to_account")
    for item in rows.defer("deposit__region__boundary").order_by("pk"):
        code = accounts.treasury(item.deposit.region.code)
        entry = item.entry
        amount = (
            entry.amount if entry.to_account.code == code else -entry.amount if entry.from_account.code == code else 0
        )
        if amount != item.amount:
            yield Finding(row=f"deposit item {item.pk}", fault=f"hands {item.amount} over of an entry of {amount}")


def deposits_in_time() -> Iterator[Finding]:
    """No retribusi lies longer than its region allows."""
    today = day_of(timezone.now())
    for region_code in regions_with_treasury():
        for day in open_days(region_code, today=today):
            if day.days_late and day.amount > 0:
                yield Finding(
                    row=f"treasury {region_code}", fault=f"{day.amount} of {day.day} is {day.days_late} days late"
                )


def _journals(kind: JournalKind) -> dict[str, int]:
    rows = Journal.objects.filter(kind=kind).annotate(total=Sum("entries__amount"))
    return {reference: total or 0 for reference, total in rows.values_list("reference", "total")}


def _posted(kind: JournalKind, prefix: str) -> Counter[tuple[str, str]]:
    """What journals of a kind moved into accounts whose code begins so, by cause and account."""
    found: Counter[tuple[str, str]] = Counter()
    for side, sign in (("to_account__code", 1), ("from_account__code", -1)):
        entries = Entry.objects.filter(journal__kind=kind, **{f"{side}__startswith": prefix})
        for reference, code, amount in entries.values_list("journal__reference", side, "amount"):
            found[reference, code] += sign * amount
    return found
