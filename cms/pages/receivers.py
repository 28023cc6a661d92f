"""Copying facts to ``tourism`` when pages are published, unpublished, moved or deleted; one receiver each.

Wagtail sends these signals in the page's own transaction (``BasePage.publish``), so facts and page never part.
Every change of a page is told through the outbox as ``page.changed``, keyed by the page.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models.signals import pre_delete
from django.utils import timezone
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from cms.media.services import make_share_picture
from cms.pages.models import BasePage, DestinationPage, EventPage, TripPage
from foundation.outbox.services import publish
from tourism.destinations import services as destinations
from tourism.destinations.facts import TARIFF_FIELDS, DestinationFacts
from tourism.events import services as events
from tourism.events.facts import OCCURRENCE_FIELDS, EventFacts
from tourism.trips import services as trips
from tourism.trips.facts import STOP_FIELDS, TripFacts


def connect() -> None:
    """Listen to Wagtail; called once, when the app is ready."""
    page_published.connect(on_published, dispatch_uid="pages.published")
    page_unpublished.connect(on_unpublished, dispatch_uid="pages.unpublished")
    post_page_move.connect(on_moved, dispatch_uid="pages.moved")
    pre_delete.connect(on_deleted, sender=Page, dispatch_uid="pages.deleted")


def on_published(sender: type[Page], instance: Page, **_: Any) -> None:
    """Copy the facts of a page that is live now; a scheduled one is told when its time comes."""
    if not isinstance(instance, BasePage) or not instance.live:
        return
    now = timezone.now()
    copier = COPIERS.get(type(instance))
    if copier is not None and instance.is_source:
        copier(instance, now)
    follow_source(instance)
    tell(instance, now)


def on_unpublished(sender: type[Page], instance: Page, **_: Any) -> None:
    """Hide what the Indonesian page had published."""
    page = instance.specific
    if not isinstance(page, BasePage):
        return
    now = timezone.now()
    hider = HIDERS.get(type(page))
    if hider is not None and page.is_source:
        hider(translation_key=page.translation_key, now=now)
    tell(page, now)


def on_moved(sender: type[Page], instance: Page, **_: Any) -> None:
    """Let facts follow a page to its new region."""
    now = timezone.now()
    for page in Page.objects.descendant_of(instance, inclusive=True).specific():
        mover = MOVERS.get(type(page))
        if mover is not None and page.is_source:
            mover(translation_key=page.translation_key, region_id=page.home.region_id, slug=page.slug, now=now)
        if isinstance(page, BasePage):
            tell(page, now)


def on_deleted(sender: type[Page], instance: Page, **_: Any) -> None:
    """Hide what a deleted page had published: rows that tickets point to stay."""
    page = instance.specific
    hider = HIDERS.get(type(page))
    if hider is not None and page.is_source:
        hider(translation_key=page.translation_key, now=timezone.now())
    if isinstance(page, BasePage):
        tell(page, timezone.now())


def follow_source(page: BasePage) -> None:
    """Give both languages the Indonesian page's picture; its facts are shown from ``tourism``."""
    pair = type(page).objects.filter(translation_key=page.translation_key)
    source = page if page.is_source else pair.filter(locale__language_code=settings.LANGUAGE_CODE).first()
    if source is not None:
        pair.exclude(pk=source.pk).update(picture_id=source.picture_id, is_sample=source.is_sample)


def tell(page: BasePage, now: datetime) -> None:
    """Tell the rooms above that a page changed."""
    publish(
        topic="page.changed", key=page.pk, now=now, translation_key=str(page.translation_key), kind=type(page).__name__
    )


def columns(page: Any, abstract: type[Any]) -> dict[str, Any]:
    """The values of an abstract model's columns on a page, foreign keys by their key."""
    return {field.attname: getattr(page, field.attname) for field in abstract._meta.local_fields}


def rows(children: Any, names: Any) -> list[dict[str, Any]]:
    """The values of child rows, in order."""
    return [{name: getattr(child, name) for name in names} for child in children.all()]


def common(page: BasePage) -> dict[str, Any]:
    """What destinations, events and trips publish alike."""
    picture = page.picture
    return {
        "translation_key": page.translation_key,
        "region_id": page.home.region_id,
        "slug": page.slug,
        "name": page.title,
        "share_picture": make_share_picture(picture),
        "share_picture_alt_id": picture.alt_id if picture else "",
        "share_picture_alt_en": picture.alt_en if picture else "",
        "is_sample": page.is_sample,
    }


def copy_destination(page: DestinationPage, now: datetime) -> None:
    """Publish the facts of a place."""
    published = destinations.PublishedFacts(
        facts=columns(page, DestinationFacts), tariffs=rows(page.tariff_rows, TARIFF_FIELDS), **common(page)
    )
    destinations.publish_facts(published=published, now=now)


def copy_event(page: EventPage, now: datetime) -> None:
    """Publish an event and its dates."""
    published = events.PublishedEvent(
        facts=columns(page, EventFacts), occurrences=rows(page.occurrence_rows, OCCURRENCE_FIELDS), **common(page)
    )
    events.publish_event(published=published, now=now)


def copy_trip(page: TripPage, now: datetime) -> None:
    """Publish a trip and its stops."""
    published = trips.PublishedTrip(
        facts=columns(page, TripFacts), stops=rows(page.stop_rows, STOP_FIELDS), **common(page)
    )
    trips.publish_trip(published=published, now=now)


COPIERS: dict[type[Page], Callable[[Any, datetime], None]] = {
    DestinationPage: copy_destination,
    EventPage: copy_event,
    TripPage: copy_trip,
}
HIDERS: dict[type[Page], Callable[..., None]] = {
    DestinationPage: destinations.hide,
    EventPage: events.hide,
    TripPage: trips.hide,
}
MOVERS: dict[type[Page], Callable[..., None]] = {
    DestinationPage: destinations.relocate,
    EventPage: events.relocate,
    TripPage: trips.relocate,
}
