"""The page tree: province, regions, and in each its places, events, stories, trips and plain information."""

from cms.pages.models.base import BasePage
from cms.pages.models.destinations import DestinationIndexPage, DestinationPage, PageTariff
from cms.pages.models.events import EventIndexPage, EventPage, PageOccurrence
from cms.pages.models.homes import ProvinceHome, RegionHome
from cms.pages.models.stories import InfoPage, StoryIndexPage, StoryPage
from cms.pages.models.trips import PageStop, TripIndexPage, TripPage

__all__ = [
    "BasePage",
    "DestinationIndexPage",
    "DestinationPage",
    "EventIndexPage",
    "EventPage",
    "InfoPage",
    "PageOccurrence",
    "PageStop",
    "PageTariff",
    "ProvinceHome",
    "RegionHome",
    "StoryIndexPage",
    "StoryPage",
    "TripIndexPage",
    "TripPage",
]
