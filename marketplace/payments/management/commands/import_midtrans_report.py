from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketplace.payments import services
from marketplace.payments.models import ReportDifference
from marketplace.shops.models import MerchantAccount


class Command(BaseCommand):
    help = "Read a settlement or payout report of Midtrans (CSV), and list every difference to our books."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--account", default="operator", help="code of the merchant account it is of")

    def handle(self, *, file: Path, account: str, **options: object) -> None:
        merchant_account = MerchantAccount.objects.filter(code=account).first()
        if merchant_account is None:
            raise CommandError(f"There is no merchant account {account!r}.")
        try:
            raw = file.read_bytes()
        except OSError as broken:
            raise CommandError(f"{file} cannot be read: {broken.strerror}.") from broken
        try:
            report = services.import_report(
                raw=raw, name=file.name, merchant_account=merchant_account, now=timezone.now()
            )
        except services.ReportRefused as refusal:
            raise CommandError(refusal.sentence) from refusal
        rows = report.rows.order_by("line_number", "pk")
        different = rows.exclude(difference=ReportDifference.NONE)
        for row in different:
            ours = "" if row.expected is None else f", ours {row.expected}"
            words = ReportDifference(row.difference).label
            self.stdout.write(f"line {row.line_number or '-'}  {row.order_id}  {words}: {row.amount}{ours}")
        count = different.count()
        style = self.style.WARNING if count else self.style.SUCCESS
        self.stdout.write(style(f"{rows.filter(line_number__gt=0).count()} lines read, {count} differ."))
