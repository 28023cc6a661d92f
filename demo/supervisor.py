"""Several processes that begin, run and end as one.

Each child leads a process group of its own, so that all that it starts ends with it; on Linux the kernel also ends the
children when the supervisor itself is killed. Nothing is left running behind a person's back.
"""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from types import FrameType
from typing import NoReturn, Self
from urllib.error import URLError
from urllib.request import urlopen

# Seconds that a child has for an orderly end before it is killed.
PATIENCE = 10
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """One process to run."""

    name: str
    command: Sequence[str]
    user: str | None = None  # who runs it, where root starts it


class ChildEnded(Exception):
    """A child ended although nobody asked it to; the message carries the end of its log."""


class Stopped(BaseException):
    """The person, or the machine, wants everything to end."""


class _Wish:
    """What signals have asked for: to stop; and whether that is being done, so that another one changes nothing."""

    to_stop = False
    being_done = False


class Supervisor:
    """Runs programs until told to stop; leaving the ``with`` block ends them all, last one first."""

    def __init__(self, *, logs: Path, environment: Mapping[str, str] | None = None) -> None:
        self.logs = logs
        self.environment = dict(os.environ if environment is None else environment)
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, program: Program, *, folder: Path | None = None) -> None:
        """Start a program; what it says goes to ``<name>.log``.

        :raises Stopped: a signal has come before.
        """
        self.check()
        with self.log_of(program.name).open("wb") as log:
            self.children[program.name] = subprocess.Popen(
                program.command,
                cwd=folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
                user=program.user,
                group=group_of(program.user) if program.user else None,
                extra_groups=[] if program.user else None,
            )

    def check(self) -> None:
        """Raise ChildEnded if a child is no longer there, and Stopped if a signal has come."""
        if _Wish.to_stop:
            raise Stopped
        for name, child in self.children.items():
            if child.poll() is not None:
                raise ChildEnded(f"{name} ended with status {child.returncode}.\n{self.tail(name)}")

    def wait(self) -> NoReturn:
        """Watch over the children until one ends (ChildEnded) or a signal comes (Stopped)."""
        while True:
            self.check()
            sleep(0.3)

    def wait_for_end(self, name: str) -> None:
        """Wait until a program that has an end of its own has come to it.

        :raises ChildEnded: it failed.
        """
        if self.children[name].wait():
            self.check()
        del self.children[name]

    def wait_for(self, url: str, *, seconds: float) -> None:
        """Wait until an address answers with success.

        :raises ChildEnded: a child ended meanwhile, or the time was up.
        """
        until = monotonic() + seconds
        while monotonic() < until:
            self.check()
            with suppress(URLError, OSError), urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
            sleep(0.1)
        tails = "\n".join(f"--- {name}\n{self.tail(name)}" for name in self.children)
        raise ChildEnded(f"{url} did not answer within {seconds:.0f} seconds.\n{tails}")

    def stop(self) -> None:
        """End every child and all that it started: first asked, then killed."""
        _Wish.being_done = True
        children = list(reversed(self.children.values()))
        for child in children:
            signal_group(child, signal.SIGTERM)
        until = monotonic() + PATIENCE
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=max(0.0, until - monotonic()))
        for child in children:
            signal_group(child, signal.SIGKILL)
            child.wait()
        self.children.clear()
        _Wish.being_done = False

    def log_of(self, name: str) -> Path:
        """Where a program's output goes."""
        return self.logs / f"{name}.log"

    def tail(self, name: str, lines: int = 25) -> str:
        """Answer the last lines that a program said."""
        text = self.log_of(name).read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])


def end_with_parent() -> None:
    """Ask the kernel to end this process when its parent ends, however that ends. Linux only; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop_on_signals() -> None:
    """Turn SIGINT, SIGTERM and SIGHUP into Stopped; one that comes while children are being ended changes nothing.

    Where the exception gets lost, in a callback from C say, the wish stays and is met at the next look at the children.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        _Wish.to_stop = True
        if not _Wish.being_done:
            raise Stopped

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)


def signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to a child and to all that it started; nothing if they are gone."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def group_of(user: str) -> int:
    """Answer the main group of a user."""
    return pwd.getpwnam(user).pw_gid


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Answer ports that nobody listens on, neighbours where possible: the simulator takes the one after the site's."""
    first = 20_000 + os.getpid() % 10_000
    for port in range(first, 60_000):
        ports = list(range(port, port + count))
        if all(map(is_free, ports)):
            return ports
    raise OSError("No free ports")
