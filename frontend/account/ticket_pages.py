"""A ticket as its page, its paper and its calendar entry show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.catalog.models import Listing
from marketplace.tickets.models import TicketStatus
from marketplace.tickets.queries import TicketView, tickets_of_order


@dataclass(frozen=True)
class TicketPage:
    """One ticket, its place among the others, and the colours of its region."""

    view: TicketView
    place: int
    of: int
    region_slug: str

    @property
    def before(self) -> int:
        """The place of the ticket before this one."""
        return self.place - 1

    @property
    def after(self) -> int:
        """The place of the ticket after this one."""
        return self.place + 1

    @property
    def shows_code(self) -> bool:
        """Whether a gate may still be shown its QR code."""
        return bool(self.view.token) and self.view.status in (TicketStatus.VALID, TicketStatus.USED)


def pages_of(order_id: int) -> Sequence[TicketPage]:
    """An order's tickets in order, those that are void last; the caller found the order through a link."""
    views = sorted(tickets_of_order(order_id), key=lambda view: view.status == TicketStatus.VOID)
    regions = dict(
        Listing.objects.filter(pk__in={view.listing_id for view in views}).values_list("pk", "shop__region__slug")
    )
    return [
        TicketPage(view=view, place=place, of=len(views), region_slug=regions.get(view.listing_id) or "")
        for place, view in enumerate(views, start=1)
    ]
