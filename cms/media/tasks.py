"""Work of the pictures."""

from celery import shared_task
from django.core.cache import cache

from cms.media import services

PERIOD = 55


@shared_task(acks_late=True, ignore_result=True)
def make_missing_renditions(**_: object) -> None:
    """Make missing sizes of pictures. Beat runs it every minute; running it twice changes nothing more."""
    # Two workers would only do the same work twice.
    if cache.add("media-renditions", True, PERIOD):
        services.make_missing_renditions(seconds=PERIOD - 15)
