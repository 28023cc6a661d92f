"""Migrated databases, made once and copied: a fresh one takes a minute of migrations, a copy takes a moment.

The copy is kept by a digest of all migrations, under ``var/cache`` for SQLite and on the server for PostgreSQL.
``python -m tests.databases`` makes it for the database that the environment names, before any test waits for it.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from time import time

from demo.migrating import LIBRARIES

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "var" / "cache"
MIGRATE = """
import sys
import django
django.setup()
from demo import migrating
migrating.migrate_apps(sys.argv[1:]) if sys.argv[1:] else migrating.migrate()
"""


def main() -> None:
    """Make the migrated database of this way to run, unless it is there."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DEMO", "1")
    django.setup()
    if url := os.environ.get("DATABASE_URL"):
        migrated_postgresql(url)
    else:
        with only_one("sqlite"):
            migrated_sqlite()


def fresh_sqlite(path: Path) -> None:
    """Put a migrated database at ``path``, over whatever is there."""
    for old in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        old.unlink(missing_ok=True)
    with only_one("sqlite"):
        shutil.copy(migrated_sqlite(), path)


def migrated_sqlite() -> Path:
    """Answer an SQLite file with every migration applied and nothing else in it; never change it, copy it."""
    path = CACHE / f"migrated-{digest()}.sqlite3"
    if path.exists():
        return path
    forget_old_files()
    libraries = CACHE / f"libraries-{digest(ours=False)}.sqlite3"
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        made = Path(folder) / "lapau.sqlite3"
        if libraries.exists():
            shutil.copy(libraries, made)
        else:
            migrate(LIBRARIES, LAPAU_DATA=folder)
            shutil.copy(made, libraries)
        migrate([], LAPAU_DATA=folder)
        made.rename(path)
    return path


def forget_old_files() -> None:
    """Remove copies that nobody has made for a day."""
    for old in CACHE.glob("*.sqlite3"):
        if old.stat().st_mtime < time() - 24 * 60 * 60:
            old.unlink()


def migrated_postgresql(url: str) -> str:
    """Answer the name of a PostgreSQL database with every migration applied; nobody connects to it."""
    name = f"lapau_migrated_{digest()}"
    with only_one("postgresql"):
        if not execute(url, "SELECT 1 FROM pg_database WHERE datname = %s", name):
            execute(url, f'DROP DATABASE IF EXISTS "{name}_unfinished" WITH (FORCE)')
            execute(url, f'CREATE DATABASE "{name}_unfinished"')
            with tempfile.TemporaryDirectory() as folder:
                for labels in (LIBRARIES, []):
                    migrate(labels, LAPAU_DATA=folder, DATABASE_URL=with_name(url, f"{name}_unfinished"))
            execute(url, f'ALTER DATABASE "{name}_unfinished" RENAME TO "{name}"')
    return name


@contextmanager
def fresh_postgresql(url: str, name: str) -> Iterator[str]:
    """Make a migrated database of this name, answer its URL, and drop it afterwards."""
    template = migrated_postgresql(url)
    execute(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    with only_one("postgresql"):  # a template may have one copier at a time
        execute(url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield with_name(url, name)
    finally:
        execute(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def migrate(labels: Sequence[str], **settings: str) -> None:
    """Apply the migrations of some apps, or of all, to the database that the settings name."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "TASKS_EAGER")}
    environment = {**inherited, "DJANGO_SETTINGS_MODULE": "config.settings", "DEMO": "1", **settings}
    command = [sys.executable, "-c", MIGRATE, *labels]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"The migrations fail:\n{done.stdout}{done.stderr}"


def digest(*, ours: bool = True) -> str:
    """Digest the migrations of all installed apps, or only of what the libraries' need: another content, another file."""
    from django.apps import apps

    found = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        if (
            not ours
            and Path(config.path).is_relative_to(ROOT)
            and ".venv" not in config.path
            and config.label != "accounts"
        ):
            continue
        with suppress(ModuleNotFoundError):
            folder = resources.files(f"{config.name}.migrations")
            for file in sorted(folder.iterdir(), key=lambda file: file.name):
                if file.name.endswith(".py"):
                    found.update(f"{config.label}/{file.name}".encode() + file.read_bytes())
    # What a migration runs may stand elsewhere: the ledger's triggers, and what Django does after migrating.
    for source in sorted((ROOT / "marketplace").glob("*/triggers.py")):
        found.update(source.read_bytes())
    return found.hexdigest()[:16]


def execute(url: str, statement: str, *values: str) -> bool:
    """Run one statement on the server; answer whether it found a row."""
    import psycopg

    with psycopg.connect(re.sub(r"^postgres(ql)?://", "postgresql://", url), autocommit=True) as connection:
        cursor = connection.execute(statement, values or None)
        return cursor.description is not None and cursor.fetchone() is not None


def with_name(url: str, name: str) -> str:
    """Answer the URL of another database of the same server."""
    return re.sub(r"/[^/]*$", f"/{name}", url)


@contextmanager
def only_one(what: str) -> Iterator[None]:
    """Let one process of this machine in at a time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{what}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    main()
