"""A region's receipts book: what came in day by day, and when, by which STS, it was handed over."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext as _

from foundation.clock import day_of, end_of, start_of
from marketplace.ledger import accounts
from marketplace.ledger.models import Entry, JournalKind
from marketplace.orders.models import OrderLine
from marketplace.payments.models import Payment, PaymentMethod
from marketplace.payouts.models import DepositItem
from marketplace.payouts.queries.deposits import treasury_rules
from marketplace.tickets.models import Redemption, Ticket, Verdict
from tourism.regions.models import Region


@dataclass(frozen=True)
class BookRow:
    """What came in on a day for one kind of ticket by one channel; below zero what went back before it was deposited."""

    day: date
    listing_id: int
    title: str
    # "BKT-A 000123-000126": series and running numbers of the tickets.
    series: str
    channel: str
    channel_words: str
    account_code: str
    # Pieces sold that day; pieces of these admitted so far.
    sold: int
    admitted: int
    gross: int
    sts_number: str
    deposited_on: date | None
    days_late: int
    # Of the gross: handed over.
    banked: int


@dataclass(frozen=True)
class DayCounts:
    """The three counts of a day side by side."""

    day: date
    sold: int
    gross: int
    admitted: int
    banked: int
    # Handed over on this day, whatever day it came in.
    deposited: int

    @property
    def open(self) -> int:
        """Of the day's gross: not handed over."""
        return self.gross - self.banked


@dataclass(frozen=True)
class ReceiptsBook:
    """A region's book of some days."""

    region_code: str
    region_name: str
    from_day: date
    until_day: date
    rows: tuple[BookRow, ...]
    days: tuple[DayCounts, ...]

    @property
    def sold(self) -> int:
        """Pieces sold."""
        return sum(row.sold for row in self.rows)

    @property
    def admitted(self) -> int:
        """Pieces admitted on these days."""
        return sum(day.admitted for day in self.days)

    @property
    def gross(self) -> int:
        """Rupiah that came in."""
        return sum(row.gross for row in self.rows)

    @property
    def banked(self) -> int:
        """Of it: handed over."""
        return sum(row.banked for row in self.rows)

    @property
    def open(self) -> int:
        """Of it: not handed over."""
        return self.gross - self.banked

    @property
    def cash(self) -> int:
        """Of the rupiah that came in: in cash, at gates."""
        return sum(row.gross for row in self.rows if row.channel == PaymentMethod.CASH)


@dataclass
class _Tally:
    # What came in for each line, less what went back.
    lines: Counter[UUID]
    gross: int = 0
    banked: int = 0


# Day, listing, channel, deposit (None: not yet).
type _Key = tuple[date, int, str, int | None]


