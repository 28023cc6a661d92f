"""Making pages in both languages. Every function is safe to repeat: a page that is there already stays as it is.

The Indonesian page is published, then translated: the English one is made through wagtail-localize, so that editors
go on translating it segment by segment. Publishing copies facts to ``tourism`` (see ``receivers``).

A body is a list of blocks: ``("text", "<p>...</p>")``, ``("quote", {"text": ..., "who": ...})``,
``("picture", {"image": image, "caption": ...})``, ``("gallery", {"images": [image, ...], "caption": ...})``,
``("place", {"page": destination_page})``, ``("listing", {"listing": slug})``. English bodies have the same blocks in the same order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import Locale, Page

from cms.pages.models import (
    DestinationIndexPage,
    DestinationPage,
    EventIndexPage,
    EventPage,
    InfoPage,
    PageOccurrence,
    PageStop,
    PageTariff,
    ProvinceHome,
    RegionHome,
    StoryIndexPage,
    StoryPage,
    TripIndexPage,
    TripPage,
)
from cms.pages.translations import translate
from tourism.regions.models import Region

type Body = Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class Words:
    """The words of a page in one language. ``lead`` is the intro of a story, the line under a home's title."""

    title: str
    slug: str = ""
    lead: str = ""
    body: Body = ()
    description: str = ""


@dataclass(frozen=True)
class HomeWords:
    """The words of a home page in one language.

    ``things``: {"title", "note", "page" (a page or None), "listing" (a slug or "")}, at most three.
    ``ways``: {"kind" (bus, ship, plane, footprints), "title", "text"}.
    """

    title: str
    lead: str = ""
    things: Sequence[Mapping[str, Any]] = ()
    ways: Sequence[Mapping[str, Any]] = ()
    sections: Body = field(default_factory=list)


def locales() -> tuple[Locale, Locale]:
    """The Indonesian and the English locale, made if they are not there."""
    found = [Locale.objects.get_or_create(language_code=code)[0] for code, _name in settings.LANGUAGES]
    return found[0], found[1]


@transaction.atomic
def ensure_province_home(
    *, region: Region, title_id: str, title_en: str, is_sample: bool = False, now: datetime
) -> ProvinceHome:
    """The province's first page in both languages, right under the root; returns the Indonesian one."""
    existing = ProvinceHome.objects.filter(region=region, locale=locales()[0]).first()
    if existing is not None:
        return existing
    root = Page.get_first_root_node()
    # Wagtail's welcome page, as its first migration made it, would keep the default site.
    welcome = root.get_children().filter(slug="home", content_type=ContentType.objects.get_for_model(Page)).first()
    if welcome is not None:
        welcome.delete()
    home = ProvinceHome(title=title_id, slug="provinsi", region=region, locale=locales()[0], is_sample=is_sample)
    add(root, home)
    translate(home, title=title_en, slug="province")
    return home


@transaction.atomic
def ensure_region_home(*, region: Region, province: ProvinceHome, is_sample: bool = False, now: datetime) -> RegionHome:
    """The first page of a kabupaten or kota in both languages, with its lists of places, events, stories and trips."""
    home = RegionHome.objects.filter(region=region, locale=province.locale).first()
    if home is None:
        home = RegionHome(
            title=region.short_name, slug=region.slug, region=region, locale=province.locale, is_sample=is_sample
        )
        add(province, home)
        translate(home, title=region.short_name)
    ensure_indexes(home, INDEXES)
    return home


# The lists under a home: kind, then title and slug in each language.
INDEXES: Sequence[tuple[type[Page], tuple[str, str], tuple[str, str]]] = (
    (DestinationIndexPage, ("Tempat", "tempat"), ("Places", "places")),
    (EventIndexPage, ("Acara", "acara"), ("Events", "events")),
    (StoryIndexPage, ("Cerita", "cerita"), ("Stories", "stories")),
    (TripIndexPage, ("Perjalanan", "perjalanan"), ("Trips", "trips")),
)


