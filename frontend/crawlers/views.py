"""robots.txt and sitemaps: one of each for every site, kept like pages.

Django's own sitemaps make addresses by changing the language and cutting it out of the text again; pages that have
another slug in each language, on hosts of their own, bring their addresses along.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe
from wagtail.models import Site

from foundation.kept_pages import kept
from frontend.crawlers.sections import Entry, sections_of
from frontend.parts.addresses import hreflang, in_language

public = cache_control(public=True, max_age=300)
# Up to so many addresses one file lists all; beyond, an index names files of at most so many (the protocol allows 50,000).
MOST_IN_ONE = 1_000
MOST_IN_A_PART = 5_000

# Doors of one visitor, of those who work here, and of machines; none of them is anything to find.
WITHOUT_LANGUAGE = (
    "/admin/", "/api/", "/gerbang/", "/luring/", "/payments/", "/payouts/", "/pola/",
    # Signed links to tickets, orders and refunds.
    "/t/", "/p/", "/g/", "/k/",
)  # fmt: skip
IN_EVERY_LANGUAGE = (
    "/akun/", "/bayar/", "/buka-toko/", "/keranjang/", "/pesanan/", "/potongan/", "/tiket-saya/", "/toko-saya/",
    "/cari/saran/", "/cari/dihitung/",
    # Each combination of filters is another address of the same results.
    "/cari/?", "/kategori/*?", "/belanja/*?",
)  # fmt: skip


@require_safe
@conditional_page
@kept
@public
def robots(request: HttpRequest) -> HttpResponse:
    """What may be read by machines, and where the site's list of pages is."""
    closed = [
        *WITHOUT_LANGUAGE,
        *(in_language(path, code) for code, _name in settings.LANGUAGES for path in IN_EVERY_LANGUAGE),
    ]
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        "",
        f"Sitemap: {origin(site_of(request))}{reverse('crawlers:sitemap')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@conditional_page
@kept
@public
def sitemap(request: HttpRequest) -> HttpResponse:
    """All that a site has for the public to read, or where the parts of it are listed."""
    site = site_of(request)
    sections = sections_of(site)
    counts = {name: section.count() for name, section in sections.items()}
    if sum(counts.values()) * len(settings.LANGUAGES) <= MOST_IN_ONE:
        return as_xml(urlset(entry for section in sections.values() for entry in section.entries(0, MOST_IN_ONE)))
    parts = [
        origin(site) + reverse("crawlers:part", args=[name, number])
        for name, count in counts.items()
        for number in range(1, parts_of(count) + 1)
    ]
    return as_xml(index(parts))


@require_safe
@conditional_page
@kept
@public
def part(request: HttpRequest, section: str, number: int) -> HttpResponse:
    """One file of a sitemap that is too long for one."""
    listed = sections_of(site_of(request)).get(section)
    if listed is None or not 1 <= number <= parts_of(listed.count()):
        raise Http404
    return as_xml(urlset(listed.entries((number - 1) * things_in_a_part(), number * things_in_a_part())))


def site_of(request: HttpRequest) -> Site:
    """The site that was asked."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    return site


def origin(site: Site) -> str:
    """Where a site's pages lie; the province's own answers where its shops and listings do."""
    return settings.SITE_ORIGIN if site.is_default_site else str(site.root_url)


def things_in_a_part() -> int:
    """How many things fit in a file, each with an address in every language."""
    return MOST_IN_A_PART // len(settings.LANGUAGES)


def parts_of(things: int) -> int:
    """How many files so many things fill."""
    return -(-things // things_in_a_part())


def urlset(entries: Iterable[Entry]) -> Iterable[str]:
    """Every address of every thing, each with all others of the same thing."""
    yield '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">'
    for entry in entries:
        same = links(hreflang(entry.addresses))
        changed = f"<lastmod>{written(entry.changed_at)}</lastmod>" if entry.changed_at else ""
        for address in entry.addresses.values():
            yield f"<url><loc>{escape(address)}</loc>{changed}{same}</url>"
    yield "</urlset>"


def links(addresses: Mapping[str, str]) -> str:
    """The same thing in other languages."""
    return "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(address)}/>'
        for language, address in addresses.items()
    )


def index(parts: Iterable[str]) -> Iterable[str]:
    """The parts of a sitemap."""
    yield '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    for address in parts:
        yield f"<sitemap><loc>{escape(address)}</loc></sitemap>"
    yield "</sitemapindex>"


def written(moment: datetime) -> str:
    """A moment as sitemaps write it, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def as_xml(lines: Iterable[str]) -> HttpResponse:
    """A file of these lines."""
    return HttpResponse(
        "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *lines, ""]), content_type="application/xml"
    )
