"""The site that is measured: its addresses, its processes, its database."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep
from urllib.parse import urlsplit

import psycopg

from tests.benchmarks.processes import memory_of, middle, root_of, seconds_of, standing_still, tree
from tests.stack import LiveStack

# Without transaction control, as everywhere else that statements are counted, and without what the database asks itself
# at the end of a transaction to check foreign keys.
COUNT = """
SELECT coalesce(sum(calls), 0) FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
WHERE datname = current_database()
AND query !~* '^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|SHOW)' AND query NOT LIKE '%pg_stat_statements%'
AND query NOT LIKE '%FOR KEY SHARE OF x'
"""
QUIET_SECONDS = 0.5


@dataclass(frozen=True)
class Used:
    """Processor seconds used so far by each part."""

    web: float
    database: float
    worker: float

    def since(self, before: "Used", *, count: int) -> "Used":
        """Milliseconds for each of so many requests since then."""
        return Used(
            web=1000 * (self.web - before.web) / count,
            database=1000 * (self.database - before.database) / count,
            worker=1000 * (self.worker - before.worker) / count,
        )


class Stand:
    """A running site in full mode, and the means to look at what it does."""

    def __init__(self, stack: LiveStack) -> None:
        self.stack = stack
        self.port = stack.port
        self.host = f"lapau.localhost:{stack.port}"
        url = stack.commands.environment["DATABASE_URL"]
        self.database = psycopg.connect(re.sub(r"^postgres(ql)?://", "postgresql://", url), autocommit=True)
        self.database.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        self.web = root_of("gunicorn", f"--bind 127.0.0.1:{stack.port}")
        demo = root_of("run_demo", f"--port {stack.port}")
        self.worker, self.beat = (self.child(demo, word) for word in ("config worker", "config beat"))
        self.postgresql = root_of("postgres", f"-p {urlsplit(url).port}")

    @staticmethod
    def child(parent: int, words: str) -> int:
        """The process below another one with these words."""
        return min(one.pid for one in tree(parent) if words in one.words and "celery" in one.words)

    def region_host(self, slug: str) -> str:
        """The host of a region's site."""
        return f"{slug}.{self.host}"

    def used(self) -> Used:
        """What each part has used so far."""
        return Used(seconds_of(self.web), seconds_of(self.postgresql), seconds_of(self.worker))

    def memory(self) -> tuple[float, float]:
        """MiB of one web process: resident, and its share where pages are shared."""
        sizes = sorted(memory_of(one.pid) for one in tree(self.web) if one.pid != self.web)
        return sizes[-1]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let the web processes be the only ones that ask the database."""
        self.rest()
        sleep(QUIET_SECONDS)
        with standing_still(self.worker, self.beat):
            yield

    def statements_of(self, ask: Callable[[], object], *, times: int = 9) -> float:
        """How many statements one request sends; the median of several, with nobody else at the database."""
        counts = []
        with self.alone():
            for _time in range(times):
                self.database.execute("SELECT pg_stat_statements_reset()")
                ask()
                counts.append(float(self.value(COUNT)))
        return middle(counts)

    def value(self, statement: str, *values: object) -> int:
        """The one number that a statement answers."""
        row = self.database.execute(statement, values or None).fetchone()  # type: ignore[call-overload]
        assert row is not None
        return int(row[0])

    def rest(self, *, seconds: float = 120) -> None:
        """Wait until the worker has done all that lies in the outbox, so that it does not count for what follows."""
        until = monotonic() + seconds
        # What a worker has taken up is due again when its lease is over, three minutes later.
        waiting = (
            "SELECT count(*) FROM outbox_delivery WHERE status = 'PENDING' AND due_at <= now() + interval '3 minutes'"
        )
        while self.value(waiting) and monotonic() < until:
            sleep(0.2)

    def told(self, script: str) -> list[str]:
        """Run a script in the site's shell; the words it printed after ``TOLD``."""
        return self.stack.manage("shell", "--no-imports", "-c", script).split("TOLD ", 1)[1].split()

    def close(self) -> None:
        """Leave the database."""
        self.database.close()
