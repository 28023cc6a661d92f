"""A throw-away corpus from a folder of public data: places and product titles, with nothing of the database in it."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.analysis.analyzer import Names
from search.documents.content import ANY_DAY, Content, Words
from search.results import Kind


@dataclass(frozen=True)
class Corpus:
    """Contents by key, and the names that no stemmer may touch."""

    contents: dict[str, Content]
    names: Names


def read(folder: Path) -> Corpus:
    """Every destination of ``destinations_sumbar.json``, every distinct title of ``product_reviews_prdect.csv``."""
    places = json.loads((folder / "destinations_sumbar.json").read_text(encoding="utf-8"))["destinations"]
    contents = {f"destination:{number}": _destination(place) for number, place in enumerate(places, 1)}
    contents |= {f"listing:{number}": content for number, content in enumerate(_products(folder), 1)}
    names = [name for place in places for name in (place["name"], place["kab_kota"])]
    return Corpus(contents=contents, names=Names.of(names))


def _destination(place: dict[str, Any]) -> Content:
    kind_of_place = place["category"].replace("_", " ")
    return Content(
        kind=Kind.DESTINATION,
        title=Words(place["name"]),
        link=f"/{place['slug']}/",
        summary=Words(place["facts_id"], place["facts_en"]),
        region=place["kab_kota_code"],
        region_name=place["kab_kota"],
        places=(place["kab_kota"],),
        category=place["category"],
        labels=Words(f"wisata {kind_of_place}", "sight"),
        lat=place["lat"],
        lon=place["lon"],
        days=(ANY_DAY,),
        popularity=2.0,
    )


def _products(folder: Path) -> Iterator[Content]:
    with (folder / "product_reviews_prdect.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["Product Name"].strip(): row for row in csv.DictReader(file)}
    for title, row in rows.items():
        yield Content(
            kind=Kind.GOODS,
            title=Words(title),
            link="/produk/",
            category=row["Category"],
            category_name=Words("", row["Category"]),
            labels=Words("produk", "product"),
            price=int(row["Price"]),
            popularity=0.5,
        )
