"""The first pages of the province and of a region."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from wagtail.models import Page

from cms.branding.models import Brand
from cms.media.queries import pictures
from cms.pages import trade
from cms.pages.cards import EventCard, event_card
from cms.pages.context.frame import place_cards
from cms.pages.context.notices import said
from cms.pages.links import addresses
from foundation.clock import day_of
from tourism.destinations.models import Destination
from tourism.destinations.queries import DestinationCard, StateKind, cards
from tourism.events.queries import upcoming
from tourism.hazards.queries import outlook
from tourism.regions.models import Region

ONE_DAY = timedelta(days=1)
WEEK = timedelta(days=7)
FRESH = timedelta(days=30)


@dataclass(frozen=True)
class Today:
    """How things stand today, each number with what it counts."""

    places: int
    open_now: int
    to_check: int
    events: int


@dataclass(frozen=True)
class Teaser:
    """A story on a first page."""

    url: str
    title: str
    intro: str
    place: str
    picture: Any
    sample: bool


def province_home(page: Any, *, now: datetime) -> dict[str, Any]:
    """Places of the day, events, products, a story."""
    language = page.language
    found = cards(Destination.objects.published().order_by("pk"), moment=now)
    chosen = of_the_day(found, day=day_of(now).toordinal(), count=5)
    ahead = events_ahead(now=now, language=language, region_id=None)
    return {
        "today": Today(
            places=len(found),
            # Only what was checked lately is worth a promise.
            open_now=sum(
                card.state.kind == StateKind.OPEN and card.checked_at is not None and card.checked_at > now - FRESH
                for card in found
            ),
            to_check=sum(
                card.state.kind in {StateKind.CLOSED, StateKind.PARTLY_CLOSED, StateKind.CAUTION} for card in found
            ),
            events=sum(event.day <= day_of(now + WEEK) for event in ahead),
        ),
        "now": now,
        "places": place_cards(chosen, language=language, with_region=True),
        "events": ahead[:4],
        "events_url": index_url("EventIndexPage", page),
        "tickets": trade.tickets_in(region_code=None, language=language, now=now, limit=3),
        "goods": trade.goods_in(region_code=None, language=language, now=now, limit=4),
        "region_count": Region.objects.regencies().count(),
        "outlook": said(outlook(moment=now, everywhere=True), language=language),
        "story": newest_story(page),
    }


def region_home(page: Any, *, now: datetime) -> dict[str, Any]:
    """Three things to do, places, tickets, events, makers, and how to get here."""
    language, region_id = page.language, page.region_id
    found = cards(Destination.objects.published().of_region(region_id).order_by("pk"), moment=now)
    brand = Brand.objects.filter(region_id=region_id).first()
    code = page.region.code
    return {
        "brand": brand,
        "tagline": (brand.tagline(language) if brand else "") or page.lead,
        "now": now,
        "things": things(page),
        "place_count": len(found),
        "places": place_cards(
            of_region_first(found, region_id)[:4], language=language, with_region=False, summary=True
        ),
        "places_url": index_url("DestinationIndexPage", page),
        "tickets": trade.tickets_in(region_code=code, language=language, now=now, limit=3),
        "events": events_ahead(now=now, language=language, region_id=region_id)[:4],
        "events_url": index_url("EventIndexPage", page),
        "goods": trade.goods_in(region_code=code, language=language, now=now, limit=4),
        "outlook": said(outlook(moment=now, region_id=region_id), language=language),
        "story": newest_story(page),
    }


def of_the_day(found: list[DestinationCard], *, day: int, count: int) -> list[DestinationCard]:
    """Places to show today, the same for everybody: from different regions, with a picture, none that is closed."""
    fit = [
        card for card in found if card.picture and card.state.kind not in {StateKind.CLOSED, StateKind.PARTLY_CLOSED}
    ]
    by_region: dict[str, list[DestinationCard]] = {}
    for card in fit:
        by_region.setdefault(card.region_code, []).append(card)
    codes = sorted(by_region)
    turned = codes[day % len(codes) :] + codes[: day % len(codes)] if codes else []
    return [by_region[code][day % len(by_region[code])] for code in turned[:: max(1, len(turned) // count)][:count]]


def of_region_first(found: list[DestinationCard], region_id: int) -> list[DestinationCard]:
    """The region's own places before those that only reach into it; with a picture and open before others."""
    return sorted(
        found,
        key=lambda card: (card.region_id != region_id, card.state.kind == StateKind.CLOSED, not card.picture, card.pk),
    )


def events_ahead(*, now: datetime, language: str, region_id: int | None) -> list[EventCard]:
    """The coming dates that have a live page."""
    found = upcoming(now=now, region_id=region_id, limit=30)
    known = addresses("EventPage", {card.translation_key for card in found}, language=language)
    shown: dict[str, EventCard] = {}
    dates: list[EventCard] = []
    for date in found:
        if date.translation_key not in known:
            continue
        card = event_card(date, known[date.translation_key], language=language, with_region=region_id is None)
        before = shown.get(card.url)
        # Days on end are one entry, "until" its last day.
        if before is not None and card.day <= (before.last_day or before.day) + ONE_DAY and card.place == before.place:
            dates[dates.index(before)] = card = replace(before, last_day=card.last_day or card.day)
        else:
            dates.append(card)
        shown[card.url] = card
    return dates


def index_url(model_name: str, home: Page) -> str:
    """Where a list under this home is, or nothing."""
    index = apps.get_model("pages", model_name).objects.child_of(home).live().select_related("locale").first()
    return (index.full_url or "") if index else ""


def newest_story(home: Page) -> Teaser | None:
    """The story published last, here or below."""
    stories = apps.get_model("pages", "StoryPage").objects.descendant_of(home).live()
    story = stories.select_related("locale").order_by("-first_published_at", "-pk").first()
    return teasers([story])[0] if story else None


def teasers(stories: Iterable[Any]) -> list[Teaser]:
    """Stories with their pictures and their regions' names."""
    rows = list(stories)
    if not rows:
        return []
    shown = pictures([story.picture_id for story in rows], language=rows[0].language)
    names = region_names(rows)
    return [
        Teaser(
            url=story.full_url or "",
            title=story.title,
            intro=story.intro,
            place=names.get(story.pk, ""),
            picture=shown.get(story.picture_id or 0),
            sample=story.is_sample,
        )
        for story in rows
    ]


def region_names(pages: Iterable[Page]) -> dict[int, str]:
    """The short name of the region each page lies in; nothing for pages of the province. One query."""
    rows = list(pages)
    homes = apps.get_model("pages", "RegionHome").objects.filter(locale_id__in={page.locale_id for page in rows})
    by_path = dict(homes.values_list("path", "region__short_name"))
    return {page.pk: next((name for path, name in by_path.items() if page.path.startswith(path)), "") for page in rows}


def things(page: Any) -> list[dict[str, Any]]:
    """Three things to do, each with where it leads."""
    found = []
    for block in page.things:
        target, slug = block.value.get("page"), str(block.value.get("listing") or "").strip("/ ")
        url = ""
        if target is not None:
            url = target.localized.full_url or ""
        elif slug:
            prefix = "" if page.language == settings.LANGUAGE_CODE else f"/{page.language}"
            url = f"{prefix}/{slug if '/' in slug else 'produk/' + slug}/"
        found.append({"title": block.value["title"], "note": block.value.get("note", ""), "url": url})
    return found
