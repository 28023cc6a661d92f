"""The province as a small drawing: the outline of each regency as an SVG path, made from the boundaries."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from django.core.cache import cache

from tourism.regions.queries import boundaries

WIDTH = 400
CACHE_KEY, CACHE_SECONDS = "pages.province-map", 3600


@dataclass(frozen=True)
class ProvinceMap:
    """Outlines by region code, and the size of the drawing."""

    outlines: dict[str, str]
    width: int
    height: int


def province_map() -> ProvinceMap:
    """The drawing, kept for an hour: boundaries change once in years."""
    kept: ProvinceMap | None = cache.get(CACHE_KEY)
    if kept is None:
        kept = draw(boundaries())
        if kept.outlines:
            cache.set(CACHE_KEY, kept, CACHE_SECONDS)
    return kept


def draw(shapes: dict[str, Any]) -> ProvinceMap:
    """Draw GeoJSON geometries side by side, the whole as wide as ``WIDTH``."""
    points = [point for shape in shapes.values() for ring in rings(shape) for point in ring]
    if not points:
        return ProvinceMap(outlines={}, width=WIDTH, height=WIDTH)
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    south, north = min(y for _x, y in points), max(y for _x, y in points)
    # Degrees of longitude are shorter than those of latitude, by the cosine of the latitude.
    squeeze = cos(radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return round((point[0] - west) * squeeze * scale, 1), round((north - point[1]) * scale, 1)

    outlines = {code: "".join(outline(ring, place) for ring in rings(shape)) for code, shape in shapes.items()}
    return ProvinceMap(outlines=outlines, width=WIDTH, height=round((north - south) * scale))


def rings(shape: Any) -> Iterator[list[tuple[float, float]]]:
    """The outer rings of a polygon or a multipolygon; lakes are left out."""
    polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    for polygon in polygons:
        yield [(float(x), float(y)) for x, y in polygon[0]]


def outline(ring: list[tuple[float, float]], place: Any) -> str:
    """One ring as a closed path; points closer than a pixel and islets smaller than two are left out."""
    kept: list[tuple[float, float]] = []
    for point in map(place, ring):
        if not kept or abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= 1.2:
            kept.append(point)
    if len(kept) < 4:
        return ""
    return "M" + " ".join(f"{x:g} {y:g}" for x, y in kept) + "z"
