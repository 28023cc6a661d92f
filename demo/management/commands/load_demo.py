"""``manage.py load_demo``: the sample province, for demonstrations, tests and benchmarks."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from demo import loading, scaling


class Command(BaseCommand):
    help = (
        "Load the sample province: regions, sites, places, events, stories, shops, goods, tickets, accounts. "
        "Running it again adds nothing. Refused where there is real data. "
        "Examples: manage.py load_demo; manage.py load_demo --scale 100 (100,000 listings more, for benchmarks)"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scale", type=int, default=0, metavar="N", help="add N thousand generated listings, seeded"
        )
        parser.add_argument("--again", action="store_true", help="go through every part even if all was loaded before")

    def handle(self, *args: Any, scale: int, again: bool, **options: Any) -> None:
        now = timezone.now()
        try:
            loading.refuse_real_data()
            if again or not loading.is_loaded():
                loading.load(progress=self.progress, now=now)
            if scale:
                self.progress("listings", scaling.add_listings(thousands=scale, now=now), scale)
        except loading.NotEmpty as refusal:
            raise CommandError(str(refusal)) from refusal

    def progress(self, name: str, steps: Iterable[object], count: int) -> None:
        """Go through the steps of a part, showing how far it is."""
        for _step in tqdm(
            steps, total=count, desc=f"{name:10s}", disable=not self.stdout.isatty(), leave=True, unit=""
        ):
            pass
