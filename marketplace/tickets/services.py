"""Tickets: issued once, admitted once, and honest about what happened without signal."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Value, When

from foundation.clock import day_of
from foundation.codes import random_code, tidy_code
from marketplace.inventory.models import Slot
from marketplace.orders.models import OrderLine
from marketplace.tickets import tokens
from marketplace.tickets.models import Device, Gate, Redemption, Ticket, TicketStatus, Verdict

CODE_LETTERS = 8
_LONGEST_NONCE = 64


@dataclass(frozen=True)
class OfflineScan:
    """A scan that a device queued: the token or typed code, when, and a random nonce that names the scan.

    ``refused`` is why the device turned somebody away; None where it let them in.
    """

    nonce: str
    scanned: str
    scanned_at: datetime
    refused: Verdict | None = None


# Whoever issues undoes more than tickets if this fails: no savepoint of its own.
@transaction.atomic(savepoint=False)
def issue(*, lines: Sequence[OrderLine], provisional: bool, now: datetime) -> list[Ticket]:
    """Issue one ticket per piece of each dated line that did not go back. Tickets that exist are found, not doubled.

    Provisional tickets have no token; issued again as certain, they get it. The caller holds the order's lock.
    """
    existing = list(Ticket.objects.filter(line__in=lines).select_related("slot").order_by("pk"))
    known = {(ticket.line_id, ticket.number) for ticket in existing}
    new = [
        Ticket(
            line=line,
            number=number,
            listing_id=line.variant.listing_id,
            slot=line.slot,
            code=random_code(CODE_LETTERS),
            status=TicketStatus.PROVISIONAL,
            issued_at=now,
            is_sample=line.variant.listing.is_sample,
        )
        for line in lines
        for number in range(1, line.quantity - line.refunded_quantity + 1)
        if line.slot is not None and (line.pk, number) not in known
    ]
    issued = existing + Ticket.objects.bulk_create(new)
    if not provisional:
        _sign([ticket for ticket in issued if ticket.status == TicketStatus.PROVISIONAL])
    return issued


@transaction.atomic
def void(*, line_id: UUID, quantity: int, now: datetime) -> int:
    """Void so many of a line's tickets, unused ones first, last ones first; returns how many. Never undone."""
    used_last = Case(When(admitted__gt=0, then=Value(1)), default=Value(0))
    live = Ticket.objects.filter(line_id=line_id).exclude(status=TicketStatus.VOID).order_by(used_last, "-number")
    ids = list(live.select_for_update().values_list("pk", flat=True)[:quantity])
    return Ticket.objects.filter(pk__in=ids).update(status=TicketStatus.VOID)


@transaction.atomic
def move(*, lines: Collection[UUID], slot: Slot) -> int:
    """Let the live tickets of these lines admit in another slot instead; returns how many.

    They get new codes and tokens: what was printed for the old date admits nobody. The caller holds the order's lock.
    """
    live = Ticket.objects.filter(line_id__in=lines, status__in=(TicketStatus.PROVISIONAL, TicketStatus.VALID))
    moved = list(live.select_for_update(of=("self",)).order_by("pk"))
    was_valid = [ticket for ticket in moved if ticket.status == TicketStatus.VALID]
    for ticket in moved:
        ticket.slot, ticket.code, ticket.token = slot, random_code(CODE_LETTERS), ""
    Ticket.objects.bulk_update(moved, ["slot", "code", "token"])
    _sign(was_valid)
    return len(moved)


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
    refused: Verdict | None = None,
) -> Redemption:
    """Admit the ticket of a QR or typed code, or say why not; ``redemption.verdict`` is a ``Verdict``.

    The same nonce returns the same redemption. What a device decided without signal is recorded as it was: the
    second admission of a ticket as DOUBLE, with the gate's report; what it ``refused`` as refused, and nobody is counted.
    """
    nonce = nonce[:_LONGEST_NONCE]
    known = _redemption(nonce)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            ticket = _ticket_of(scanned)
            verdict = refused or _judge(ticket, gate, scanned_at=scanned_at, was_offline=was_offline)
            redemption = Redemption.objects.create(
                ticket=ticket,
                gate=gate,
                device=device,
                by_id=by_id,
                nonce=nonce,
                verdict=verdict,
                was_offline=was_offline,
                scanned_at=scanned_at,
                received_at=now,
            )
    except IntegrityError:
        # The same upload arrived twice at once: the other one counted, and ours was undone whole.
        known = _redemption(nonce)
        if known is None:
            raise
        return known
    if ticket is not None:
        ticket.refresh_from_db(fields=["status", "admitted"])
    return redemption


