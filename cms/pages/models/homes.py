"""The first pages: the province's, and one for each kabupaten and kota, each a site of its own."""

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, Panel
from wagtail.fields import StreamField

from cms.blocks import SectionBlocks, ThingBlocks, WayBlocks
from cms.pages import context
from cms.pages.models.base import BasePage
from tourism.regions.models import Region


class HomePage(BasePage):
    """What the home pages share."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    # Where the site answers; sites are brought in line by manage.py sync_sites.
    hostname = models.CharField(
        _("hostname"),
        max_length=255,
        blank=True,
        help_text=_("Leave blank for the region's name under the platform's own domain."),
    )
    lead = models.CharField(_("words under the title"), max_length=160, blank=True)
    things = StreamField(ThingBlocks(), blank=True, verbose_name=_("three things to do"))
    ways = StreamField(WayBlocks(), blank=True, verbose_name=_("how to get here"))
    sections = StreamField(SectionBlocks(), blank=True, verbose_name=_("more sections"))

    nav_current = "home"
    synchronized_fields = ("region", "hostname")
    content_panels: ClassVar[list[Panel]] = [
        *BasePage.content_panels,
        FieldPanel("lead"),
        FieldPanel("things"),
        FieldPanel("ways"),
        FieldPanel("sections"),
    ]

    class Meta:
        abstract = True


class ProvinceHome(HomePage):
    """The province's first page, root of all sites."""

    template = "pages/province_home.html"
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = [
        "pages.RegionHome",
        "pages.EventIndexPage",
        "pages.StoryIndexPage",
        "pages.TripIndexPage",
        "pages.InfoPage",
    ]

    class Meta:
        verbose_name = _("province home")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What the province's first page shows."""
        return super().get_context(request, *args, **kwargs) | context.province_home(self, now=self.now())


class RegionHome(HomePage):
    """The first page of a kabupaten or kota."""

    template = "pages/region_home.html"
    parent_page_types: ClassVar[list[str]] = ["pages.ProvinceHome"]
    subpage_types: ClassVar[list[str]] = [
        "pages.DestinationIndexPage",
        "pages.EventIndexPage",
        "pages.StoryIndexPage",
        "pages.TripIndexPage",
        "pages.InfoPage",
    ]

    class Meta:
        verbose_name = _("region home")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What a region's first page shows."""
        return super().get_context(request, *args, **kwargs) | context.region_home(self, now=self.now())
