"""What holds on a day, and what becomes of the price of a piece."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import Protocol

from django.db.models import DateField, Q, QuerySet

from foundation.compiled import Compiled, Given, together
from foundation.money import share_out
from marketplace.catalog.models import ChargeKind
from marketplace.payouts.models import (
    FeeSchedule,
    GatewayFeeRate,
    LevyRate,
    SettlementCycle,
    SettlementPolicy,
    ShareRule,
    WithholdingRate,
)

WHOLE = 10_000


class HasDates(Protocol):
    """A row with its days."""

    valid_from_date: date
    pk: int


@dataclass(frozen=True)
class Fees:
    """The fee schedules of a day. Without a schedule the commission is 0."""

    schedules: Sequence[FeeSchedule]

    def rate(self, *, kind: str, region_id: int, charge_kind: str, category_id: int | None = None) -> int:
        """Parts of 10,000 for a sale; always 0 on retribusi. The most special schedule wins, then the newest."""
        best = self.schedule(kind=kind, region_id=region_id, charge_kind=charge_kind, category_id=category_id)
        return best.rate if best else 0

    def schedule(
        self, *, kind: str, region_id: int, charge_kind: str, category_id: int | None = None
    ) -> FeeSchedule | None:
        """The schedule behind the rate; None where there is none, and on retribusi."""
        if charge_kind == ChargeKind.RETRIBUSI:
            return None
        fitting = [
            one
            for one in self.schedules
            if one.kind in ("", kind) and one.region_id in (None, region_id) and one.category_id in (None, category_id)
        ]
        return max(fitting, key=_how_special, default=None)


def _how_special(one: FeeSchedule) -> tuple[bool, bool, bool, date, int]:
    return (one.category_id is not None, one.kind != "", one.region_id is not None, one.valid_from_date, one.pk)


@dataclass(frozen=True)
class PartyPart:
    """What a party gets of one piece; ``rate`` is 0 where it is a fixed amount."""

    party_id: int
    name: str
    kind: str
    kind_words: str
    rate: int
    amount: int


@dataclass(frozen=True)
class Piece:
    """Where the price of one piece goes, to the rupiah: tax, commission, parties, and the shop's own.

    Of retribusi all goes to the treasury, and ``own`` is 0.
    """

    price: int
    levy: str
    levy_rate: int
    levy_amount: int
    commission_rate: int
    commission: int
    parties: tuple[PartyPart, ...]
    treasury: int
    own: int


@dataclass(frozen=True)
class Rates:
    """All that decides about a sale of a day."""

    fees: Fees
    levies: Sequence[LevyRate]
    shares: Sequence[ShareRule]

    def piece(
        self,
        price: int,
        *,
        kind: str,
        charge_kind: str,
        region_id: int,
        shop_id: int,
        listing_id: int | None = None,
        category_id: int | None = None,
    ) -> Piece:
        """The parts of one piece's price; they always add up to it."""
        if charge_kind == ChargeKind.RETRIBUSI:
            return Piece(price, "", 0, 0, 0, 0, (), price, 0)
        levy = self.levy(charge_kind=charge_kind, region_id=region_id, shop_id=shop_id)
        tax = tax_in(price, levy.rate) if levy else 0
        rate = self.fees.rate(kind=kind, region_id=region_id, charge_kind=charge_kind, category_id=category_id)
        commission = commission_on(price - tax, rate)
        parties, own = _parties(
            price - tax - commission, self.rules(shop_id=shop_id, listing_id=listing_id, charge_kind=charge_kind)
        )
        return Piece(
            price=price,
            levy=levy.levy if levy else "",
            levy_rate=levy.rate if levy else 0,
            levy_amount=tax,
            commission_rate=rate,
            commission=commission,
            parties=parties,
            treasury=0,
            own=own,
        )

    def levy(self, *, charge_kind: str, region_id: int, shop_id: int) -> LevyRate | None:
        """The one tax inside a price: a shop's own before the region's, then the newest."""
        fitting = [
            one
            for one in self.levies
            if one.charge_kind == charge_kind and one.region_id in (None, region_id) and one.shop_id in (None, shop_id)
        ]
        return max(
            fitting,
            key=lambda one: (one.shop_id is not None, one.region_id is not None, one.valid_from_date, one.pk),
            default=None,
        )

    def rules(self, *, shop_id: int, listing_id: int | None, charge_kind: str) -> list[ShareRule]:
        """The rule of each party that has a share: its rule for the listing before the one for all, then the newest."""
        chosen: dict[int, ShareRule] = {}
        for rule in sorted(self.shares, key=lambda one: (one.listing_id is not None, one.valid_from_date, one.pk)):
            for_all = rule.listing_id is None and charge_kind != ChargeKind.GOODS
            if rule.party.shop_id == shop_id and (for_all or rule.listing_id == listing_id is not None):
                chosen[rule.party_id] = rule
        return [chosen[party_id] for party_id in sorted(chosen)]


