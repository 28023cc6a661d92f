"""The worker leaves the processor to visitors first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = """
import os
from celery.signals import worker_init
from config.celery import app
before = os.nice(0)
worker_init.send(sender=app)
print(os.nice(0) - before)
"""


@pytest.mark.parametrize(
    ("given", "steps"),
    [
        ({"WORKER_NICENESS": "3"}, 3),
        ({"DATABASE_URL": "postgres://lapau@localhost/lapau"}, 10),
        ({"DATABASE_URL": ""}, 0),
    ],
    ids=["as it is told", "PostgreSQL", "SQLite"],
)
def test_a_worker_steps_back_when_it_starts(given, steps):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DEMO": "1", **given}
    said = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert int(said.stdout) == steps
