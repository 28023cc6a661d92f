"""Destinations as documents."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import override

from cms.media.queries import light_pictures
from foundation.clock import day_of
from search.documents.content import ANY_DAY, Content, Words
from search.documents.places import line, names_of
from search.documents.sources import Source, own_key
from search.results import Kind
from tourism.destinations.facts import GRAVITY, Category, ClosureKind
from tourism.destinations.models import Closure, Destination

# A place is what most people look for; one whose facts somebody checked, and a world heritage, a little more.
PLACE, CHECKED, HERITAGE = 3.0, 1.0, 2.0
BADGES = {ClosureKind.FULL: "closed", ClosureKind.PARTIAL: "partly_closed", ClosureKind.CAUTION: "caution"}


def load(ids: Sequence[int]) -> Mapping[int, Content]:
    """Published destinations."""
    rows = list(
        Destination.objects.published()
        .filter(pk__in=ids)
        .select_related("region", "village__parent__parent")
        .defer(
            "region__boundary", "village__boundary", "village__parent__boundary", "village__parent__parent__boundary"
        )
        .prefetch_related("also_in")
    )
    closures = in_force(ids)
    light = light_pictures(row.share_picture for row in rows)
    return {row.pk: content(row, closures.get(row.pk), light=light.get(row.share_picture, "")) for row in rows}


def in_force(ids: Iterable[int]) -> dict[int, Closure]:
    """The gravest closure in force of each destination: begun and not ended, as the other rooms were told."""
    gravest: dict[int, Closure] = {}
    told = Closure.objects.filter(begin_told_at__isnull=False, end_told_at__isnull=True, lifted_at__isnull=True)
    for closure in told.filter(destination_id__in=ids).order_by("pk"):
        known = gravest.get(closure.destination_id)
        if known is None or GRAVITY[ClosureKind(closure.kind)] > GRAVITY[ClosureKind(known.kind)]:
            gravest[closure.destination_id] = closure
    return gravest


def content(row: Destination, closure: Closure | None, *, light: str = "") -> Content:
    """A destination whose region and village are loaded, with the path of its picture's light twin."""
    category = category_name(row.category)
    is_closed = closure is not None and closure.kind == ClosureKind.FULL
    places = [*names_of(row.village), row.region.name, row.region.short_name]
    for region in row.also_in.all():
        places += [region.name, region.short_name]
    badge, badge_day = badge_of(closure)
    if not badge:
        badge, badge_day = ("checked", day_of(row.checked_at).isoformat()) if row.checked_at else ("unchecked", "")
    where = line(row.village.name if row.village else "", row.region.short_name)
    return Content(
        kind=Kind.DESTINATION,
        title=Words(row.name),
        link=f"page:{row.translation_key}",
        summary=Words(row.summary_id, row.summary_en),
        body=Words(line(row.address, row.hazard_id), row.hazard_en),
        region=row.region.code,
        region_name=row.region.short_name,
        place=Words(where, where),
        places=tuple(dict.fromkeys(places)),
        category=row.category,
        category_name=category,
        labels=Words(f"wisata {row.category.replace('_', ' ').lower()}", "sight"),
        picture=row.share_picture,
        picture_light=light,
        badge=badge,
        badge_day=badge_day,
        lat=row.latitude,
        lon=row.longitude,
        days=() if is_closed else (ANY_DAY,),
        popularity=PLACE + CHECKED * bool(row.checked_at) + HERITAGE * row.is_world_heritage,
        created=row.published_at.isoformat() if row.published_at else "",
        is_sample=row.is_sample,
    )


def badge_of(closure: Closure | None) -> tuple[str, str]:
    """The badge of a closure, and the day it lasts until, if one is known."""
    if closure is None:
        return "", ""
    return BADGES[ClosureKind(closure.kind)], day_of(closure.ends_at).isoformat() if closure.ends_at else ""


def category_name(category: str) -> Words:
    """A category in both languages."""
    label = Category(category).label
    with override("id"):
        indonesian = str(label)
    with override("en"):
        return Words(indonesian, str(label))


def all_ids() -> Iterable[int]:
    """Every published destination."""
    return Destination.objects.published().values_list("pk", flat=True)


SOURCE = Source(
    name="destination",
    load=load,
    all_ids=all_ids,
    topics=dict.fromkeys(("destination.changed", "destination.closed", "destination.reopened"), own_key),
)
