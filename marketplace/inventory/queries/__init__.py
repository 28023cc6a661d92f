"""What is left, and what visitors see of listings: facts of the catalog with what the pools still hold."""

from marketplace.inventory.queries.availability import (
    DayOffer,
    DayState,
    SlotChoice,
    calendar,
    left_in,
    pools_for,
    slot_choices,
    slots_on,
    stock_left,
)
from marketplace.inventory.queries.offers import (
    DestinationCard,
    ListingCard,
    ListingView,
    VariantOffer,
    cards,
    first_pictures,
    listing_view,
)
from marketplace.shops.queries import ShopCard

__all__ = [
    "DayOffer",
    "DayState",
    "DestinationCard",
    "ListingCard",
    "ListingView",
    "ShopCard",
    "SlotChoice",
    "VariantOffer",
    "calendar",
    "cards",
    "first_pictures",
    "left_in",
    "listing_view",
    "pools_for",
    "slot_choices",
    "slots_on",
    "stock_left",
]
