"""What pages show of closings: to those who closed, to the province, and to each buyer."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum
from django.utils.translation import get_language

from foundation import links
from marketplace.inventory.models import Slot
from marketplace.inventory.queries.availability import SlotChoice, slot_choices
from marketplace.orders.models import OrderLine, OrderStatus
from marketplace.payments.models import Refund, RefundStatus
from marketplace.sales.models import OPEN_VISITS, ClosedVisit, Closing, ClosingStatus, VisitStatus
from marketplace.sales.services.closing import slots_of, slots_of_closure
from marketplace.sales.services.visits import DATES_AHEAD, lines_of, pieces_of

_PURPOSE = "closed-visit"
VISIT_LINK_VALID_FOR = timedelta(days=60)
_SOLD = (OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED)


@dataclass(frozen=True)
class ClosingCard:
    """A closing in a list."""

    id: int
    status: str
    status_words: str
    reason: str
    begun_at: datetime
    # PROPOSED: when it goes by itself.
    acts_at: datetime | None
    # The place, if one was marked closed.
    place: str
    titles: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    visits: int
    open_visits: int
    failed: int


@dataclass(frozen=True)
class ReportLine:
    """How many visits, people and rupiah are in one state."""

    key: str
    words: str
    visits: int
    pieces: int
    amount: int


@dataclass(frozen=True)
class VisitRow:
    """One visit in a report: the order's code, never a name."""

    id: int
    order_code: str
    title: str
    starts_at: datetime
    is_all_day: bool
    pieces: int
    status: str
    status_words: str
    acts_at: datetime | None
    moved_to: Slot | None
    amount: int
    refund_words: str
    last_error: str


@dataclass(frozen=True)
class ClosingReport:
    """A closing with its progress."""

    card: ClosingCard
    lines: tuple[ReportLine, ...]
    # Of what goes back: by what state the money is in.
    money: tuple[ReportLine, ...]
    rows: tuple[VisitRow, ...]
    ended: int
    # Before anything is decided: how many people and rupiah it would be about.
    ahead: ReportLine
    begun_by: str
    decided_by: str
    offers_dates: bool


@dataclass(frozen=True)
class VisitOffer:
    """A visit on a closed date, as its buyer sees it."""

    id: int
    order_id: int
    order_code: str
    language: str
    status: str
    title: str
    region_slug: str
    reason: str
    day: date
    starts_at: datetime
    is_all_day: bool
    pieces: int
    amount: int
    until: datetime | None
    moved_to: Slot | None
    refund_status: str
    choices: tuple[SlotChoice, ...]


def visit_token(visit_id: int) -> str:
    """What stands in the address of a buyer's answer."""
    return links.sign(_PURPOSE, str(visit_id))


def visit_of(token: str) -> int:
    """The visit of a link.

    :raises LinkRefused: forged or too old (404).
    """
    return int(links.read(_PURPOSE, token, valid_for=VISIT_LINK_VALID_FOR))


