"""Work of the pages."""

from celery import shared_task
from django.utils import timezone

from cms.pages import scheduling, services

BATCH = 20


@shared_task(acks_late=True, ignore_result=True)
def publish_due_pages(**_: object) -> None:
    """Publish and expire pages whose time has come. Beat runs it every minute; running it twice changes nothing more."""
    scheduling.publish_due(now=timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def hand_over_translations(**_: object) -> None:
    """Tell wagtail-localize of twins it does not know. Beat runs it every ten minutes; repeats change nothing."""
    while services.hand_over_translations(limit=BATCH) == BATCH:
        pass


@shared_task(acks_late=True, ignore_result=True)
def rebuild_admin_indexes(**_: object) -> None:
    """Rebuild the admin's indexes. Beat runs it every night."""
    scheduling.rebuild_admin_indexes()
