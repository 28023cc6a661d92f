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


@shared_task(acks_late=True, ignore_result=True)
def send_waiting_refunds(**_: object) -> None:
    """Have refunds sent that nobody sent yet. Beat runs it every five minutes; running it twice changes nothing more."""
    while services.send_waiting_refunds(now=timezone.now(), limit=BATCH) == BATCH:
        pass


@shared_task(acks_late=True, ignore_result=True)
def recheck_paid(**_: object) -> None:
    """Have what was paid in the last three days looked at again. Beat runs it daily; running it twice looks once more."""
    services.recheck_paid(now=timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def erase_old_accounts(**_: object) -> None:
    """Blank accounts of refunds that ended long ago. Running it twice changes nothing more."""
    services.erase_old_accounts(now=timezone.now())