def visit_offer(*, visit_id: int, now: datetime) -> VisitOffer | None:
    """A visit with the dates that can be had instead; a fixed number of queries."""
    visit = (
        ClosedVisit.objects.select_related("closing", "order", "slot", "moved_to", "listing__shop__region", "refund")
        .filter(pk=visit_id)
        .first()
    )
    if visit is None:
        return None
    lines = lines_of(visit)
    pieces = pieces_of(lines)
    choices: Sequence[SlotChoice] = ()
    if visit.status == VisitStatus.OFFERED:
        slots = Slot.objects.filter(
            listing_id=visit.listing_id, closed_at=None, starts_at__gt=now, starts_at__lt=now + DATES_AHEAD
        ).exclude(pk=visit.slot_id)
        found = slot_choices(slots.order_by("starts_at"), now=now)
        choices = [choice for choice in found if choice.is_open and choice.left >= pieces]
    english = (get_language() or "")[:2] == "en"
    return VisitOffer(
        id=visit.pk,
        order_id=visit.order_id,
        order_code=visit.order.code,
        language=visit.order.language,
        status=visit.status,
        title=visit.listing.title,
        region_slug=visit.listing.shop.region.slug or "",
        reason=(visit.closing.reason_en if english else "") or visit.closing.reason_id,
        day=visit.slot.day,
        starts_at=visit.slot.starts_at,
        is_all_day=visit.slot.is_all_day,
        pieces=pieces or visit.pieces,
        amount=sum(line.amount - line.amount * line.refunded_quantity // line.quantity for line in lines),
        until=visit.acts_at if visit.status == VisitStatus.OFFERED else None,
        moved_to=visit.moved_to,
        refund_status=visit.refund.status if visit.refund else "",
        choices=tuple(choices),
    )


def offers_of_order(order_id: int) -> list[tuple[str, datetime | None, str]]:
    """Link token, deadline and title of an order's visits that wait for an answer; one query."""
    visits = ClosedVisit.objects.filter(order_id=order_id, status=VisitStatus.OFFERED).select_related("listing")
    return [(visit_token(visit.pk), visit.acts_at, visit.listing.title) for visit in visits.order_by("pk")]


def closings(found: QuerySet[Closing], *, limit: int = 50) -> list[ClosingCard]:
    """Closings as cards, those that wait for somebody first, then the newest; a fixed number of queries."""
    rows = list(found.select_related("closure__destination").order_by("-begun_at", "-pk")[:limit])
    rows.sort(key=lambda row: row.status != ClosingStatus.PROPOSED)
    ids = [row.pk for row in rows]
    counts: Counter[tuple[int, str]] = Counter()
    for closing_id, status, count in (
        ClosedVisit.objects.filter(closing__in=ids)
        .order_by()
        .values_list("closing_id", "status")
        .annotate(count=Count("pk"))
    ):
        counts[closing_id, status] = count
    facts: dict[int, list[tuple[str, date]]] = {pk: [] for pk in ids}
    english = (get_language() or "")[:2] == "en"
    for source in (
        Closing.slots.through.objects.filter(closing__in=ids).values_list(
            "closing_id", "slot__listing__title_id", "slot__listing__title_en", "slot__day"
        ),
        ClosedVisit.objects.filter(closing__in=ids).values_list(
            "closing_id", "listing__title_id", "listing__title_en", "slot__day"
        ),
    ):
        for closing_id, title_id, title_en, day in source.distinct():
            facts[closing_id].append(((title_en if english else "") or title_id, day))
    return [_card(row, facts[row.pk], counts, english=english) for row in rows]


def _card(
    row: Closing, facts: Iterable[tuple[str, date]], counts: Counter[tuple[int, str]], *, english: bool
) -> ClosingCard:
    known = list(facts)
    days = sorted({day for _title, day in known})
    return ClosingCard(
        id=row.pk,
        status=row.status,
        status_words=str(ClosingStatus(row.status).label),
        reason=(row.reason_en if english else "") or row.reason_id,
        begun_at=row.begun_at,
        acts_at=row.acts_at if row.status == ClosingStatus.PROPOSED else None,
        place=row.closure.destination.name if row.closure else "",
        titles=tuple(sorted({title for title, _day in known})),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        visits=sum(counts[row.pk, status] for status in VisitStatus),
        open_visits=sum(counts[row.pk, status] for status in OPEN_VISITS),
        failed=counts[row.pk, VisitStatus.FAILED],
    )


def report(closing: Closing, *, now: datetime, shop_id: int | None = None, limit: int = 200) -> ClosingReport:
    """A closing's progress; a fixed number of queries.

    :param shop_id: only visits of this shop's tickets.
    """
    (card,) = closings(Closing.objects.filter(pk=closing.pk))
    visits = ClosedVisit.objects.filter(closing=closing)
    if shop_id is not None:
        visits = visits.filter(listing__shop_id=shop_id)
    totals = visits.order_by().values("status").annotate(count=Count("pk"), pieces=Sum("pieces"))
    by_status = {row["status"]: row for row in totals}
    lines = tuple(
        ReportLine(status, str(status.label), by_status[status]["count"], by_status[status]["pieces"], 0)
        for status in VisitStatus
        if status in by_status
    )
    # Several visits of one order share a refund.
    refunds = Refund.objects.filter(pk__in=visits.filter(refund__isnull=False).values("refund"))
    sums = {
        row["status"]: row
        for row in refunds.order_by().values("status").annotate(count=Count("pk"), amount=Sum("amount"))
    }
    money = tuple(
        ReportLine(status, str(status.label), sums[status]["count"], 0, sums[status]["amount"])
        for status in RefundStatus
        if status in sums
    )
    rows = visits.select_related("order", "slot", "moved_to", "refund", "listing").order_by("slot__starts_at", "pk")
    return ClosingReport(
        card=card,
        lines=lines,
        money=money,
        rows=tuple(_row(row) for row in rows[:limit]),
        ended=sum(line.visits for line in lines if line.key not in OPEN_VISITS and line.key != VisitStatus.FAILED),
        ahead=sold_on(_slots_ahead(closing, shop_id=shop_id, now=now)),
        begun_by=str(closing.begun_by or ""),
        decided_by=str(closing.decided_by or ""),
        offers_dates=closing.offers_dates,
    )


def sold_on(slots: QuerySet[Slot]) -> ReportLine:
    """How many orders, people and rupiah were sold for these dates and not given back; one query."""
    lines = OrderLine.objects.filter(
        slot__in=slots, shop_order__order__status__in=_SOLD, refunded_quantity__lt=F("quantity")
    )
    orders, pieces, amount = set(), 0, 0
    for order_id, quantity, refunded, worth in lines.values_list(
        "shop_order__order_id", "quantity", "refunded_quantity", "amount"
    ):
        orders.add(order_id)
        pieces += quantity - refunded
        amount += worth - worth * refunded // quantity
    return ReportLine("", "", len(orders), pieces, amount)


def sold_slots(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    """Of these dates those for which something was sold and not given back."""
    lines = OrderLine.objects.filter(
        slot=OuterRef("pk"), shop_order__order__status__in=_SOLD, refunded_quantity__lt=F("quantity")
    )
    return slots.filter(Exists(lines))


def _slots_ahead(closing: Closing, *, shop_id: int | None, now: datetime) -> QuerySet[Slot]:
    if closing.status == ClosingStatus.PROPOSED and closing.closure is not None:
        slots = slots_of_closure(closing.closure, now=now, everything=True)
    else:
        slots = slots_of(closing, now=now)
    return slots if shop_id is None else slots.filter(listing__shop_id=shop_id)


def _row(visit: ClosedVisit) -> VisitRow:
    return VisitRow(
        id=visit.pk,
        order_code=visit.order.code,
        title=visit.listing.title,
        starts_at=visit.slot.starts_at,
        is_all_day=visit.slot.is_all_day,
        pieces=visit.pieces,
        status=visit.status,
        status_words=str(VisitStatus(visit.status).label),
        acts_at=visit.acts_at,
        moved_to=visit.moved_to,
        amount=visit.refund.amount if visit.refund else 0,
        refund_words=str(RefundStatus(visit.refund.status).label) if visit.refund else "",
        last_error=visit.last_error,
    )
