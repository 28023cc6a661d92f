"""Many hands change and deliver at once; the index ends equal to the database."""

from datetime import timedelta

import pytest
from django.db import transaction

from foundation.outbox import services as outbox
from foundation.outbox.services import publish
from marketplace.catalog.models import Listing
from search import indexer
from search.models import Document
from tests.factories.catalog import VariantFactory
from tests.factories.inventory import StockFactory
from tests.racing import in_parallel
from tests.search.province import NOW

ROUNDS = 4


@pytest.mark.django_db(transaction=True)
def test_changes_hides_and_deliveries_at_once_end_in_the_state_of_the_database(index):
    listings = [StockFactory(variant=VariantFactory(listing__title_en="")).variant.listing for _ in range(3)]
    indexer.rebuild(now=NOW)

    def change_and_deliver(number):
        for turn in range(ROUNDS):
            listing = listings[(number + turn) % len(listings)]
            with transaction.atomic():
                status = "HIDDEN" if (number + turn) % 3 == 0 else "PUBLISHED"
                Listing.objects.filter(pk=listing.pk).update(title_id=f"Rendang {number} {turn}", status=status)
                publish(topic="listing.changed", key=listing.pk, now=NOW)
            outbox.deliver(now=NOW)

    in_parallel(change_and_deliver, range(4))
    # Whatever a delivery left behind, its lease running out brings it back.
    outbox.drain(now=NOW + timedelta(hours=1))
    indexer.flush(now=NOW)
    assert list(indexer.verify()) == []
    shown = set(Listing.objects.for_sale().values_list("pk", flat=True))
    live = Document.objects.live().filter(source="listing")
    assert set(live.values_list("object_id", flat=True)) == shown
    for row in live:
        assert row.content["title"]["id"] == Listing.objects.get(pk=row.object_id).title_id
