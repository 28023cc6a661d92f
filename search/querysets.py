"""Which documents: those that wait, those given up, and those a plain list finds."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from search.models import Document


class DocumentQuerySet(models.QuerySet["Document"]):
    def waiting(self) -> Self:
        """Those whose newest version the index has not taken."""
        return self.filter(is_dirty=True)

    def due(self, now: datetime) -> Self:
        """Those of them that are to be sent now: not given up, and no longer pausing after a refusal."""
        return self.waiting().filter(Q(retry_at__isnull=True) | Q(retry_at__lte=now), is_given_up=False)

    def given_up(self) -> Self:
        """Those that the index refused too often: a person must look."""
        return self.filter(is_given_up=True)

    def live(self) -> Self:
        """Those that can be found."""
        return self.filter(is_deleted=False, version__gt=0)
