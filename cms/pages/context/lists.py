"""Lists of places, events, stories and trips of a region or of the province."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.http import HttpRequest

from cms.media.queries import pictures
from cms.pages.cards import Card, Place
from cms.pages.context.frame import cards_by_key, in_language
from cms.pages.context.homes import events_ahead, teasers
from cms.pages.links import addresses
from tourism.destinations.facts import Category
from tourism.destinations.models import Destination
from tourism.destinations.queries import cards
from tourism.trips.models import Trip


def destination_index(page: Any, request: HttpRequest, *, now: datetime) -> dict[str, Any]:
    """The places of a region, all or of one category, and on a map."""
    found = cards(Destination.objects.published().of_region(page.home.region_id).order_by("name"), moment=now)
    asked = request.GET.get("jenis", "")
    kinds = sorted({(card.category, card.category_label) for card in found}, key=lambda kind: kind[1])
    chosen = asked if asked in dict(kinds) else ""
    shown = [card for card in found if not chosen or card.category == chosen]
    by_key = cards_by_key(shown, language=page.language, with_region=False, summary=True)
    return {
        "cards": list(by_key.values()),
        "chips": category_chips(kinds, chosen=chosen, url=page.get_url(request) or ""),
        "chosen": Category(chosen).label if chosen else "",
        "points": [
            Place(
                title=card.name, latitude=card.latitude, longitude=card.longitude, url=by_key[card.translation_key].url
            )
            for card in shown
            if card.latitude is not None and card.longitude is not None and card.translation_key in by_key
        ],
    }


def category_chips(kinds: list[tuple[str, str]], *, chosen: str, url: str) -> list[dict[str, Any]]:
    """One chip per category; the chosen one leads back to all."""
    return [
        {
            "title": label[:1].upper() + label[1:],
            "url": url if value == chosen else f"{url}?jenis={value}",
            "current": value == chosen,
            "icon": "",
            "count": None,
        }
        for value, label in kinds
    ]


def event_index(page: Any, *, now: datetime) -> dict[str, Any]:
    """The coming dates."""
    region_id = None if page.home.is_province else page.home.region_id
    return {
        "events": events_ahead(now=now, language=page.language, region_id=region_id),
        "calendar_url": f"{page.full_url}{page.reverse_subpage('calendar')}",
    }


def story_index(page: Any) -> dict[str, Any]:
    """The stories: of this region, or of all."""
    stories = apps.get_model("pages", "StoryPage").objects.live().select_related("locale")
    stories = stories.descendant_of(page.get_parent()) if page.home.is_province else stories.child_of(page)
    rows = list(stories.order_by("-first_published_at", "-pk")[:60])
    return {
        "cards": [
            Card(
                url=teaser.url,
                title=teaser.title,
                place=teaser.place if page.home.is_province else "",
                notes=[teaser.intro],
                picture=teaser.picture,
                sample=teaser.sample,
            )
            for teaser in teasers(rows)
        ]
    }


def trip_index(page: Any) -> dict[str, Any]:
    """The trips: of this region, or of all."""
    trips = Trip.objects.filter(is_published=True)
    if not page.home.is_province:
        trips = trips.filter(region_id=page.home.region_id)
    rows = list(trips.order_by("name"))
    known = addresses("TripPage", [trip.translation_key for trip in rows], language=page.language)
    shown = pictures([address.picture_id for address in known.values()], language=page.language)
    cards_shown = []
    for trip in rows:
        address = known.get(str(trip.translation_key))
        if address is not None:
            title = trip.name_en or trip.name if page.language == "en" else trip.name
            notes = [in_language(trip, "summary", page.language)]
            cards_shown.append(
                Card(
                    url=address.url,
                    title=title,
                    notes=notes,
                    picture=shown.get(address.picture_id or 0),
                    sample=trip.is_sample,
                )
            )
    return {"cards": cards_shown}
