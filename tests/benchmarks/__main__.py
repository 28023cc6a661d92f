"""``python -m tests.benchmarks``: what ``make bench`` runs."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DEMO", "1")
django.setup()

from tests.benchmarks.measuring import main  # noqa: E402 - the databases of the stack are told apart by the apps

main()
