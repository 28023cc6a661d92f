"""Writing reviews: only of what was received, once per line."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.accounts.buyer import Buyer
from foundation.errors import DomainError, InvalidInput
from foundation.outbox.services import publish
from marketplace.orders.models import OrderLine, ShopOrderStatus
from marketplace.reviews.models import Review

LONGEST = 1000


class ReviewRefused(DomainError):
    """Nothing was received yet, or it was reviewed before."""

    code = "review_refused"


@transaction.atomic
def write_review(*, buyer: Buyer, line_id: UUID, stars: int, text: str, now: datetime) -> Review:
    """A buyer's word on a line of theirs, after the goods were received or the ticket was used.

    :raises OrderLine.DoesNotExist: not a line of this buyer.
    :raises ReviewRefused: nothing was received yet, or there is a review already.
    :raises InvalidInput: no stars from 1 to 5, or a text over 1,000 letters.
    """
    line = OrderLine.objects.bought_by(buyer).select_related("shop_order", "variant__listing").get(pk=line_id)
    if not 1 <= stars <= 5:
        raise InvalidInput(_("Please choose 1 to 5 stars."))
    if len(text) > LONGEST:
        raise InvalidInput(_("Please write at most 1,000 letters."))
    if not _was_received(line):
        raise ReviewRefused(_("You can write about it once you have received it."))
    listing = line.variant.listing
    try:
        with transaction.atomic():
            review = Review.objects.create(line=line, listing=listing, stars=stars, text=text.strip(), written_at=now)
    except IntegrityError as twice:
        raise ReviewRefused(_("You have already written about this.")) from twice
    publish(topic="listing.changed", key=listing.pk, now=now)
    return review


def _was_received(line: OrderLine) -> bool:
    if line.variant.listing.is_dated:
        return line.tickets.filter(admitted__gt=0).exists()
    return line.shop_order.status == ShopOrderStatus.RECEIVED
