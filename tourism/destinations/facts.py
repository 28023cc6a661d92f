"""The facts of a destination: one abstract model, inherited by the published row and by the page that edits it.

A blank text, an absent facility or a missing row means *not known*, and is shown as not known; nothing is guessed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tourism.regions.models import Region


class Category(models.TextChoices):
    BEACH = "PANTAI", _("beach")
    ISLAND = "PULAU", _("island")
    LAKE = "DANAU", _("lake")
    WATERFALL = "AIR_TERJUN", _("waterfall")
    MOUNTAIN = "GUNUNG", _("mountain")
    VIEWPOINT = "BUKIT_PANORAMA", _("viewpoint")
    CANYON = "LEMBAH_NGARAI", _("valley or canyon")
    CAVE = "GOA", _("cave")
    RIVER_BATH = "SUNGAI_PEMANDIAN", _("river or bathing place")
    GEOPARK = "GEOPARK", _("geopark")
    NATIONAL_PARK = "TAMAN_NASIONAL", _("national park")
    PARK = "TAMAN", _("park")
    ZOO = "TAMAN_SATWA", _("zoo")
    THEME_PARK = "TAMAN_HIBURAN", _("theme park")
    MUSEUM = "MUSEUM", _("museum")
    HISTORY = "SEJARAH", _("historic place")
    OLD_TOWN = "KOTA_TUA", _("old town")
    LANDMARK = "LANDMARK_KOTA", _("city landmark")
    CULTURE = "BUDAYA", _("cultural place")
    RELIGIOUS = "RELIGI", _("religious place")
    VILLAGE = "DESA_WISATA", _("tourism village")
    SCENIC_ROAD = "JALAN_PANORAMA", _("scenic road")


class CoordinatePrecision(models.TextChoices):
    SITE = "SITE", _("the place itself")
    APPROXIMATE = "APPROX", _("approximate, not for navigation")


class Facility(models.TextChoices):
    TOILET = "TOILET", _("toilet")
    PRAYER_ROOM = "PRAYER_ROOM", _("prayer room")
    PARKING = "PARKING", _("parking")
    STEP_FREE = "STEP_FREE", _("step-free way for wheelchairs")
    ACCESSIBLE_TOILET = "ACCESSIBLE_TOILET", _("wheelchair toilet")
    FOOD = "FOOD", _("food stalls")
    SIGNAL = "SIGNAL", _("phone signal")


class Known(models.TextChoices):
    UNKNOWN = "UNKNOWN", _("not checked yet")
    YES = "YES", _("yes")
    NO = "NO", _("no")


class TariffAudience(models.TextChoices):
    EVERYONE = "EVERYONE", _("everyone")
    ADULT = "ADULT", _("adult")
    CHILD = "CHILD", _("child")
    STUDENT = "STUDENT", _("student")
    FOREIGN_ADULT = "FOREIGN_ADULT", _("foreign adult")
    FOREIGN_CHILD = "FOREIGN_CHILD", _("foreign child")
    MOTORCYCLE = "MOTORCYCLE", _("motorcycle")
    CAR = "CAR", _("car")
    BUS = "BUS", _("bus")


class DestinationFacts(models.Model):
    """What is known of a place. Edited on the Indonesian page, published to ``destinations.Destination``."""

    category = models.CharField(_("category"), max_length=20, choices=Category)
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    coordinate_precision = models.CharField(
        _("precision of the position"),
        max_length=6,
        choices=CoordinatePrecision,
        default=CoordinatePrecision.APPROXIMATE,
    )
    village = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("nagari or kelurahan"),
        limit_choices_to={"level": "VILLAGE"},
    )
    also_in_codes = models.JSONField(_("also lies in"), default=list, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("phone of the place"), max_length=30, blank=True)
    opening_hours = models.CharField(
        _("opening hours"),
        max_length=200,
        blank=True,
        help_text=_("In OpenStreetMap's notation, for example Mo-Su 08:00-17:00. Leave blank if unknown."),
    )
    summary_id = models.TextField(_("summary in Indonesian"), max_length=400, blank=True)
    summary_en = models.TextField(_("summary in English"), max_length=400, blank=True)
    access_id = models.TextField(_("how to get there, in Indonesian"), max_length=800, blank=True)
    access_en = models.TextField(_("how to get there, in English"), max_length=800, blank=True)
    safety_id = models.TextField(_("safety, in Indonesian"), max_length=800, blank=True)
    safety_en = models.TextField(_("safety, in English"), max_length=800, blank=True)
    hazard_id = models.CharField(_("standing hazard, in Indonesian"), max_length=200, blank=True)
    hazard_en = models.CharField(_("standing hazard, in English"), max_length=200, blank=True)
    facilities = models.JSONField(_("facilities"), default=dict, blank=True)
    is_world_heritage = models.BooleanField(_("UNESCO world heritage"), default=False)
    checked_at = models.DateTimeField(_("facts checked at"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facts checked by"),
    )

    class Meta:
        abstract = True

    def facility(self, facility: Facility) -> Known:
        """Whether the place has it, as far as anybody knows."""
        return Known(self.facilities.get(facility, Known.UNKNOWN))


class TariffFacts(models.Model):
    """One official price, with the regulation it stands on: without one there is no official price."""

    what_id = models.CharField(_("what, in Indonesian"), max_length=120)
    what_en = models.CharField(_("what, in English"), max_length=120, blank=True)
    audience = models.CharField(_("for whom"), max_length=15, choices=TariffAudience, default=TariffAudience.EVERYONE)
    amount = models.BigIntegerField(_("amount in rupiah"), validators=[MinValueValidator(0)])
    legal_basis = models.CharField(
        _("legal basis"), max_length=200, help_text=_("Number, year and article of the regulation.")
    )
    valid_from_date = models.DateField(_("valid from"))
    valid_until_date = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        abstract = True


FACT_FIELDS: Sequence[str] = tuple(field.name for field in DestinationFacts._meta.local_fields)
TARIFF_FIELDS: Sequence[str] = tuple(field.name for field in TariffFacts._meta.local_fields)


@dataclass(frozen=True)
class FactQuestion:
    """One of the facts a visitor needs, and how to see whether it is known."""

    label: Any
    is_known: Callable[[DestinationFacts, int], bool]


def _filled(name: str) -> Callable[[DestinationFacts, int], bool]:
    return lambda facts, tariffs: bool(getattr(facts, name))


def _has(facility: Facility) -> Callable[[DestinationFacts, int], bool]:
    return lambda facts, tariffs: facts.facility(facility) != Known.UNKNOWN


QUESTIONS: Sequence[FactQuestion] = (
    FactQuestion(_("summary"), _filled("summary_id")),
    FactQuestion(_("English summary"), _filled("summary_en")),
    FactQuestion(_("exact position"), lambda facts, tariffs: facts.coordinate_precision == CoordinatePrecision.SITE),
    FactQuestion(_("nagari or kelurahan"), lambda facts, tariffs: facts.village_id is not None),
    FactQuestion(_("address"), _filled("address")),
    FactQuestion(_("opening hours"), _filled("opening_hours")),
    FactQuestion(_("official tariff"), lambda facts, tariffs: tariffs > 0),
    FactQuestion(_("phone"), _filled("phone")),
    FactQuestion(_("how to get there"), _filled("access_id")),
    FactQuestion(_("safety"), _filled("safety_id")),
    FactQuestion(Facility.TOILET.label, _has(Facility.TOILET)),
    FactQuestion(Facility.PRAYER_ROOM.label, _has(Facility.PRAYER_ROOM)),
    FactQuestion(Facility.PARKING.label, _has(Facility.PARKING)),
    FactQuestion(_("wheelchair access"), _has(Facility.STEP_FREE)),
    FactQuestion(_("phone signal"), _has(Facility.SIGNAL)),
)


@dataclass(frozen=True)
class Completeness:
    """How many of the facts are known, and which are not."""

    known: int
    total: int
    missing: tuple[Any, ...]
    percent: int


def completeness(facts: DestinationFacts, *, tariffs: int) -> Completeness:
    """Count the known facts.

    :param tariffs: how many official tariff rows the place has.
    """
    missing = tuple(question.label for question in QUESTIONS if not question.is_known(facts, tariffs))
    known = len(QUESTIONS) - len(missing)
    return Completeness(known=known, total=len(QUESTIONS), missing=missing, percent=round(100 * known / len(QUESTIONS)))


class ClosureKind(models.TextChoices):
    FULL = "FULL", _("closed")
    PARTIAL = "PARTIAL", _("partly closed")
    CAUTION = "CAUTION", _("check conditions")


# The worst first: of several at once, the worst is told.
GRAVITY = {ClosureKind.FULL: 3, ClosureKind.PARTIAL: 2, ClosureKind.CAUTION: 1}
