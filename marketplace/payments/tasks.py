"""Work of the payments room."""

from celery import shared_task
from django.utils import timezone

from marketplace.payments import services

BATCH = 200


@shared_task(acks_late=True, ignore_result=True)
def poll_payments(**_: object) -> None:
    """Have due payments looked at. Beat runs it every minute; running it twice changes nothing more."""
    while services.ask_again(now=timezone.now(), limit=BATCH) == BATCH:
        pass


@shared_task(acks_late=True, ignore_result=True)
def erase_old_notifications(**_: object) -> None:
    """Blank the bodies of notifications whose time is over. Running it twice changes nothing more."""
    services.erase_old_notifications(now=timezone.now())
