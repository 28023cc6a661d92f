"""The sample province: Sumatera Barat with all its official regions."""

from datetime import datetime

from demo import files
from tourism.regions.models import RegionKind
from tourism.regions.services import RegionRow, load_regions

PROVINCE = "13"
_KINDS = {
    "provinsi": RegionKind.PROVINSI,
    "kabupaten": RegionKind.KABUPATEN,
    "kota": RegionKind.KOTA,
    "kecamatan": RegionKind.KECAMATAN,
    "kelurahan": RegionKind.KELURAHAN,
}


def load_province(*, now: datetime) -> int:
    """Load the 1,464 regions with codes, names, postal codes and the regencies' boundaries."""
    names = {row["code"]: row for row in files.rows("names.csv")}
    boundaries = {
        feature["properties"]["code"]: feature["geometry"]
        for feature in files.document("boundaries_sumbar_kab.geojson")["features"]
    }
    return load_regions(
        rows=[as_row(row, names.get(row["code"], {})) for row in files.rows("regions_sumbar.csv")],
        boundaries=boundaries,
        now=now,
    )


def as_row(row: dict[str, str], name: dict[str, str]) -> RegionRow:
    """A region as the file gives it, with the slug and short name of a regency."""
    return RegionRow(
        code=row["code"],
        name=row["name"],
        kind=_KINDS.get(row["kind"], RegionKind.NAGARI_DESA),
        short_name=name.get("short_name", ""),
        slug=name.get("slug", ""),
        postal_code=row["postal_code"],
        latitude=float(row["lat"]) if row["lat"] else None,
        longitude=float(row["lon"]) if row["lon"] else None,
        population=int(row["population"]) if row["population"] else None,
    )
