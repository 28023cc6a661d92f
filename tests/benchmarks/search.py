"""``python -m tests.benchmarks.search``: the search at 100,000 listings on Elasticsearch: questions, suggestions, map, rebuild, save to searchable.

Questions are asked of the search room itself (analysis, engine, cards), from processes as a web server has them. Every figure comes with the
processor time it cost: ours from the processes themselves, Elasticsearch's from its own count.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from demo.supervisor import Program, Supervisor
from tests.benchmarks.processes import load
from tools.services import provided

ROOT = Path(__file__).resolve().parent.parent.parent
SEED = 20261127
WARM_UP = 200
PROCESSES = 2


@dataclass(frozen=True)
class Figure:
    """One kind of question at one number of clients: times in milliseconds, processor time per question."""

    name: str
    clients: int
    count: int
    per_second: float
    median: float
    slow: float
    slowest: float
    ours: float
    engine: float
    requests: float
    failures: int

    def row(self) -> str:
        """One line of the table."""
        return (
            f"{self.name:<26} {self.clients:>3} {self.count:>6} {self.per_second:>8.1f} {self.median:>7.1f} {self.slow:>7.1f}"
            f" {self.slowest:>7.1f} {self.ours:>7.2f} {self.engine:>7.2f} {self.requests:>5.2f} {self.failures:>4}"
        )


HEADER = (
    f"{'what':<26} {'cl.':>3} {'asked':>6} {'per s':>8} {'p50 ms':>7} {'p95 ms':>7} {'p99 ms':>7} {'our cpu':>7} {'ES cpu':>7}"
    f" {'req.':>5} {'bad':>4}"
)


def engine_seconds(url: str) -> float:
    """Processor seconds that Elasticsearch has used, all nodes together."""
    with urlopen(f"{url.split(',')[0]}/_nodes/stats/process", timeout=10) as answer:  # our own server
        nodes = json.load(answer)["nodes"].values()
    return sum(node["process"]["cpu"]["total_in_millis"] for node in nodes) / 1000


def own_seconds() -> float:
    """Processor seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


# What is asked ------------------------------------------------------------------------------------------------------
GOODS = [
    "rendang",
    "keripik",
    "songket",
    "kopi",
    "kerupuk",
    "dendeng",
    "sulaman",
    "tenun",
    "gula saka",
    "bika",
    "madu",
    "kain",
]
PLACES = [
    "bukittinggi",
    "padang",
    "agam",
    "payakumbuh",
    "solok",
    "pariaman",
    "tanah datar",
    "pesisir selatan",
    "maninjau",
]
HEAD = [
    "danau maninjau",
    "jam gadang",
    "pantai",
    "rendang",
    "air terjun",
    "oleh oleh",
    "songket pandai sikek",
    "penginapan",
    "istano pagaruyung",
]
OTHER = [
    "randang",
    "karupuak",
    "souvenir",
    "waterfall",
    "beach",
    "oleh-olehnya",
    "masakan padang",
    "tenunan",
    "clock tower",
]
REGIONS = ["13.71", "13.75", "13.06", "13.76", "13.02", "13.77"]
SHELVES = ["goods", "destination", "ticket"]


def questions(count: int, seed: int) -> list[dict[str, Any]]:
    """A log of questions, the same for the same seed: 30 % head, 40 % thing and place, 10 % one of many, 10 % other names, 10 % with a slip."""
    chance = random.Random(seed)
    asked = []
    for _number in range(count):
        kind = chance.choices(("head", "torso", "tail", "other", "slip"), (30, 40, 10, 10, 10))[0]
        thing, place = chance.choice(GOODS), chance.choice(PLACES)
        words = {
            "head": chance.choice(HEAD),
            "torso": chance.choice((f"{thing} {place}", thing, f"{thing} asli {place}", f"{place} {thing}")),
            "tail": f"{thing} {chance.randint(1, 100_000)}",
            "other": chance.choice(OTHER),
            "slip": slip(thing, chance),
        }[kind]
        more: dict[str, Any] = {}
        if chance.random() < 0.3:
            more["kind"] = chance.choice(SHELVES)
        if chance.random() < 0.2:
            more["regions"] = [chance.choice(REGIONS)]
        if chance.random() < 0.1:
            more["price_min"], more["price_max"] = 25_001, 50_000
        if chance.random() < 0.1:
            more["near"] = (-0.3 + chance.random() / 5, 100.37)
        if chance.random() < 0.1:
            more["sort"] = chance.choice(("cheapest", "newest"))
        if chance.random() < 0.1:
            more["page"] = chance.randint(2, 4)
        asked.append({"q": words} | more)
    return asked


