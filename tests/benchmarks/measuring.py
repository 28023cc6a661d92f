"""Measure, print tables, keep the same as JSON, prove that the data still holds."""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks import orders, pages, weight
from tests.benchmarks.processes import idle_share, load, usage
from tests.benchmarks.stand import Stand
from tests.commands import Commands
from tests.journeys.backstage import waits_for_pictures
from tests.stack import LiveStack, running_stack
from tools.services import provided

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = ("pages", "orders", "notifications", "weight")


@contextmanager
def site(arguments: argparse.Namespace) -> Iterator[LiveStack]:
    """The site that is measured: a fresh one with PostgreSQL, Redis and Elasticsearch, or the one that runs already."""
    if arguments.site:
        with closing(Commands({**os.environ, "DEMO": "1"})) as commands:
            yield LiveStack(arguments.site, Path(os.environ["LAPAU_DATA"]), commands)
        return
    with provided(durable=True) as addresses, tempfile.TemporaryDirectory(prefix="lapau-bench-") as folder:
        os.environ.update(addresses)
        with running_stack(folder=Path(folder)) as stack:
            yield stack


def measure(stand: Stand, arguments: argparse.Namespace) -> dict[str, Any]:
    """The parts that were asked for, one after the other."""
    figures: dict[str, Any] = {}
    if "pages" in arguments.only:
        figures |= pages.run(stand, clients=arguments.clients, seconds=arguments.seconds, runs=arguments.runs)
    if "weight" in arguments.only:
        figures |= weight.run(stand)
    if "orders" in arguments.only:
        figures |= orders.run(stand, clients=arguments.clients, orders=arguments.orders)
    if "notifications" in arguments.only:
        figures |= {"notifications": orders.notifications(stand, orders=arguments.orders)}
    return figures


def main() -> None:
    """Read the arguments, measure, keep the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure pages, orders and first views on PostgreSQL, Redis and Elasticsearch with two web processes. "
        "Figures mean little on a machine that does other work: processor time and statements are the sturdy ones.",
        epilog="Examples: python -m tests.benchmarks; python -m tests.benchmarks --only orders --orders 200",
    )
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=PARTS, metavar="NAME", help=f"of {', '.join(PARTS)} (default all)"
    )
    parser.add_argument("--seconds", type=float, default=6, help="length of one run of a page (default 6)")
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median is kept (default 3)")
    parser.add_argument("--orders", type=int, default=600, help="orders in one run (default 600)")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8], help="numbers of clients (default 1 8)")
    parser.add_argument(
        "--site",
        type=int,
        metavar="PORT",
        help="measure the site that runs on this port, with its environment in ours (default: a fresh one)",
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "var" / "benchmarks.json", help="where the figures go as JSON"
    )
    arguments = parser.parse_args()
    with site(arguments) as stack:
        # Two minutes of a fresh site's worker go to pictures; no page should be measured beside that.
        waits_for_pictures(stack)
        stand, before = Stand(stack), usage()
        figures = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "cores": os.cpu_count(),
            "load_before": load(),
            **measure(stand, arguments),
            "idle_share": idle_share(before, usage()),
        }
        stand.rest()
        stand.close()
        stack.audit()
        print("\nThe audit is clean.")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"Kept in {arguments.out}")
