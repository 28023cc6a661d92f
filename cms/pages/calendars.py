"""Calendar files of events."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse

from tourism.events.models import Event
from tourism.events.queries import calendar_file


def answer(events: list[Event], *, language: str, name: str, now: datetime) -> HttpResponse:
    """A calendar file to download or subscribe to."""
    text = calendar_file(events=events, language=language, domain=settings.SITE_DOMAIN, now=now)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}.ics"'
    response["Cache-Control"] = "public, max-age=600"
    return response


def calendar_of_page(page: Any, *, now: datetime) -> HttpResponse:
    """The calendar file of an event page."""
    event = Event.objects.published().filter(translation_key=page.translation_key).first()
    if event is None:
        raise Http404
    return answer([event], language=page.language, name=page.slug, now=now)


def calendar_of_region(page: Any, *, now: datetime) -> HttpResponse:
    """The calendar file of a region, or of the whole province."""
    events = Event.objects.published()
    if not page.home.is_province:
        events = events.filter(region_id=page.home.region_id)
    return answer(list(events), language=page.language, name=page.home.slug or "kalender", now=now)
