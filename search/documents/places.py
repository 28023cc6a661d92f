"""Where something is, in the words people search for and the line a card shows."""

from tourism.regions.models import Region


def names_of(region: Region | None) -> tuple[str, ...]:
    """The names of a region and of what it lies in, up to its kabupaten or kota. Its parents are loaded."""
    names: list[str] = []
    while region is not None and region.level != "PROVINCE":
        names += [region.name, region.short_name]
        region = region.parent
    return tuple(dict.fromkeys(names))


def line(*parts: str) -> str:
    """The parts that are known, none twice: "Tanjung Raya, Kab. Agam"."""
    return ", ".join(dict.fromkeys(part for part in parts if part))
