"""What a request costs: processor time of the server's processes, from /proc."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(commands: Sequence[str]) -> float:
    """User and system time, with that of ended children, of all processes whose command line holds one of these words."""
    return sum(seconds for words, seconds in running() if any(command in words for command in commands))


def running() -> Iterator[tuple[str, float]]:
    """Every process: its command line, and the processor seconds it has used."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        yield words, sum(int(field) for field in fields[11:15]) / TICKS


def load() -> float:
    """How many processes wanted to run in the last minute; above the number of cores, times mean little."""
    return os.getloadavg()[0]