def ensure_indexes(home: Page, indexes: Sequence[tuple[type[Page], tuple[str, str], tuple[str, str]]]) -> None:
    """The lists under a home, in both languages."""
    for model, (title_id, slug_id), (title_en, slug_en) in indexes:
        if not model.objects.child_of(home).exists():
            page = model(title=title_id, slug=slug_id, locale=home.locale)
            add(home, page)
            translate(page, title=title_en, slug=slug_en)


def index_under(model: type[Page], home: Page) -> Page:
    """The list of one kind under a home, made in both languages if it is not there."""
    if not model.objects.child_of(home).exists():
        ensure_indexes(home, [row for row in INDEXES if row[0] is model])
    return model.objects.child_of(home).get()


def add(parent: Page, page: Page) -> None:
    """Put a new page under its parent and publish it, so that its facts are copied."""
    # The caller's instance may be older than the tree.
    parent.refresh_from_db(fields=["path", "depth", "numchild", "url_path"])
    page.live = False
    parent.add_child(instance=page)
    page.save_revision(clean=False).publish()
    page.refresh_from_db()


@transaction.atomic
def set_home_content(
    *, home: ProvinceHome | RegionHome, words_id: HomeWords, words_en: HomeWords, picture_id: int | None, now: datetime
) -> None:
    """Fill a home page in both languages and publish it. Meant for an empty one: a home that has content stays as it is."""
    if home.things or home.sections or home.ways or home.picture_id:
        return
    home.picture_id = picture_id
    fill_home(home, words_id)
    home.save_revision(clean=False).publish()
    home.refresh_from_db()
    translate(home, title=words_en.title, change=lambda twin: fill_home(twin, words_en))


def fill_home(home: ProvinceHome | RegionHome, words: HomeWords) -> None:
    """Put words into a home page, unsaved."""
    home.title, home.lead = words.title, words.lead
    home.things = [("thing", dict(thing)) for thing in words.things]
    home.ways = [("way", dict(way)) for way in words.ways]
    home.sections = list(words.sections)


@transaction.atomic
def create_destination_page(
    *,
    home: RegionHome,
    slug: str,
    name: str,
    facts: Mapping[str, Any],
    tariffs: Sequence[Mapping[str, Any]] = (),
    body_id: Body = (),
    body_en: Body = (),
    picture_id: int | None = None,
    is_sample: bool = False,
    now: datetime,
) -> DestinationPage:
    """A destination in both languages, published; its row is ``Destination.objects.get(translation_key=page.translation_key)``.

    :param home: the Indonesian home of the region it lies in.
    :param facts: fields of ``tourism.destinations.facts.DestinationFacts`` that are known; ``village`` as a row or ``village_id``.
    :param tariffs: fields of ``TariffFacts``; only with their legal basis.
    """
    existing = DestinationPage.objects.descendant_of(home).filter(slug=slug).first()
    if existing is not None:
        return existing
    page = DestinationPage(
        title=name,
        slug=slug,
        locale=home.locale,
        picture_id=picture_id,
        is_sample=is_sample,
        body=list(body_id),
        **facts,
    )
    page.tariff_rows = [PageTariff(**row) for row in tariffs]
    add(index_under(DestinationIndexPage, home), page)
    translate(page, title=name, change=lambda twin: set_body(twin, body_en))
    return page


