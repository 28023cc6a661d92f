"""``python -m tests.benchmarks``: run everything, print a table, keep the same as JSON."""

import argparse
import json
import os
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.benchmarks.orders import Guest, Wish, place
from tests.benchmarks.pages import HEADER, Rate, Visitor, measured
from tests.benchmarks.processes import load
from tests.benchmarks.weight import Weight, first_view
from tests.stack import LiveStack, running_stack
from tools.services import provided

ROOT = Path(__file__).resolve().parent.parent.parent
ONE_TICKET = """
from django.utils import timezone
from marketplace.inventory.models import Slot
from marketplace.catalog.models import Variant
slot = Slot.objects.filter(starts_at__gt=timezone.now(), listing__title_id="Masuk Lobang Jepang").order_by("starts_at").first()
slot.pool.__class__.objects.filter(pk=slot.pool_id).update(capacity=1_000_000)
print("WISH", slot.pk, Variant.objects.filter(listing=slot.listing).order_by("position").first().pk)
"""
CHROMIUM = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def paths(stack: LiveStack) -> dict[str, tuple[str, str]]:
    """The page kinds: host and path of one of each."""
    province, region = f"lapau.localhost:{stack.port}", f"bukittinggi.lapau.localhost:{stack.port}"
    goods, ticket = stack.manage("shell", "--no-imports", "-c", FIRST_LISTINGS).split("LISTINGS ")[1].split()[:2]
    return {
        "province home": (province, "/"),
        "region home": (region, "/"),
        "destination": (region, "/tempat/ngarai-sianok-dan-taman-panorama/"),
        "search": (province, "/cari/?q=danau"),
        "goods listing": (province, f"/produk/{goods}/"),
        "ticket listing": (province, f"/tiket/{ticket}/"),
    }


FIRST_LISTINGS = """
from marketplace.catalog.models import Listing
kinds = ("GOODS", "ADMISSION")
print("LISTINGS", *[Listing.objects.filter(kind=kind).order_by("pk").values_list("slug", flat=True)[0] for kind in kinds])
"""


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure everything on a site of its own with PostgreSQL, Redis and Elasticsearch."""
    rates: list[Rate] = []
    weights: list[Weight] = []
    with provided(durable=True) as addresses, tempfile.TemporaryDirectory(prefix="lapau-bench-") as folder:
        os.environ.update(addresses)
        with running_stack(folder=Path(folder)) as stack:
            web = f"--bind 127.0.0.1:{stack.port}"
            pages = paths(stack)
            print(HEADER)
            for name, (host, path) in pages.items():
                for clients in arguments.clients:
                    visitor = Visitor(port=stack.port, host=host, path=path)
                    rates.append(
                        measured(
                            name, visitor, clients=clients, seconds=arguments.seconds, runs=arguments.runs, web=web
                        )
                    )
                    print(rates[-1].row(), flush=True)
            slot, variant = stack.manage("shell", "--no-imports", "-c", ONE_TICKET).split("WISH ")[1].split()[:2]
            host = f"lapau.localhost:{stack.port}"
            for clients in arguments.clients:
                wish = Wish({"jam": slot, f"q{variant}": "1"})
                guests = [Guest(port=stack.port, host=host, wish=wish) for _number in range(arguments.orders)]
                rates.append(place("order, one hot slot, Snap", guests, clients=clients, web=web))
                print(rates[-1].row(), flush=True)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(CHROMIUM)
                )
                for name, (host, path) in pages.items():
                    weights.append(first_view(browser, name, f"http://{host}{path}"))
                    print(weights[-1].row(), flush=True)
                browser.close()
            stack.audit()
            print("The audit is clean.")
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "load": load(),
        "cores": os.cpu_count(),
        "rates": [asdict(rate) for rate in rates],
        "weights": [asdict(weight) for weight in weights],
    }


def main() -> None:
    """Read the arguments, measure, keep the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure pages, orders and first views on PostgreSQL, Redis and Elasticsearch with two web processes.",
        epilog="Example: python -m tests.benchmarks --seconds 6 --runs 3",
    )
    parser.add_argument("--seconds", type=float, default=6, help="length of one run (default 6)")
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median is kept (default 3)")
    parser.add_argument("--orders", type=int, default=150, help="orders at each number of clients (default 150)")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8], help="numbers of clients (default 1 8)")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "var" / "benchmarks.json", help="where the figures go as JSON"
    )
    arguments = parser.parse_args()
    figures = run(arguments)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"Kept in {arguments.out}")


if __name__ == "__main__":
    main()
