"""Work of the payouts room."""

from celery import shared_task
from django.utils import timezone

from marketplace.payouts import services

BATCH = 100


@shared_task(acks_late=True, ignore_result=True)
def close_periods(**_: object) -> None:
    """Close the period that is over. Beat runs it daily; running it twice changes nothing more."""
    services.close_due_periods(now=timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def poll_payouts(**_: object) -> None:
    """Ask Midtrans what became of payouts. Beat runs it every few minutes."""
    services.poll(now=timezone.now(), limit=BATCH)


@shared_task(acks_late=True, ignore_result=True)
def estimate_gateway_fees(**_: object) -> None:
    """Post what Midtrans takes for the payments of yesterday and before. Beat runs it daily; a repeat changes nothing."""
    while services.estimate_gateway_fees(now=timezone.now(), limit=BATCH) == BATCH:
        pass
