"""What sales does when it is told of something."""

import time
from collections.abc import Sequence
from itertools import batched

from django.utils import timezone

from foundation.outbox.models import Event
from foundation.outbox.registry import SomeFailed, subscribe
from marketplace.sales import services

# A delivery is somebody else's again after three minutes.
_MOST_SECONDS = 60.0
# Payments that are asked about at once and applied together.
_TOGETHER = 100


def register() -> None:
    """Subscribe; called once the apps are ready."""
    # Money first: mails and the index can wait.
    subscribe("sales.payment", ["payment.notified"], apply_payments, is_urgent=True)
    subscribe("sales.refund", ["refund.requested"], send_refunds)
    subscribe("sales.closing", ["closing.begun"], work_off_closings)
    subscribe("sales.closure", ["destination.closed", "destination.reopened"], follow_closures)
    subscribe("sales.late_visit", ["order.paid"], wake_closings)


def apply_payments(events: Sequence[Event]) -> None:
    """Apply each payment once, however many events name it. Of what Midtrans did not answer the events come again."""
    failures: dict[int, Exception] = {}
    until = time.monotonic() + _MOST_SECONDS
    for some in batched(dict.fromkeys(int(event.key) for event in events), _TOGETHER):
        if time.monotonic() < until:
            failures |= services.apply_payments(payment_ids=some, now=timezone.now())
        else:
            # Midtrans answers slowly. These come again, too, before somebody else takes them up.
            failures |= dict.fromkeys(some, TimeoutError())
    if failures:
        raise SomeFailed({event.pk: failures[int(event.key)] for event in events if int(event.key) in failures})


def send_refunds(events: Sequence[Event]) -> None:
    """Ask Midtrans for requested refunds. If it does not answer, they come again."""
    for refund_id in dict.fromkeys(int(event.key) for event in events):
        services.send_refund(refund_id=refund_id, now=timezone.now())


def work_off_closings(events: Sequence[Event]) -> None:
    """Go on with each closing for a while; what is left when the time is over, the next beat takes up."""
    until = time.monotonic() + _MOST_SECONDS
    for closing_id in dict.fromkeys(int(event.key) for event in events):
        while services.work_off(closing_id=closing_id, now=timezone.now()) and time.monotonic() < until:
            pass


def follow_closures(events: Sequence[Event]) -> None:
    """A place was marked closed, or opened again: its visitors are looked after."""
    for event in events:
        closure_id = int(event.payload["closure"])
        if event.topic == "destination.closed":
            services.propose_closing(closure_id=closure_id, now=timezone.now())
        else:
            services.reopen_place(closure_id=closure_id, now=timezone.now())


def wake_closings(events: Sequence[Event]) -> None:
    """Money came in; perhaps for a date that was closed meanwhile."""
    services.wake_closings_of(order_ids={int(event.key) for event in events}, now=timezone.now())
