"""E-tickets by signed link: on the phone, on paper, in the calendar. They open without signal once they were opened."""

from collections.abc import Collection, Sequence
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cms.branding.models import Brand, Motif
from foundation.links import LinkRefused
from foundation.site import site_name
from frontend.account import calendar_file, papers
from frontend.account.ticket_pages import TicketPage, pages_of
from frontend.parts.order_access import code_of_tickets, ticket_token
from marketplace.orders.models import Order

LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


def find(token: str) -> Order:
    """The order behind a link; a changed or old link leads nowhere."""
    try:
        code = code_of_tickets(token)
    except LinkRefused as refusal:
        raise Http404 from refusal
    order = Order.objects.filter(code=code).first()
    if order is None:
        raise Http404
    return order


def language_of(request: HttpRequest, order: Order) -> str:
    """The language asked for, else the one in which the order was placed."""
    asked = request.GET.get("bahasa", "")
    return asked if asked in LANGUAGES else order.language


def pages(order: Order) -> Sequence[TicketPage]:
    """The order's tickets; without any there is nothing here."""
    found = pages_of(order.pk)
    if not found:
        raise Http404
    return found


@require_safe
@never_cache
def show(request: HttpRequest, token: str) -> HttpResponse:
    """All tickets of an order, one per screen."""
    order = find(token)
    with override(language_of(request, order)):
        found = pages(order)
        # What is passed on opens the tickets only, whatever link led here.
        passed_on = reverse("tickets:show", args=[ticket_token(order.code)])
        url = settings.SITE_ORIGIN + passed_on
        context = {
            "tickets": found,
            "order": order,
            "token": token,
            "region": {"slug": found[0].region_slug, "name": "", "url": ""},
            "is_over": all(ticket.view.ends_at < timezone.now() for ticket in found),
            "passed_on": passed_on,
            "share_url": f"https://wa.me/?text={quote(_('Here are our tickets: %(url)s') % {'url': url})}",
            "alternates": {code: f"{request.path}?bahasa={code}" for code in sorted(LANGUAGES)},
            "nav_current": "orders",
        }
        return render(request, "account/tickets.html", context)


@require_safe
@never_cache
def paper(request: HttpRequest, token: str) -> HttpResponse:
    """The tickets as a PDF for the printer."""
    order = find(token)
    with override(language_of(request, order)):
        found = pages(order)
        content = papers.tickets_pdf(
            found, bands=bands({ticket.region_slug for ticket in found}), site_name=site_name()
        )
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="tiket-{order.code}.pdf"'
    return answer


def bands(slugs: Collection[str]) -> dict[str, papers.Band]:
    """The bands of these regions on paper."""
    brands = Brand.objects.filter(region__slug__in=slugs).values_list("region__slug", "brand_light", "motif")
    return {str(slug): papers.Band(color, has_shoots=motif == Motif.PUCUK_REBUNG) for slug, color, motif in brands}


@require_safe
@never_cache
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The visit as a calendar file."""
    order = find(token)
    with override(language_of(request, order)):
        content = calendar_file.of_tickets(
            pages(order),
            url=settings.SITE_ORIGIN + reverse("tickets:show", args=[token]),
            domain=settings.SITE_DOMAIN,
            now=timezone.now(),
        )
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="tiket-{order.code}.ics"'
    return answer
