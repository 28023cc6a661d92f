"""Addresses that other rooms give without a language, in the visitor's own or in every one; and the first pages of regions."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import get_language

from cms.tenancy.queries import hostname_of


def in_this_language(path: str) -> str:
    """A path without a language prefix, as the visitor's language writes it."""
    return in_language(path, (get_language() or settings.LANGUAGE_CODE)[:2])


def in_language(path: str, language: str) -> str:
    """A path without a language prefix, as a language writes it."""
    return path if language == settings.LANGUAGE_CODE else f"/{language}{path}"


def in_every_language(path: str) -> dict[str, str]:
    """The canonical addresses of a page of the house, whose path has no language prefix: they lie on the province's own name."""
    return {code: settings.SITE_ORIGIN + in_language(path, code) for code, _name in settings.LANGUAGES}


def hreflang(addresses: Mapping[str, str]) -> dict[str, str]:
    """The addresses of one page by language, and for everybody else (x-default) the Indonesian one, or the only one."""
    if not addresses:
        return {}
    return {**addresses, "x-default": addresses.get(settings.LANGUAGE_CODE) or next(iter(addresses.values()))}


def region_home(slug: str) -> str:
    """The first page of a region's own site, in the visitor's language; without a slug the province's."""
    if not slug:
        return settings.SITE_ORIGIN + in_this_language("/")
    host = hostname_of(slug)
    return settings.SITE_ORIGIN.replace(f"://{settings.SITE_DOMAIN}", f"://{host}", 1) + in_this_language("/")
