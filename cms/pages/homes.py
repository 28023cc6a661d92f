"""The home a page belongs to: the nearest region home above it, else the province's."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from wagtail.models import Page


@dataclass(frozen=True)
class Home:
    """A region's (or the province's) home page, with what pages below it show of it.

    These names are what the frame of every page reads as ``region``.
    """

    page_id: int
    region_id: int
    region_code: str
    slug: str
    name: str
    url: str
    province: str
    province_url: str
    is_province: bool
    path: str


def home_of(page: Page) -> Home:
    """The home above a page (or the page itself), in two queries.

    :raises LookupError: the page lies outside the province's tree.
    """
    steps = [page.path[:length] for length in range(Page.steplen, len(page.path) + 1, Page.steplen)]
    province = (
        apps.get_model("pages", "ProvinceHome")
        .objects.filter(path__in=steps)
        .select_related("region", "locale")
        .defer("region__boundary")
        .first()
    )
    if province is None:
        raise LookupError(f"Page {page.pk} lies outside the province.")
    region = (
        apps.get_model("pages", "RegionHome")
        .objects.filter(path__in=steps)
        .select_related("region", "locale")
        .defer("region__boundary")
        .first()
    )
    return as_home(region or province, province)


def as_home(home: Any, province: Any) -> Home:
    """A loaded home page and the province's as values."""
    is_province = home.pk == province.pk
    return Home(
        page_id=home.pk,
        region_id=home.region_id,
        region_code=home.region.code,
        slug="" if is_province else home.region.slug or "",
        name=home.region.short_name,
        url=home.full_url or "/",
        province=province.region.name,
        province_url=province.full_url or "/",
        is_province=is_province,
        path=home.path,
    )


def is_source_language(language_code: str) -> bool:
    """Whether pages in this language publish facts."""
    return language_code == settings.LANGUAGE_CODE
