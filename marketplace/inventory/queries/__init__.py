"""What is left, and what visitors see of listings: facts of the catalog with what the pools still hold."""

from marketplace.inventory.queries.availability import (
    DayOffer,
    DayState,
    SlotChoice,
    calendar,
    leading,
    left_in,
    pools_for,
    slot_choices,
    slots_on,
    stock_left,
)
from marketplace.inventory.queries.dates import DaySales, SlotSales, WeeklySlot, daily_cap, sales_by_day, weekly
from marketplace.inventory.queries.draws import Cap, caps_of, had_before, left_as_read, pools_of
from marketplace.inventory.queries.history import AdjustmentView, adjustments
from marketplace.inventory.queries.offers import (
    DestinationCard,
    ListingCard,
    ListingView,
    NewListing,
    VariantOffer,
    cards,
    first_pictures,
    listing_view,
    newest,
)
from marketplace.shops.queries import ShopCard

__all__ = [
    "AdjustmentView",
    "Cap",
    "DayOffer",
    "DaySales",
    "DayState",
    "DestinationCard",
    "ListingCard",
    "ListingView",
    "NewListing",
    "ShopCard",
    "SlotChoice",
    "SlotSales",
    "VariantOffer",
    "WeeklySlot",
    "adjustments",
    "calendar",
    "caps_of",
    "cards",
    "daily_cap",
    "first_pictures",
    "had_before",
    "leading",
    "left_as_read",
    "left_in",
    "listing_view",
    "newest",
    "pools_for",
    "pools_of",
    "sales_by_day",
    "slot_choices",
    "slots_on",
    "stock_left",
    "weekly",
]
