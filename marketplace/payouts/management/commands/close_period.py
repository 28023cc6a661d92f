"""``manage.py close_period``: settle with shops now, or for a day."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from marketplace.payouts import services


class Command(BaseCommand):
    help = (
        "Settle what is ripe with every shop: the newest period that is over, or everything up to a day. "
        "Running it again changes nothing. Examples: manage.py close_period; manage.py close_period --until 2026-11-22"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="the last day of the period")

    def handle(self, *args: Any, until: date | None, **options: Any) -> None:
        now = timezone.now()
        try:
            closed = services.close_period(until=until, now=now) if until else services.close_due_periods(now=now)
        except ValueError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(self.style.SUCCESS(f"Closed {len(closed)} settlements."))
