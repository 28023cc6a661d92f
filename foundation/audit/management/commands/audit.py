"""``manage.py audit``: what must always hold, held against the data."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.audit import services


class Command(BaseCommand):
    help = "Check every rule that must always hold against the data; exits non-zero and names the rows at fault. Example: manage.py audit --most 20"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--most", type=int, default=10, help="rows to name per check (default 10)")

    def handle(self, *args: Any, most: int, **options: Any) -> None:
        faults = 0
        for verdict in services.run():
            faults += len(verdict.findings)
            mark = (
                self.style.SUCCESS("ok")
                if not verdict.findings
                else self.style.ERROR(f"{len(verdict.findings)} at fault")
            )
            self.stdout.write(f"{verdict.line:2d}  {verdict.name}: {mark}")
            for finding in verdict.findings[:most]:
                self.stdout.write(f"      {finding.row}: {finding.fault}")
        if faults:
            raise CommandError(f"{faults} rows at fault.")
        self.stdout.write(self.style.SUCCESS("All that must hold, holds."))
