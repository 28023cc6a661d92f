"""Closed settlements, item by item, and what of them is to be paid out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation.money import rupiah
from marketplace.ledger.models import JournalKind
from marketplace.orders.models import OrderLine, ShopOrder
from marketplace.payments.models import Payment, PaymentStatus
from marketplace.payouts.models import ENDED, Payout, Settlement, SettlementItem
from marketplace.shops.banks import bank_name
from marketplace.shops.models import BankAccount, BankAccountStatus


@dataclass(frozen=True)
class PayoutView:
    """One transfer of a settlement."""

    id: int
    batch_id: int
    amount: int
    status: str
    status_words: str
    bank: str
    ending: str
    failure: str
    made_at: datetime


@dataclass(frozen=True)
class SettlementRow:
    """One closed period of a payee."""

    id: int
    shop_id: int
    shop_name: str
    # Whose it is: the shop's name, or the party's.
    payee_name: str
    region_name: str
    from_date: date
    until_date: date
    carried: int
    settled: int
    reserve: int
    withheld: int
    amount: int
    left: int
    closed_at: datetime
    payout: PayoutView | None
    # Whether the payee has a bank account that was checked.
    can_be_paid: bool
    # Whether a payment in it is disputed: it waits until that is over.
    is_disputed: bool


@dataclass(frozen=True)
class SettlementLine:
    """One entry of a settlement, in words."""

    at: datetime
    order_code: str
    shop_order_id: int | None
    title: str
    explanation: str
    amount: int
    is_return: bool
    journal: str


@dataclass(frozen=True)
class SettlementPage:
    """A statement: what came in and went off, and what is paid out of it."""

    row: SettlementRow
    lines: tuple[SettlementLine, ...]
    withheld_rate: int
    withheld_of: int
    payouts: tuple[PayoutView, ...]

    @property
    def total(self) -> int:
        """What the lines add up to."""
        return sum(line.amount for line in self.lines)


def settlements_of(*, shop_id: int | None = None, limit: int = 50, offset: int = 0) -> list[SettlementRow]:
    """Closed periods, newest first: a shop's, or everybody's; a fixed number of queries.

    A shop's own pages show what is the shop's, not what its parties get.
    """
    rows = _rows()
    if shop_id is not None:
        rows = rows.filter(shop_id=shop_id, party=None)
    return _views(rows.order_by("-until_date", "-pk")[offset : offset + limit])


def to_pay_out(*, limit: int = 200) -> list[SettlementRow]:
    """Settlements of which something is to be paid and no payout lives, oldest first; a fixed number of queries."""
    live = Payout.objects.exclude(status__in=ENDED).values("settlement_id")
    return _views(_rows().filter(amount__gt=0).exclude(pk__in=live).order_by("until_date", "pk")[:limit])


def with_dispute() -> Exists:
    """Whether something in a settlement was paid by a payment that is disputed now; for an annotation or a filter."""
    orders = Payment.objects.filter(status=PaymentStatus.DISPUTED, is_surplus=False).values("order")
    of_lines = Q(entry__line__in=OrderLine.objects.filter(shop_order__order__in=orders).values("pk"))
    of_shipments = Q(entry__line__in=ShopOrder.objects.filter(order__in=orders).values("shipment"))
    return Exists(SettlementItem.objects.filter(of_lines | of_shipments, settlement=OuterRef("pk")))


def settlement_page(settlement: Settlement) -> SettlementPage:
    """A statement with all its lines; a fixed number of queries. The caller found the row through an owner filter."""
    row = _rows().get(pk=settlement.pk)
    items = SettlementItem.objects.filter(settlement=row).select_related("entry__journal")
    items = items.select_related("entry__from_account", "entry__to_account").order_by("entry__journal__posted_at", "pk")
    found = list(items)
    keys = {item.entry.line for item in found if item.entry.line is not None}
    lines = {
        line.pk: line
        for line in OrderLine.objects.filter(pk__in=keys)
        .select_related("shop_order__order", "variant")
        .prefetch_related("shares__party")
    }
    parts = {part.shipment: part for part in ShopOrder.objects.filter(shipment__in=keys).select_related("order")}
    return SettlementPage(
        row=_views([row])[0],
        lines=tuple(_line(item, lines, parts) for item in found),
        withheld_rate=row.withheld_rate,
        withheld_of=row.withheld_of,
        payouts=tuple(_payout(one) for one in row.all_payouts),  # type: ignore[attr-defined]
    )


def explain(line: OrderLine) -> str:
    """How what a shop gets of a line comes about: price, less commission, tax and shares."""
    each = rupiah(line.amount // line.quantity)
    parts = [_("%(quantity)d × %(each)s") % {"quantity": line.quantity, "each": each}]
    words = {"rate": percent(line.commission_rate), "amount": rupiah(line.commission_amount)}
    parts.append(_("less %(rate)s%% commission (%(amount)s)") % words)
    for share in sorted(line.shares.all(), key=lambda one: one.pk):
        name = share.party.name if share.party else share.levy
        parts.append(_("less %(name)s (%(amount)s)") % {"name": name, "amount": rupiah(share.amount)})
    return ", ".join(parts) + "."


def percent(rate: int) -> str:
    """A rate of 10,000 in percent, as the language writes it: "2,5", "2.5"."""
    text = f"{rate / 100:g}"
    return text if (get_language() or "id")[:2] == "en" else text.replace(".", ",")


def _rows() -> QuerySet[Settlement]:
    payouts = Payout.objects.select_related("bank_account", "batch").order_by("pk")
    valid = BankAccount.objects.filter(shop=OuterRef("shop"), status=BankAccountStatus.VALID)
    own = valid.filter(party=None).values("pk")[:1]
    of_party = valid.filter(party=OuterRef("party")).values("pk")[:1]
    rows = Settlement.objects.select_related("shop__region", "party").defer("shop__region__boundary")
    rows = rows.annotate(own_account=Subquery(own), party_account=Subquery(of_party), is_disputed=with_dispute())
    return rows.prefetch_related(Prefetch("payouts", payouts, to_attr="all_payouts"))


def _views(rows: Iterable[Settlement]) -> list[SettlementRow]:
    return [
        SettlementRow(
            id=row.pk,
            shop_id=row.shop_id,
            shop_name=row.shop.name,
            payee_name=row.party.name if row.party else row.shop.name,
            region_name=row.shop.region.short_name,
            from_date=row.from_date,
            until_date=row.until_date,
            carried=row.carried_amount,
            settled=row.items_amount,
            reserve=row.reserve_amount,
            withheld=row.withheld_amount,
            amount=row.amount,
            left=row.left_amount,
            closed_at=row.closed_at,
            payout=_newest(row.all_payouts),  # type: ignore[attr-defined]
            can_be_paid=(row.party_account if row.party_id else row.own_account) is not None,  # type: ignore[attr-defined]
            is_disputed=row.is_disputed,  # type: ignore[attr-defined]
        )
        for row in rows
    ]


def _newest(payouts: Sequence[Payout]) -> PayoutView | None:
    return _payout(payouts[-1]) if payouts else None


def _payout(payout: Payout) -> PayoutView:
    return PayoutView(
        id=payout.pk,
        batch_id=payout.batch_id,
        amount=payout.amount,
        status=payout.status,
        status_words=str(payout.get_status_display()),
        bank=bank_name(payout.bank_account.bank),
        ending=payout.bank_account.ending,
        failure=payout.failure,
        made_at=payout.batch.made_at,
    )


def _line(item: SettlementItem, lines: dict[UUID, OrderLine], parts: dict[UUID, ShopOrder]) -> SettlementLine:
    entry = item.entry
    line = lines.get(entry.line) if entry.line else None
    part = parts.get(entry.line) if entry.line else None
    order = line.shop_order.order if line else part.order if part else None
    account = entry.to_account.code if item.amount > 0 else entry.from_account.code
    is_return = entry.journal.kind == JournalKind.REVERSAL
    return SettlementLine(
        at=entry.journal.posted_at,
        order_code=order.code if order else "",
        shop_order_id=line.shop_order_id if line else part.pk if part else None,
        title=_("Paid back by you") if entry.journal.kind == JournalKind.REMITTANCE else title_of(line, account),
        explanation=explain(line) if line and not is_return and account.startswith(("shop:", "party:")) else "",
        amount=item.amount,
        is_return=is_return,
        journal=f"{entry.journal.kind} {entry.journal.reference}",
    )


def title_of(line: OrderLine | None, code: str) -> str:
    """What a movement of one of a payee's accounts is about."""
    what = f"{line.quantity} × {' '.join(filter(None, (line.title_id, line.variant.name)))}" if line else ""
    match code.partition(":")[0]:
        case "shipping":
            return _("Delivery")
        case "discount":
            return _("Discount")
        case "kept":
            return _("Cash for %(what)s, which stayed with you") % {"what": what}
        case "tax":
            return _("%(tax)s in %(what)s, which you declare") % {"tax": code.split(":")[1], "what": what}
        case _:
            return what or _("Sale")
