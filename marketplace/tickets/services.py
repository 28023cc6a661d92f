"""Tickets: issued once, admitted once, and honest about what happened without signal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.orders.models import OrderLine
from marketplace.tickets.models import Device, Gate, Redemption, Ticket


@dataclass(frozen=True)
class OfflineScan:
    """A scan that a device queued: the token or typed code, when, and a random nonce that names the scan."""

    nonce: str
    scanned: str
    scanned_at: datetime


def issue(*, lines: Iterable[OrderLine], provisional: bool, now: datetime) -> list[Ticket]:
    """Issue one ticket per piece of each dated line. Tickets that exist already are found, not doubled."""
    raise NotImplementedError


def make_valid(*, line_ids: Sequence[UUID], now: datetime) -> int:
    """Give provisional tickets their token; returns how many."""
    raise NotImplementedError


def void(*, line_id: UUID, quantity: int, now: datetime) -> int:
    """Void so many of a line's tickets, unused ones first; returns how many were voided. Never undone."""
    raise NotImplementedError


def redeem(
    *,
    gate: Gate,
    scanned: str,
    by_id: int,
    nonce: str,
    scanned_at: datetime,
    now: datetime,
    device: Device | None = None,
    was_offline: bool = False,
) -> Redemption:
    """Admit the ticket of a QR or typed code, or say why not; ``redemption.verdict`` is a ``Verdict``.

    The same nonce returns the same redemption. What a device admitted without signal is recorded as it was: the
    second admission of a ticket as DOUBLE, with the gate's report.
    """
    raise NotImplementedError


def upload_scans(
    *, gate: Gate, device: Device, by_id: int, scans: Sequence[OfflineScan], now: datetime
) -> list[Redemption]:
    """Record what a device admitted without signal, oldest first. A repeat records nothing twice."""
    raise NotImplementedError


def register_device(*, gate: Gate, key: str, user_id: int, now: datetime) -> Device:
    """The device with this random key, moved to this gate and seen now."""
    raise NotImplementedError
