"""Work on pictures."""

import logging
from time import monotonic

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from marketplace.catalog import services
from marketplace.catalog.models import Picture

logger = logging.getLogger(__name__)

# Seconds. A run ends well before the next one begins, so that other work has its turn.
PERIOD = 55
LONGEST_RUN = 40
# Seconds after which a picture whose worker was killed is tried again.
LONGEST_PICTURE = 60


@shared_task(acks_late=True, ignore_result=True)
def render_picture(picture_id: int, **_: object) -> None:
    """Make the renditions of one picture; running it twice changes nothing more."""
    _render_alone(picture_id)


@shared_task(acks_late=True, ignore_result=True)
def render_waiting_pictures(**_: object) -> None:
    """Make the renditions that no earlier wake-up made, some of them at a time. Beat runs it every minute."""
    if not cache.add("waiting-pictures", True, PERIOD):
        return
    until = monotonic() + LONGEST_RUN
    for picture_id in Picture.objects.filter(rendered_at=None).order_by("pk").values_list("pk", flat=True):
        if monotonic() > until:
            return
        try:
            _render_alone(picture_id)
        except Exception:
            # One broken file must not keep the others waiting.
            logger.exception("Picture %d could not be rendered", picture_id)


def _render_alone(picture_id: int) -> None:
    """Render a picture unless another worker is at it: both would only make the same files."""
    lock = f"render-picture-{picture_id}"
    if cache.add(lock, True, LONGEST_PICTURE):
        try:
            services.render_picture(picture_id=picture_id, now=timezone.now())
        finally:
            cache.delete(lock)
