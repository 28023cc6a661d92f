"""Work of the outbox."""

from celery import shared_task
from django.utils import timezone

from foundation.outbox import services


@shared_task(acks_late=True, ignore_result=True)
def deliver(**_: object) -> None:
    """Deliver all that is due. Beat runs it every ten seconds; running it twice changes nothing more."""
    while services.deliver(now=timezone.now()):
        pass
