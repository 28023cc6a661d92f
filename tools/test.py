"""Everything: the quick checks, then the whole suite in both ways to run. The last line is pytest's own summary."""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from demo.supervisor import ChildEnded, Stopped, stop_on_signals
from tools.checks import BIN, ROOT, run_checks
from tools.services import ServiceMissing, provided

# Journeys stay together on one worker (see tests/conftest.py), the others fill both cores.
PYTEST = [str(BIN / "python"), "-m", "pytest", "--numprocesses", "2", "--dist", "loadgroup"]
REPORTS = ROOT / "reports"


def main() -> int:
    """Run all, go on after a failure, and answer 1 if anything failed."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.test",
        description="Run the checks and the whole suite, on SQLite and embedded search and on PostgreSQL, Redis and Elasticsearch.",
        epilog="Whatever else is given goes to pytest. Example: python -m tools.test tests/search",
    )
    _none, for_pytest = parser.parse_known_args()
    stop_on_signals()
    started = monotonic()
    REPORTS.mkdir(exist_ok=True)
    title("Services")
    try:
        with provided() as services:
            return run_all(services, for_pytest, started=started)
    except (ServiceMissing, ChildEnded) as failure:
        print(failure, file=sys.stderr)
        return 1
    except Stopped:
        return 130


def run_all(services: dict[str, str], for_pytest: list[str], *, started: float) -> int:
    """Run the checks and both suites with the given services."""
    bare = {name: value for name, value in os.environ.items() if name not in services}
    embedded, full = {**bare, "CHROMIUM": services["CHROMIUM"]}, {**bare, **services}

    title("Checks")
    with ThreadPoolExecutor(max_workers=2) as pool:
        for environment in (embedded, full):
            pool.submit(migrate_ahead, environment)
        failed = run_checks()

    title("Tests on SQLite and the embedded search")
    if run_pytest("embedded", embedded, for_pytest):
        failed.append("tests, embedded")

    title("Tests on PostgreSQL, Redis, a Celery worker and Elasticsearch")
    print(f"{monotonic() - started:.0f} s so far. Failed before these: {', '.join(failed) or 'nothing'}", flush=True)
    if run_pytest("full", full, for_pytest):
        failed.append("tests, full")
    return 1 if failed else 0


def migrate_ahead(environment: dict[str, str]) -> None:
    """Make a mode's migrated database, which both its workers would wait for; what fails here fails there with its reason."""
    command = [str(BIN / "python"), "-m", "tests.databases"]
    subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)


def run_pytest(mode: str, environment: dict[str, str], more: list[str]) -> int:
    """Run the whole suite in one mode; answer pytest's status."""
    report = Path("reports", f"{mode}.xml")
    command = [*PYTEST, f"--junitxml={report}", *more]
    return subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False).returncode


def title(text: str) -> None:
    """Head a part of the output."""
    print(f"\n=== {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
