"""Runs the sample province: brings its data up to date, starts its processes, says where to look."""

import fcntl
import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection, connections

from cms.tenancy.services import sync_sites
from demo import migrating
from demo.accounts import ACCOUNTS
from demo.supervisor import Program, Supervisor, is_free

# A cold start on a slow disk, or on a machine that does much else; normally it takes two or three seconds.
READY_SECONDS = 180

type Say = Callable[[str], object]


class CannotRun(Exception):
    """Something outside stands in the way; nothing was started."""


def run(*, port: int, say: Say) -> None:
    """Run until a signal comes (Stopped) or a process fails (ChildEnded).

    :raises CannotRun: a port is in use, or the demo runs already on the same data.
    """
    refuse_ports_in_use(port, port + 1)
    with only_one(settings.DATA_DIR / "demo.lock"):
        bring_up_to_date(say=say)
        connections.close_all()
        with Supervisor(logs=settings.DATA_DIR / "log") as supervisor:
            for program in programs(port=port):
                supervisor.start(program, folder=settings.BASE_DIR)
            supervisor.wait_for(f"http://127.0.0.1:{port}/readyz", seconds=READY_SECONDS)
            say(welcome(port=port))
            supervisor.wait()


def refuse_ports_in_use(*ports: int) -> None:
    """Say plainly which port is taken, before anything is done."""
    for port in ports:
        if not is_free(port):
            raise CannotRun(f"Port {port} is in use. Stop what uses it, or choose another port: make demo PORT=9000")


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Keep a second demo away from the same data; the kernel gives the lock back however this process ends."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise CannotRun(
                f"The demo is already running on the data in {lock.parent}. Stop it, or set LAPAU_DATA to another folder."
            ) from taken
        yield


def bring_up_to_date(*, say: Say) -> None:
    """Migrate, collect static files and load the sample province, each only if something is new.

    :raises ChildEnded: collecting static files failed.
    """
    with collecting_static_files(say=say):
        if migrating.is_behind():
            say("Preparing the database ...")
            migrating.migrate()
        call_command("load_demo")
        # The port may be another one than last time.
        sync_sites()
    forget_wake_ups()


@contextmanager
def collecting_static_files(*, say: Say) -> Iterator[None]:
    """Collect static files meanwhile, on the other core, unless the same ones were collected before."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            file = Path(storage.path(name)).stat()
            digest.update(f"{name} {file.st_size} {file.st_mtime_ns}\n".encode())
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        yield
        return
    say("Collecting static files ...")
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--clear", "--verbosity", "0"]
    with Supervisor(logs=settings.DATA_DIR / "log") as supervisor:
        supervisor.start(Program("collectstatic", command), folder=settings.BASE_DIR)
        yield
        supervisor.wait_for_end("collectstatic")
    stamp.write_text(digest.hexdigest())


def forget_wake_ups() -> None:
    """Empty the embedded broker: what loading has left there would only hold up what a visitor does.

    Nothing is lost. A message is a wake-up; what there is to do is in rows, and beat finds it.
    """
    for message in (settings.DATA_DIR / "broker" / "queue").glob("*.msg"):
        message.unlink(missing_ok=True)


def programs(*, port: int) -> list[Program]:
    """What the demo consists of; on SQLite one web process, since its search index lives in the process."""
    python = [sys.executable, "-m"]
    processes = 1 if connection.vendor == "sqlite" else 2
    bind = ["--bind", f"127.0.0.1:{port}", "--config", "python:config.gunicorn", "--workers", str(processes)]
    # Two threads may be at pictures' sizes for a minute after the first start; what people do must not wait for them.
    threads = ["--pool", "threads", "--concurrency", "3"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    return [
        Program("site", [*python, "gunicorn", "config.wsgi", *bind, "--graceful-timeout", "5"]),
        Program("simulator", [sys.executable, "manage.py", "midtrans_simulator", "--port", str(port + 1)]),
        Program("worker", [*python, "celery", "-A", "config", "worker", *threads, *quiet]),
        Program("beat", [*python, "celery", "-A", "config", "beat", "--loglevel", "INFO"]),
    ]


def welcome(*, port: int) -> str:
    """What a newcomer reads when all is ready: addresses, and one account for each kind of user."""
    site = f"http://{settings.SITE_DOMAIN}:{port}"
    wide = max(len(account.role) for account in ACCOUNTS)
    login = max(len(account.login) for account in ACCOUNTS)
    return "\n".join(
        [
            "",
            f"{settings.SITE_NAME} - data contoh",
            "",
            f"  Provinsi             {site}/",
            f"  Kota Bukittinggi     {site.replace('://', '://bukittinggi.')}/",
            f"  English              {site}/en/",
            f"  Admin (Wagtail)      {site}/admin/",
            f"  Simulator Midtrans   http://127.0.0.1:{port + 1}/",
            f"  Surat yang terkirim  {settings.DATA_DIR / 'mail'}",
            "",
            f"  {'Peran':<{wide}}  {'Masuk dengan':<{login}}  Kata sandi / di mana",
            *(f"  {a.role:<{wide}}  {a.login:<{login}}  {a.password}  {a.where}" for a in ACCOUNTS),
            "",
            "Ctrl-C menghentikan semuanya.",
        ]
    )
