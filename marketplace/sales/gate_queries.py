"""What a gate sells today, what it has sold, and where its cash is."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.db.models.functions import Least

from foundation.clock import day_of, end_of, start_of
from marketplace.catalog.models import ListingStatus, Variant
from marketplace.catalog.queries import price_on
from marketplace.inventory.models import Slot
from marketplace.inventory.queries import SlotChoice, slot_choices
from marketplace.sales.models import CashHandover, GateSale, GateSaleStatus
from marketplace.shops.models import ShopStatus
from marketplace.tickets.models import Gate, Redemption, Verdict
from marketplace.tickets.queries import TicketView, listings_at, tickets_of_order

_COUNTED = (GateSaleStatus.SOLD, GateSaleStatus.VOID)
# As ``CashHandover.handed_amount``.
_HANDED = Case(
    When(own_amount=0, then=F("counted_amount")),
    default=Least(F("counted_amount"), F("expected_amount") - F("own_amount")),
)


@dataclass(frozen=True)
class OfferedVariant:
    """A price category at the gate."""

    id: int
    name: str
    rule: str
    price: int


@dataclass(frozen=True)
class OfferedListing:
    """What a gate sells today of one listing: its times that are not over, and its prices."""

    id: int
    title: str
    slots: tuple[SlotChoice, ...]
    variants: tuple[OfferedVariant, ...]
    is_sample: bool

    @property
    def open_slots(self) -> tuple[SlotChoice, ...]:
        """The times for which there are places."""
        return tuple(slot for slot in self.slots if slot.is_open)


def gate_offer(gate: Gate, *, now: datetime) -> list[OfferedListing]:
    """What a gate can sell for cash now, by title; listings without a time today are not in it. A fixed number of queries."""
    day = day_of(now)
    listings = list(
        listings_at(gate).filter(status=ListingStatus.PUBLISHED, shop__status=ShopStatus.APPROVED).order_by("pk")
    )
    slots: defaultdict[int, list[SlotChoice]] = defaultdict(list)
    rows = list(Slot.objects.filter(listing__in=listings, day=day, ends_at__gt=now))
    listing_of = {row.pk: row.listing_id for row in rows}
    for choice in slot_choices(rows, now=now):
        slots[listing_of[choice.slot_id]].append(choice)
    variants: defaultdict[int, list[Variant]] = defaultdict(list)
    active = Variant.objects.filter(listing__in=slots, is_active=True).order_by("position", "pk")
    for variant in active:
        variants[variant.listing_id].append(variant)
    prices = price_on([variant for of_listing in variants.values() for variant in of_listing], day)
    offered = [
        OfferedListing(
            id=listing.pk,
            title=listing.title,
            slots=tuple(slots[listing.pk]),
            variants=tuple(
                OfferedVariant(one.pk, one.name, one.audience_rule, prices[one.pk]) for one in variants[listing.pk]
            ),
            is_sample=listing.is_sample,
        )
        for listing in listings
        if slots[listing.pk] and variants[listing.pk]
    ]
    return sorted(offered, key=lambda one: (one.title.casefold(), one.id))


@dataclass(frozen=True)
class SoldPiece:
    """So many of one price category in a sale."""

    name: str
    quantity: int
    price: int

    @property
    def amount(self) -> int:
        """Price times quantity."""
        return self.price * self.quantity


@dataclass(frozen=True)
class GateSaleView:
    """A sale in the gate's list, and on its receipt."""

    id: int
    # The order's code; empty where none was made.
    code: str
    status: str
    status_words: str
    title: str
    day: date
    starts_at: datetime | None
    is_all_day: bool
    pieces: tuple[SoldPiece, ...]
    amount: int
    received: int
    change: int
    was_offline: bool
    sold_at: datetime
    sold_by: str
    refusal: str
    note: str
    is_handed_over: bool

    @property
    def count(self) -> int:
        """How many tickets."""
        return sum(piece.quantity for piece in self.pieces)

    @property
    def words(self) -> str:
        """What was sold in a few words."""
        return ", ".join(f"{piece.quantity} {piece.name}".strip() for piece in self.pieces)


