"""Money, days and times in words, icons, QR codes and pictures: what page templates load."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import phonenumbers
import segno
from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_vite.templatetags.django_vite import vite_asset

from foundation import clock, money
from frontend.parts import addresses, brands, icons, linked, outlines
from frontend.parts.values import DateChoice, Picture, Place
from tourism.regions import queries

register = template.Library()

# How wide the picture of a result is, on a desktop and on a phone.
_ROW_SIZES = "(min-width: 60rem) 200px, 112px"


def language() -> str:
    """The visitor's language, never a variant of it."""
    return (get_language() or settings.LANGUAGE_CODE)[:2]


def as_day(value: date | datetime) -> date:
    """The calendar day in WIB."""
    return clock.day_of(value) if isinstance(value, datetime) else value


# Words ------------------------------------------------------------------------------------------------------------------
@register.filter
def rupiah(amount: int | None) -> str:
    """1250000 as ``Rp1.250.000``; nothing for nothing."""
    return "" if amount is None else money.rupiah(int(amount))


@register.filter
def ribu(amount: int | None) -> str:
    """A price for a narrow place: ``25 rb``, ``1,5 jt``; in English ``25k``, ``1.5m``."""
    if amount is None:
        return ""
    indonesian = language() == "id"
    for unit, word, letter in ((1_000_000, " jt", "m"), (1_000, " rb", "k")):
        if amount >= unit:
            number = f"{amount / unit:.1f}".removesuffix(".0")
            return f"{number.replace('.', ',')}{word}" if indonesian else f"{number}{letter}"
    return money.rupiah(amount)


@register.filter
def tanggal(day: date | datetime | None) -> str:
    """A day in full: ``Minggu, 22 November 2026``; of a moment, its day in WIB."""
    return "" if day is None else clock.day_words(as_day(day), language())


@register.filter
def tanggal_pendek(day: date | datetime | None) -> str:
    """A day for a narrow place: ``Min 22 Nov``."""
    return "" if day is None else clock.short_day_words(as_day(day), language())


@register.filter
def jam(moment: datetime | None) -> str:
    """A time of day: ``09.30 WIB``; in English ``09:30 WIB``."""
    return "" if moment is None else clock.time_words(moment, language())


@register.filter
def waktu(moment: datetime | None) -> str:
    """Day and time together: ``Minggu, 22 November 2026, 09.30 WIB``."""
    return "" if moment is None else f"{tanggal(moment)}, {jam(moment)}"


@register.filter
def telepon(number: str | None) -> str:
    """``+6281234567890`` as people here write it; what is no number stays as it is."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number, "ID")
    except phonenumbers.NumberParseException:
        return number
    form = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if parsed.country_code == 62
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(parsed, form)


@register.filter
def inisial(name: str) -> str:
    """At most two letters for a round sign: ``Toko Sanjai`` gives TS."""
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def angka(number: float | None) -> str:
    """A number as the language writes it: ``4,8`` or ``4.8``; thousands set apart."""
    if number is None:
        return ""
    text = f"{number:,.1f}".removesuffix(".0") if isinstance(number, float) else f"{number:,}"
    return text.translate(str.maketrans(",.", ".,")) if language() == "id" else text


# Icons, codes, pictures -----------------------------------------------------------------------------------------------
@register.simple_tag
def row_card(card: Any, heading: str = "", *, eager: bool = False) -> SafeString:
    """A card in a list of results. Many answers show the same cards, so they are kept as drawn."""
    try:
        hash(card)
    except TypeError:
        return _drawn_row(card, heading, eager)
    return _kept_row(card, heading, eager, get_language())


def _drawn_row(card: Any, heading: str, eager: bool) -> SafeString:
    shown = {"card": card, "layout": "row", "heading": heading, "eager": eager, "sizes": _ROW_SIZES}
    return render_to_string("_parts/card.html", shown)


@lru_cache(maxsize=4_000)
def _kept_row(card: Any, heading: str, eager: bool, language: str | None) -> SafeString:
    """The same, by everything that it shows and the language it is in."""
    return _drawn_row(card, heading, eager)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An outline beside a word; the word says it, the icon is hidden from screen readers."""
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{icons.shape(name)}</svg>')  # noqa: S308 - from our build


