"""The shared parts as a Django app."""

from django.apps import AppConfig

# Whatever a page of the public tells of. Reviews and pictures tell nobody; they are seen some seconds later.
SHOWN = (
    "brand.changed",
    "closing.begun",
    "destination.changed",
    "destination.closed",
    "destination.reopened",
    "event.changed",
    "hazard.changed",
    "listing.changed",
    "page.changed",
    "regions.loaded",
    "shop.changed",
    "slot.full",
    "trip.changed",
)


class PartsConfig(AppConfig):
    name = "frontend.parts"
    label = "parts"

    def ready(self) -> None:
        from foundation.kept_pages import shown

        shown(SHOWN)
