"""Pictures and documents of the editors, with who holds the rights and until when."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import Image as WagtailImage


class Licence(models.TextChoices):
    OWN = "OWN", _("made by the tourism office itself")
    PERMISSION = "PERMISSION", _("written permission of the holder")
    CC0 = "CC0", _("CC0, no rights reserved")
    CC_BY = "CC_BY", _("CC BY")
    CC_BY_SA = "CC_BY_SA", _("CC BY-SA")


class Image(AbstractImage):
    """A picture. Without a licence, or past its last day, it cannot go on a page that is published."""

    # Wagtail's own Image has the same name: without names of ours, the ways back from users and tags would clash.
    uploaded_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="pictures",
        verbose_name=_("uploaded by"),
    )
    uploaded_by_user.wagtail_reference_index_ignore = True  # type: ignore[attr-defined]
    tags = TaggableManager(_("tags"), help_text=None, blank=True, related_name="pictures")
    licence = models.CharField(_("licence"), max_length=10, choices=Licence, blank=True)
    holder = models.CharField(_("holder of the rights"), max_length=160, blank=True)
    credit = models.CharField(_("credit line"), max_length=160, blank=True)
    valid_until_date = models.DateField(_("may be used until"), null=True, blank=True)
    alt_id = models.CharField(_("what it shows, in Indonesian"), max_length=255, blank=True)
    alt_en = models.CharField(_("what it shows, in English"), max_length=255, blank=True)
    is_sample = models.BooleanField(_("sample picture"), default=False)

    admin_form_fields = (
        *WagtailImage.admin_form_fields,
        "licence",
        "holder",
        "credit",
        "valid_until_date",
        "alt_id",
        "alt_en",
    )

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        permissions: ClassVar = [("choose_image", "Can choose image")]

    def alt(self, language: str) -> str:
        """What it shows, in a language."""
        return self.alt_id if language == "id" else self.alt_en or self.alt_id

    def may_be_shown(self, day: date) -> bool:
        """Whether its rights allow showing it on a day."""
        return bool(self.licence) and (self.valid_until_date is None or self.valid_until_date >= day)


class Rendition(AbstractRendition):
    """A picture at one size, in one format."""

    image = models.ForeignKey(Image, models.CASCADE, related_name="renditions")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition")
        ]


class Document(AbstractDocument):
    """A file to download."""

    uploaded_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="documents",
        verbose_name=_("uploaded by"),
    )
    uploaded_by_user.wagtail_reference_index_ignore = True  # type: ignore[attr-defined]
    tags = TaggableManager(_("tags"), help_text=None, blank=True, related_name="documents")
    licence = models.CharField(_("licence"), max_length=10, choices=Licence, blank=True)

    admin_form_fields = (*WagtailDocument.admin_form_fields, "licence")

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions: ClassVar = [("choose_document", "Can choose document")]