@register.simple_tag
def qr(text: str, label: str = "") -> SafeString:
    """A QR code as SVG without inline style; ``label`` says what it is for."""
    code = segno.make(text, error="m", micro=False)
    rows = code.matrix_iter(border=0)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    size = code.symbol_size(border=0)[0] + 8
    return format_html(
        '<svg viewBox="-4 -4 {} {}" role="img" aria-label="{}"><path fill="#fff" d="M-4-4h{}v{}h-{}z"/><path d="{}"/></svg>',
        size, size, label or _("QR code"), size, size, size, path,
    )  # fmt: skip


@register.inclusion_tag("_parts/picture.html")
def picture(
    picture: Picture | None,
    *,
    sizes: str = "(min-width: 60rem) 360px, calc(50vw - 22px)",
    eager: bool = False,
    shape: str = "",
    tag: str = "",
    alt: str | None = None,
) -> dict[str, Any]:
    """A picture in its frame; without one the frame shows the region's cloth.

    :param sizes: how wide it is shown. Phones ask for twice that: a whole row says 88vw and half a row its width without
        the gutters, so that the next smaller file is taken, which nobody tells from the larger one.
    :param shape: wide, square, tall, or nothing for 4:3.
    :param eager: true for the one picture of the first view.
    :param tag: words of the sample chip; "contoh" is chosen when the picture is a sample.
    """
    return {"picture": picture, "sizes": sizes, "eager": eager, "shape": shape, "tag": tag, "alt": alt}


# Forms and lists ------------------------------------------------------------------------------------------------------
@register.filter
def widget_kind(field: BoundField) -> str:
    """How a field is laid out: check (one box), choices (rows to tick), file, or input."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    return "file" if isinstance(widget, FileInput) else "input"


@register.filter
def page_numbers(page: Page[Any]) -> list[int | str]:
    """The numbers to offer: the ends and those around this page, with gaps between."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.filter
def map_points(places: Iterable[Place]) -> str:
    """Places as the map reads them."""
    return json.dumps(
        [{"lat": place.latitude, "lon": place.longitude, "title": place.title, "url": place.url} for place in places]
    )


@register.inclusion_tag("_parts/region_map.html")
def region_map() -> dict[str, Any]:
    """The province drawn, and its regions as a list sorted by name."""
    drawing = outlines.draw()
    regions = [
        {"slug": regency.slug, "name": regency.short_name or regency.name, "url": addresses.region_home(regency.slug)}
        for regency in queries.regencies()
    ]
    return {"drawing": drawing, "regions": regions}


# Addresses ------------------------------------------------------------------------------------------------------------
@register.simple_tag
def brand_stylesheet() -> str:
    """Where the regions' colours are: one stylesheet for all, whose address changes with its content."""
    return reverse("parts:brands", args=[brands.version()])


@register.simple_tag
def home_url() -> str:
    """The province's first page in the visitor's language."""
    return settings.SITE_ORIGIN + ("/" if language() == settings.LANGUAGE_CODE else f"/{language()}/")


@register.simple_tag
def region_url(region: Any) -> str:
    """The first page of a region: its own ``url`` where it has one, else its site by slug."""
    url, slug = (
        region.get(name) if isinstance(region, Mapping) else getattr(region, name, "") for name in ("url", "slug")
    )
    return url or addresses.region_home(slug or "")


@register.simple_tag(takes_context=True)
def alternates_of_this(context: Context) -> dict[str, str]:
    """The same page in each language: the view's ``alternates`` where given, else the same address translated.

    Nothing for an address that knows no languages.
    """
    request: HttpRequest | None = context.get("request")
    return _in_each_language(context, request.get_full_path() if request else "/")


@register.simple_tag(takes_context=True)
def hreflang_of_this(context: Context) -> dict[str, str]:
    """What a search engine is told of the page's languages: absolute addresses, without what was asked behind the question mark."""
    request: HttpRequest | None = context.get("request")
    found = _in_each_language(context, request.path if request else "/")
    return addresses.hreflang({code: absolute(url) for code, url in found.items()})