def slip(word: str, chance: random.Random) -> str:
    """A word with two letters swapped."""
    place = chance.randint(1, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def beginnings(count: int, seed: int) -> list[str]:
    """What stands in the box while names are typed."""
    chance = random.Random(seed)
    names = [*HEAD, *GOODS, *PLACES, *(f"{thing} {place}" for thing in GOODS for place in PLACES)]
    return [name[: chance.randint(2, len(name))] for name in (chance.choice(names) for _number in range(count))]


def boxes(count: int, seed: int) -> list[tuple[float, float, float, float]]:
    """Parts of the map, from one town to half the province."""
    chance = random.Random(seed)
    found = []
    for _number in range(count):
        lat, lon, size = chance.uniform(-1.6, 0.4), chance.uniform(99.8, 101.2), chance.choice((0.1, 0.3, 0.8))
        found.append((lat - size, lon - size, lat + size, lon + size))
    return found


# Asking -------------------------------------------------------------------------------------------------------------
def prepare() -> None:
    """Make a process ready to ask; it warms up with questions of its own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    import logging

    logging.disable(logging.WARNING)
    for ask in asking("search", WARM_UP, SEED + 1):
        ask()


def asking(what: str, count: int, seed: int) -> list[Callable[[], bool]]:
    """So many questions of a kind, each ready to be asked; it answers whether all was well."""
    from django.utils import timezone

    from search import queries

    now = timezone.now()
    if what == "suggest":
        return [lambda typed=typed: queries.suggest(typed) is not None for typed in beginnings(count, seed)]  # type: ignore[misc]
    if what == "map":
        return [
            lambda box=box: not queries.search("", box=box, page_size=100, now=now).limited  # type: ignore[misc]
            for box in boxes(count, seed)
        ]
    if what == "browse":
        return [
            lambda page=page: not queries.search("", page=page % 10 + 1, now=now).limited  # type: ignore[misc]
            for page in range(count)
        ]
    return [lambda asked=asked: not queries.search(now=now, **asked).limited for asked in questions(count, seed)]  # type: ignore[misc]


@contextmanager
def requests_noted() -> Iterator[list[str]]:
    """The requests that this process sends to Elasticsearch meanwhile."""
    from search.engines.chosen import engine

    transport: Any = vars(engine())["client"].transport
    send, sent = transport.perform_request, list[str]()

    def noting(method: str, target: str, **options: Any) -> Any:
        sent.append(target)
        return send(method, target, **options)

    transport.perform_request = noting
    try:
        yield sent
    finally:
        transport.perform_request = send


def share(what: str, clients: int, count: int, seed: int) -> tuple[list[float], int, float, int]:
    """Ask in this process from so many threads; the times, the failures, our processor time, and the requests sent."""
    from django.db import connection

    asks = asking(what, count, seed)
    before = own_seconds()
    times: list[float] = []
    bad = 0
    lock = threading.Lock()

    def one(number: int) -> None:
        nonlocal bad
        mine, failed = [], 0
        for ask in asks[number::clients]:
            began = time.perf_counter()
            failed += not ask()
            mine.append(time.perf_counter() - began)
        connection.close()
        with lock:
            times.extend(mine)
            bad += failed

    with requests_noted() as sent, ThreadPoolExecutor(clients) as pool:
        list(pool.map(one, range(clients)))
    return times, bad, own_seconds() - before, len(sent)


def measured(
    pools: Sequence[ProcessPoolExecutor], what: str, *, clients: int, count: int, runs: int, url: str
) -> Figure:
    """The run of median throughput."""
    used = pools[: min(clients, len(pools))]
    figures = []
    for run in range(runs):
        before, began = engine_seconds(url), time.perf_counter()
        parts = [
            pool.submit(share, what, clients // len(used), count // len(used), SEED + 10 * run + number)
            for number, pool in enumerate(used)
        ]
        found = [part.result() for part in parts]
        took = time.perf_counter() - began
        times = sorted(seconds for part, _bad, _cpu, _sent in found for seconds in part)
        asked = len(times)
        figures.append(
            Figure(
                name=what,
                clients=clients,
                count=asked,
                per_second=asked / took,
                median=1000 * statistics.median(times),
                slow=1000 * times[int(0.95 * (asked - 1))],
                slowest=1000 * times[int(0.99 * (asked - 1))],
                ours=1000 * sum(cpu for _times, _bad, cpu, _sent in found) / asked,
                engine=1000 * (engine_seconds(url) - before) / asked,
                requests=sum(sent for _times, _bad, _cpu, sent in found) / asked,
                failures=sum(bad for _times, bad, _cpu, _sent in found),
            )
        )
    return sorted(figures, key=lambda figure: figure.per_second)[len(figures) // 2]


# Writing ------------------------------------------------------------------------------------------------------------
def rebuilt(name: str, *arguments: str, url: str) -> dict[str, Any]:
    """Build the index again by its command; how fast, and what it cost."""
    before, children = engine_seconds(url), resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    said = manage("search", "rebuild", *arguments)
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    documents = int(said.split(" documents in ")[0].split()[-1])
    ours = after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
    # Without the start of the program.
    inside = float(said.split(" documents in ")[1].split()[0])
    return {
        "name": name,
        "documents": documents,
        "seconds": round(inside, 1),
        "with_start": round(took, 1),
        "per_second": round(documents / inside),
        "our_cpu_ms": round(1000 * ours / documents, 3),
        "engine_cpu_ms": round(1000 * (engine_seconds(url) - before) / documents, 3),
    }


def saved(samples: int, folder: Path) -> dict[str, Any]:
    """Save listings while a worker runs, and look until each new word is found.

    What a load in bulk has left to deliver is delivered first, so that the worker does nothing else.
    """
    from django.db import transaction
    from django.utils import timezone

    from foundation.outbox.services import drain, publish
    from marketplace.catalog.models import Listing
    from search.engines.chosen import engine

    began = time.perf_counter()
    delivered, drained = drain(now=timezone.now()), time.perf_counter() - began
    ids = list(Listing.objects.for_sale().order_by("pk").values_list("pk", flat=True)[:samples])
    with worker(folder):
        times = []
        for number, pk in enumerate(ids):
            word = f"zq{time.time_ns()}"
            with transaction.atomic():
                title = Listing.objects.values_list("title_id", flat=True).get(pk=pk)
                Listing.objects.filter(pk=pk).update(title_id=f"{title[:60]} {word}")
                publish(topic="listing.changed", key=pk, now=timezone.now())
            began = time.perf_counter()
            while not engine().suggest([word], 1):
                if time.perf_counter() - began > 30:
                    raise SystemExit("A saved listing was not found within 30 seconds.")
                time.sleep(0.02)
            times.append(time.perf_counter() - began)
            # Never in step with the refresh.
            time.sleep(random.Random(number).random())
    times.sort()
    return {
        "samples": len(times),
        "delivered_before": delivered,
        "delivered_before_s": round(drained, 1),
        "p50_s": round(statistics.median(times), 2),
        "p95_s": round(times[int(0.95 * (len(times) - 1))], 2),
        "longest_s": round(times[-1], 2),
    }


@contextmanager
def worker(folder: Path) -> Iterator[None]:
    """A Celery worker on the same data."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "config",
        "worker",
        "--pool",
        "threads",
        "--concurrency",
        "2",
        "--loglevel",
        "INFO",
    ]
    with Supervisor(logs=folder / "log", environment=os.environ) as supervisor:
        supervisor.start(Program("worker", [*command, "--without-gossip", "--without-mingle"]), folder=ROOT)
        until = time.monotonic() + 60
        while "ready." not in supervisor.log_of("worker").read_text(errors="replace"):
            supervisor.check()
            if time.monotonic() > until:
                raise SystemExit(supervisor.tail("worker"))
            time.sleep(0.2)
        yield


