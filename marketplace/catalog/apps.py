from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils import timezone

if TYPE_CHECKING:
    from foundation.outbox.models import Event


class CatalogConfig(AppConfig):
    name = "marketplace.catalog"
    label = "catalog"

    def ready(self) -> None:
        from foundation.outbox.registry import subscribe

        subscribe("catalog.renditions", ["picture.added"], wake_for_pictures)
        subscribe("catalog.shops", ["shop.changed"], follow_shops)


def wake_for_pictures(events: Sequence["Event"]) -> None:
    """Have a worker make the renditions: they take seconds, which would hold up every other delivery."""
    from marketplace.catalog.tasks import render_waiting_pictures

    render_waiting_pictures.delay()


def follow_shops(events: Sequence["Event"]) -> None:
    """Publish what waited for these shops to be approved."""
    from marketplace.catalog import services

    for key in sorted({int(event.key) for event in events}):
        services.follow_shop(shop_id=key, now=timezone.now())
