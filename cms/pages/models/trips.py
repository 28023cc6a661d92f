"""Trips: itineraries that somebody who knows the place recommends."""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, Panel
from wagtail.fields import StreamField
from wagtail.models import Orderable

from cms.blocks import ArticleBlocks
from cms.pages import context
from cms.pages.models.base import BasePage
from cms.pages.panels import SourceInlinePanel
from tourism.trips.facts import TRIP_FIELDS, StopFacts, TripFacts


class TripIndexPage(BasePage):
    """The trips of a region, or of the whole province."""

    template = "pages/trip_index_page.html"
    parent_page_types: ClassVar[list[str]] = ["pages.RegionHome", "pages.ProvinceHome"]
    subpage_types: ClassVar[list[str]] = ["pages.TripPage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("list of trips")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The trips."""
        return super().get_context(request, *args, **kwargs) | context.trip_index(self)


class TripPage(BasePage, TripFacts):
    """A trip. Publishing copies it and its stops to ``trips.Trip``."""

    body = StreamField(ArticleBlocks(), blank=True, verbose_name=_("story"))

    synchronized_fields = (*TRIP_FIELDS, "stop_rows")
    template = "pages/trip_page.html"
    parent_page_types: ClassVar[list[str]] = ["pages.TripIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Panel]] = [
        *BasePage.content_panels,
        FieldPanel("name_en"),
        FieldPanel("summary_id"),
        FieldPanel("summary_en"),
        FieldPanel("days"),
        SourceInlinePanel("stop_rows", heading=_("Stops"), label=_("Stop"), min_num=1),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("trip page")
        verbose_name_plural = _("trip pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The stops as published, with the state of each place."""
        return super().get_context(request, *args, **kwargs) | context.trip(self, now=self.now())


class PageStop(Orderable, StopFacts):
    """One stop as it is edited."""

    page = ParentalKey(TripPage, related_name="stop_rows")

    panels: ClassVar[list[Panel]] = [
        FieldRowPanel([FieldPanel("day"), FieldPanel("minutes")]),
        FieldPanel("destination"),
        FieldRowPanel([FieldPanel("label_id"), FieldPanel("label_en")]),
    ]
