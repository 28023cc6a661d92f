"""Whose tickets and gates they are."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from foundation.accounts.buyer import Buyer

if TYPE_CHECKING:
    from marketplace.tickets.models import Gate, Ticket


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Tickets by buyer and by gate."""

    def bought_by(self, buyer: Buyer) -> Self:
        """Tickets of a buyer's own orders."""
        owned = Q(pk__in=[])
        if buyer.user_id is not None:
            owned |= Q(line__shop_order__order__user_id=buyer.user_id)
        if buyer.guest_key:
            owned |= Q(line__shop_order__order__user=None, line__shop_order__order__guest_key=buyer.guest_key)
        return self.filter(owned)

    def admitted_at(self, gate: "Gate") -> Self:
        """Tickets that this gate may admit."""
        tickets = self.filter(listing__shop_id=gate.shop_id)
        return tickets.filter(listing__gates=gate) if gate.listings.exists() else tickets


class GateQuerySet(models.QuerySet["Gate"]):
    """Gates by who stands there."""

    def staffed_by(self, user_id: int | None) -> Self:
        """Gates at which this account may admit people; nobody's for a stranger."""
        return self.filter(shop__members__user_id=user_id)
