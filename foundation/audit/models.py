"""Who of the staff looked at whose personal data."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PersonalDataAccess(models.Model):
    """One look of a staff member at somebody's personal data. Append only."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("staff member")
    )
    subject = models.CharField(_("what was seen"), max_length=80)
    purpose = models.CharField(_("purpose"), max_length=60)
    at = models.DateTimeField(_("at"))

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject", "at"], name="access_subject")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.purpose} {self.subject}"
