"""The five kinds of pages, at 1 and 8 clients: requests a second, times, processor time a request."""

import statistics
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from time import monotonic, perf_counter

from tests.benchmarks.processes import processor_seconds

WARM_UP_SECONDS = 1.5


@dataclass(frozen=True)
class Rate:
    """What was seen of one page or action at one number of clients; times in milliseconds."""

    name: str
    clients: int
    per_second: float
    median: float
    slow: float
    web: float
    database: float
    failures: int

    def row(self) -> str:
        """One line of the table."""
        return (
            f"{self.name:<28} {self.clients:>3} {self.per_second:>9.1f} {self.median:>8.1f} {self.slow:>8.1f}"
            f" {self.web:>8.1f} {self.database:>7.1f} {self.failures:>5}"
        )


HEADER = f"{'what':<28} {'cl.':>3} {'per s':>9} {'p50 ms':>8} {'p95 ms':>8} {'web ms':>8} {'db ms':>7} {'bad':>5}"


def measure(name: str, ask: Callable[[], bool], *, clients: int, seconds: float, web: str) -> Rate:
    """Call ``ask`` from so many threads for so many seconds; it answers whether all was well.

    :param web: words in the command line of the server's processes.
    """
    until = monotonic() + seconds
    times: list[float] = []
    failures = 0

    def keep_asking(_number: int) -> tuple[list[float], int]:
        mine, bad = [], 0
        while monotonic() < until:
            began = perf_counter()
            bad += not ask()
            mine.append(perf_counter() - began)
        return mine, bad

    web_before, database_before, began = processor_seconds([web]), processor_seconds(["postgres:"]), monotonic()
    with ThreadPoolExecutor(clients) as pool:
        for mine, bad in pool.map(keep_asking, range(clients)):
            times += mine
            failures += bad
    took = monotonic() - began
    count = len(times)
    return Rate(
        name=name,
        clients=clients,
        per_second=count / took,
        median=1000 * statistics.median(times),
        slow=1000 * sorted(times)[int(0.95 * (count - 1))],
        web=1000 * (processor_seconds([web]) - web_before) / count,
        database=1000 * (processor_seconds(["postgres:"]) - database_before) / count,
        failures=failures,
    )


class Visitor:
    """Asks for one page again and again, each thread on a connection of its own that stays open."""

    def __init__(self, *, port: int, host: str, path: str) -> None:
        self.port, self.host, self.path = port, host, path
        self.connections: dict[int, HTTPConnection] = {}

    def __call__(self) -> bool:
        """Ask once; whether the answer was 200."""
        me = threading.get_ident()
        connection = self.connections.get(me)
        if connection is None:
            connection = self.connections[me] = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", self.path, headers={"Host": self.host, "Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            return answer.status == 200
        except OSError:
            self.connections.pop(me, None)
            return False


def measured(name: str, visitor: Visitor, *, clients: int, seconds: float, runs: int, web: str) -> Rate:
    """The run of median throughput, after a warm-up."""
    measure(name, visitor, clients=clients, seconds=WARM_UP_SECONDS, web=web)
    rates = [measure(name, visitor, clients=clients, seconds=seconds, web=web) for _run in range(runs)]
    return sorted(rates, key=lambda rate: rate.per_second)[len(rates) // 2]
