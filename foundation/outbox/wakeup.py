"""The wake-up call to a worker."""

import logging

from celery import current_app

logger = logging.getLogger(__name__)


def wake() -> None:
    """Ask a worker to look at the outbox. If the broker is gone, beat finds the rows a little later."""
    try:
        current_app.send_task("foundation.outbox.tasks.deliver", retry=False, ignore_result=True)
    except Exception as unreachable:
        logger.warning("The broker cannot be reached (%s); deliveries wait for the beat.", type(unreachable).__name__)
