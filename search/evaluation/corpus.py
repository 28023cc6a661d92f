"""Throw-away corpora from folders of public data: places, product titles and a small fair, with nothing of the database in them."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from search.analysis.analyzer import Names
from search.documents.content import ANY_DAY, Content, Words
from search.results import Kind

# A shop's shelf has a name in both languages; the titles' source names them in English only.
_SHELVES = {
    "Animal Care": "Perawatan Hewan",
    "Automotive": "Otomotif",
    "Beauty": "Kecantikan",
    "Body Care": "Perawatan Tubuh",
    "Books": "Buku",
    "Camera": "Kamera",
    "Carpentry": "Pertukangan",
    "Computers and Laptops": "Komputer dan Laptop",
    "Electronics": "Elektronik",
    "Food and Drink": "Makanan dan Minuman",
    "Gaming": "Gaming",
    "Health": "Kesehatan",
    "Household": "Rumah Tangga",
    "Kids and Baby Fashion": "Fashion Anak dan Bayi",
    "Kitchen": "Dapur",
    "Men's Fashion": "Fashion Pria",
    "Mother and Baby": "Ibu dan Bayi",
    "Movies and Music": "Film dan Musik",
    "Muslim Fashion": "Fashion Muslim",
    "Office & Stationery": "Alat Kantor dan Alat Tulis",
    "Other Products": "Produk Lainnya",
    "Party Supplies and Craft": "Perlengkapan Pesta dan Kerajinan",
    "Phones and Tablets": "Handphone dan Tablet",
    "Precious Metal": "Logam Mulia",
    "Property": "Properti",
    "Sport": "Olahraga",
    "Tour and Travel": "Tur dan Perjalanan",
    "Toys and Hobbies": "Mainan dan Hobi",
    "Women's Fashion": "Fashion Wanita",
}
_KINDS = {"destination": frozenset({Kind.DESTINATION}), "product": frozenset({Kind.GOODS})}


@dataclass(frozen=True)
class Corpus:
    """Contents by key, the names that no stemmer may touch, and what reaches into a second region."""

    contents: dict[str, Content]
    names: Names
    also_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def kinds_of(asked: str) -> frozenset[Kind]:
    """The kinds that a query's type asks for; none for any."""
    return _KINDS.get(asked, frozenset())


def read(folder: Path) -> Corpus:
    """Every destination of ``destinations_sumbar.json``, every distinct title of ``product_reviews_prdect.csv``."""
    places = json.loads((folder / "destinations_sumbar.json").read_text(encoding="utf-8-sig"))["destinations"]
    regions = {place["kab_kota_code"]: place["kab_kota"] for place in places}
    contents = {f"destination:{number}": _destination(place, regions) for number, place in enumerate(places, 1)}
    contents |= {f"listing:{number}": content for number, content in enumerate(_products(folder), 1)}
    return Corpus(
        contents=contents,
        names=_names(contents),
        also_in={place["name"]: tuple(place.get("also_in") or ()) for place in places},
    )


def fair(path: Path) -> Corpus:
    """A small fair: goods, tickets, events and stays with prices and days."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    contents = {f"fair:{number}": _stall(line) for number, line in enumerate(lines, 1)}
    return Corpus(contents=contents, names=_names(contents))


def _names(contents: Mapping[str, Content]) -> Names:
    """The names of places and regions; a region lies in the middle of its places."""
    positions: dict[str, tuple[float, float]] = {}
    by_region: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    titles = []
    for content in contents.values():
        if content.kind is Kind.DESTINATION:
            titles.append(content.title.id)
            if content.lat is not None and content.lon is not None:
                positions[content.title.id] = (content.lat, content.lon)
                by_region[content.region_name].append((content.lat, content.lon))
    for region, there in by_region.items():
        positions[region] = (sum(lat for lat, _ in there) / len(there), sum(lon for _, lon in there) / len(there))
    regions = {content.region_name for content in contents.values() if content.region_name}
    return Names.of(titles, regions=sorted(regions), positions=positions)


def _destination(place: dict[str, Any], regions: Mapping[str, str]) -> Content:
    kind_of_place = place["category"].replace("_", " ")
    also_in = [regions[code] for code in place.get("also_in") or () if code in regions]
    return Content(
        kind=Kind.DESTINATION,
        title=Words(place["name"]),
        link=f"/{place['slug']}/",
        summary=Words(place["facts_id"], place["facts_en"]),
        region=place["kab_kota_code"],
        region_name=place["kab_kota"],
        places=(place["kab_kota"], *also_in),
        category=place["category"],
        labels=Words(f"wisata {kind_of_place}", "sight"),
        lat=place["lat"],
        lon=place["lon"],
        days=(ANY_DAY,),
        popularity=2.0,
    )


def _products(folder: Path) -> Iterator[Content]:
    with (folder / "product_reviews_prdect.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["Product Name"].strip(): row for row in csv.DictReader(file)}
    for title, row in rows.items():
        shelf = row["Category"].strip()
        price = row["Price"].strip()
        yield Content(
            kind=Kind.GOODS,
            title=Words(title),
            link="/produk/",
            category=shelf,
            category_name=Words(_SHELVES.get(shelf, ""), shelf),
            labels=Words("produk", "product"),
            price=int(price) if price.isdecimal() else None,
            popularity=0.5,
        )


def _stall(line: dict[str, Any]) -> Content:
    return Content(
        kind=Kind(line["kind"]),
        title=Words(line["id"], line["en"]),
        link="/produk/",
        region=line["region"],
        region_name=line["region_name"],
        places=(line["region_name"],),
        category=line["category"],
        labels={
            "goods": Words("produk oleh-oleh", "product souvenir"),
            "ticket": Words("tiket", "ticket"),
            "event": Words("acara", "event"),
            "stay": Words("penginapan", "stay"),
        }[line["kind"]],
        price=line["price"],
        days=tuple(line["days"]),
    )
