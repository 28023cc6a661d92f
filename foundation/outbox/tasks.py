"""Work of the outbox."""

from celery import shared_task
from django.utils import timezone

from foundation.outbox import services

BATCH = 1000


@shared_task(acks_late=True, ignore_result=True)
def deliver(**_: object) -> None:
    """Deliver all that is due. Beat runs it every ten seconds; running it twice changes nothing more."""
    while services.deliver(now=timezone.now()):
        pass


@shared_task(acks_late=True, ignore_result=True)
def forget_delivered(**_: object) -> None:
    """Delete events that everybody was told of long ago. Beat runs it daily; running it twice changes nothing more."""
    while services.forget_delivered(now=timezone.now(), limit=BATCH) == BATCH:
        pass
