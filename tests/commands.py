"""Management commands on a running site's data, each in a fork of one process that has read the code already.

Begun afresh, a command spends seconds of processor time on reading code; the journeys run a hundred.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Seconds after which a command is given up.
LONGEST = 180


class Commands:
    """The process that runs management commands in a given environment; it begins with the first of them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self._process: subprocess.Popen[str] | None = None

    def run(self, *arguments: str) -> str:
        """Run a command to its end and answer what it printed.

        :raises AssertionError: the command failed, or took longer than ``LONGEST``; the message holds its output.
        """
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.commands"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        process = self._process
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(arguments) + "\n")
        process.stdin.flush()
        status, printed = json.loads(process.stdout.readline())
        assert status == 0, f"manage.py {' '.join(arguments)} failed ({status}):\n{printed}"
        return str(printed)

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.communicate()


def serve() -> None:
    """Run one command for each line of standard input, a JSON list of words; answer each with its status and output."""
    import django
    from django.conf import settings

    django.setup()
    import_module(settings.ROOT_URLCONF)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    for line in sys.stdin:
        answers.write(json.dumps(run_apart(json.loads(line))) + "\n")
        answers.flush()


def run_apart(arguments: list[str]) -> tuple[int, str]:
    """Run a command in a fork of this process; answer its exit status (negative: the signal that ended it) and output."""
    with tempfile.TemporaryFile("w+") as printed:
        if child := os.fork():
            _, ended = os.waitpid(child, 0)
            printed.seek(0)
            return os.waitstatus_to_exitcode(ended), printed.read()
        signal.alarm(LONGEST)
        os.dup2(printed.fileno(), sys.stdout.fileno())
        os.dup2(printed.fileno(), sys.stderr.fileno())
        os._exit(status_of(arguments))


def status_of(arguments: list[str]) -> int:
    """Run a command here; answer 0, or 1 with the reason printed."""
    from django.core.management import call_command

    try:
        call_command(*arguments)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    serve()
