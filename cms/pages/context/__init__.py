"""What each kind of page hands to its template: frozen values from a fixed number of queries."""

from cms.pages.context.frame import frame
from cms.pages.context.homes import province_home, region_home
from cms.pages.context.lists import destination_index, event_index, story_index, trip_index
from cms.pages.context.places import destination
from cms.pages.context.prose import event, story, trip

__all__ = [
    "destination",
    "destination_index",
    "event",
    "event_index",
    "frame",
    "province_home",
    "region_home",
    "story",
    "story_index",
    "trip",
    "trip_index",
]
