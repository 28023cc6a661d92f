"""The whole thing, running: site, simulator, worker and beat on free ports, on a fresh database of the mode."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.supervisor import Program, Supervisor, free_ports
from tests.commands import Commands
from tests.databases import CACHE, fresh_postgresql, fresh_sqlite, only_one, with_name

ROOT = Path(__file__).resolve().parent.parent
# The demo province is loaded before the site answers; a busy machine with two cores takes its time.
START_SECONDS = 420
# The Redis database of the stack; the test workers take the low numbers.
REDIS_DATABASE = 15


@dataclass(frozen=True, slots=True)
class LiveStack:
    """A running site, and the doors to what is behind it."""

    port: int
    folder: Path
    commands: Commands

    def address(self, path: str = "/", *, region: str = "") -> str:
        """Answer the address of a page, of the province or of a region by its slug."""
        host = f"{region}.lapau.localhost" if region else "lapau.localhost"
        return f"http://{host}:{self.port}{path}"

    @property
    def simulator(self) -> str:
        """Where the Midtrans simulator answers."""
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def mail(self) -> Path:
        """The folder that mail is written to."""
        return self.folder / "mail"

    def manage(self, *arguments: str) -> str:
        """Run a management command on the running site's data and answer what it printed.

        :raises AssertionError: the command failed; the message holds its output.
        """
        return self.commands.run(*arguments)

    def audit(self) -> None:
        """Prove that everything which must always hold still holds."""
        self.manage("audit")


@contextmanager
def running_stack(*, folder: Path) -> Iterator[LiveStack]:
    """Run the demo as a person would, and end it afterwards."""
    port, _simulator = free_ports(2)
    with (
        fresh_environment(folder, port=port) as environment,
        closing(Commands(environment)) as commands,
        Supervisor(logs=folder / "log", environment=environment) as supervisor,
    ):
        command = [sys.executable, "manage.py", "run_demo", "--port", str(port), "--end-with-parent"]
        with static_files(folder / "static"):
            supervisor.start(Program("demo", command), folder=ROOT)
            supervisor.wait_for(f"http://127.0.0.1:{port}/readyz", seconds=START_SECONDS)
        yield LiveStack(port, folder, commands)


@contextmanager
def static_files(folder: Path) -> Iterator[None]:
    """Begin with what the last stack has collected, and leave this one's to the next.

    They are the same in both ways to run, and packing them takes a quarter of a start. Whether they are still those of the
    code, the demo tells by its stamp.
    """
    kept = CACHE / "static"
    stamp = ".collected"
    with only_one("static"):
        if (kept / stamp).exists():
            shutil.copytree(kept, folder)
    yield
    with only_one("static"):
        if not (kept / stamp).exists() or (kept / stamp).read_text() != (folder / stamp).read_text():
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(folder, kept, ignore=shutil.ignore_patterns(stamp))
            # The stamp comes last: without it the copy is not whole.
            shutil.copy(folder / stamp, kept / stamp)


@contextmanager
def fresh_environment(folder: Path, *, port: int) -> Iterator[dict[str, str]]:
    """Answer the environment of a site of its own: data folder, database, Redis database, index."""
    settings = {
        "DEMO": "1",
        "LAPAU_DATA": str(folder),
        "SITE_PORT": str(port),
        "SEARCH_INDEX": f"lapau-journeys-{os.getpid()}",
    }
    inherited = {
        name: value for name, value in os.environ.items() if name not in ("TASKS_EAGER", "DJANGO_SETTINGS_MODULE")
    }
    environment = {**inherited, **settings, "DJANGO_SETTINGS_MODULE": "config.settings"}
    if "DATABASE_URL" not in environment:
        fresh_sqlite(folder / "lapau.sqlite3")
        yield environment
        return
    environment["REDIS_URL"] = redis_url(REDIS_DATABASE)
    with fresh_postgresql(environment["DATABASE_URL"], f"lapau_journeys_{os.getpid()}") as url:
        yield {**environment, "DATABASE_URL": url}


def redis_url(number: int) -> str:
    """Answer the URL of one of Redis' numbered databases."""
    return re.sub(r"/\d*$", "", os.environ["REDIS_URL"]) + f"/{number}"


@contextmanager
def running_celery_worker(*, folder: Path) -> Iterator[None]:
    """Run a Celery worker on the tests' own database."""
    from django.conf import settings
    from django.db import connection

    name = connection.settings_dict["NAME"]
    environment = {
        **os.environ,
        "DATABASE_URL": with_name(os.environ["DATABASE_URL"], name),
        "LAPAU_DATA": str(settings.DATA_DIR),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TASKS_EAGER": "0",
    }
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "threads", "--concurrency", "2"]
    with Supervisor(logs=folder, environment=environment) as supervisor:
        supervisor.start(Program("worker", [*command, "--without-gossip", "--without-mingle"]), folder=ROOT)
        yield
        supervisor.check()
