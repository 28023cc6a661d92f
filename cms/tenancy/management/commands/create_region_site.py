from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cms.tenancy import services


class Command(BaseCommand):
    help = "Make the site, pages, collection, groups and workflow of a kabupaten or kota. Repeating it only mends what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="the official code, for example 13.75")

    def handle(self, *, code: str, **options: Any) -> None:
        try:
            team = services.create_region_site(code=code, now=timezone.now())
        except services.UnknownRegion as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            self.style.SUCCESS(
                f"{team.region.name}: {team.editors.name}, {team.moderators.name}, {team.treasurers.name}"
            )
        )
