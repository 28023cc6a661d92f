"""What pages and gates show of tickets."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from io import BytesIO
from uuid import UUID

import segno
from django.db.models import Count, Prefetch, QuerySet
from django.utils.translation import get_language

from foundation.accounts.buyer import Buyer
from foundation.clock import end_of, start_of
from marketplace.catalog.models import DATED_KINDS, Listing
from marketplace.tickets import tokens
from marketplace.tickets.models import REFUSED, Gate, Redemption, Ticket, TicketStatus, Verdict


@dataclass(frozen=True)
class TicketView:
    """A ticket as its holder sees it, in the active language."""

    id: int
    # Shown in groups: "4KQ2 M0ZT".
    code: str
    status: str
    status_words: str
    # The QR's text; empty while the payment is not certain.
    token: str
    listing_id: int
    listing_slug: str
    title: str
    variant: str
    audience_rule: str
    terms: str
    shop_name: str
    place_name: str
    region_name: str
    region_slug: str
    address: str
    day: date
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool
    holder_name: str
    order_code: str
    number: int
    of: int
    admitted_at: datetime | None
    is_sample: bool
    charge_kind: str
    amount: int

    def qr_svg(self) -> str:
        """The QR code as inline SVG without fixed size, dark on white with its quiet zone; empty if there is no token."""
        if not self.token:
            return ""
        picture = BytesIO()
        segno.make(self.token, error="m", micro=False).save(
            picture,
            kind="svg",
            xmldecl=False,
            svgns=True,
            omitsize=True,
            border=4,
            dark="#000",
            light="#fff",
            svgclass="qr",
            lineclass=None,
        )
        return picture.getvalue().decode()


def admitted_by_line(line_ids: Collection[UUID]) -> Counter[UUID]:
    """How many tickets of each order line have admitted somebody; one query."""
    used = Ticket.objects.filter(line_id__in=line_ids, admitted__gt=0).order_by()
    return Counter(dict(used.values_list("line_id").annotate(count=Count("pk"))))


@dataclass(frozen=True)
class GateView:
    """A gate in the list of those at which somebody may stand."""

    id: int
    name: str
    shop_name: str
    listings: tuple[str, ...]


@dataclass(frozen=True)
class DayTicket:
    """A ticket as a device keeps it for the day: no personal data beyond a first name."""

    id: int
    code: str
    status: str
    title: str
    variant: str
    first_name: str
    starts_at: datetime
    ends_at: datetime
    admits: int
    admitted: int


@dataclass(frozen=True)
class DayList:
    """All that a device needs to judge a day's tickets without signal."""

    gate_id: int
    gate_name: str
    day: date
    # Ed25519 public keys, base64url without padding; a token names its own by number.
    public_keys: dict[int, str]
    # Listings admitted here: a token of another is for another place.
    listing_ids: tuple[int, ...]
    tickets: tuple[DayTicket, ...]
    made_at: datetime

    def as_json(self) -> dict[str, object]:
        """Plain values for the device; moments as seconds since 1970."""
        plain = asdict(self) | {"day": self.day.isoformat(), "made_at": int(self.made_at.timestamp())}
        plain["tickets"] = [
            asdict(ticket)
            | {"starts_at": int(ticket.starts_at.timestamp()), "ends_at": int(ticket.ends_at.timestamp())}
            for ticket in self.tickets
        ]
        return plain


@dataclass(frozen=True)
class GateCount:
    """How a gate's day goes."""

    expected: int
    admitted: int
    refused: int
    doubles: int


@dataclass(frozen=True)
class ScanView:
    """One scan in a gate's list."""

    code: str
    title: str
    variant: str
    first_name: str
    verdict: str
    verdict_words: str
    was_offline: bool
    scanned_at: datetime


def tickets_of_order(order_id: int) -> list[TicketView]:
    """An order's tickets, by slot and number. The caller found the order through an owner filter. One query."""
    rows = Ticket.objects.filter(line__shop_order__order_id=order_id)
    return [_view(row) for row in _with_facts(rows).order_by("slot__starts_at", "line_id", "number")]


def tickets_of(buyer: Buyer, *, limit: int = 100) -> list[TicketView]:
    """A buyer's tickets, those to come first."""
    return [
        _view(row)
        for row in _with_facts(Ticket.objects.bought_by(buyer)).order_by("-slot__starts_at", "number")[:limit]
    ]


def gates_of(user_id: int) -> list[GateView]:
    """Gates at which this account may admit people."""
    gates = Gate.objects.staffed_by(user_id).select_related("shop").prefetch_related("listings").order_by("name", "pk")
    return [
        GateView(
            id=gate.pk,
            name=gate.name,
            shop_name=gate.shop.name,
            listings=tuple(listing.title for listing in gate.listings.all()),
        )
        for gate in gates
    ]


def listings_at(gate: Gate) -> QuerySet[Listing]:
    """What a gate admits, and sells: the listings that it is for, or all dated ones of its shop."""
    own = gate.listings.filter(shop_id=gate.shop_id)
    return own if gate.listings.exists() else Listing.objects.filter(shop_id=gate.shop_id, kind__in=DATED_KINDS)


