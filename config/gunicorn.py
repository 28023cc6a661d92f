"""How gunicorn runs the site; what differs between machines (address, processes) stands in its command line."""

import gc

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

worker_class = "gthread"
threads = 8
# One process reads the code, the others share what it has read.
preload_app = True
control_socket_disable = True
# Orders that follow each other within this time wake the worker once.
raw_env = ["OUTBOX_WAKE_SECONDS=0.2"]

# A request leaves a few thousand short-lived objects; looking for cycles among them every 700 costs more than it frees.
_THRESHOLDS = (10_000, 20, 20)


def when_ready(server: Arbiter) -> None:
    """Set apart what lives as long as the process, so that no collection walks through it and no page of it is copied."""
    gc.collect()
    gc.freeze()


def post_fork(server: Arbiter, worker: Worker) -> None:
    """Collect less often, and start with no connection that another process could use too."""
    from django.db import connections

    connections.close_all()
    gc.set_threshold(*_THRESHOLDS)
