"""My orders, tickets first."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from foundation.accounts.buyer import Buyer, buyer_of
from frontend.parts.order_access import ticket_token
from marketplace.orders.queries import orders_of
from marketplace.tickets.models import Ticket

MOST_TICKETS = 20


@dataclass(frozen=True)
class ComingTickets:
    """The tickets of one order and listing that can still be used."""

    title: str
    day: date
    starts_at: datetime
    is_all_day: bool
    count: int
    url: str
    region_slug: str


@require_safe
@never_cache
def orders(request: HttpRequest) -> HttpResponse:
    """Tickets that are still ahead, then every order, newest first."""
    now = timezone.now()
    buyer = buyer_of(request)
    context = {
        "tickets": coming_tickets(buyer, now=now),
        "orders": orders_of(buyer, now=now),
        "nav_current": "orders",
    }
    return render(request, "account/orders.html", context)


def coming_tickets(buyer: Buyer, *, now: datetime) -> list[ComingTickets]:
    """One row per order, listing and slot; one query."""
    english = (get_language() or "")[:2] == "en"
    rows = (
        Ticket.objects.bought_by(buyer)
        .filter(slot__ends_at__gte=now, status__in=["VALID", "PROVISIONAL"])
        .values_list(
            "line__shop_order__order__code",
            "listing__title_id",
            "listing__title_en",
            "listing__shop__region__slug",
            "slot__day",
            "slot__starts_at",
            "slot__is_all_day",
        )
        .annotate(count=Count("pk"), first=Min("pk"))
        .order_by("slot__starts_at", "first")[:MOST_TICKETS]
    )
    return [
        ComingTickets(
            title=(title_en if english else "") or title_id,
            day=day,
            starts_at=starts_at,
            is_all_day=is_all_day,
            count=count,
            url=reverse("tickets:show", args=[ticket_token(code)]),
            region_slug=region_slug or "",
        )
        for code, title_id, title_en, region_slug, day, starts_at, is_all_day, count, _first in rows
    ]