def receipts_book(*, region_code: str, from_day: date, until_day: date, today: date) -> ReceiptsBook:
    """A region's book from the ledger's entries of its treasury; a fixed number of queries.

    :raises Region.DoesNotExist: no such region.
    """
    region = Region.objects.only("code", "short_name").get(code=region_code)
    code = accounts.treasury(region_code)
    entries = list(
        Entry.objects.filter(Q(from_account__code=code) | Q(to_account__code=code))
        .filter(journal__posted_at__gte=start_of(from_day), journal__posted_at__lt=end_of(until_day))
        .exclude(journal__kind=JournalKind.DEPOSIT)
        .select_related("journal", "to_account", "deposit_item__deposit")
        .order_by("journal__posted_at", "pk")
    )
    lines = _lines({entry.line for entry in entries if entry.line is not None})
    channels = _channels({line.shop_order.order_id for line in lines.values()})
    tallies: defaultdict[_Key, _Tally] = defaultdict(lambda: _Tally(Counter()))
    deposits = {}
    for entry in entries:
        line = lines.get(entry.line) if entry.line else None
        item = getattr(entry, "deposit_item", None)
        if item is not None:
            deposits[item.deposit_id] = item.deposit
        key = (
            day_of(entry.journal.posted_at),
            line.variant.listing_id if line else 0,
            channels.get(line.shop_order.order_id, "") if line else "",
            item.deposit_id if item else None,
        )
        amount = entry.amount if entry.to_account.code == code else -entry.amount
        tally = tallies[key]
        tally.gross += amount
        tally.banked += amount if item else 0
        if line is not None and (amount > 0 or line.pk in tally.lines):
            tally.lines[line.pk] += amount
    numbers = _numbers(lines)
    rules = treasury_rules(region_code)
    rows = []
    for (day, listing_id, channel, deposit_id), tally in sorted(tallies.items(), key=_order):
        rule, deposit = rules.on(region_code, day), deposits.get(deposit_id or 0)
        due, handed = rules.due(region_code, day), deposit.deposited_on_date if deposit else None
        first = min((numbers[line][0] for line in tally.lines if line in numbers), default=0)
        last = max((numbers[line][1] for line in tally.lines if line in numbers), default=0)
        rows.append(
            BookRow(
                day=day,
                listing_id=listing_id,
                title=next((line.title_id for line in lines.values() if line.variant.listing_id == listing_id), ""),
                series=_series(rule.series if rule else "", first, last),
                channel=channel,
                channel_words=str(PaymentMethod(channel).label) if channel else _("other"),
                account_code=rule.account_code if rule else "",
                # What a gate took back on its day was a slip of the hand, not a sale.
                sold=sum(
                    lines[line].quantity for line, net in tally.lines.items() if net or channel != PaymentMethod.CASH
                ),
                admitted=sum(numbers[line][2] for line in tally.lines if line in numbers),
                gross=tally.gross,
                sts_number=deposit.sts_number if deposit else "",
                deposited_on=handed,
                days_late=max(((handed or today) - due).days, 0) if due and tally.gross > 0 else 0,
                banked=tally.banked,
            )
        )
    return ReceiptsBook(
        region_code=region.code,
        region_name=region.short_name,
        from_day=from_day,
        until_day=until_day,
        rows=tuple(rows),
        days=_days(region, rows, from_day, until_day),
    )


def _order(entry: tuple[_Key, _Tally]) -> tuple[date, int, str, int]:
    day, listing_id, channel, deposit_id = entry[0]
    return (day, listing_id, channel, deposit_id or 0)


def _lines(keys: set[UUID]) -> dict[UUID, OrderLine]:
    rows = OrderLine.objects.filter(pk__in=keys).select_related("shop_order", "variant")
    return {row.pk: row for row in rows}


def _channels(order_ids: Iterable[int]) -> dict[int, str]:
    paid = Payment.objects.filter(order_id__in=set(order_ids), paid_at__isnull=False, is_surplus=False)
    return dict(paid.values_list("order_id", "method"))


def _numbers(lines: Iterable[UUID]) -> dict[UUID, tuple[int, int, int]]:
    """First and last running number of each line's tickets, and how many of them were admitted."""
    rows = Ticket.objects.filter(line__in=list(lines)).order_by().values("line")
    found = rows.annotate(first=Min("pk"), last=Max("pk"), admitted=Count("pk", filter=Q(admitted__gt=0)))
    return {row["line"]: (row["first"], row["last"], row["admitted"]) for row in found}


def _series(series: str, first: int, last: int) -> str:
    if not first:
        return ""
    numbers = f"{first:06d}" if first == last else f"{first:06d}-{last:06d}"
    return f"{series} {numbers}".strip()


def _days(region: Region, rows: Sequence[BookRow], from_day: date, until_day: date) -> tuple[DayCounts, ...]:
    sold: Counter[date] = Counter()
    gross: Counter[date] = Counter()
    banked: Counter[date] = Counter()
    for row in rows:
        sold[row.day] += row.sold
        gross[row.day] += row.gross
        banked[row.day] += row.banked
    admitted: Counter[date] = Counter()
    scans = Redemption.objects.filter(
        verdict=Verdict.ADMITTED,
        scanned_at__gte=start_of(from_day),
        scanned_at__lt=end_of(until_day),
        ticket__line__charge_kind="RETRIBUSI",
        ticket__line__shop_order__shop__region=region,
    )
    for at in scans.values_list("scanned_at", flat=True):
        admitted[day_of(at)] += 1
    deposited: Counter[date] = Counter()
    items = DepositItem.objects.filter(
        deposit__region=region, deposit__deposited_on_date__gte=from_day, deposit__deposited_on_date__lte=until_day
    )
    for day, amount in items.values_list("deposit__deposited_on_date", "amount"):
        deposited[day] += amount
    return tuple(
        DayCounts(day, sold[day], gross[day], admitted[day], banked[day], deposited[day])
        for day in sorted({*sold, *gross, *admitted, *deposited})
    )
