"""A seller's first steps: a thing and its stock in one go."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.catalog.models import Listing
from marketplace.catalog.services import ListingDraft, PictureChoice


def offer_goods(
    *,
    shop_id: int,
    draft: ListingDraft,
    stock: Sequence[int],
    pictures: Sequence[PictureChoice] = (),
    price_confirmed: bool = False,
    now: datetime,
) -> Listing:
    """Put goods up for sale with their pictures and stock, whole or not at all.

    :param stock: pieces per variant of the draft, in its order.
    Raises as ``catalog.services.create_listing`` and :func:`create_stock`.
    """
    raise NotImplementedError
