"""Six kinds of pages at 1 and 8 clients: requests a second, times, processor time and statements a request."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.benchmarks.stand import Stand
from tools.services import find_program

WARM_UP_SECONDS = 2.0
# wrk tells of its percentiles only through a script.
REPORT = """
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'REPORT {"requests": %d, "seconds": %f, "median": %f, "slow": %f, "bad": %d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""
LISTINGS = """
from marketplace.catalog.models import Listing
kinds = ("GOODS", "ADMISSION")
print("TOLD", *[Listing.objects.filter(kind=kind).order_by("pk").values_list("slug", flat=True)[0] for kind in kinds])
"""


@dataclass(frozen=True)
class Rate:
    """What was seen of one page or action at one number of clients; times and processor times in milliseconds."""

    name: str
    clients: int
    per_second: float
    median: float
    slow: float
    web: float
    database: float
    worker: float
    statements: float | None
    failures: int
    # Requests a second of the slowest and the quickest run.
    range: tuple[float, float] | None = None

    def row(self) -> str:
        """One line of the table."""
        statements = "" if self.statements is None else f"{self.statements:.0f}"
        return (
            f"{self.name:<34} {self.clients:>3} {self.per_second:>8.1f} {self.median:>8.1f} {self.slow:>8.1f}"
            f" {self.web:>7.1f} {self.database:>6.1f} {self.worker:>7.1f} {statements:>5} {self.failures:>4}"
        )


HEADER = (
    f"{'what':<34} {'cl.':>3} {'per s':>8} {'p50 ms':>8} {'p95 ms':>8}"
    f" {'web ms':>7} {'db ms':>6} {'wkr ms':>7} {'SQL':>5} {'bad':>4}"
)


def page_kinds(stand: Stand) -> dict[str, tuple[str, str]]:
    """Host and path of one page of each kind."""
    goods, ticket = stand.told(LISTINGS)[:2]
    region = stand.region_host("bukittinggi")
    return {
        "province home": (stand.host, "/"),
        "region home": (region, "/"),
        "destination": (region, "/tempat/ngarai-sianok-dan-taman-panorama/"),
        "search": (stand.host, "/cari/?q=danau"),
        "goods listing": (stand.host, f"/produk/{goods}/"),
        "ticket listing": (stand.host, f"/tiket/{ticket}/"),
    }


def run(stand: Stand, *, clients: Sequence[int], seconds: float, runs: int) -> dict[str, Any]:
    """Measure every kind of page, and the memory of a web process afterwards."""
    rates = []
    print(f"\nPages\n{HEADER}")
    for name, (host, path) in page_kinds(stand).items():
        statements = stand.statements_of(lambda host=host, path=path: get(stand.port, host, path))
        for count in clients:
            rates.append(
                measured(stand, name, host, path, clients=count, seconds=seconds, runs=runs, statements=statements)
            )
            print(rates[-1].row(), flush=True)
    resident, share = stand.memory()
    print(f"{'one web process':<34} {resident:.0f} MiB resident, {share:.0f} MiB its share")
    return {"pages": [asdict(rate) for rate in rates], "memory_mib": {"resident": resident, "share": share}}


def measured(
    stand: Stand, name: str, host: str, path: str, *, clients: int, seconds: float, runs: int, statements: float
) -> Rate:
    """The run of median throughput, after a warm-up."""
    press(stand.port, host, path, clients=clients, seconds=WARM_UP_SECONDS)
    stand.rest()
    seen = []
    for _run in range(runs):
        before = stand.used()
        report = press(stand.port, host, path, clients=clients, seconds=seconds)
        cost = stand.used().since(before, count=max(report["requests"], 1))
        seen.append(
            Rate(
                name=name,
                clients=clients,
                per_second=report["requests"] / report["seconds"],
                median=report["median"],
                slow=report["slow"],
                web=cost.web,
                database=cost.database,
                worker=cost.worker,
                statements=statements,
                failures=report["bad"],
            )
        )
    seen.sort(key=lambda rate: rate.per_second)
    middle = seen[len(seen) // 2]
    return Rate(**{**asdict(middle), "range": (seen[0].per_second, seen[-1].per_second)})


def press(port: int, host: str, path: str, *, clients: int, seconds: float) -> dict[str, Any]:
    """Have wrk ask for a page for a while; what it reports."""
    wrk = find_program(["wrk"], "wrk", "The load generator", "it")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(REPORT)
        script.flush()
        command = [wrk, f"-c{clients}", f"-t{min(clients, 2)}", f"-d{round(seconds)}s", "--timeout", "30s", "-s"]
        headers = ["-H", f"Host: {host}", "-H", "Accept-Encoding: gzip, br"]
        done = subprocess.run(
            [*command, Path(script.name), *headers, f"http://127.0.0.1:{port}{path}"],
            capture_output=True,
            text=True,
            check=True,
        )
    report: dict[str, Any] = json.loads(done.stdout.split("REPORT ", 1)[1])
    return report


def get(port: int, host: str, path: str) -> int:
    """Ask for a page once; its status.

    :raises AssertionError: it was not 200.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": host, "Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200, f"{host}{path} answered {answer.status}"
    return answer.status
