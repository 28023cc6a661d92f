"""An order as its page shows it: one headline, the steps that were taken, what can be done next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from frontend.parts.order_access import ticket_token
from frontend.parts.values import Amount, Step
from marketplace.orders.models import ShopOrderStatus
from marketplace.orders.queries import OrderView, ShopOrderView
from marketplace.payments.links import account_token
from marketplace.reviews.models import Review
from marketplace.sales.closing_queries import offers_of_order
from marketplace.sales.queries import OrderPage
from marketplace.shops.models import Shop
from marketplace.tickets.models import TicketStatus


@dataclass(frozen=True)
class Part:
    """One shop's part, with its way so far."""

    view: ShopOrderView
    region_slug: str
    # The way of a parcel; a shop order of tickets only has none worth telling, and an unpaid one none at all.
    steps: Sequence[Step]

    @property
    def has_foot(self) -> bool:
        """Whether there is a way to tell of."""
        return bool(self.steps)


def of_order(page: OrderPage, *, now: datetime) -> dict[str, Any]:
    """The context of the order's page."""
    order = page.order
    token = ticket_token(order.code) if page.tickets else ""
    tickets_url = reverse("tickets:show", args=[token]) if token else ""
    return {
        "page": page,
        "order": order,
        "waiting": page.waits_for_payment,
        "minutes_left": max(0, -(-int((order.payable_until - now).total_seconds()) // 60)),
        "parts": parts_of(order),
        "reviewable": reviewable(page),
        "amounts": amounts(order),
        "refunds": refunds_of(page),
        "offers": offers_of(order),
        # Those that were given back admit nobody.
        "ticket_count": sum(ticket.status != TicketStatus.VOID for ticket in page.tickets),
        "tickets_url": tickets_url,
        "share_url": whatsapp(tickets_url) if tickets_url else "",
        "is_sample": any(part.is_sample for part in order.shop_orders),
    }


def parts_of(order: OrderView) -> Sequence[Part]:
    """Each shop's part in its region's colours; one query."""
    shops = Shop.objects.filter(pk__in=[part.shop_id for part in order.shop_orders])
    regions = dict(shops.values_list("pk", "region__slug"))
    return [
        Part(view=part, region_slug=regions.get(part.shop_id) or "", steps=steps_of(part)) for part in order.shop_orders
    ]


def reviewable(page: OrderPage) -> frozenset[UUID]:
    """Lines of which the buyer can say something: received or used, and nothing said yet; one query."""
    used = {ticket.listing_id for ticket in page.tickets if ticket.admitted_at}
    had = {
        line.id
        for part in page.order.shop_orders
        for line in part.lines
        if (line.listing_id in used if line.slot else part.status == ShopOrderStatus.RECEIVED)
    }
    said = Review.objects.filter(line_id__in=had).values_list("line_id", flat=True) if had else ()
    return frozenset(had - set(said))


def refunds_of(page: OrderPage) -> list[dict[str, Any]]:
    """What goes back, and where the buyer says where to."""
    return [
        {
            "view": refund,
            "url": reverse("tickets:refund_account", args=[account_token(refund.id)]) if refund.needs_account else "",
        }
        for refund in page.refunds
    ]


def offers_of(order: OrderView) -> list[dict[str, Any]]:
    """Visits on closed dates that wait for the buyer's word; one query where there are tickets."""
    if not order.has_tickets:
        return []
    return [
        {"url": reverse("tickets:closed_visit", args=[token]), "until": until, "title": title}
        for token, until, title in offers_of_order(order.id)
    ]


def amounts(order: OrderView) -> Sequence[Amount]:
    """What the total is made of."""
    shipping = sum(part.shipping_amount for part in order.shop_orders)
    discount = sum(part.discount_amount for part in order.shop_orders)
    lines = sum(line.amount for part in order.shop_orders for line in part.lines)
    found = [Amount(title=_("Tickets and products"), amount=lines)]
    if shipping:
        found.append(Amount(title=_("Delivery"), amount=shipping))
    if discount:
        found.append(Amount(title=_("Discount"), amount=-discount))
    return found


def steps_of(part: ShopOrderView) -> Sequence[Step]:
    """The way of one shop's part: what happened, and where it is now."""
    if part.status == "WAITING" or (not part.shipping_method and part.status != "CANCELLED"):
        return []
    steps = [Step(title=event.words.capitalize(), state="done", at=event.at) for event in part.events]
    if not steps:
        return [Step(title=part.status_words.capitalize(), state="now")]
    if part.status == "CANCELLED":
        if not part.shipping_method:
            # Tickets have no way; that they were "received" when they were paid would only puzzle.
            del steps[:-1]
        return [*steps[:-1], Step(title=steps[-1].title, state="stop", at=steps[-1].at)]
    if part.status == "RECEIVED":
        return steps
    return [*steps[:-1], Step(title=steps[-1].title, state="now", at=steps[-1].at)]


def whatsapp(tickets_url: str) -> str:
    """A link that opens WhatsApp with the tickets' address written, to nobody yet."""
    words = _("Here are our tickets: %(url)s") % {"url": settings.SITE_ORIGIN + tickets_url}
    return f"https://wa.me/?text={quote(words)}"
