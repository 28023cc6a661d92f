"""Work of the destinations."""

from celery import shared_task
from django.utils import timezone

from tourism.destinations import services


@shared_task(acks_late=True, ignore_result=True)
def tell_of_closures(**_: object) -> None:
    """Tell of closures that begin or end now. Beat runs it every minute; running it twice changes nothing more."""
    services.tell_of_begun_and_ended(now=timezone.now())
