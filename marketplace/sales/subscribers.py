"""What sales does when it is told of something."""

from collections.abc import Sequence

from django.utils import timezone

from foundation.outbox.models import Event
from foundation.outbox.registry import subscribe
from marketplace.sales import services


def register() -> None:
    """Subscribe; called once the apps are ready."""
    subscribe("sales.payment", ["payment.notified"], apply_payments)
    subscribe("sales.refund", ["refund.requested"], send_refunds)


def apply_payments(events: Sequence[Event]) -> None:
    """Apply each payment once, however many events name it. If Midtrans does not answer, they come again."""
    for payment_id in dict.fromkeys(int(event.key) for event in events):
        services.apply_payment(payment_id=payment_id, now=timezone.now())


def send_refunds(events: Sequence[Event]) -> None:
    """Ask Midtrans for requested refunds. If it does not answer, they come again."""
    for refund_id in dict.fromkeys(int(event.key) for event in events):
        services.send_refund(refund_id=refund_id, now=timezone.now())
