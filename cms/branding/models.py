"""Brands: the colours, the cloth and the roofline of each region, as a set of tokens."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.branding.contrast import faults
from cms.branding.querysets import BrandQuerySet
from tourism.regions.models import Region

is_colour = RegexValidator(r"^#[0-9a-f]{6}$", _("A colour is written #rrggbb, in small letters."))


# These values name the drawings of the asset build, hence small letters.
class Motif(models.TextChoices):
    PUCUK_REBUNG = "pucuk-rebung", "Pucuk rebung"
    ITIAK_PULANG_PATANG = "itiak-pulang-patang", "Itiak pulang patang"
    SAIK_GALAMAI = "saik-galamai", "Saik galamai"
    OMBAK = "ombak", _("Waves")
    UMA = "uma", "Uma"
    LINTANG = "lintang", _("Equator lines")
    ALIRAN = "aliran", _("River currents")


class Edge(models.TextChoices):
    GONJONG = "gonjong", _("Gonjong roofline")
    BUKIT = "bukit", _("Hills")
    OMBAK = "ombak", _("Swell")


def colour(label: object) -> "models.CharField[str, str]":
    """A colour of the brand."""
    return models.CharField(label, max_length=7, validators=[is_colour])  # type: ignore[arg-type]


class Brand(models.Model):
    """The brand of one region: exactly what a region may change of the look. Everything else is mixed from it."""

    region = models.OneToOneField(Region, models.PROTECT, related_name="brand", verbose_name=_("region"))
    paper_light = colour(_("paper, light"))
    paper_dark = colour(_("paper, dark"))
    sheet_light = colour(_("sheet, light"))
    sheet_dark = colour(_("sheet, dark"))
    ink_light = colour(_("ink, light"))
    ink_dark = colour(_("ink, dark"))
    brand_light = colour(_("brand colour, light"))
    brand_dark = colour(_("brand colour, dark"))
    brand_strong_light = colour(_("strong brand colour, light"))
    brand_strong_dark = colour(_("strong brand colour, dark"))
    on_brand_light = colour(_("text on the brand colour, light"))
    on_brand_dark = colour(_("text on the brand colour, dark"))
    accent_light = colour(_("accent, light"))
    accent_dark = colour(_("accent, dark"))
    radius = models.PositiveSmallIntegerField(_("corner radius in pixels"), default=12)
    motif = models.CharField(_("cloth motif"), max_length=30, choices=Motif, default=Motif.PUCUK_REBUNG)
    edge = models.CharField(_("edge of the first picture"), max_length=30, choices=Edge, default=Edge.GONJONG)
    tagline_id = models.CharField(_("tagline in Indonesian"), max_length=120, blank=True)
    tagline_en = models.CharField(_("tagline in English"), max_length=120, blank=True)
    is_sample_tagline = models.BooleanField(_("the tagline is a sample"), default=False)

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(radius__lte=32), name="brand_radius_is_modest")
        ]

    def __str__(self) -> str:
        return self.region.name

    @property
    def slug(self) -> str:
        """What names the brand in pages: its region's slug, or nothing for the province's own."""
        return self.region.slug or ""

    def tagline(self, language: str) -> str:
        """The tagline in a language."""
        return self.tagline_id if language == "id" else self.tagline_en or self.tagline_id

    def clean(self) -> None:
        """Refuse colours that people could not read."""
        super().clean()
        found = faults(self)
        if found:
            raise ValidationError(found)
