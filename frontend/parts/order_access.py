"""Orders that a visitor reaches without having placed them in this browser: by a signed link, or by phone number and code."""

from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpRequest

from foundation import links
from foundation.accounts.buyer import Buyer
from marketplace.orders.links import order_code
from marketplace.orders.models import Order
from marketplace.orders.querysets import OrderQuerySet

_SESSION_KEY = "opened_orders"
_MOST_OPENED = 20
_TICKETS = "tickets"
_TICKETS_VALID_FOR = timedelta(days=400)


def remember_opened(request: HttpRequest, code: str) -> None:
    """Let this browser see an order from now on; the caller has proof that it may."""
    opened: Sequence[str] = request.session.get(_SESSION_KEY, ())
    request.session[_SESSION_KEY] = [code, *(other for other in opened if other != code)][:_MOST_OPENED]


def orders_open_to(request: HttpRequest, buyer: Buyer) -> OrderQuerySet:
    """The orders that this visitor bought or opened by proof; nobody's for a stranger."""
    bought = Order.objects.bought_by(buyer)
    opened: Sequence[str] = request.session.get(_SESSION_KEY, ())
    return bought | Order.objects.filter(code__in=opened) if opened else bought


def buyer_of_order(order: Order) -> Buyer:
    """Who placed an order that was found through :func:`orders_open_to`: a visitor with proof acts as its buyer."""
    return Buyer(user_id=order.user_id, guest_key="" if order.user_id else order.guest_key)


def ticket_token(code: str) -> str:
    """What stands in the address of an order's tickets when it is passed on: it opens the tickets and nothing else."""
    return links.sign(_TICKETS, code)


def code_of_tickets(token: str) -> str:
    """The order's code, from a ticket link or from a link to the whole order.

    :raises LinkRefused: forged or too old (404).
    """
    try:
        return links.read(_TICKETS, token, valid_for=_TICKETS_VALID_FOR)
    except links.LinkRefused:
        return order_code(token)
