"""Destinations: the story of a place, and the form in which a dinas edits its facts."""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, Panel
from wagtail.fields import StreamField
from wagtail.models import Orderable

from cms.blocks import ArticleBlocks
from cms.pages import context
from cms.pages.forms import DestinationPageForm
from cms.pages.models.base import BasePage
from cms.pages.panels import SourceInlinePanel
from tourism.destinations.facts import FACT_FIELDS, DestinationFacts, TariffFacts


class DestinationIndexPage(BasePage):
    """All places of a region."""

    nav_current = "place"
    template = "pages/destination_index_page.html"
    parent_page_types: ClassVar[list[str]] = ["pages.RegionHome"]
    subpage_types: ClassVar[list[str]] = ["pages.DestinationPage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("list of destinations")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The places of the region."""
        return super().get_context(request, *args, **kwargs) | context.destination_index(self, request, now=self.now())


class DestinationPage(BasePage, DestinationFacts):
    """The story of one destination, and the form in which a dinas edits its facts.

    Publishing copies the facts to ``destinations.Destination``, which every language, tickets, search and open data show.
    """

    body = StreamField(ArticleBlocks(), blank=True, verbose_name=_("story"))

    nav_current = "place"
    synchronized_fields = (*FACT_FIELDS, "tariff_rows")
    template = "pages/destination_page.html"
    base_form_class = DestinationPageForm
    parent_page_types: ClassVar[list[str]] = ["pages.DestinationIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Panel]] = [
        *BasePage.content_panels,
        FieldPanel("category"),
        FieldPanel("summary_id"),
        FieldPanel("summary_en"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("latitude"), FieldPanel("longitude"), FieldPanel("coordinate_precision")]),
                FieldPanel("village"),
                FieldPanel("address"),
                FieldPanel("also_in_codes"),
            ],
            _("Where it is"),
        ),
        MultiFieldPanel([FieldPanel("opening_hours"), FieldPanel("phone")], _("Hours and phone")),
        SourceInlinePanel("tariff_rows", heading=_("Official tariffs"), label=_("Tariff")),
        MultiFieldPanel([FieldPanel(name) for name in DestinationPageForm.facility_fields()], _("Facilities")),
        MultiFieldPanel(
            [FieldPanel("access_id"), FieldPanel("access_en"), FieldPanel("safety_id"), FieldPanel("safety_en")],
            _("Getting there, safely"),
        ),
        MultiFieldPanel(
            [FieldPanel("hazard_id"), FieldPanel("hazard_en"), FieldPanel("is_world_heritage")],
            _("More"),
            classname="collapsed",
        ),
        FieldPanel("facts_checked"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("destination page")
        verbose_name_plural = _("destination pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The facts as published, what can be bought here, and what is near."""
        return super().get_context(request, *args, **kwargs) | context.destination(self, request, now=self.now())


class PageTariff(Orderable, TariffFacts):
    """One official tariff as it is edited."""

    page = ParentalKey(DestinationPage, related_name="tariff_rows")

    panels: ClassVar[list[Panel]] = [
        FieldRowPanel([FieldPanel("what_id"), FieldPanel("what_en")]),
        FieldRowPanel([FieldPanel("audience"), FieldPanel("amount")]),
        FieldPanel("legal_basis"),
        FieldRowPanel([FieldPanel("valid_from_date"), FieldPanel("valid_until_date")]),
    ]
