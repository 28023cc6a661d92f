"""Work on pictures."""

import logging
from time import monotonic

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from marketplace.catalog import services

logger = logging.getLogger(__name__)

# Seconds that one run takes at most; then the worker's other work has its turn.
LONGEST_RUN = 20
# Seconds after which a run whose worker was killed is forgotten.
LOST_AFTER = 120
LOCK = "pictures-being-rendered"


@shared_task(acks_late=True, ignore_result=True)
def render_waiting_pictures(**_: object) -> None:
    """Make the renditions of all pictures that wait for them. A new picture wakes it, and beat every minute.

    One run at a time: many pictures at once must not take every thread from what people wait for, and two runs would
    make the same files. Running it twice changes nothing more.
    """
    if not cache.add(LOCK, True, LOST_AFTER):
        return
    try:
        is_done = _render_until(monotonic() + LONGEST_RUN)
    finally:
        cache.delete(LOCK)
    if not is_done:
        render_waiting_pictures.delay()


def _render_until(deadline: float) -> bool:
    """Render waiting pictures, also those that come meanwhile; answer whether none was left for want of time."""
    last = 0
    while (picture_id := services.next_to_render(after=last)) is not None:
        if monotonic() > deadline:
            return False
        try:
            services.render_picture(picture_id=picture_id, now=timezone.now())
        except Exception:
            # One broken file must not keep the others waiting.
            logger.exception("Picture %d could not be rendered", picture_id)
        last = picture_id
    return True