def _parties(left: int, rules: Iterable[ShareRule]) -> tuple[tuple[PartyPart, ...], int]:
    """The parties' parts of what is left, fixed amounts first, and what stays with the shop."""
    fixed: dict[int, int] = {}
    by_rate: list[ShareRule] = []
    ordered = list(rules)
    for rule in ordered:
        if rule.amount:
            fixed[rule.party_id] = min(rule.amount, left)
            left -= fixed[rule.party_id]
        else:
            by_rate.append(rule)
    total = sum(rule.rate for rule in by_rate)
    parts = share_out(left, [*(rule.rate for rule in by_rate), max(WHOLE - total, 0)])
    of_rate = {rule.party_id: part for rule, part in zip(by_rate, parts, strict=False)}
    found = tuple(
        PartyPart(
            party_id=rule.party_id,
            name=rule.party.name,
            kind=rule.party.kind,
            kind_words=str(rule.party.get_kind_display()),
            rate=rule.rate,
            amount=(fixed | of_rate)[rule.party_id],
        )
        for rule in ordered
    )
    return found, parts[-1]


@dataclass(frozen=True)
class Policy:
    """When what was sold is settled."""

    cycle: SettlementCycle = SettlementCycle.WEEKLY
    hold_days: int = 2
    least_payout: int = 0
    reserve_rate: int = 0

    def last_end(self, day: date) -> date:
        """The last day of the newest period that is over on ``day``, that day included."""
        match self.cycle:
            case SettlementCycle.DAILY:
                return day
            case SettlementCycle.WEEKLY:
                return day - timedelta(days=day.isoweekday() % 7)
            case _:
                return day if (day + timedelta(days=1)).day == 1 else day.replace(day=1) - timedelta(days=1)

    def next_end(self, day: date) -> date:
        """The day on which the period of ``day`` ends."""
        match self.cycle:
            case SettlementCycle.DAILY:
                return day
            case SettlementCycle.WEEKLY:
                return day + timedelta(days=-day.isoweekday() % 7)
            case _:
                return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def fees_on(day: date) -> Fees:
    """The schedules in force on a day; one query."""
    return Fees(tuple(_schedules(day=day)))


def rates_on(day: date) -> Rates:
    """What decides about sales of a day; three queries, sent together."""
    schedules, levies, shares = together(_schedules.given(day=day), _levies.given(day=day), _shares.given(day=day))
    return Rates(Fees(tuple(schedules)), tuple(levies), tuple(shares))


def rates_for_sale(day: date, *, charge_kinds: Iterable[str]) -> Rates:
    """As :func:`rates_on`, but not looked up where all is retribusi, about which they decide nothing."""
    return rates_on(day) if set(charge_kinds) - {ChargeKind.RETRIBUSI} else Rates(Fees(()), (), ())


def announced_fees(day: date) -> list[FeeSchedule]:
    """Schedules that are announced and not in force yet, soonest first; one query."""
    coming = FeeSchedule.objects.filter(announced_from_date__lte=day, valid_from_date__gt=day)
    return list(coming.select_related("region", "category").defer("region__boundary").order_by("valid_from_date", "pk"))


def policy_on(day: date) -> Policy:
    """How it is settled on a day; what is written nowhere is every week, two days after fulfilment."""
    row = max(_in_force(SettlementPolicy.objects.all(), day), key=_newest, default=None)
    if row is None:
        return Policy()
    return Policy(SettlementCycle(row.cycle), row.hold_days, row.least_payout, row.reserve_rate)


def withholding_on(day: date) -> WithholdingRate | None:
    """The rate of PPh 22, where it is switched on."""
    return max(_in_force(WithholdingRate.objects.all(), day), key=_newest, default=None)


def gateway_fee_on(rates: Iterable[GatewayFeeRate], *, method: str, amount: int, day: date) -> int | None:
    """What Midtrans takes for a payment, to the rupiah; None where no price is known."""
    fitting = [
        one
        for one in rates
        if one.method == method
        and one.valid_from_date <= day
        and (one.valid_until_date is None or day <= one.valid_until_date)
        and (one.up_to is None or amount <= one.up_to)
    ]
    if not fitting:
        return None
    best = min(fitting, key=lambda one: (one.up_to is None, one.up_to or 0, -one.valid_from_date.toordinal(), -one.pk))
    return best.flat + commission_on(amount, best.rate)


def commission_on(amount: int, rate: int) -> int:
    """The operator's part of an amount, to the rupiah by largest remainder."""
    return share_out(amount, [rate, WHOLE - rate])[0]


def tax_in(price: int, rate: int) -> int:
    """The tax inside a price, to the rupiah: of 11,000 at 10 % it is 1,000."""
    return share_out(price, [rate, WHOLE])[0]


def _in_force[M: FeeSchedule | LevyRate | ShareRule | SettlementPolicy | WithholdingRate](
    rows: QuerySet[M], day: date | Given
) -> QuerySet[M]:
    has_ended = Q(valid_until_date__isnull=False, valid_until_date__lt=day)
    return rows.filter(valid_from_date__lte=day).exclude(has_ended).order_by("pk")


_DAY = Given("day", DateField())
_schedules = Compiled(lambda: _in_force(FeeSchedule.objects.all(), _DAY))
_levies = Compiled(lambda: _in_force(LevyRate.objects.all(), _DAY))
_shares = Compiled(lambda: _in_force(ShareRule.objects.select_related("party"), _DAY))


_newest = attrgetter("valid_from_date", "pk")
