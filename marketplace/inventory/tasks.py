"""Periodic work of the pools."""

from celery import shared_task
from django.utils import timezone

from marketplace.inventory import services

BATCH = 100


@shared_task(acks_late=True, ignore_result=True)
def release_lapsed_holds(**_: object) -> None:
    """Release lapsed holds. Beat runs it every minute; running it twice changes nothing more."""
    while services.release_lapsed_holds(now=timezone.now(), limit=BATCH) == BATCH:
        pass


@shared_task(acks_late=True, ignore_result=True)
def open_new_slots(**_: object) -> None:
    """Open the slots of the days to come. Beat runs it every night; running it twice opens nothing more."""
    services.open_slots_ahead(now=timezone.now())
