"""The province as one drawing: each regency a shape that leads to its first page. No script, no tiles, 4 kB compressed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from django.core.cache import cache

from frontend.parts.addresses import region_home
from tourism.regions import queries

WIDTH = 400
# Corners closer than this are not seen; what is smaller than a dot is left out.
NEAR, DOT = 1.6, 4.0
CACHE_KEY, CACHE_SECONDS = "parts.outlines", 3600

type Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Area:
    """One regency: its path, and where it leads."""

    slug: str
    name: str
    path: str
    url: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """All areas, largest box first, in the units of ``viewbox``."""

    viewbox: str
    areas: tuple[Area, ...]


def rings(geometry: dict[str, Any]) -> Iterator[list[Point]]:
    """The outer rings of a polygon or multipolygon as (longitude, latitude)."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        yield [(point[0], point[1]) for point in polygon[0]]


def path(shapes: Iterable[list[Point]]) -> str:
    """An SVG path of closed rings, to a tenth of a unit, without corners nobody sees."""
    parts = []
    for shape in shapes:
        kept = [shape[0]]
        for x, y in shape[1:]:
            if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= NEAR:
                kept.append((x, y))
        if sum(max(axis) - min(axis) for axis in zip(*kept, strict=True)) >= DOT and len(kept) > 2:
            parts.append("M" + " ".join(f"{x:.1f} {y:.1f}".replace(".0", "") for x, y in kept) + "z")
    return "".join(parts)


def draw() -> Drawing:
    """The drawing from the official boundaries, in the visitor's language; the shapes are kept for an hour."""
    kept: tuple[str, dict[str, str]] | None = cache.get(CACHE_KEY)
    if kept is None:
        kept = project(queries.boundaries())
        cache.set(CACHE_KEY, kept, CACHE_SECONDS)
    viewbox, paths = kept
    regencies = [regency for regency in queries.regencies() if paths.get(regency.code)]
    # Cities lie inside the boundaries of regencies: the longest outline is drawn first.
    regencies.sort(key=lambda regency: -len(paths[regency.code]))
    return Drawing(
        viewbox=viewbox,
        areas=tuple(
            Area(slug=regency.slug, name=regency.name, path=paths[regency.code], url=region_home(regency.slug))
            for regency in regencies
        ),
    )


def project(boundaries: dict[str, dict[str, Any]]) -> tuple[str, dict[str, str]]:
    """Boundaries by code as paths by code, and the box that holds them; flat, which is right near the equator."""
    lands = {code: list(rings(geometry)) for code, geometry in boundaries.items()}
    points = [point for land in lands.values() for ring in land for point in ring]
    if not points:
        return f"0 0 {WIDTH} {WIDTH}", {}
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = cos(radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)
    placed = {
        code: [[((x - west) * squeeze * scale, (north - y) * scale) for x, y in ring] for ring in land]
        for code, land in lands.items()
    }
    height = round((north - south) * scale)
    return f"-6 -6 {WIDTH + 12} {height + 12}", {code: path(land) for code, land in placed.items()}
