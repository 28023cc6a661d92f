"""What must always hold of tickets: line 7 of the design, against the data as it is."""

from collections.abc import Iterator

from django.db.models import Count, F, Q

from foundation.audit.registry import Finding, register
from marketplace.orders.models import OrderLine, OrderStatus, ShopOrderStatus
from marketplace.tickets import tokens
from marketplace.tickets.models import Redemption, Ticket, TicketStatus, Verdict


def register_all() -> None:
    """Have the checks run by ``manage.py audit``."""
    register("admissions", line=7, check=admissions)
    register("tickets_of_lines", line=7, check=tickets_of_lines)
    register("ticket_tokens", line=7, check=ticket_tokens)
    register("tickets_of_slots", line=7, check=tickets_of_slots)
    register("scans", line=7, check=scans)


def admissions() -> Iterator[Finding]:
    """A ticket admitted as often as its scans say, and never more than its type allows."""
    counted = Count("redemptions", filter=Q(redemptions__verdict=Verdict.ADMITTED))
    for code, admitted, scans in (
        Ticket.objects.annotate(scans=counted).exclude(admitted=F("scans")).values_list("code", "admitted", "scans")
    ):
        yield Finding(row=f"ticket {code}", fault=f"counts {admitted} admissions, its scans say {scans}")
    for code in Ticket.objects.filter(admitted__gt=F("admits")).values_list("code", flat=True):
        yield Finding(row=f"ticket {code}", fault="admitted more often than it may")
    used_up = Ticket.objects.filter(status=TicketStatus.VALID, admitted__gte=F("admits"))
    for code in used_up.values_list("code", flat=True):
        yield Finding(row=f"ticket {code}", fault="is used up and still valid")


def tickets_of_lines() -> Iterator[Finding]:
    """A sold ticket line has one live ticket for each piece that did not go back; no other line has any."""
    live = Count("tickets", filter=~Q(tickets__status=TicketStatus.VOID))
    sold = (OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED)
    lines = OrderLine.objects.filter(slot__isnull=False).annotate(live=live)
    for pk, left, found in (
        lines.filter(shop_order__order__status__in=sold)
        .exclude(live=F("quantity") - F("refunded_quantity"))
        .annotate(left=F("quantity") - F("refunded_quantity"))
        .values_list("pk", "left", "live")
    ):
        yield Finding(row=f"order line {pk}", fault=f"has {found} live tickets for {left} pieces")
    for pk in lines.exclude(shop_order__order__status__in=sold).filter(live__gt=0).values_list("pk", flat=True):
        yield Finding(row=f"order line {pk}", fault="has live tickets and is not paid")


def tickets_of_slots() -> Iterator[Finding]:
    """A live ticket admits in the slot that its line was sold for, and in no other; its token says the same."""
    live = Ticket.objects.exclude(status=TicketStatus.VOID)
    for code in live.exclude(slot=F("line__slot")).values_list("code", flat=True):
        yield Finding(row=f"ticket {code}", fault="is for another time than its line")
    for code in live.exclude(listing=F("slot__listing")).values_list("code", flat=True):
        yield Finding(row=f"ticket {code}", fault="is for another listing than its slot")
    signed = live.exclude(token="").select_related("slot").only("code", "token", "slot__starts_at", "slot__ends_at")
    for ticket in signed.iterator():
        payload = tokens.read(ticket.token)
        if payload is not None and payload.starts_at != ticket.slot.starts_at.replace(microsecond=0):
            yield Finding(row=f"ticket {ticket.code}", fault="has a token for another time")


def scans() -> Iterator[Finding]:
    """A void ticket never admitted, and a second admission is on record as one."""
    for code in Ticket.objects.filter(status=TicketStatus.USED, admitted__lt=F("admits")).values_list(
        "code", flat=True
    ):
        yield Finding(row=f"ticket {code}", fault="is used up and may still admit")
    admitting = Redemption.objects.filter(verdict__in=(Verdict.ADMITTED, Verdict.DOUBLE))
    for nonce in admitting.filter(ticket=None).values_list("nonce", flat=True):
        yield Finding(row=f"scan {nonce}", fault="admitted somebody without a ticket")
    without = admitting.filter(verdict=Verdict.DOUBLE, was_offline=False)
    for nonce in without.values_list("nonce", flat=True):
        yield Finding(row=f"scan {nonce}", fault="admitted twice while the gate had signal")


def ticket_tokens() -> Iterator[Finding]:
    """A valid ticket has a token that gates accept, and one whose payment is uncertain has none."""
    rows = Ticket.objects.filter(status__in=(TicketStatus.VALID, TicketStatus.USED))
    for pk, code, token in rows.values_list("pk", "code", "token").iterator():
        payload = tokens.read(token)
        if payload is None or payload.ticket_id != pk or payload.code != code:
            yield Finding(row=f"ticket {code}", fault="has no token that a gate would accept")
    for code in Ticket.objects.filter(status=TicketStatus.PROVISIONAL).exclude(token="").values_list("code", flat=True):
        yield Finding(row=f"ticket {code}", fault="has a token before its payment is certain")
    waiting = ShopOrderStatus.WAITING
    for code in rows.filter(line__shop_order__status=waiting).values_list("code", flat=True):
        yield Finding(row=f"ticket {code}", fault="is valid before its shop order was opened")