@dataclass(frozen=True)
class Receipt:
    """A sale with its tickets."""

    sale: GateSaleView
    tickets: tuple[TicketView, ...]

    @property
    def waiting(self) -> int:
        """How many of its tickets admitted nobody yet."""
        return sum(ticket.status == "VALID" for ticket in self.tickets)

    @property
    def admitted(self) -> int:
        """How many of its tickets admitted somebody."""
        return sum(ticket.status == "USED" for ticket in self.tickets)


def gate_receipt(gate: Gate, sale_id: int) -> Receipt | None:
    """A sale of this gate with its tickets; None for one of another gate."""
    order_id = GateSale.objects.filter(pk=sale_id, gate=gate).values_list("order_id", flat=True).first()
    views = _views(GateSale.objects.filter(pk=sale_id, gate=gate))
    return Receipt(views[0], tuple(tickets_of_order(order_id)) if order_id else ()) if views else None


@dataclass(frozen=True)
class HandoverView:
    """A till that was handed over."""

    id: int
    gate_name: str
    shop_name: str
    expected: int
    counted: int
    note: str
    handed_at: datetime
    handed_by: str
    handed_by_id: int
    taken: int | None
    taken_note: str
    taken_at: datetime | None
    taken_by: str

    # Of what was expected: what a private shop sold for itself, and keeps.
    own: int
    # What goes to the treasurer, of what was counted.
    handed: int

    @property
    def difference(self) -> int:
        """What was too much; below zero what was missing when the till was counted."""
        return self.counted - self.expected

    @property
    def handed_difference(self) -> int:
        """The same of what is the treasurer's."""
        return self.handed - (self.expected - self.own)

    @property
    def is_all_own(self) -> bool:
        """Whether nothing of it goes to the treasurer."""
        return self.own > 0 and self.own == self.expected


@dataclass(frozen=True)
class GateDay:
    """A gate's day in cash: sold, admitted, handed over."""

    gate_id: int
    gate_name: str
    shop_name: str
    day: date
    # Tickets sold for cash that day, and their rupiah; what was taken back is in neither.
    sold: int
    amount: int
    voided: int
    voided_amount: int
    # People let in that day with whatever ticket, and of them with one sold for cash here.
    admitted: int
    admitted_in_cash: int
    # Handed over to the treasurer that day, as counted, and of it what the treasurer has.
    handed: int
    taken: int
    # In the till now, of whatever day, and of it what stays with the shop; and sales without signal to be decided about.
    in_till: int
    own_in_till: int
    undecided: int
    undecided_amount: int


def gate_days(gates: Collection[Gate], day: date) -> list[GateDay]:
    """The day of each of these gates, by name; a fixed number of queries. The gates came with their ``shop``."""
    of_day = Q(gate__in=gates, sold_at__gte=start_of(day), sold_at__lt=end_of(day))
    sales = GateSale.objects.filter(of_day, status__in=_COUNTED)
    pieces, amounts = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    for gate_id, status, of_sale, amount in sales.values_list("gate_id", "status", "pieces", "amount"):
        pieces[gate_id, status] += sum(quantity for _variant, quantity, _price in of_sale)
        amounts[gate_id, status] += amount
    scans = Redemption.objects.filter(
        gate__in=gates, verdict=Verdict.ADMITTED, scanned_at__gte=start_of(day), scanned_at__lt=end_of(day)
    )
    came_in = {
        gate_id: (everybody, in_cash)
        for gate_id, everybody, in_cash in scans.order_by()
        .values_list("gate_id")
        .annotate(
            everybody=Count("pk"),
            in_cash=Count("pk", filter=Q(ticket__line__shop_order__order__gate_sale__isnull=False)),
        )
    }
    handed = {
        gate_id: (sent or 0, taken or 0)
        for gate_id, sent, taken in CashHandover.objects.filter(
            gate__in=gates, handed_at__gte=start_of(day), handed_at__lt=end_of(day)
        )
        .order_by()
        .values_list("gate_id")
        .annotate(handed=Sum(_HANDED), taken=Sum("taken_amount"))
    }
    tills = {
        gate_id: (total, own)
        for gate_id, total, own in GateSale.objects.in_till()
        .filter(gate__in=gates)
        .order_by()
        .values_list("gate_id")
        .annotate(total=Sum("amount"), own=Sum("kept_amount"))
    }
    open_ones = {
        gate_id: (count, amount)
        for gate_id, count, amount in GateSale.objects.undecided()
        .filter(gate__in=gates)
        .order_by()
        .values_list("gate_id")
        .annotate(count=Count("pk"), total=Sum("amount"))
    }
    return [
        GateDay(
            gate_id=gate.pk,
            gate_name=gate.name,
            shop_name=gate.shop.name,
            day=day,
            sold=pieces[gate.pk, GateSaleStatus.SOLD],
            amount=amounts[gate.pk, GateSaleStatus.SOLD],
            voided=pieces[gate.pk, GateSaleStatus.VOID],
            voided_amount=amounts[gate.pk, GateSaleStatus.VOID],
            admitted=came_in.get(gate.pk, (0, 0))[0],
            admitted_in_cash=came_in.get(gate.pk, (0, 0))[1],
            handed=handed.get(gate.pk, (0, 0))[0],
            taken=handed.get(gate.pk, (0, 0))[1],
            in_till=tills.get(gate.pk, (0, 0))[0],
            own_in_till=tills.get(gate.pk, (0, 0))[1],
            undecided=open_ones.get(gate.pk, (0, 0))[0],
            undecided_amount=open_ones.get(gate.pk, (0, 0))[1],
        )
        for gate in sorted(gates, key=lambda one: (one.name.casefold(), one.pk))
    ]


