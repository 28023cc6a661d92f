"""Who is asking: the buyer whose cart it is, and where a request comes from."""

from datetime import datetime

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest

from foundation.accounts.buyer import Buyer, buyer_of, remembered_buyer_of
from marketplace.carts.services import adopt

_ADOPTED = "adopted_cart"


def network_address(request: HttpRequest) -> str:
    """Where a request comes from, through as many proxies as the settings trust."""
    address: str = get_adapter(request).get_client_ip(request)
    return address


def cart_buyer(request: HttpRequest, *, now: datetime, about_to_own: bool = False) -> Buyer:
    """Whose cart it is. What somebody put in the cart before signing in moves to the account, once."""
    buyer = remembered_buyer_of(request) if about_to_own else buyer_of(request)
    if (
        buyer.user_id is not None
        and buyer.guest_key
        and request.session.get(_ADOPTED) != [buyer.user_id, buyer.guest_key]
    ):
        adopt(user_id=buyer.user_id, guest_key=buyer.guest_key, now=now)
        request.session[_ADOPTED] = [buyer.user_id, buyer.guest_key]
    return buyer


def payment_minutes() -> int:
    """How long everything is held for a buyer who has pressed Pay."""
    return int(settings.PAYMENT_WINDOW.total_seconds() // 60)
