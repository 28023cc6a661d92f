"""The quick checks, for every commit: format, lint, types, imports, migrations, translations."""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")

CHECKS: dict[str, list[str]] = {
    "types": [str(BIN / "mypy")],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet"],
    "lint": [str(BIN / "ruff"), "check", "--quiet"],
    "imports": [str(BIN / "lint-imports"), "--no-logo"],
    "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
    "translations": [PYTHON, "-m", "tools.messages", "check"],
    "system": [PYTHON, "manage.py", "check", "--fail-level", "WARNING"],
    "deployment": [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}


def main() -> int:
    """Run all checks and list those that failed."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.checks",
        description=f"Run the quick checks: {', '.join(CHECKS)}.",
        epilog="Example: python -m tools.checks",
    )
    parser.parse_args()
    failed = run_checks()
    return 1 if failed else 0


def run_checks() -> list[str]:
    """Run every check, two at a time, print the output of those that fail, and answer their names."""
    started = monotonic()
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = dict(zip(CHECKS, pool.map(run_check, CHECKS), strict=True))
    failed = [name for name, done in results.items() if done.returncode]
    for name in failed:
        print(f"--- {name}: {' '.join(CHECKS[name])}\n{results[name].stdout.strip()}\n", flush=True)
    for name in CHECKS:
        print(f"  {name:<13} {'FAILED' if name in failed else 'ok'}")
    print(f"{len(CHECKS)} checks in {monotonic() - started:.0f} s", flush=True)
    return failed


def run_check(name: str) -> subprocess.CompletedProcess[str]:
    """Run one check to its end."""
    return subprocess.run(
        CHECKS[name],
        cwd=ROOT,
        env=environment(name),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def environment(name: str) -> dict[str, str]:
    """What a check runs with: the demo's settings, or for the deployment check a made-up production's."""
    inherited = {key: value for key, value in os.environ.items() if not key.endswith("_URL")}
    if name != "deployment":
        return {**inherited, "DEMO": "1"}
    return {
        **inherited,
        "DEMO": "0",
        "DEBUG": "0",
        "SECRET_KEY": "as-long-and-mixed-as-the-check-asks-0123456789-ABCDEFGHIJ",
        "TICKET_SIGNING_KEY": "00112233445566778899aabbccddeeff" * 2,
        "SITE_DOMAIN": "lapau.example",
        "SITE_SCHEME": "https",
        "SITE_PORT": "443",
        "BEHIND_PROXY": "1",
        "DATABASE_URL": "postgres://lapau:secret@127.0.0.1:1/lapau",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "ELASTICSEARCH_URL": "http://127.0.0.1:1",
        "MAIL_URL": "smtp://lapau:secret@mail.lapau.example:587",
        "S3_BUCKET": "lapau",
        "S3_PRIVATE_BUCKET": "lapau-private",
        "MERCHANT_KEYS": '{"operator": {"merchant_id": "G1", "server_key": "SB-Mid-server-x", "client_key": "SB-Mid-client-x"}}',
    }


if __name__ == "__main__":
    sys.exit(main())
