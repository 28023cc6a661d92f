"""From what a document keeps to an address: paths get the visitor's language, pages their site."""

from collections.abc import Iterable
from time import monotonic
from urllib.parse import urlencode

from django.conf import settings

from cms.pages.links import urls_of

PAGE = "page:"
SEARCH_PATH = "/cari/"
# An address of a page is remembered this long: finding one costs more than all else a card shows. An old address leads on.
_FRESH_SECONDS, _MOST_KEPT = 10.0, 5_000
_kept: dict[tuple[str, str], tuple[float, str]] = {}


def resolve(links: Iterable[str], *, language: str) -> dict[str, str]:
    """Addresses by link; at most one query for all pages. A page that is gone leads to the first page, never nowhere."""
    wanted = set(links)
    pages = {link.removeprefix(PAGE) for link in wanted if link.startswith(PAGE)}
    urls = _urls(pages, language) if pages else {}
    first_page = in_language("/", language)
    return {
        link: urls.get(link.removeprefix(PAGE)) or first_page if link.startswith(PAGE) else in_language(link, language)
        for link in wanted
    }


def forget() -> None:
    """Look every address up anew; for tests."""
    _kept.clear()


def _urls(pages: set[str], language: str) -> dict[str, str]:
    now = monotonic()
    known = {page: kept for page in pages if (kept := _kept.get((language, page))) and now - kept[0] < _FRESH_SECONDS}
    found = urls_of(pages - known.keys(), language=language) if len(known) < len(pages) else {}
    if len(_kept) > _MOST_KEPT:
        _kept.clear()
    _kept.update({(language, page): (now, url) for page, url in found.items()})
    return {page: url for page, (_at, url) in known.items()} | found


def in_language(path: str, language: str) -> str:
    """A path without a prefix, as a language writes it."""
    return path if language == settings.LANGUAGE_CODE else f"/{language}{path}"


def search_path(language: str, **parameters: str) -> str:
    """The address of a search."""
    return f"{in_language(SEARCH_PATH, language)}?{urlencode(parameters)}"


def absolute(url: str) -> str:
    """An address that stands alone, for other machines."""
    return settings.SITE_ORIGIN + url if url.startswith("/") else url
