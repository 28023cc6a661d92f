"""Which event makes which message. Subscribers run outside any transaction, after the change is committed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from django.core.cache import cache

from foundation.outbox.models import Event
from foundation.outbox.registry import subscribe
from frontend.emails import messages
from frontend.emails.messages import Outgoing

# An event that comes again, because another one of its batch failed, is not told twice.
_REMEMBERED_FOR = timedelta(days=1)
_TOLD: dict[str, Callable[[int], Iterable[Outgoing]]] = {
    "order.placed": messages.order_placed,
    "order.paid": messages.order_paid,
    "tickets.issued": messages.tickets_issued,
    "visit.offered": messages.visit_offered,
    "visit.kept": messages.visit_kept,
    "visit.refunded": messages.visit_refunded,
    "refund.account_wanted": messages.account_wanted,
    "shop_order.changed": messages.shop_order_opened,
    "stock.low": messages.stock_low,
    "slot.full": messages.day_full,
    "listing.blocked": messages.listing_blocked,
    "settlement.closed": messages.settlement_closed,
    "payout.changed": messages.payout_ended,
    "remittance.recorded": messages.remittance_recorded,
}


def register() -> None:
    """Subscribe; called once the apps are ready."""
    subscribe("emails.tell", list(_TOLD), tell)


def tell(events: Sequence[Event]) -> None:
    """Send what each event gives reason to say."""
    marks = {event.pk: f"emails-told:{event.pk}" for event in events}
    told = set(cache.get_many(marks.values()))
    for event in events:
        if marks[event.pk] in told:
            continue
        has_left = False
        for channel, message in _TOLD[event.topic](int(event.key)):
            channel.send(message)
            has_left = True
        # Most events give no reason; what said nothing may be asked again.
        if has_left:
            told.add(marks[event.pk])
            cache.set(marks[event.pk], True, int(_REMEMBERED_FOR.total_seconds()))
