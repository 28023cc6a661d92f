"""Addresses that other rooms give without a language, in the visitor's own; and the first pages of regions."""

from django.conf import settings
from django.utils.translation import get_language

from cms.tenancy.queries import hostname_of


def in_this_language(path: str) -> str:
    """A path without a language prefix, as the visitor's language writes it."""
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    return path if language == settings.LANGUAGE_CODE else f"/{language}{path}"


def region_home(slug: str) -> str:
    """The first page of a region's own site, in the visitor's language; without a slug the province's."""
    if not slug:
        return settings.SITE_ORIGIN + in_this_language("/")
    host = hostname_of(slug)
    return settings.SITE_ORIGIN.replace(f"://{settings.SITE_DOMAIN}", f"://{host}", 1) + in_this_language("/")
