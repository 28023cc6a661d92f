"""Run the local Midtrans."""

import argparse
import re
import signal
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.simulator.server import SimulatorServer
from demo.simulator.state import DEMO_MERCHANT, Merchant

EXAMPLES = """\
examples:
  manage.py midtrans_simulator
      beside the site of SITE_PORT: on the next port, telling it of every change
  manage.py midtrans_simulator --port 9001 --notify http://127.0.0.1:9000/payments/midtrans/notification/
  manage.py midtrans_simulator --clock-offset +3h --db /tmp/midtrans.sqlite3
  curl -X POST localhost:8001/__sim__/faults -d '{"name": "lost", "count": 2}'
  curl -X POST localhost:8001/__sim__/transactions/ORDER-1/pay
  curl -X POST localhost:8001/__sim__/clock/advance -d '{"seconds": 900}'
  curl localhost:8001/__sim__/          everything else it can do
"""
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def span(text: str) -> timedelta:
    """Read "+90m", "-2h", "3d" or a number of seconds."""
    match = re.fullmatch(r"([+-]?\d+)([smhd]?)", text.strip())
    if not match:
        raise argparse.ArgumentTypeError(f"{text} is no span of time; write +90m, -2h or 3d")
    return timedelta(**{UNITS[match[2] or "s"]: int(match[1])})


def merchant(text: str) -> Merchant:
    """Read a merchant of the command line."""
    try:
        return Merchant.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


class Command(BaseCommand):
    help = "Run a local Midtrans (Snap, Core, refunds, notifications, faults on demand). No money moves."
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, epilog=EXAMPLES, **kwargs)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        port = settings.SITE_PORT + 1
        parser.add_argument("--port", type=int, default=port, help=f"port to listen on ({port}: the site's, plus one)")
        notify = f"http://127.0.0.1:{settings.SITE_PORT}/payments/midtrans/notification/"
        parser.add_argument(
            "--notify", metavar="URL", default=notify, help=f"where notifications go; empty for nowhere ({notify})"
        )
        parser.add_argument(
            "--finish", metavar="URL", default="", help="where buyers return if a session names no page"
        )
        parser.add_argument("--unfinish", metavar="URL", default="", help="where they return if they have not paid")
        parser.add_argument("--error", metavar="URL", default="", help="where they return if they were refused")
        parser.add_argument(
            "--public-url", metavar="URL", default="", help="how browsers reach it, if not as clients do"
        )
        parser.add_argument("--shop-name", default="Lapau, data contoh", help="the name on the payment page")
        parser.add_argument(
            "--merchant",
            action="append",
            type=merchant,
            metavar="ID:SERVER_KEY:CLIENT_KEY",
            help=f"a merchant; may be repeated ({DEMO_MERCHANT.merchant_id} with its demo keys)",
        )
        parser.add_argument("--db", type=Path, metavar="FILE", help="where it keeps its state (in the data folder)")
        parser.add_argument("--clock-offset", type=span, metavar="SPAN", help="start with another time: +90m, -2h, 3d")
        parser.add_argument(
            "--retry-scale", type=float, default=1 / 60, help="shorten Midtrans' 2 to 210 minutes between tries (1/60)"
        )

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The simulator belongs to the demonstration: it runs only with DEMO=1.")
        try:
            server = SimulatorServer(
                host=options["host"],
                port=options["port"],
                notify_url=options["notify"],
                db=options["db"] or settings.DATA_DIR / "simulator" / "midtrans.sqlite3",
                clock_offset=options["clock_offset"],
                merchants=options["merchant"] or (DEMO_MERCHANT,),
                finish_url=options["finish"],
                unfinish_url=options["unfinish"],
                error_url=options["error"],
                public_url=options["public_url"].rstrip("/"),
                shop_name=options["shop_name"],
                retry_scale=options["retry_scale"],
            )
        except OSError as error:
            raise CommandError(f"Port {options['port']} cannot be used: {error.strerror}.") from error
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        with server:
            self.stdout.write(f"Midtrans simulator on {server.url}, notifying {options['notify'] or 'nobody'}.")
            self.stdout.flush()
            stop.wait()
