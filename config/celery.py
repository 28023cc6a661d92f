"""The Celery application: wake-ups only, since what there is to do is in rows."""

import os

from celery import Celery

from config import folders as folders  # registers the broker of the embedded mode

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("lapau")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
