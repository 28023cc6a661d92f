"""Which documents: those that wait, and those a plain list finds."""

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from search.models import Document


class DocumentQuerySet(models.QuerySet["Document"]):
    def waiting(self) -> Self:
        """Those whose newest version the index has not been sent."""
        return self.filter(is_dirty=True)

    def live(self) -> Self:
        """Those that can be found."""
        return self.filter(is_deleted=False, version__gt=0)
