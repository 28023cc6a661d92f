"""From what a document keeps to an address: paths get the visitor's language, pages their site."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.conf import settings

from cms.pages.links import urls_of

PAGE = "page:"
SEARCH_PATH = "/cari/"


def resolve(links: Iterable[str], *, language: str) -> dict[str, str]:
    """Addresses by link; one query for all pages. A page that is gone leads to the first page, never nowhere."""
    wanted = set(links)
    pages = {link.removeprefix(PAGE) for link in wanted if link.startswith(PAGE)}
    urls = urls_of(pages, language=language) if pages else {}
    first_page = in_language("/", language)
    return {
        link: urls.get(link.removeprefix(PAGE)) or first_page if link.startswith(PAGE) else in_language(link, language)
        for link in wanted
    }


def in_language(path: str, language: str) -> str:
    """A path without a prefix, as a language writes it."""
    return path if language == settings.LANGUAGE_CODE else f"/{language}{path}"


def search_path(language: str, **parameters: str) -> str:
    """The address of a search."""
    return f"{in_language(SEARCH_PATH, language)}?{urlencode(parameters)}"


def absolute(url: str) -> str:
    """An address that stands alone, for other machines."""
    return settings.SITE_ORIGIN + url if url.startswith("/") else url
