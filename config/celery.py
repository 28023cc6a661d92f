"""The Celery application: wake-ups only, since what there is to do is in rows."""

import os
from contextlib import suppress
from pathlib import Path

from celery import Celery
from celery.signals import worker_init
from django.conf import settings

from config import folders as folders  # registers the broker of the embedded mode

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("lapau")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect(weak=False)
def step_back(**_worker: object) -> None:
    """Let a rush of visitors go before mails and indexing, on a machine that does both."""
    os.nice(settings.WORKER_NICENESS)
    # Where Linux shares time out by sessions, niceness counts within one of them only; this counts among them.
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(settings.WORKER_NICENESS))
