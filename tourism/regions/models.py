"""Regions: the province, its kabupaten and kota, their kecamatan, and their nagari, desa and kelurahan.

Codes are the official ones of Kemendagri, so "13.75.01.1001" lies in "13.75.01", "13.75" and "13".
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tourism.regions.querysets import RegionQuerySet


class RegionLevel(models.TextChoices):
    PROVINCE = "PROVINCE", _("province")
    REGENCY = "REGENCY", _("regency or city")
    DISTRICT = "DISTRICT", _("district")
    VILLAGE = "VILLAGE", _("village")


class RegionKind(models.TextChoices):
    PROVINSI = "PROVINSI", _("province")
    KABUPATEN = "KABUPATEN", _("regency")
    KOTA = "KOTA", _("city")
    KECAMATAN = "KECAMATAN", _("district")
    NAGARI_DESA = "NAGARI_DESA", _("nagari or desa")
    KELURAHAN = "KELURAHAN", _("kelurahan")


class Region(models.Model):
    """One official region. A regency has a slug, which names its site, its brand and its addresses."""

    code = models.CharField(_("official code"), max_length=13, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("lies in")
    )
    level = models.CharField(_("level"), max_length=8, choices=RegionLevel)
    kind = models.CharField(_("kind"), max_length=11, choices=RegionKind)
    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=60)
    slug = models.SlugField(_("slug"), max_length=60, unique=True, null=True, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=5, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    boundary = models.JSONField(_("boundary"), null=True, blank=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        indexes: ClassVar = [
            models.Index(fields=["level", "name"], name="region_level_name"),
            models.Index(fields=["postal_code"], name="region_postal_code"),
        ]

    def __str__(self) -> str:
        return self.name
