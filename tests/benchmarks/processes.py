"""What requests cost: processor time and memory of the processes behind them, from /proc."""

import os
import signal
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """One running process: who started it, its command line, the processor seconds it has used (ended children's too)."""

    pid: int
    parent: int
    words: str
    seconds: float


def running() -> Iterator[Process]:
    """Every process of this machine."""
    for folder in PROC.glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        yield Process(
            int(folder.name), int(fields[1]), words.strip(), sum(int(field) for field in fields[11:15]) / TICKS
        )


def tree(root: int) -> list[Process]:
    """A process and all that it has started."""
    everything = list(running())
    found = [one for one in everything if one.pid == root]
    for parent in found:
        found.extend(one for one in everything if one.parent == parent.pid)
    return found


def root_of(*words: str) -> int:
    """The process whose command line holds all these words and whose parent's does not.

    :raises LookupError: there is none, so that nothing is measured as zero by mistake.
    """
    fitting = {one.pid: one for one in running() if all(word in one.words for word in words)}
    roots = [pid for pid, one in fitting.items() if one.parent not in fitting]
    if not roots:
        raise LookupError(f"No process runs {' '.join(words)}")
    return min(roots)


def seconds_of(root: int) -> float:
    """Processor seconds used so far by a process and all that it has started."""
    return sum(one.seconds for one in tree(root))


def memory_of(pid: int) -> tuple[float, float]:
    """MiB of one process: resident, and its share where pages are shared with others."""
    sizes = {}
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]:
        name, size = line.split()[:2]
        sizes[name] = int(size) / 1024
    return sizes["Rss:"], sizes["Pss:"]


@contextmanager
def standing_still(*roots: int) -> Iterator[None]:
    """Let these processes and all they have started do nothing for a while."""
    pids = [one.pid for root in roots for one in tree(root)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def idle_share(before: tuple[float, float], after: tuple[float, float]) -> float:
    """How much of the processors nobody used between two looks at ``usage``, 0 to 1."""
    return (after[1] - before[1]) / max(after[0] - before[0], 0.01)


def usage() -> tuple[float, float]:
    """All processor seconds of the machine since its start, and the idle ones among them."""
    fields = [int(field) for field in (PROC / "stat").read_text().splitlines()[0].split()[1:9]]
    return sum(fields) / TICKS, (fields[3] + fields[4]) / TICKS


def load() -> float:
    """How many processes wanted to run in the last minute; above the number of cores, times mean little."""
    return os.getloadavg()[0]


def middle(values: list[float]) -> float:
    """The median."""
    return statistics.median(values)
