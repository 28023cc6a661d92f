"""What the public calls this platform."""

from django.conf import settings
from django.utils.translation import get_language


def site_name() -> str:
    """The platform's name in the language of the page, mail or paper at hand."""
    name: str = settings.SITE_NAME_EN if (get_language() or "").startswith("en") else settings.SITE_NAME
    return name


def site_short_name() -> str:
    """What of the name stands beside the sign: all before the colon."""
    return site_name().split(":")[0].strip()
