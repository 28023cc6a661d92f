"""Who buys: an account, or a guest known by a key in the session."""

import secrets
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest

_SESSION_KEY = "guest_key"


@dataclass(frozen=True)
class Buyer:
    """An account, a guest, or both while a guest's cart waits for adoption. An empty one owns nothing."""

    user_id: int | None
    guest_key: str

    def owns(self) -> Q:
        """The rows of this buyer, for models with ``user`` and ``guest_key``."""
        if self.user_id is not None:
            return Q(user_id=self.user_id) | (
                Q(user=None, guest_key=self.guest_key) if self.guest_key else Q(pk__in=[])
            )
        return Q(user=None, guest_key=self.guest_key) if self.guest_key else Q(pk__in=[])


def buyer_of(request: HttpRequest) -> Buyer:
    """The buyer of a request; reading it never makes a session."""
    user_id = request.user.pk if request.user.is_authenticated else None
    return Buyer(user_id=user_id, guest_key=request.session.get(_SESSION_KEY, ""))


def remembered_buyer_of(request: HttpRequest) -> Buyer:
    """The buyer of a request that is about to own something: a guest gets a key, kept in the session."""
    if not request.user.is_authenticated and _SESSION_KEY not in request.session:
        request.session[_SESSION_KEY] = secrets.token_urlsafe(24)
    return buyer_of(request)
