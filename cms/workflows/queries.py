"""What waits for an editor: facts to check, translations left behind, closures in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, OuterRef, Subquery
from django.urls import reverse
from wagtail.models import Page

from cms.pages.models import DestinationPage, RegionHome
from cms.tenancy.models import Role
from cms.tenancy.queries import regions_of
from tourism.destinations.facts import completeness
from tourism.destinations.models import Closure, Destination
from tourism.regions.models import Region

# Who may declare a place closed.
CLOSERS = frozenset({Role.EDITOR, Role.MODERATOR})
# Facts older than this are asked for again.
STALE = timedelta(days=180)


@dataclass(frozen=True)
class FactsToCheck:
    """A place some of whose facts are unknown or old."""

    name: str
    url: str
    known: int
    total: int
    percent: int
    missing: str
    checked_at: datetime | None


def closable_destinations(user: Any) -> Any:
    """The destinations an account may declare closed, as a query set."""
    regions = regions_of(user, roles=CLOSERS)
    return (
        Destination.objects.published()
        .filter(region__in=regions)
        .select_related("region")
        .defer("region__boundary")
        .order_by("name")
    )


def closures_for(user: Any, *, now: datetime) -> list[Closure]:
    """Closures of these destinations that are in force or still to come, newest first."""
    standing = Closure.objects.filter(
        destination__in=closable_destinations(user).order_by(), lifted_at__isnull=True
    ).exclude(ends_at__lte=now)
    return list(
        standing.select_related("destination", "destination__region")
        .defer("destination__region__boundary")
        .order_by("-declared_at", "-pk")
    )


def facts_to_check(regions: Sequence[Region], *, now: datetime, limit: int = 6) -> tuple[list[FactsToCheck], int]:
    """Places with the least known facts first, and how many there are in all: two queries."""
    rows: list[Any] = list(
        Destination.objects.published().filter(region__in=regions).annotate(tariff_count=Count("tariffs"))
    )
    lacking = []
    for row in rows:
        found = completeness(row, tariffs=row.tariff_count)
        if found.known < found.total or row.checked_at is None or row.checked_at < now - STALE:
            lacking.append((found, row))
    lacking.sort(key=lambda pair: (pair[0].known, pair[1].name))
    pages = dict(
        DestinationPage.objects.filter(
            translation_key__in=[row.translation_key for _found, row in lacking[:limit]],
            locale__language_code=settings.LANGUAGE_CODE,
        ).values_list("translation_key", "pk")
    )
    shown = [
        FactsToCheck(
            name=row.name,
            url=reverse("wagtailadmin_pages:edit", args=[pages[row.translation_key]]),
            known=found.known,
            total=found.total,
            percent=found.percent,
            missing=", ".join(str(label) for label in found.missing[:4]),
            checked_at=row.checked_at,
        )
        for found, row in lacking[:limit]
        if row.translation_key in pages
    ]
    return shown, len(lacking)


def behind_in_translation(regions: Sequence[Region]) -> list[Page]:
    """Live Indonesian pages of these regions whose English twin is missing, not live or older: two queries."""
    paths = RegionHome.objects.filter(region__in=regions, locale__language_code=settings.LANGUAGE_CODE).values_list(
        "path", flat=True
    )
    twins = Page.objects.filter(translation_key=OuterRef("translation_key"), live=True).exclude(
        locale=OuterRef("locale")
    )
    pages = Page.objects.filter(live=True, locale__language_code=settings.LANGUAGE_CODE).annotate(
        twin_published_at=Subquery(twins.values("last_published_at")[:1])
    )
    behind = pages.filter(twin_published_at__isnull=True) | pages.filter(twin_published_at__lt=F("last_published_at"))
    below = tuple(paths)
    return (
        [page for page in behind.order_by("-last_published_at", "pk") if page.path.startswith(below)] if below else []
    )
