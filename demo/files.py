"""Reading the sample province's data files."""

import csv
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
DATA = FOLDER / "data"
ART = FOLDER / "art"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of the data folder."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document(name: str) -> Any:
    """The content of a JSON file of the data folder."""
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def drawing(name: str) -> Path:
    """The file of a drawing, a motif ("danau") or a variation ("emas-37-danau")."""
    plain = ART / f"{name}.webp"
    return plain if plain.exists() else ART / "variations" / f"{name}.webp"


def drawings_of(motif: str) -> list[str]:
    """The names of all drawings of a motif, the plain one first."""
    variations = sorted(
        path.stem for path in (ART / "variations").glob(f"*-{motif}.webp") if path.stem.split("-", 2)[2] == motif
    )
    return [motif, *variations]
