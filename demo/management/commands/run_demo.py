"""Run the sample province: site, Midtrans simulator, Celery worker and beat, until Ctrl-C."""

import os
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo import runner
from demo.supervisor import ChildEnded, Stopped, stop_on_signals
from demo.supervisor import end_with_parent as stop_with_parent


class Command(BaseCommand):
    help = "Run the sample province: site, Midtrans simulator, Celery worker and beat, until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, default=settings.SITE_PORT, help="the site's; the simulator takes the next"
        )
        parser.add_argument(
            "--end-with-parent", action="store_true", help="stop when the process that started this ends"
        )

    def handle(self, *, port: int, end_with_parent: bool, **options: object) -> None:
        if end_with_parent:
            stop_with_parent()
        if port != settings.SITE_PORT:
            # Addresses are made from the setting: begin again with the port that was asked for.
            os.environ["SITE_PORT"] = str(port)
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - this same command
        stop_on_signals()
        try:
            runner.run(port=port, say=self.say)
        except runner.CannotRun as refusal:
            raise CommandError(str(refusal)) from refusal
        except ChildEnded as failure:
            raise CommandError(f"The demo has stopped: {failure}") from failure
        except Stopped:
            self.stdout.write("\nStopped.")

    def say(self, text: str) -> None:
        """Show a line at once, also where the output is a file."""
        self.stdout.write(text)
        self.stdout.flush()
