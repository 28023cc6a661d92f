"""What pages and gates show of tickets."""

from dataclasses import dataclass
from datetime import date, datetime

from marketplace.tickets.models import Gate


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

    def qr_svg(self, *, scale: int = 4) -> str:
        """The QR code as inline SVG without fixed size, dark on white; empty if there is no token."""
        raise NotImplementedError


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
    listing_ids: tuple[int, ...]
    tickets: tuple[DayTicket, ...]
    made_at: datetime

    def as_json(self) -> dict[str, object]:
        """Plain values for the device."""
        raise NotImplementedError


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
    """An order's tickets, by slot and number. The caller found the order through an owner filter."""
    raise NotImplementedError


def gates_of(user_id: int) -> list[GateView]:
    """Gates at which this account may admit people."""
    raise NotImplementedError


def day_list(gate: Gate, day: date, *, now: datetime) -> DayList:
    """A gate's tickets of one day in WIB."""
    raise NotImplementedError


def gate_count(gate: Gate, day: date) -> GateCount:
    """How many were expected, admitted and refused at a gate on a day."""
    raise NotImplementedError


def recent_scans(gate: Gate, *, limit: int = 20) -> list[ScanView]:
    """A gate's newest scans."""
    raise NotImplementedError


def doubles(gate: Gate, day: date) -> list[ScanView]:
    """Admissions of the day that were one too many, for the reconciliation report."""
    raise NotImplementedError
