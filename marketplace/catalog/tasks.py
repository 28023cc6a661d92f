"""Work on pictures."""

import logging

from celery import shared_task
from django.utils import timezone

from marketplace.catalog import services
from marketplace.catalog.models import Picture

logger = logging.getLogger(__name__)


@shared_task(acks_late=True, ignore_result=True)
def render_picture(picture_id: int, **_: object) -> None:
    """Make the renditions of one picture; running it twice changes nothing more."""
    services.render_picture(picture_id=picture_id, now=timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def render_waiting_pictures(**_: object) -> None:
    """Make the renditions that no earlier wake-up made. Beat runs it every ten minutes."""
    waiting = Picture.objects.filter(rendered_at=None).order_by("pk").values_list("pk", flat=True)
    for picture_id in waiting:
        try:
            services.render_picture(picture_id=picture_id, now=timezone.now())
        except Exception:
            # One broken file must not keep the others waiting.
            logger.exception("Picture %d could not be rendered", picture_id)
