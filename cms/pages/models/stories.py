"""Stories and plain information."""

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, Panel
from wagtail.fields import StreamField

from cms.blocks import ArticleBlocks
from cms.pages import context
from cms.pages.models.base import BasePage


class StoryIndexPage(BasePage):
    """The stories of a region, or of the whole province."""

    template = "pages/story_index_page.html"
    parent_page_types: ClassVar[list[str]] = ["pages.RegionHome", "pages.ProvinceHome"]
    subpage_types: ClassVar[list[str]] = ["pages.StoryPage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("list of stories")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The stories, newest first."""
        return super().get_context(request, *args, **kwargs) | context.story_index(self)


class StoryPage(BasePage):
    """A story from the region."""

    intro = models.TextField(_("first words"), max_length=300, blank=True)
    byline = models.CharField(_("written by"), max_length=120, blank=True)
    body = StreamField(ArticleBlocks(), blank=True, verbose_name=_("story"))

    synchronized_fields = ("byline",)
    template = "pages/story_page.html"
    parent_page_types: ClassVar[list[str]] = ["pages.StoryIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Panel]] = [
        *BasePage.content_panels,
        FieldPanel("intro"),
        FieldPanel("byline"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("story page")
        verbose_name_plural = _("story pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The story with its cards."""
        return super().get_context(request, *args, **kwargs) | context.story(self, now=self.now())


class InfoPage(BasePage):
    """Plain information: how to get somewhere, how refunds work."""

    intro = models.TextField(_("first words"), max_length=300, blank=True)
    body = StreamField(ArticleBlocks(), blank=True, verbose_name=_("text"))

    template = "pages/info_page.html"
    parent_page_types: ClassVar[list[str]] = ["pages.RegionHome", "pages.ProvinceHome"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Panel]] = [*BasePage.content_panels, FieldPanel("intro"), FieldPanel("body")]

    class Meta:
        verbose_name = _("information page")
        verbose_name_plural = _("information pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The text with its cards."""
        return super().get_context(request, *args, **kwargs) | context.story(self, now=self.now())