@transaction.atomic
def create_event_page(
    *,
    home: RegionHome | ProvinceHome,
    slug: str,
    name: str,
    facts: Mapping[str, Any],
    occurrences: Sequence[Mapping[str, Any]],
    body_id: Body = (),
    body_en: Body = (),
    picture_id: int | None = None,
    is_sample: bool = False,
    now: datetime,
) -> EventPage:
    """An event in both languages, published.

    :param facts: fields of ``tourism.events.facts.EventFacts``; ``name_en`` is its English title, ``venue`` a ``Destination``.
    :param occurrences: fields of ``OccurrenceFacts``: {"starts_at", "ends_at", "status", ...}, times with their zone.
    """
    existing = EventPage.objects.descendant_of(home).filter(slug=slug).first()
    if existing is not None:
        return existing
    page = EventPage(
        title=name,
        slug=slug,
        locale=home.locale,
        picture_id=picture_id,
        is_sample=is_sample,
        body=list(body_id),
        **facts,
    )
    page.occurrence_rows = [PageOccurrence(**row) for row in occurrences]
    add(index_under(EventIndexPage, home), page)
    translate(page, title=page.name_en or name, change=lambda twin: set_body(twin, body_en))
    return page


@transaction.atomic
def create_trip_page(
    *,
    home: RegionHome | ProvinceHome,
    slug: str,
    name: str,
    facts: Mapping[str, Any],
    stops: Sequence[Mapping[str, Any]],
    body_id: Body = (),
    body_en: Body = (),
    picture_id: int | None = None,
    is_sample: bool = False,
    now: datetime,
) -> TripPage:
    """A trip in both languages, published.

    :param facts: fields of ``tourism.trips.facts.TripFacts``; ``name_en`` is its English title.
    :param stops: fields of ``StopFacts`` in order: {"day", "destination" (a ``Destination``), "label_id", "label_en", "minutes"}.
    """
    existing = TripPage.objects.descendant_of(home).filter(slug=slug).first()
    if existing is not None:
        return existing
    page = TripPage(
        title=name,
        slug=slug,
        locale=home.locale,
        picture_id=picture_id,
        is_sample=is_sample,
        body=list(body_id),
        **facts,
    )
    page.stop_rows = [PageStop(**row) for row in stops]
    add(index_under(TripIndexPage, home), page)
    translate(page, title=page.name_en or name, change=lambda twin: set_body(twin, body_en))
    return page


@transaction.atomic
def create_story_page(
    *,
    home: RegionHome | ProvinceHome,
    words_id: Words,
    words_en: Words,
    byline: str = "",
    picture_id: int | None = None,
    is_sample: bool = False,
    now: datetime,
) -> StoryPage:
    """A story in both languages, published. ``words_id.slug`` is needed, ``words_en.slug`` is taken from the English title if blank."""
    existing = StoryPage.objects.descendant_of(home).filter(slug=words_id.slug).first()
    if existing is not None:
        return existing
    page = StoryPage(slug=words_id.slug, locale=home.locale, byline=byline, picture_id=picture_id, is_sample=is_sample)
    fill_words(page, words_id)
    add(index_under(StoryIndexPage, home), page)
    translate(page, title=words_en.title, slug=words_en.slug, change=lambda twin: fill_words(twin, words_en))
    return page


@transaction.atomic
def create_info_page(
    *,
    home: RegionHome | ProvinceHome,
    words_id: Words,
    words_en: Words,
    picture_id: int | None = None,
    is_sample: bool = False,
    now: datetime,
) -> InfoPage:
    """A page of plain information in both languages, right under a home, published."""
    existing = InfoPage.objects.child_of(home).filter(slug=words_id.slug).first()
    if existing is not None:
        return existing
    page = InfoPage(slug=words_id.slug, locale=home.locale, picture_id=picture_id, is_sample=is_sample)
    fill_words(page, words_id)
    add(home, page)
    translate(page, title=words_en.title, slug=words_en.slug, change=lambda twin: fill_words(twin, words_en))
    return page


def fill_words(page: StoryPage | InfoPage, words: Words) -> None:
    """Put words into a page, unsaved."""
    page.title, page.intro, page.search_description, page.body = (
        words.title,
        words.lead,
        words.description,
        list(words.body),
    )


def set_body(page: DestinationPage | EventPage | TripPage, body: Body) -> None:
    """Put another body into a page, unsaved; without one it stays."""
    if body:
        page.body = list(body)
