"""Word lists: plain files beside the code, one entry a line."""

import csv
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent / "data"


def read_words(name: str) -> list[str]:
    """The lines of a list."""
    return list(_lines(name))


def read_pairs(name: str) -> list[tuple[str, str]]:
    """The lines of a list of two columns."""
    return [(first, second) for first, second in (line.split("\t") for line in _lines(name))]


def read_nusax() -> list[tuple[str, str]]:
    """Minangkabau and Indonesian of the NusaX lexicon, single words only; its own licence is named in SOURCES.md."""
    with (FOLDER / "minangkabau_nusax.csv").open(encoding="utf-8", newline="") as file:
        return [
            (row["minangkabau"], row["indonesian"])
            for row in csv.DictReader(file)
            if row["minangkabau"].isalpha() and row["indonesian"].isalpha() and row["minangkabau"] != row["indonesian"]
        ]


def _lines(name: str) -> Iterator[str]:
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()
