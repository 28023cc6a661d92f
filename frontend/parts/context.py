"""What every template knows: the same for every visitor, so that public pages can be cached."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from foundation.site import site_name, site_short_name


def site(request: HttpRequest) -> dict[str, Any]:
    """The platform's name (long, and short for the header) and whether all that is shown is a sample."""
    return {
        "site_name": site_name(),
        "site_short_name": site_short_name(),
        "demo": settings.DEMO,
        "pse_number": settings.PSE_NUMBER,
        "map_tiles": settings.MAP_TILES_URL,
    }
