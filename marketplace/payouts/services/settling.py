"""Settling: closing a period, payee by payee. What is closed is never changed; what comes later goes into the next."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Q

from foundation.clock import day_of, end_of
from foundation.money import share_out
from foundation.outbox.services import publish
from marketplace.ledger import accounts
from marketplace.ledger.models import AccountKind, Entry, JournalKind
from marketplace.ledger.queries import balance
from marketplace.ledger.services import Transfer, post
from marketplace.orders.models import OrderEvent, OrderLine, ShopOrder, ShopOrderStatus
from marketplace.payments.models import Payment, PaymentStatus
from marketplace.payouts.models import Settlement, SettlementItem
from marketplace.payouts.queries import WHOLE, Payee, Policy, payees_to_settle, policy_on, unsettled, withholding_on
from marketplace.shops.models import Shop, ShopKind, TaxStatement


def close_due_periods(*, now: datetime) -> list[int]:
    """Close the newest period that is over, for everybody of whom something is ripe. A repeat changes nothing."""
    yesterday = day_of(now) - timedelta(days=1)
    return close_period(until=policy_on(yesterday).last_end(yesterday), now=now)


def close_period(*, until: date, now: datetime) -> list[int]:
    """Settle with every payee what is ripe on the last day of a period; returns the keys of the settlements.

    One transaction each, so that one payee's trouble is nobody else's. A repeat changes nothing.

    :param until: a day that is over.
    :raises ValueError: it is not over yet.
    """
    if until >= day_of(now):
        raise ValueError(f"{until} is not over yet.")
    closed = [settle(payee, until=until, now=now) for payee in payees_to_settle()]
    return [settlement.pk for settlement in closed if settlement is not None]


@transaction.atomic
def settle(payee: Payee, *, until: date, now: datetime) -> Settlement | None:
    """Settle with one payee; None if it was settled before, or nothing is ripe."""
    # The shop's row queues two closings of the same period, and with them its parties'.
    shop = Shop.objects.select_for_update().get(pk=payee.shop_id)
    before = Settlement.objects.filter(payee.rows()).order_by("-until_date").first()
    if before is not None and before.until_date >= until:
        return None
    policy, draft = policy_on(until), _draft(payee, policy_on(until), until=until)
    carried = before.left_amount if before else 0
    items = sum(draft.amounts)
    reserve = _reserve(payee, policy, open_amount=draft.open_amount, at_most=max(carried + items, 0))
    rate, gross = _withholding(shop, payee, draft.entries, until=until)
    withheld = share_out(gross, [rate, WHOLE - rate])[0] if rate else 0
    left = carried + items - reserve - withheld
    amount = left if left > 0 and left >= policy.least_payout else 0
    if not (draft.entries or reserve or amount):
        return None
    settlement = Settlement.objects.create(
        shop=shop,
        party_id=payee.party_id,
        from_date=before.until_date + timedelta(days=1) if before else draft.first_day or until,
        until_date=until,
        carried_amount=carried,
        items_amount=items,
        reserve_amount=reserve,
        withheld_amount=withheld,
        withheld_rate=rate,
        withheld_of=gross,
        amount=amount,
        left_amount=left - amount,
        closed_at=now,
    )
    SettlementItem.objects.bulk_create(
        SettlementItem(settlement=settlement, entry=entry, amount=amount)
        for entry, amount in zip(draft.entries, draft.amounts, strict=True)
    )
    _post(payee, settlement, draft, merchant=shop.merchant_account.code, now=now)
    publish(topic="settlement.closed", key=settlement.pk, now=now)
    return settlement


@dataclass(frozen=True)
class _Draft:
    """The entries that are ripe, what each means to the payee, and what is still open."""

    entries: Sequence[Entry]
    amounts: Sequence[int]
    by_account: Counter[str]
    # Of what is not ripe: sold for dates to come.
    open_amount: int
    first_day: date | None


def _draft(payee: Payee, policy: Policy, *, until: date) -> _Draft:
    sources = set(payee.sources)
    entries = unsettled(payee.sources).filter(journal__posted_at__lt=end_of(until))
    rows = list(entries.select_related("journal", "from_account", "to_account").order_by("pk"))
    lines = {entry.line for entry in rows if entry.line is not None}
    ripe, dated = _ripe(lines, payee, hold_days=policy.hold_days, until=until)
    chosen: list[Entry] = []
    amounts: list[int] = []
    by_account: Counter[str] = Counter()
    open_amount = 0
    for entry in rows:
        is_in = entry.to_account.code in sources
        account, amount = (entry.to_account.code, entry.amount) if is_in else (entry.from_account.code, -entry.amount)
        if entry.line is None or entry.line in ripe:
            chosen.append(entry)
            amounts.append(amount)
            by_account[account] += amount
        elif entry.line in dated:
            open_amount += amount
    first = min((day_of(entry.journal.posted_at) for entry in chosen), default=None)
    return _Draft(chosen, amounts, by_account, max(open_amount, 0), first)


def _ripe(
    lines: Collection[UUID], payee: Payee, *, hold_days: int, until: date
) -> tuple[frozenset[UUID], frozenset[UUID]]:
    """Lines and shipments whose part was fulfilled and is off hold; and lines for a date that is still to come.

    What was settled before, and went back since, is always ripe: it is carried over.
    """
    part_of = dict(OrderLine.objects.filter(pk__in=lines).values_list("pk", "shop_order_id"))
    part_of |= dict(ShopOrder.objects.filter(shipment__in=lines).values_list("shipment", "pk"))
    parts = ShopOrder.objects.filter(pk__in=set(part_of.values()))
    done_on = _fulfilled(parts.values_list("pk", flat=True))
    disputed = set(
        Payment.objects.filter(order__shop_orders__in=parts, status=PaymentStatus.DISPUTED).values_list(
            "order__shop_orders", flat=True
        )
    )
    last_day = until - timedelta(days=hold_days)
    is_off_hold = {
        part: status == ShopOrderStatus.CANCELLED or (part in done_on and done_on[part] <= last_day)
        for part, status in parts.values_list("pk", "status")
        if part not in disputed
    }
    before = set(
        SettlementItem.objects.filter(payee.rows("settlement__"), entry__line__in=lines).values_list(
            "entry__line", flat=True
        )
    )
    ripe = frozenset(line for line in lines if is_off_hold.get(part_of.get(line, 0)) or line in before)
    dated = OrderLine.objects.filter(pk__in=lines, slot__ends_at__gte=end_of(until)).values_list("pk", flat=True)
    return ripe, frozenset(dated)


def _fulfilled(parts: Iterable[int]) -> dict[int, date]:
    """The day on which each part was fulfilled: received, and the last of its dates over."""
    keys = list(parts)
    received = dict(
        OrderEvent.objects.filter(
            shop_order__in=keys, after=ShopOrderStatus.RECEIVED, shop_order__status=ShopOrderStatus.RECEIVED
        )
        .order_by()
        .values_list("shop_order")
        .annotate(at=Max("at"))
    )
    # Pieces that went back need no date to pass.
    kept = Q(refunded_quantity__lt=F("quantity"))
    last_date = dict(
        OrderLine.objects.filter(kept, shop_order__in=received, slot__isnull=False)
        .order_by()
        .values_list("shop_order")
        .annotate(at=Max("slot__ends_at"))
    )
    return {part: max(day_of(at), day_of(last_date.get(part) or at)) for part, at in received.items() if at}


def _reserve(payee: Payee, policy: Policy, *, open_amount: int, at_most: int) -> int:
    """How much more is held back for dates to come; below zero: given free."""
    wanted = open_amount * policy.reserve_rate // WHOLE if policy.reserve_rate else 0
    there = balance(accounts.reserve(payee.code))
    return min(wanted - there, at_most)


def _withholding(shop: Shop, payee: Payee, entries: Sequence[Entry], *, until: date) -> tuple[int, int]:
    """The rate of PPh 22 and the gross it is taken of; nothing from offices, parties, and shops with a letter."""
    switch = withholding_on(until)
    if switch is None or payee.party_id is not None or shop.kind == ShopKind.DINAS:
        return 0, 0
    if TaxStatement.objects.filter(shop=shop, given_on_date__lte=until, valid_until_date__gte=until).exists():
        return 0, 0
    lines = {entry.line for entry in entries if entry.line is not None}
    journals = {entry.journal_id for entry in entries}
    own = OrderLine.objects.filter(pk__in=lines, shop_order__shop=shop).values_list("pk", flat=True)
    gross = 0
    moved = Entry.objects.filter(journal__in=journals, line__in=own)
    for _line, amount, source, target in moved.values_list("line", "amount", "from_account__kind", "to_account__kind"):
        sign = 1 if source == AccountKind.BUYER else -1 if target == AccountKind.REFUNDS else 0
        gross += sign * amount
    # PPN is no part of the gross: what of it moved in these journals goes off again.
    taxes = moved.filter(Q(to_account__code__startswith="tax:PPN:") | Q(from_account__code__startswith="tax:PPN:"))
    for amount, target in taxes.values_list("amount", "to_account__kind"):
        gross -= amount if target == AccountKind.TAX else -amount
    return (switch.rate, gross) if gross > 0 else (0, 0)


def _post(payee: Payee, settlement: Settlement, draft: _Draft, *, merchant: str, now: datetime) -> None:
    settled = accounts.settled(payee.code)
    moves = [(account, settled, amount) for account, amount in sorted(draft.by_account.items())]
    moves.append((settled, accounts.reserve(payee.code), settlement.reserve_amount))
    moves.append((settled, accounts.withheld_tax(merchant), settlement.withheld_amount))
    transfers = [
        Transfer(source, target, amount) if amount > 0 else Transfer(target, source, -amount)
        for source, target, amount in moves
        if amount
    ]
    if transfers:
        post(kind=JournalKind.SETTLEMENT, reference=f"settlement:{settlement.pk}", transfers=transfers, now=now)