def upload_scans(
    *, gate: Gate, device: Device, by_id: int, scans: Sequence[OfflineScan], now: datetime
) -> list[Redemption]:
    """Record what a device decided without signal, oldest first, each in a transaction of its own. A repeat records nothing twice."""
    return [
        redeem(
            gate=gate,
            device=device,
            scanned=scan.scanned,
            by_id=by_id,
            nonce=scan.nonce,
            # A phone's clock may run ahead; nothing was scanned in the future.
            scanned_at=min(scan.scanned_at, now),
            now=now,
            was_offline=True,
            refused=scan.refused,
        )
        for scan in sorted(scans, key=lambda scan: (scan.scanned_at, scan.nonce))
    ]


@transaction.atomic
def register_device(*, gate: Gate, key: str, user_id: int, now: datetime) -> Device:
    """The device with this random key, moved to this gate and seen now."""
    device, _created = Device.objects.update_or_create(
        key=key[:_LONGEST_NONCE], defaults={"gate": gate, "user_id": user_id, "seen_at": now}
    )
    return device


def _sign(tickets: Sequence[Ticket]) -> None:
    for ticket in tickets:
        ticket.token = tokens.make(
            tokens.Payload(
                ticket_id=ticket.pk,
                code=ticket.code,
                listing_id=ticket.listing_id,
                starts_at=ticket.slot.starts_at,
                ends_at=ticket.slot.ends_at,
                admits=ticket.admits,
            )
        )
        ticket.status = TicketStatus.VALID
    # The rows exist: an upsert is one plain statement where a bulk update is a forest of CASEs.
    Ticket.objects.bulk_create(tickets, update_conflicts=True, unique_fields=["id"], update_fields=["token", "status"])


def _redemption(nonce: str) -> Redemption | None:
    return Redemption.objects.filter(nonce=nonce).select_related("ticket").first()


def _ticket_of(scanned: str) -> Ticket | None:
    tickets = Ticket.objects.select_related("slot", "listing")
    if scanned.strip().upper().startswith(tokens.PREFIX) and len(scanned) > 2 * CODE_LETTERS:
        payload = tokens.read(scanned)
        return tickets.filter(pk=payload.ticket_id, code=payload.code).first() if payload else None
    return tickets.filter(code=tidy_code(scanned)).first()


def _judge(ticket: Ticket | None, gate: Gate, *, scanned_at: datetime, was_offline: bool) -> Verdict:
    """Say whether a ticket is admitted, and count it if so."""
    if ticket is None:
        return Verdict.UNKNOWN
    if not Ticket.objects.admitted_at(gate).filter(pk=ticket.pk).exists():
        return Verdict.WRONG_GATE
    if was_offline:
        # It happened: the person is inside. All that is left is to count it, or to report it.
        return Verdict.ADMITTED if _admit(ticket) else Verdict.DOUBLE
    if ticket.status == TicketStatus.VOID:
        return Verdict.VOID
    if ticket.status == TicketStatus.PROVISIONAL:
        return Verdict.PROVISIONAL
    if ticket.slot.day != day_of(scanned_at):
        return Verdict.WRONG_DAY
    if not ticket.slot.is_all_day and scanned_at >= ticket.slot.ends_at:
        return Verdict.WRONG_SLOT
    if _admit(ticket):
        return Verdict.ADMITTED
    # It may have been taken back since it was read.
    is_void = Ticket.objects.filter(pk=ticket.pk, status=TicketStatus.VOID).exists()
    return Verdict.VOID if is_void else Verdict.ALREADY_USED


def _admit(ticket: Ticket) -> bool:
    # Guard and count are one statement, so two phones at one gate admit one person once.
    open_ones = Ticket.objects.filter(pk=ticket.pk, admitted__lt=F("admits"), status=TicketStatus.VALID)
    is_last = Case(
        When(admitted__gte=F("admits") - 1, then=Value(TicketStatus.USED)), default=Value(TicketStatus.VALID)
    )
    return bool(open_ones.update(admitted=F("admitted") + 1, status=is_last))


def erase_holders(*, order_id: int) -> None:
    """Blank the names on an order's tickets. A repeat changes nothing."""
    Ticket.objects.filter(line__shop_order__order=order_id).exclude(holder_name="").update(holder_name="")
