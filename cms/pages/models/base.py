"""What every page of ours has: a picture, a home, a canonical address, and its twin in the other language."""

from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, Panel
from wagtail.models import Page
from wagtail_localize.fields import SynchronizedField

from cms.media.models import Image
from cms.media.services import make_share_picture
from cms.pages import context
from cms.pages.forms import SourceFactsForm
from cms.pages.homes import Home, home_of


class BasePage(Page):
    """A page of ours. Its region, brand and canonical address come from where it lies in the tree, never from the host."""

    picture = models.ForeignKey(
        Image, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    is_sample = models.BooleanField(_("sample content"), default=False)

    # The menu entry that is lit: home, place, ticket, goods, event.
    nav_current: ClassVar[str] = ""
    synchronized_fields: ClassVar[tuple[str, ...]] = ("picture", "is_sample")
    facts_of_source: ClassVar[tuple[str, ...]] = ()
    base_form_class = SourceFactsForm

    content_panels: ClassVar[list[Panel]] = [*Page.content_panels, FieldPanel("picture")]
    promote_panels: ClassVar[list[Panel]] = [
        MultiFieldPanel(
            [FieldPanel("slug"), FieldPanel("seo_title"), FieldPanel("search_description")], _("For search engines")
        ),
    ]

    class Meta:
        abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # Facts live once: only words are translated, all else follows the Indonesian page.
        super().__init_subclass__(**kwargs)
        names = [name for base in reversed(cls.__mro__) for name in base.__dict__.get("synchronized_fields", ())]
        cls.facts_of_source = tuple(dict.fromkeys(names))
        cls.override_translatable_fields = [SynchronizedField(name, overridable=False) for name in cls.facts_of_source]

    @property
    def language(self) -> str:
        """The language of this page."""
        return str(self.locale.language_code)

    @property
    def is_source(self) -> bool:
        """Whether this is the Indonesian page, which alone edits and publishes facts."""
        return self.language == settings.LANGUAGE_CODE

    @cached_property
    def home(self) -> Home:
        """The home page this page belongs to: of a region, or of the province."""
        return home_of(self)

    def publish(self, revision: Any, *args: Any, **kwargs: Any) -> None:
        """Publish, and copy what is published, in one transaction."""
        # The picture in lists is drawn before the transaction: it may lie on another machine.
        make_share_picture(getattr(revision.as_object(), "picture", None))
        with transaction.atomic():
            super().publish(revision, *args, **kwargs)

    @transaction.atomic
    def unpublish(self, *args: Any, **kwargs: Any) -> None:
        """Unpublish, and hide what was published, in one transaction."""
        super().unpublish(*args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What every page's template knows."""
        return {
            **super().get_context(request, *args, **kwargs),
            **context.frame(self),
            "nav_current": self.nav_current,
        }

    @staticmethod
    def now() -> datetime:
        """The moment a page is shown at."""
        return timezone.now()
