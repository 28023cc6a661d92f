"""Work of the sales room."""

from celery import shared_task
from django.utils import timezone

from marketplace.orders import services as orders
from marketplace.sales import services

BATCH = 100


@shared_task(acks_late=True, ignore_result=True)
def lapse_unpaid_orders(**_: object) -> None:
    """Close orders whose deadline is over. Beat runs it every minute; running it twice changes nothing more."""
    services.lapse_unpaid_orders(now=timezone.now(), limit=BATCH)


@shared_task(acks_late=True, ignore_result=True)
def receive_silent(**_: object) -> None:
    """Close shop orders sent long ago of which nobody said anything. Beat runs it daily; a repeat changes nothing."""
    while orders.receive_silent(now=timezone.now(), limit=BATCH) == BATCH:
        pass


@shared_task(acks_late=True, ignore_result=True)
def erase_contacts(**_: object) -> None:
    """Erase who bought what is over, once its time is or its buyer asks. Beat runs it daily; a repeat changes nothing."""
    while services.erase_due_contacts(now=timezone.now(), limit=BATCH) == BATCH:
        pass


@shared_task(acks_late=True, ignore_result=True)
def run_closings(**_: object) -> None:
    """Go on with closed dates and places. Beat runs it every minute; running it twice does nothing twice."""
    services.adopt_closed_dates(now=timezone.now())
    services.run_closings(now=timezone.now(), limit=BATCH)
