"""Pages of an event, a trip, a story and plain information."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.http import Http404

from cms.pages.cards import Badge, Card, Place, state_badge
from cms.pages.context.frame import cards_by_key, in_language
from cms.pages.context.homes import events_ahead, teasers
from foundation.clock import day_of
from tourism.destinations.models import Destination
from tourism.destinations.queries import StateKind, cards
from tourism.events.facts import OccurrenceStatus
from tourism.events.models import Event
from tourism.events.queries import OccurrenceCard, dates_of
from tourism.trips.models import Trip
from tourism.trips.queries import StopCard, stops_of


def event(page: Any, *, now: datetime) -> dict[str, Any]:
    """An event with its dates, where it is, and what else is on.

    :raises Http404: the event has not been published.
    """
    row = (
        Event.objects.filter(translation_key=page.translation_key)
        .select_related("venue", "region")
        .defer("region__boundary")
        .first()
    )
    if row is None:
        raise Http404
    language = page.language
    dates = dates_of(event=row, now=now)
    venue = (
        cards_by_key(
            cards(Destination.objects.published().filter(pk=row.venue_id), moment=now),
            language=language,
            with_region=True,
        )
        if row.venue_id
        else {}
    )
    return {
        "event": row,
        "title": row.name_en or row.name if language == "en" else row.name,
        "summary": in_language(row, "summary", language),
        "admission": in_language(row, "admission", language),
        "dates": dates,
        "next_date": dates[0] if dates else None,
        "is_over": bool(dates) and (dates[0].ends_at or dates[0].starts_at) < now,
        "date_lines": [(date, date_note(date, language), date_badge(date)) for date in dates],
        "venue_name": row.venue.name if row.venue else row.venue_text,
        "venue_card": next(iter(venue.values()), None),
        "points": venue_points(row, venue),
        "calendar_url": f"{page.full_url}{page.reverse_subpage('calendar')}",
        "others": [
            other
            for other in events_ahead(now=now, language=language, region_id=row.region_id)
            if other.url != page.full_url
        ][:3],
    }


def venue_points(row: Event, venue: dict[str, Card]) -> list[Place]:
    """The venue on the map, if it is a place we know."""
    place = row.venue
    if place is None or place.latitude is None or place.longitude is None:
        return []
    card = next(iter(venue.values()), None)
    return [Place(title=place.name, latitude=place.latitude, longitude=place.longitude, url=card.url if card else "")]


def date_note(date: OccurrenceCard, language: str) -> str:
    """What is said of one date."""
    return date.note_id if language == "id" else date.note_en


def date_badge(date: OccurrenceCard) -> Badge | None:
    """A date that is not as planned says so."""
    status = OccurrenceStatus(date.status)
    if status in {OccurrenceStatus.CANCELLED, OccurrenceStatus.POSTPONED}:
        return Badge(text=str(status.label).capitalize(), tone="stop")
    return Badge(text=str(status.label).capitalize(), tone="warn") if status == OccurrenceStatus.MOVED else None


def trip(page: Any, *, now: datetime) -> dict[str, Any]:
    """A trip by days, each stop with the state of its place now.

    :raises Http404: the trip has not been published.
    """
    row = Trip.objects.filter(translation_key=page.translation_key).first()
    if row is None:
        raise Http404
    language = page.language
    stops = stops_of(trip=row, moment=now)
    places = Destination.objects.published().filter(
        translation_key__in=[stop.destination_key for stop in stops if stop.destination_key]
    )
    known = cards_by_key(cards(places, moment=now), language=language, with_region=True)
    days: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for stop in stops:
        days[stop.day].append(stop_line(stop, known.get(stop.destination_key), language))
    return {
        "trip": row,
        "title": row.name_en or row.name if language == "en" else row.name,
        "summary": in_language(row, "summary", language),
        "days": sorted(days.items()),
        "points": [
            Place(
                title=stop.destination_name,
                latitude=stop.latitude,
                longitude=stop.longitude,
                url=known[stop.destination_key].url,
            )
            for stop in stops
            if stop.latitude is not None and stop.longitude is not None and stop.destination_key in known
        ],
        "warnings": [stop for stop in stops if stop.state is not None and stop.state.kind == StateKind.CLOSED],
    }


def stop_line(stop: StopCard, card: Card | None, language: str) -> dict[str, Any]:
    """One stop as it is shown."""
    state = stop.state
    wrong = state is not None and state.kind in {StateKind.CLOSED, StateKind.PARTLY_CLOSED, StateKind.CAUTION}
    return {
        "title": stop.destination_name or in_language(stop, "label", language),
        "note": in_language(stop, "label", language) if stop.destination_name else "",
        "url": card.url if card else "",
        "picture": card.picture if card else None,
        "minutes": stop.minutes,
        "badge": state_badge(state, language=language) if state is not None and wrong else None,
    }


def story(page: Any, *, now: datetime) -> dict[str, Any]:
    """What stands beside a story: when it was published, and the next one."""
    published = page.first_published_at
    siblings = (
        type(page)
        .objects.sibling_of(page, inclusive=False)
        .live()
        .select_related("locale")
        .order_by("-first_published_at", "-pk")
        if page.pk and page.path
        else []
    )
    return {
        "published": day_of(published) if published else None,
        "more": teasers(siblings[:3]) if page._meta.model_name == "storypage" and siblings else [],
    }
