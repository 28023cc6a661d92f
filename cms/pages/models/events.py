"""Events and their dates."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, Panel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import Orderable

from cms.blocks import ArticleBlocks
from cms.pages import context
from cms.pages.calendars import calendar_of_page, calendar_of_region
from cms.pages.models.base import BasePage
from cms.pages.panels import SourceInlinePanel
from tourism.events.facts import EVENT_FIELDS, EventFacts, OccurrenceFacts


class EventIndexPage(RoutablePageMixin, BasePage):
    """The calendar of a region, or of the whole province."""

    nav_current = "event"
    template = "pages/event_index_page.html"
    parent_page_types: ClassVar[list[str]] = ["pages.RegionHome", "pages.ProvinceHome"]
    subpage_types: ClassVar[list[str]] = ["pages.EventPage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("calendar of events")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The coming dates."""
        return super().get_context(request, *args, **kwargs) | context.event_index(self, now=self.now())

    @path("kalender/", name="calendar")
    def calendar(self, request: HttpRequest) -> HttpResponse:
        """All events here as a calendar file to subscribe to."""
        return calendar_of_region(self, now=self.now())


class EventPage(RoutablePageMixin, BasePage, EventFacts):
    """An event. Publishing copies its facts and dates to ``events.Event``."""

    body = StreamField(ArticleBlocks(), blank=True, verbose_name=_("story"))

    nav_current = "event"
    synchronized_fields = (*EVENT_FIELDS, "occurrence_rows")
    template = "pages/event_page.html"
    parent_page_types: ClassVar[list[str]] = ["pages.EventIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Panel]] = [
        *BasePage.content_panels,
        FieldPanel("name_en"),
        FieldPanel("summary_id"),
        FieldPanel("summary_en"),
        SourceInlinePanel("occurrence_rows", heading=_("Dates"), label=_("Date"), min_num=1),
        MultiFieldPanel([FieldPanel("venue"), FieldPanel("venue_text"), FieldPanel("organiser")], _("Where and who")),
        MultiFieldPanel([FieldPanel("admission_id"), FieldPanel("admission_en")], _("Admission")),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("event page")
        verbose_name_plural = _("event pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The event as published, and its dates."""
        return super().get_context(request, *args, **kwargs) | context.event(self, now=self.now())

    @path("kalender/", name="calendar")
    def calendar(self, request: HttpRequest) -> HttpResponse:
        """The event as a calendar file."""
        return calendar_of_page(self, now=self.now())


class PageOccurrence(Orderable, OccurrenceFacts):
    """One date as it is edited."""

    page = ParentalKey(EventPage, related_name="occurrence_rows")

    panels: ClassVar[list[Panel]] = [
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
        FieldPanel("status"),
        FieldRowPanel([FieldPanel("note_id"), FieldPanel("note_en")]),
    ]