def day_list(gate: Gate, day: date, *, now: datetime) -> DayList:
    """A gate's tickets of one day in WIB, in a fixed number of queries."""
    rows = Ticket.objects.admitted_at(gate).filter(slot__day=day)
    rows = rows.select_related("slot", "listing", "line__variant", "line__shop_order__order__contact")
    tickets = tuple(
        DayTicket(
            id=row.pk,
            code=row.code,
            status=row.status,
            title=row.listing.title,
            variant=row.line.variant.name,
            first_name=_first_name(row),
            starts_at=row.slot.starts_at,
            ends_at=row.slot.ends_at,
            admits=row.admits,
            admitted=row.admitted,
        )
        for row in rows.order_by("slot__starts_at", "pk")
    )
    return DayList(
        gate_id=gate.pk,
        gate_name=gate.name,
        day=day,
        public_keys=tokens.public_keys(),
        listing_ids=tuple(_listing_ids(gate)),
        tickets=tickets,
        made_at=now,
    )


def gate_count(gate: Gate, day: date) -> GateCount:
    """How many were expected, admitted and refused at a gate on a day; people admitted twice count once, and as doubles."""
    expected = Ticket.objects.admitted_at(gate).filter(slot__day=day)
    scans = Counter(_scans(gate, day).values_list("verdict", flat=True))
    return GateCount(
        expected=expected.exclude(status__in=(TicketStatus.VOID, TicketStatus.PROVISIONAL)).count(),
        admitted=scans[Verdict.ADMITTED],
        refused=sum(scans[verdict] for verdict in REFUSED),
        doubles=scans[Verdict.DOUBLE],
    )


def recent_scans(gate: Gate, day: date, *, limit: int = 20) -> list[ScanView]:
    """A gate's newest scans of a day."""
    return _scan_views(_scans(gate, day).order_by("-scanned_at", "-pk")[:limit])


def doubles(gate: Gate, day: date) -> list[ScanView]:
    """Admissions of the day that were one too many, for the reconciliation report."""
    return _scan_views(_scans(gate, day).filter(verdict=Verdict.DOUBLE).order_by("scanned_at", "pk"))


def scan_view(redemption: Redemption) -> ScanView:
    """One scan as the gate's page says it."""
    return _scan_views(Redemption.objects.filter(pk=redemption.pk))[0]


def _with_facts(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    admissions = Redemption.objects.filter(verdict=Verdict.ADMITTED).order_by("scanned_at")
    rows = rows.select_related(
        "slot", "listing__shop__region", "listing__destination__region", "line__variant", "line__shop_order__order"
    ).defer("listing__shop__region__boundary", "listing__destination__region__boundary")
    return rows.prefetch_related(Prefetch("redemptions", admissions, to_attr="admissions"))


def _view(row: Ticket) -> TicketView:
    listing, destination = row.listing, row.listing.destination
    region = destination.region if destination else listing.shop.region
    return TicketView(
        id=row.pk,
        code=f"{row.code[:4]} {row.code[4:]}",
        status=row.status,
        status_words=str(TicketStatus(row.status).label),
        token=row.token if row.status in (TicketStatus.VALID, TicketStatus.USED) else "",
        listing_id=listing.pk,
        listing_slug=listing.slug,
        title=(row.line.title_en if get_language() == "en" else "") or row.line.title_id,
        variant=row.line.variant.name,
        audience_rule=row.line.variant.audience_rule,
        terms=listing.terms,
        shop_name=listing.shop.name,
        place_name=destination.name if destination else "",
        region_name=region.short_name,
        region_slug=region.slug or "",
        address=destination.address if destination else listing.shop.address,
        day=row.slot.day,
        starts_at=row.slot.starts_at,
        ends_at=row.slot.ends_at,
        is_all_day=row.slot.is_all_day,
        holder_name=row.holder_name,
        order_code=row.line.shop_order.order.code,
        number=row.number,
        of=row.line.quantity,
        admitted_at=next((scan.scanned_at for scan in getattr(row, "admissions", ())), None),
        is_sample=row.is_sample,
        charge_kind=row.line.charge_kind,
        amount=row.line.amount // row.line.quantity,
    )


def _listing_ids(gate: Gate) -> Iterable[int]:
    return listings_at(gate).order_by("pk").values_list("pk", flat=True)


def _scans(gate: Gate, day: date) -> QuerySet[Redemption]:
    return Redemption.objects.filter(gate=gate, scanned_at__gte=start_of(day), scanned_at__lt=end_of(day))


def _scan_views(rows: QuerySet[Redemption]) -> list[ScanView]:
    found = rows.select_related("ticket__listing", "ticket__line__variant", "ticket__line__shop_order__order__contact")
    return [
        ScanView(
            code=row.ticket.code if row.ticket else "",
            title=row.ticket.listing.title if row.ticket else "",
            variant=row.ticket.line.variant.name if row.ticket else "",
            first_name=_first_name(row.ticket) if row.ticket else "",
            verdict=row.verdict,
            verdict_words=str(Verdict(row.verdict).label),
            was_offline=row.was_offline,
            scanned_at=row.scanned_at,
        )
        for row in found
    ]


def _first_name(ticket: Ticket) -> str:
    name = ticket.holder_name or ticket.line.shop_order.order.contact.name
    return name.split()[0] if name.split() else ""