def _in_each_language(context: Context, here: str) -> dict[str, str]:
    given: dict[str, str] | None = context.get("alternates")
    if given is not None:
        return given
    found = {code: here if code == language() else translate_url(here, code) for code, _name in settings.LANGUAGES}
    return found if len(set(found.values())) > 1 else {}


@register.simple_tag(takes_context=True)
def translations_of_this(context: Context) -> dict[str, str]:
    """Where the language switch leads: the same page, or the first page where this one has no other language."""
    first_pages = {code: "/" if code == settings.LANGUAGE_CODE else f"/{code}/" for code, _name in settings.LANGUAGES}
    return first_pages | alternates_of_this(context)


@register.simple_block_tag
def words(content: SafeString) -> SafeString:
    """The words of a block, to be said in more than one place: ``{% words as title %}{% block title %}...{% endwords %}``."""
    return content


@register.simple_tag(takes_context=True)
def linked_data(context: Context, kind: str = "") -> SafeString:
    """What the page is, for machines: a thing of one kind of ``linked.BUILDERS``, and the way to it. Data, so no policy minds it."""
    page: dict[str, Any] = {str(name): value for name, value in context.flatten().items()}
    page["here"] = canonical_of_this(context)
    found = page.get("picture") or next(iter(page.get("pictures") or ()), None)
    page["image_here"] = absolute(found.src) if found else ""
    made = linked.BUILDERS[kind](page) if kind else []
    things = made if isinstance(made, list) else [made]
    # A first page is a beginning; a region's says which province it lies in anyway.
    crumbs = () if kind == "home" else page.get("crumbs") or ()
    way = linked.breadcrumbs(crumbs, str(page.get("page_title", "")), absolute)
    things = [*things, way] if way else things
    if not things:
        return SafeString("")
    return mark_safe(f'<script type="application/ld+json">{linked.as_json(things)}</script>')  # noqa: S308 - as_json escapes


@register.simple_tag(takes_context=True)
def canonical_of_this(context: Context) -> str:
    """The one address of the page: what it says itself, else its path on the province's own name."""
    request: HttpRequest | None = context.get("request")
    return str(context.get("canonical") or (absolute(request.path) if request else ""))


@register.simple_tag
def absolute(url: str) -> str:
    """An address that also works outside the site: at the province's own name, whatever name the visitor came by.

    Every host answers with the same shop and media pages, so one of them is canonical; and a request whose name or scheme
    is forged is told nothing of it.
    """
    if not url or url.startswith(("http://", "https://")):
        return url
    return settings.SITE_ORIGIN + url


@register.simple_tag
def address(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a view, or nothing while no room offers it: the part that links there then stays away."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


# Calendar -------------------------------------------------------------------------------------------------------------
@register.filter
def hari_pendek(day: date) -> str:
    """``Min``, ``Sun``."""
    return clock.short_day_words(day, language()).split()[0]


@register.filter
def bulan_pendek(day: date) -> str:
    """``Nov``."""
    return clock.short_day_words(day, language()).split()[-1]


@register.filter
def bulan(day: date) -> str:
    """``November 2026``."""
    return " ".join(clock.day_words(day, language()).split()[-2:])


@register.simple_tag
def weekdays() -> list[str]:
    """Monday to Sunday, short."""
    return [hari_pendek(date(2024, 1, day)) for day in range(1, 8)]  # 1 January 2024 was a Monday


@register.filter
def date_label(choice: DateChoice) -> str:
    """A day of the calendar in full words, for those who hear it."""
    parts = [tanggal(choice.day)]
    if choice.reason:
        parts.append(str(choice.reason))
    elif choice.price is not None:
        parts.append(rupiah(choice.price))
    return ", ".join(parts)


@register.simple_tag
def today() -> date:
    """The day it is in WIB."""
    return clock.day_of(timezone.now())


@register.simple_tag
def frame_assets() -> SafeString:
    """Styles and scripts for the page that says something broke; none of them if they are what broke."""
    try:
        return SafeString(vite_asset("src/main.ts"))
    except (RuntimeError, ValueError):
        return SafeString("")