def gate_sales_on(gate: Gate, day: date, *, limit: int = 200) -> list[GateSaleView]:
    """A gate's sales of a day, newest first; a fixed number of queries."""
    rows = GateSale.objects.filter(gate=gate, sold_at__gte=start_of(day), sold_at__lt=end_of(day))
    return _views(rows.order_by("-sold_at", "-pk")[:limit])


def undecided_sales(gate: Gate) -> list[GateSaleView]:
    """Sales without signal that could not be recorded and wait for a decision, oldest first."""
    return _views(GateSale.objects.undecided().filter(gate=gate).order_by("sold_at", "pk"))


def handovers_of(gates: Collection[Gate], *, day: date | None = None, waiting: bool = False) -> list[HandoverView]:
    """What these gates handed over, newest first; one query.

    :param day: only of this day.
    :param waiting: only what is for a treasurer, and none has taken yet.
    """
    rows = CashHandover.objects.filter(gate__in=gates).select_related("gate__shop", "handed_by", "taken_by")
    if day is not None:
        rows = rows.filter(handed_at__gte=start_of(day), handed_at__lt=end_of(day))
    if waiting:
        rows = rows.filter(taken_at=None).exclude(own_amount__gt=0, own_amount=F("expected_amount"))
    return [
        HandoverView(
            id=row.pk,
            gate_name=row.gate.name,
            shop_name=row.gate.shop.name,
            expected=row.expected_amount,
            counted=row.counted_amount,
            note=row.note,
            handed_at=row.handed_at,
            handed_by=str(row.handed_by),
            handed_by_id=row.handed_by_id,
            taken=row.taken_amount,
            taken_note=row.taken_note,
            taken_at=row.taken_at,
            taken_by=str(row.taken_by or ""),
            own=row.own_amount,
            handed=row.handed_amount,
        )
        for row in rows.order_by("-handed_at", "-pk")
    ]


def _views(sales: QuerySet[GateSale]) -> list[GateSaleView]:
    rows = list(sales.select_related("order", "slot__listing", "by"))
    wanted = {variant_id for row in rows for variant_id, _quantity, _price in row.pieces}
    names = {variant.pk: variant.name for variant in Variant.objects.filter(pk__in=wanted)}
    return [
        GateSaleView(
            id=row.pk,
            code=row.order.code if row.order else "",
            status=row.status,
            status_words=str(GateSaleStatus(row.status).label),
            title=row.slot.listing.title if row.slot else "",
            day=row.slot.day if row.slot else day_of(row.sold_at),
            starts_at=row.slot.starts_at if row.slot else None,
            is_all_day=bool(row.slot and row.slot.is_all_day),
            pieces=tuple(SoldPiece(names.get(variant, ""), quantity, price) for variant, quantity, price in row.pieces),
            amount=row.amount,
            received=row.received_amount,
            change=row.change,
            was_offline=row.was_offline,
            sold_at=row.sold_at,
            sold_by=str(row.by),
            refusal=row.refusal,
            note=row.note,
            is_handed_over=row.handover_id is not None,
        )
        for row in rows
    ]
