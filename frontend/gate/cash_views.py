"""Cash at the gate: selling, the receipt, what was sold without signal, and the till at the end of the day."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.clock import day_of
from foundation.errors import DomainError, InvalidInput
from foundation.money import rupiah
from frontend.gate.selling import choice_of, nonce_of, pieces_of, read_sales, rupiah_of
from frontend.gate.views import LONGEST_OFFLINE, at_own_gate, device_of, from_a_phone, remember_device
from frontend.parts.order_access import ticket_token
from frontend.parts.values import Link
from marketplace.sales import gate_queries as queries
from marketplace.sales import services
from marketplace.sales.models import GateSale
from marketplace.tickets.models import Device, Gate
from marketplace.tickets.queries import TicketView

# More codes than this are not shown at a gate: the paper has them all.
MOST_SHOWN = 12
# The banknotes that people give most.
NOTES = (20_000, 50_000, 100_000)
reads_or_sends = require_http_methods(["GET", "HEAD", "POST"])


@reads_or_sends
@at_own_gate
def sell(request: HttpRequest, gate: Gate) -> HttpResponse:
    """Sell tickets of today for cash. Without a script the form adds up by being asked; with one also without signal."""
    if request.method != "POST":
        return remember_device(request, selling_page(request, gate, request.GET.dict()))
    asked, now = request.POST.dict(), timezone.now()
    try:
        sale = services.sell_at_gate(
            gate=gate,
            by_id=person(request),
            nonce=nonce_of(asked),
            slot_id=_key(asked.get("jam", "")),
            pieces=pieces_of(asked),
            received=rupiah_of(asked.get("diterima", "")),
            admit="masuk" in asked,
            device=device_of(request, gate, now=now),
            now=now,
        )
    except DomainError as refusal:
        if wants_values(request):
            return JsonResponse({"error": refusal.sentence}, status=refusal.status)
        return selling_page(request, gate, asked, error=refusal)
    url = reverse("gate:receipt", args=[gate.pk, sale.pk])
    return JsonResponse({"url": url}) if wants_values(request) else redirect(url)


@require_safe
@at_own_gate
def receipt(request: HttpRequest, gate: Gate, sale_id: int) -> HttpResponse:
    """A sale: the change, the QR codes to show, and what can still be done with it."""
    return receipt_page(request, gate, sale_id)


@require_POST
@at_own_gate
def admit(request: HttpRequest, gate: Gate, sale_id: int) -> HttpResponse:
    """Let in the people of a sale."""
    now = timezone.now()
    return act(
        request,
        gate,
        sale_id,
        lambda: services.admit_gate_sale(
            gate=gate, sale_id=sale_id, by_id=person(request), device=device_of(request, gate, now=now), now=now
        ),
    )


@require_POST
@at_own_gate
def void(request: HttpRequest, gate: Gate, sale_id: int) -> HttpResponse:
    """Take a wrong sale back; the money was returned."""
    return act(
        request,
        gate,
        sale_id,
        lambda: services.void_gate_sale(
            gate=gate,
            sale_id=sale_id,
            by_id=person(request),
            reason=request.POST.get("alasan", ""),
            now=timezone.now(),
        ),
        _("Taken back. Return the money to the buyer."),
    )


@require_POST
@at_own_gate
def decide(request: HttpRequest, gate: Gate, sale_id: int) -> HttpResponse:
    """Try once more to record what was sold without signal, or say that its money was given back."""
    again = request.POST.get("keputusan") == "lagi"

    def decision() -> GateSale:
        if again:
            return services.try_gate_sale_again(gate=gate, sale_id=sale_id, by_id=person(request), now=timezone.now())
        return services.give_up_gate_sale(
            gate=gate,
            sale_id=sale_id,
            by_id=person(request),
            note=request.POST.get("alasan", ""),
            now=timezone.now(),
        )

    done = _("The sale is recorded.") if again else _("Noted: the money was given back.")
    return act(request, gate, sale_id, decision, done)


@from_a_phone
def upload(request: HttpRequest, gate: Gate, device: Device, now: datetime) -> dict[str, Any]:
    """Take over what the phone sold without signal. A repeat records nothing twice."""
    sales = read_sales(request, now=now, longest=LONGEST_OFFLINE)
    recorded = services.upload_gate_sales(gate=gate, device=device, by_id=person(request), sales=sales, now=now)
    return {"recorded": {str(one.nonce): one.status for one in recorded}}


@reads_or_sends
@at_own_gate
def till(request: HttpRequest, gate: Gate) -> HttpResponse:
    """The day in cash: sold, admitted, handed over; what waits for a decision; and handing over the till."""
    if request.method != "POST":
        return remember_device(request, till_page(request, gate, {}))
    asked = request.POST.dict()
    try:
        counted, expected = rupiah_of(asked.get("dihitung", "")), rupiah_of(asked.get("seharusnya", ""))
        if counted is None or expected is None:
            raise InvalidInput(_("Count the money and write the amount."))
        handover = services.hand_over_cash(
            gate=gate,
            by_id=person(request),
            nonce=nonce_of(asked),
            expected=expected,
            counted=counted,
            note=asked.get("catatan", ""),
            now=timezone.now(),
        )
    except DomainError as refusal:
        return till_page(request, gate, asked, error=refusal)
    if handover.own_amount and not handover.due_amount:
        words = _("Noted. The money stays with you and is taken off what you are owed.")
    elif handover.own_amount:
        words = _("Noted. Take %(amount)s to the treasurer; the rest stays with you.")
        words %= {"amount": rupiah(handover.handed_amount)}
    else:
        words = _("Noted. Take the money to the treasurer, who confirms what arrives.")
    messages.success(request, words)
    return redirect("gate:till", gate.pk)


def act(
    request: HttpRequest,
    gate: Gate,
    sale_id: int,
    step: Callable[[], object],
    words: str = "",
) -> HttpResponse:
    """Do something with a sale of this gate and show it again; a refusal is said on the same page."""
    try:
        step()
    except GateSale.DoesNotExist as stranger:
        raise Http404 from stranger
    except DomainError as refusal:
        return receipt_page(request, gate, sale_id, error=refusal)
    if words:
        messages.success(request, words)
    return redirect("gate:receipt", gate.pk, sale_id)


def selling_page(
    request: HttpRequest, gate: Gate, asked: dict[str, str], *, error: DomainError | None = None
) -> HttpResponse:
    """The selling page with what was chosen."""
    now = timezone.now()
    offer = queries.gate_offer(gate, now=now)
    choice = choice_of(asked, offer)
    context = {
        "gate": gate,
        "region": gate.shop.region,
        "today": day_of(now),
        "choice": choice,
        "tabs": [
            Link(title=one.title, url=f"?tiket={one.id}", current=choice is not None and one.id == choice.listing.id)
            for one in offer
        ],
        # What the script needs to sell without signal.
        "slots": json.dumps(
            [
                {"id": slot.slot_id, "until": int(slot.ends_at.timestamp()), "left": slot.left}
                for slot in (choice.listing.open_slots if choice else ())
            ]
        ),
        "notes": NOTES,
        "undecided": len(queries.undecided_sales(gate)),
        "error": error.sentence if error else "",
        "words": json.dumps(offline_words(), ensure_ascii=False),
    }
    return render(request, "gate/sell.html", context, status=error.status if error else 200)


def receipt_page(request: HttpRequest, gate: Gate, sale_id: int, *, error: DomainError | None = None) -> HttpResponse:
    """The page of one sale; 404 for one of another gate."""
    found = queries.gate_receipt(gate, sale_id)
    if found is None:
        raise Http404
    token = ticket_token(found.sale.code) if found.sale.code else ""
    context = {
        "gate": gate,
        "region": gate.shop.region,
        "receipt": found,
        "sale": found.sale,
        "tickets": [shown(ticket) for ticket in found.tickets if ticket.status == "VALID"][:MOST_SHOWN],
        "paper_url": reverse("tickets:paper", args=[token]) if token else "",
        "tickets_url": settings.SITE_ORIGIN + reverse("tickets:show", args=[token]) if token else "",
        "can_void": found.sale.status == "SOLD"
        and not found.sale.is_handed_over
        and not found.admitted
        and day_of(found.sale.sold_at) == day_of(timezone.now()),
        "error": error.sentence if error else "",
        "reason": request.POST.get("alasan", ""),
    }
    return render(request, "gate/receipt.html", context, status=error.status if error else 200)


def till_page(
    request: HttpRequest, gate: Gate, asked: dict[str, str], *, error: DomainError | None = None
) -> HttpResponse:
    """The day in cash."""
    today = day_of(timezone.now())
    (day,) = queries.gate_days([gate], today)
    context = {
        "gate": gate,
        "region": gate.shop.region,
        "today": today,
        "day": day,
        "due": day.in_till - day.own_in_till,
        "undecided": queries.undecided_sales(gate),
        "sales": queries.gate_sales_on(gate, today),
        "handovers": queries.handovers_of([gate], day=today) or queries.handovers_of([gate], waiting=True),
        "nonce": nonce_of(asked) if error else uuid4(),
        "counted": asked.get("dihitung", ""),
        "note": asked.get("catatan", ""),
        "error": error.sentence if error else "",
        "words": json.dumps(offline_words(), ensure_ascii=False),
    }
    return render(request, "gate/till.html", context, status=error.status if error else 200)


def shown(ticket: TicketView) -> dict[str, Any]:
    """A ticket as its template part wants it."""
    return {
        "title": ticket.title,
        "starts_at": None if ticket.is_all_day else ticket.starts_at,
        "day": ticket.day,
        "token": ticket.token,
        "code": ticket.code,
        "category": ticket.variant,
        "region": ticket.region_slug,
    }


def offline_words() -> dict[str, str]:
    """What the script says without signal."""
    return {
        "online": _("Online"),
        "offline": _("Offline"),
        "waiting": _("waiting to be sent"),
        "sold": _("Sold without signal"),
        "let_in": _("Let them in. The sale is sent as soon as there is signal."),
        "change": pgettext("money", "Change"),
        "to_pay": _("To pay"),
        "short": _("Not enough money yet"),
        "none": _("Choose how many tickets."),
        "old_list": _("This page is of another day. Connect once, so that today's times and prices come."),
        "over": _("This time has passed."),
        "left": _("So many are not left, as far as this phone knows."),
    }


def wants_values(request: HttpRequest) -> bool:
    """Whether the script asks, not a person."""
    return request.headers.get("Accept", "").startswith("application/json")


def person(request: HttpRequest) -> int:
    """Who is signed in."""
    return int(request.user.pk or 0)


def _key(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 12 else 0