def manage(*arguments: str) -> str:
    """Run a management command; what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure everything asked for."""
    with ExitStack() as stack:
        os.environ.update(stack.enter_context(provided(durable=True)))
        folder = Path(
            os.environ.get("LAPAU_DATA") or stack.enter_context(tempfile.TemporaryDirectory(prefix="lapau-bench-"))
        )
        os.environ |= {"DEMO": "1", "LAPAU_DATA": str(folder), "SEARCH_INDEX": os.environ.get("SEARCH_INDEX", "bench")}
        url = os.environ["ELASTICSEARCH_URL"]
        figures: dict[str, Any] = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "cores": os.cpu_count(),
            "load": [load()],
        }
        if not arguments.loaded:
            manage("migrate", "-v0")
            manage("load_demo", "--scale", str(arguments.scale))
        # After a load, nothing is known of any source; then nothing has changed in any; the last one fills the index from what
        # the search keeps, which is all that a lost index needs.
        wanted = {
            "first": ("every source for the first time", ()),
            "rebuild": ("every source again", ()),
            "rows": ("from rows", ("--from-rows",)),
        }
        figures["rebuild"] = []
        for part, (name, options) in wanted.items():
            if part in arguments.parts:
                figures["rebuild"].append(rebuilt(name, *options, url=url))
                print(figures["rebuild"][-1], flush=True)
        context = get_context("spawn")
        pools = [
            stack.enter_context(ProcessPoolExecutor(1, context, initializer=prepare)) for _process in range(PROCESSES)
        ]
        # Every process is ready and warm before anything is measured.
        for ready in [pool.submit(own_seconds) for pool in pools]:
            ready.result()
        print(HEADER)
        figures["questions"] = []
        for what in ("search", "suggest", "map", "browse"):
            for clients in arguments.clients if what in arguments.parts else ():
                figure = measured(pools, what, clients=clients, count=arguments.count, runs=arguments.runs, url=url)
                figures["questions"].append(asdict(figure))
                print(figure.row(), flush=True)
        if "save" in arguments.parts:
            prepare()
            figures["saved"] = saved(arguments.samples, folder)
            print(figures["saved"], flush=True)
        figures["load"].append(load())
        return figures


def main() -> None:
    """Read the arguments, measure, keep the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.search",
        description="Measure the search on PostgreSQL, Redis and Elasticsearch with many generated listings.",
        epilog="Example: python -m tests.benchmarks.search --scale 100",
    )
    every = ["first", "rebuild", "rows", "search", "suggest", "map", "browse", "save"]
    parser.add_argument("--scale", type=int, default=100, help="thousands of generated listings (default 100)")
    parser.add_argument("--loaded", action="store_true", help="the database of the environment is loaded already")
    parser.add_argument("--parts", nargs="+", choices=every, default=every, help="what to measure (default all)")
    parser.add_argument("--count", type=int, default=600, help="questions of one run (default 600)")
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median is kept (default 3)")
    parser.add_argument("--samples", type=int, default=40, help="saves to follow (default 40)")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8], help="numbers of clients (default 1 8)")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "var" / "benchmarks-search.json", help="where the figures go as JSON"
    )
    arguments = parser.parse_args()
    figures = run(arguments)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"Load {figures['load'][0]:.1f} to {figures['load'][-1]:.1f}. Kept in {arguments.out}")


if __name__ == "__main__":
    main()
