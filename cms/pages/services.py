"""Making pages in both languages. Every function is safe to repeat: a page that is there already stays as it is.

Both pages are published at once and their facts copied to ``tourism`` (see ``receivers``); ``hand_over_translations``, a
task of every ten minutes, tells wagtail-localize of them, so that editors go on translating segment by segment.
A command that makes many pages wraps them in ``pairs.without_admin_indexes`` and calls ``rebuild_admin_indexes`` once.

A body is a list of blocks: ``("text", "<p>...</p>")``, ``("quote", {"text": ..., "who": ...})``,
``("picture", {"image": image, "caption": ...})``, ``("gallery", {"images": [image, ...], "caption": ...})``,
``("place", {"page": destination_page})``, ``("listing", {"listing": slug})``. English bodies have the same blocks in the same order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import sleep
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Locale, Page

from cms.media.models import Image
from cms.media.services import make_share_picture
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
from cms.pages.pairs import add_pair, hand_over, keep_block_ids, not_handed_over
from cms.pages.receivers import on_published
from tourism.regions.models import Region

type Body = Sequence[tuple[str, Any]]
# Seconds between two pages of a long batch: SQLite has one writer and no queue, and visitors want their turn.
PAUSE = 0.05


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
    titles, slugs = {"id": title_id, "en": title_en}, {"id": "provinsi", "en": "province"}

    def build(code: str) -> ProvinceHome:
        return ProvinceHome(title=titles[code], slug=slugs[code], region=region, is_sample=is_sample)

    home: ProvinceHome = add_pair(root, build, now=now)
    return home


@transaction.atomic
def ensure_region_home(*, region: Region, province: ProvinceHome, is_sample: bool = False, now: datetime) -> RegionHome:
    """The first page of a kabupaten or kota in both languages, with its lists of places, events, stories and trips."""
    home = RegionHome.objects.filter(region=region, locale=province.locale).first()
    if home is None:

        def build(code: str) -> RegionHome:
            return RegionHome(title=region.short_name, slug=region.slug, region=region, is_sample=is_sample)

        home = add_pair(province, build, now=now)
    ensure_indexes(home, INDEXES, now=now)
    return home


# The lists under a home: kind, then title and slug in each language.
type Index = tuple[type[Page], Mapping[str, tuple[str, str]]]
INDEXES: Sequence[Index] = (
    (DestinationIndexPage, {"id": ("Tempat", "tempat"), "en": ("Places", "places")}),
    (EventIndexPage, {"id": ("Acara", "acara"), "en": ("Events", "events")}),
    (StoryIndexPage, {"id": ("Cerita", "cerita"), "en": ("Stories", "stories")}),
    (TripIndexPage, {"id": ("Perjalanan", "perjalanan"), "en": ("Trips", "trips")}),
)


def ensure_indexes(home: Page, indexes: Sequence[Index], *, now: datetime) -> None:
    """The lists under a home, in both languages."""
    for model, words in indexes:
        if not model.objects.child_of(home).exists():
            add_pair(home, partial(index_page, model, words), now=now)


def index_page(model: type[Page], words: Mapping[str, tuple[str, str]], code: str) -> Page:
    """An unsaved list in a language."""
    title, slug = words[code]
    return model(title=title, slug=slug)


def index_under(model: type[Page], home: Page, *, now: datetime) -> Page:
    """The list of one kind under a home, made in both languages if it is not there."""
    ensure_indexes(home, [row for row in INDEXES if row[0] is model], now=now)
    return model.objects.child_of(home).get()


@transaction.atomic
def set_home_content(
    *, home: ProvinceHome | RegionHome, words_id: HomeWords, words_en: HomeWords, picture_id: int | None, now: datetime
) -> None:
    """Fill a home page in both languages and publish it. Meant for an empty one: a home that has content stays as it is."""
    if home.things or home.sections or home.ways or home.picture_id:
        return
    english = home.get_translation(locales()[1])
    for page, words in ((home, words_id), (english, words_en)):
        page.picture_id = picture_id
        fill_home(page, words)
        if page is english:
            keep_block_ids(home, page)
        page.save()
        on_published(type(page), page)


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
    bodies = {"id": body_id, "en": body_en or body_id}

    def build(code: str) -> DestinationPage:
        page = DestinationPage(
            title=name, slug=slug, picture_id=picture_id, is_sample=is_sample, body=list(bodies[code]), **facts
        )
        page.tariff_rows = [PageTariff(**row) for row in tariffs]  # type: ignore[misc]
        return page

    made: DestinationPage = add_pair(index_under(DestinationIndexPage, home, now=now), build, now=now)
    return made


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
    bodies = {"id": body_id, "en": body_en or body_id}
    titles = {"id": name, "en": facts.get("name_en") or name}

    def build(code: str) -> EventPage:
        page = EventPage(
            title=titles[code], slug=slug, picture_id=picture_id, is_sample=is_sample, body=list(bodies[code]), **facts
        )
        page.occurrence_rows = [PageOccurrence(**row) for row in occurrences]  # type: ignore[misc]
        return page

    made: EventPage = add_pair(index_under(EventIndexPage, home, now=now), build, now=now)
    return made


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
    bodies = {"id": body_id, "en": body_en or body_id}
    titles = {"id": name, "en": facts.get("name_en") or name}

    def build(code: str) -> TripPage:
        page = TripPage(
            title=titles[code], slug=slug, picture_id=picture_id, is_sample=is_sample, body=list(bodies[code]), **facts
        )
        page.stop_rows = [PageStop(**row) for row in stops]  # type: ignore[misc]
        return page

    made: TripPage = add_pair(index_under(TripIndexPage, home, now=now), build, now=now)
    return made


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
    words = {"id": words_id, "en": words_en}

    def build(code: str) -> StoryPage:
        page = StoryPage(byline=byline, picture_id=picture_id, is_sample=is_sample)
        fill_words(page, words[code])
        return page

    # The search shows the picture in lists from the first moment on.
    make_share_picture(Image.objects.filter(pk=picture_id).first())
    made: StoryPage = add_pair(index_under(StoryIndexPage, home, now=now), build, now=now)
    return made


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
    words = {"id": words_id, "en": words_en}

    def build(code: str) -> InfoPage:
        page = InfoPage(picture_id=picture_id, is_sample=is_sample)
        fill_words(page, words[code])
        return page

    made: InfoPage = add_pair(home, build, now=now)
    return made


def fill_words(page: StoryPage | InfoPage, words: Words) -> None:
    """Put words into a page, unsaved."""
    page.title, page.intro, page.search_description = words.title, words.lead, words.description
    page.slug, page.body = words.slug or slugify(words.title), list(words.body)


def hand_over_translations(*, limit: int = 50) -> int:
    """Tell wagtail-localize of pages whose twin it does not know, a transaction each; returns how many there were."""
    pairs = list(not_handed_over(limit=limit))
    for page, twin in pairs:
        with transaction.atomic():
            hand_over(page, twin)
        sleep(PAUSE)
    return len(pairs)
