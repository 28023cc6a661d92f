"""The wake-up call to a worker."""

import logging
import threading

from celery import current_app
from django.conf import settings

logger = logging.getLogger(__name__)

_waiting = threading.Lock()


def wake() -> None:
    """Ask a worker to look at the outbox. If the broker is gone, beat finds the rows a little later.

    Where ``OUTBOX_WAKE_SECONDS`` is set, calls that follow each other so closely share one message, sent at the end of
    that time: what each of them has committed is there by then.
    """
    pause: float = settings.OUTBOX_WAKE_SECONDS
    if not pause:
        send()
    elif _waiting.acquire(blocking=False):
        timer = threading.Timer(pause, send_for_all)
        timer.daemon = True
        timer.start()


def send_for_all() -> None:
    """Send the message that several calls have waited for."""
    # First: a call that comes while the message is on its way may be too late for it, and starts a message of its own.
    _waiting.release()
    send()


def send() -> None:
    """Send the message."""
    try:
        current_app.send_task("foundation.outbox.tasks.deliver", retry=False, ignore_result=True)
    except Exception as unreachable:
        logger.warning("The broker cannot be reached (%s); deliveries wait for the beat.", type(unreachable).__name__)
