"""Teams: who edits, reviews and keeps the books of a region, and where their pictures lie."""

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Collection, Workflow

from tourism.regions.models import Region


class Role(models.TextChoices):
    EDITOR = "EDITOR", _("editor")
    MODERATOR = "MODERATOR", _("moderator")
    TREASURER = "TREASURER", _("treasurer")


class RegionTeam(models.Model):
    """The groups, the collection and the workflow of one region; made by ``manage.py create_region_site``.

    The province's own team may do in every region what a region's team may do in its own.
    """

    region = models.OneToOneField(Region, models.PROTECT, related_name="team", verbose_name=_("region"))
    editors = models.OneToOneField(Group, models.PROTECT, related_name="+", verbose_name=_("editors"))
    moderators = models.OneToOneField(Group, models.PROTECT, related_name="+", verbose_name=_("moderators"))
    treasurers = models.OneToOneField(Group, models.PROTECT, related_name="+", verbose_name=_("treasurers"))
    collection = models.OneToOneField(Collection, models.PROTECT, related_name="+", verbose_name=_("collection"))
    workflow = models.OneToOneField(Workflow, models.PROTECT, related_name="+", verbose_name=_("workflow"))

    class Meta:
        verbose_name = _("team of a region")
        verbose_name_plural = _("teams of regions")

    def __str__(self) -> str:
        return self.region.name
