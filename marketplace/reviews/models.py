"""Reviews: what buyers say of what they received."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import Listing
from marketplace.orders.models import OrderLine


class Review(models.Model):
    """One buyer's word on one order line, after it was received or admitted."""

    line = models.OneToOneField(OrderLine, models.PROTECT, related_name="review", verbose_name=_("order line"))
    listing = models.ForeignKey(Listing, models.CASCADE, related_name="reviews", verbose_name=_("listing"))
    stars = models.PositiveSmallIntegerField(_("stars"))
    text = models.TextField(_("text"), max_length=1000, blank=True)
    is_shown = models.BooleanField(_("shown"), default=True)
    written_at = models.DateTimeField(_("written at"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="one_to_five_stars")
        ]
        indexes: ClassVar = [
            models.Index(fields=["listing", "-written_at"], condition=Q(is_shown=True), name="review_shown")
        ]

    def __str__(self) -> str:
        return f"{self.stars} {self.listing_id}"
