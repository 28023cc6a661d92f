"""Icon shapes, as the asset build left them."""

import json
from functools import cache
from pathlib import Path

from django.conf import settings


class UnknownIcon(LookupError):
    """A name that frontend/assets/icons.ts does not list."""


@cache
def shapes() -> dict[str, str]:
    """The inner SVG of every icon by its lucide name; built by Vite beside its manifest."""
    path = Path(str(settings.DJANGO_VITE["default"]["manifest_path"])).with_name("icons.json")
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def shape(name: str) -> str:
    """The inner SVG of one icon.

    :raises UnknownIcon: the icon is not in the list of the build.
    """
    try:
        return shapes()[name]
    except KeyError:
        raise UnknownIcon(f"No icon {name}: add it to frontend/assets/icons.ts and build the assets.") from None
