"""Erase who bought: on a person's written wish, or what is due."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.codes import tidy_code
from marketplace.orders.models import Order
from marketplace.sales.services import ask_erasure, erase_due_contacts

BATCH = 100


class Command(BaseCommand):
    help = (
        "Erase name, numbers and addresses of the buyers of these orders, once the orders are over; "
        "without codes, of all orders whose time is over."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Codes, as the buyer's messages name them."""
        parser.add_argument("codes", nargs="*", metavar="CODE", help="code of an order, from the person who asks")

    def handle(self, *, codes: list[str], **options: object) -> None:
        """Say how many were erased, and how many wait."""
        now = timezone.now()
        if not codes:
            erased = 0
            while (batch := erase_due_contacts(now=now, limit=BATCH)) > 0:
                erased += batch
            self.stdout.write(self.style.SUCCESS(f"Erased the buyers of {erased} orders."))
            return
        wanted = {tidy_code(code) for code in codes}
        found = dict(Order.objects.filter(code__in=wanted).values_list("code", "pk"))
        if missing := sorted(wanted - found.keys()):
            raise CommandError(f"There is no order {', '.join(missing)}; nothing was erased.")
        asked = ask_erasure(order_ids=list(found.values()), now=now)
        words = f"Erased the buyers of {asked.erased} orders; {asked.waiting} wait until they are over."
        self.stdout.write(self.style.SUCCESS(words))
