"""The index follows the database: nothing lost, ghost or resurrected."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.outbox import services as outbox
from foundation.outbox.models import Delivery, DeliveryStatus, Event
from foundation.outbox.services import publish
from marketplace.catalog import services as catalog
from marketplace.catalog.models import Listing
from marketplace.inventory import services as inventory
from search import indexer
from search.analysis.analyzer import Analysed
from search.documents.content import Content
from search.documents.entry import entry
from search.engines import chosen
from search.engines.contract import Operation, SearchRequest
from search.gazetteer import analyzer
from search.models import Document, Run
from search.registration import index_equals_database
from search.tasks import flush
from tests.factories.catalog import AdmissionVariantFactory, VariantFactory
from tests.factories.destinations import DestinationFactory
from tests.factories.inventory import SlotFactory, StockFactory
from tests.search.province import NOW, Down
from tourism.destinations import services as destinations

LATER = NOW + timedelta(minutes=1)


def found(index, q=""):
    index.refresh()
    request = SearchRequest(query=analyzer().query(q) if q else Analysed("", ()))
    return sorted(hit.key for hit in index.search(request).hits)


def listed(title="Rendang daging"):
    """A listing whose change was told and delivered."""
    listing = StockFactory(variant=VariantFactory(listing__title_id=title, listing__title_en="")).variant.listing
    publish(topic="listing.changed", key=listing.pk, now=NOW)
    return listing


def row(listing):
    return Document.objects.get(source="listing", object_id=listing.pk)


@pytest.mark.django_db
class TestChanges:
    def test_a_change_is_found_once_its_event_is_delivered(self, index):
        listing = listed()
        assert found(index, "rendang") == []
        outbox.drain(now=NOW)
        assert found(index, "rendang") == [f"listing:{listing.pk}"]
        assert (row(listing).version, row(listing).indexed_version, row(listing).is_dirty) == (1, 1, False)

    def test_a_lost_wake_up_costs_nothing_but_time(self, index, monkeypatch):
        monkeypatch.setattr("foundation.outbox.services.wake", lambda: None)
        listing = listed()
        outbox.deliver(now=NOW)
        assert found(index) == [f"listing:{listing.pk}"]

    def test_a_repeat_raises_no_version(self, index):
        listing = listed()
        outbox.drain(now=NOW)
        publish(topic="listing.changed", key=listing.pk, now=LATER)
        outbox.drain(now=LATER)
        assert row(listing).version == 1

    def test_a_rename_is_found_under_the_new_name_alone(self, index):
        listing = listed()
        outbox.drain(now=NOW)
        Listing.objects.filter(pk=listing.pk).update(title_id="Dendeng batokok")
        publish(topic="listing.changed", key=listing.pk, now=LATER)
        outbox.drain(now=LATER)
        assert (found(index, "rendang"), found(index, "dendeng")) == ([], [f"listing:{listing.pk}"])
        assert row(listing).version == 2

    def test_what_is_hidden_is_gone_and_an_older_version_cannot_bring_it_back(self, index):
        listing = listed()
        outbox.drain(now=NOW)
        before = Operation(row(listing).key, 1, entry(Content.from_json(row(listing).content), analyzer()))
        catalog.hide_listing(listing_id=listing.pk, now=LATER)
        outbox.drain(now=LATER)
        assert found(index) == []
        index.apply([before])
        assert found(index) == []
        assert (row(listing).version, row(listing).is_deleted) == (2, True)

    def test_what_is_shown_again_comes_back(self, index):
        listing = listed()
        outbox.drain(now=NOW)
        catalog.hide_listing(listing_id=listing.pk, now=LATER)
        outbox.drain(now=LATER)
        catalog.publish_listing(listing_id=listing.pk, now=LATER)
        outbox.drain(now=LATER)
        assert found(index) == [f"listing:{listing.pk}"]
        assert row(listing).version == 3

    def test_a_listing_that_is_saved_after_an_import_does_not_wait_behind_it(self, index):
        listing = listed("Rendang")
        outbox.drain(now=NOW)
        goods = [
            inventory.GoodsRow(
                shop_id=listing.shop_id,
                category_id=listing.category_id,
                slug=f"kerupuk-{number}",
                title_id=f"Kerupuk {number}",
                price=5_000,
                stock=3,
                published_at=NOW,
            )
            for number in range(outbox.BATCH + 50)
        ]
        inventory.import_goods(rows=goods, is_sample=False, now=NOW)
        imported = Listing.objects.get(slug="kerupuk-249")
        for saved, title in ((listing, "Gulai kapau"), (imported, "Dakak-dakak")):
            Listing.objects.filter(pk=saved.pk).update(title_id=title)
            publish(topic="listing.changed", key=saved.pk, now=LATER)
        # The import's own event of the second one goes with it.
        assert outbox.deliver(now=LATER) == 3
        assert found(index, "gulai kapau") == [f"listing:{listing.pk}"]
        assert found(index, "dakak-dakak") == [f"listing:{imported.pk}"]
        assert outbox.drain(now=LATER) == outbox.BATCH + 49
        assert Document.objects.live().filter(source="listing").count() == outbox.BATCH + 51

    def test_what_was_never_to_be_found_leaves_no_row(self, index):
        listing = VariantFactory(listing__status="DRAFT").listing
        publish(topic="listing.changed", key=listing.pk, now=NOW)
        outbox.drain(now=NOW)
        assert not Document.objects.exists()

    def test_events_out_of_order_end_in_the_state_of_the_database(self, index):
        listing = listed("Rendang pertama")
        Listing.objects.filter(pk=listing.pk).update(title_id="Rendang kedua")
        publish(topic="listing.changed", key=listing.pk, now=NOW)
        first, second = Delivery.objects.filter(subscriber=indexer.SUBSCRIBER).order_by("pk")
        for delivery in (second, first):
            indexer.on_events([delivery.event], now=NOW)
        assert found(index, "kedua") == [f"listing:{listing.pk}"]
        assert row(listing).version == 1

    def test_a_closed_place_shows_on_its_tickets_at_once(self, index):
        listing = AdmissionVariantFactory().listing
        SlotFactory(listing=listing)
        publish(topic="listing.changed", key=listing.pk, now=NOW)
        outbox.drain(now=NOW)
        destinations.close(
            destination_ids=[listing.destination_id],
            starts_at=NOW,
            ends_at=None,
            reason_id="Longsor",
            declared_by_id=None,
            now=NOW,
        )
        outbox.drain(now=NOW)
        assert Document.objects.get(source="listing").content["badge"] == "closed"
        assert Document.objects.get(source="destination").content["badge"] == "closed"


@pytest.mark.django_db
class TestOutages:
    def test_an_engine_that_is_down_delays_and_loses_nothing(self, index, monkeypatch):
        listing = listed()
        monkeypatch.setattr(indexer, "engine", Down)
        outbox.drain(now=NOW)
        assert not Delivery.objects.exclude(status=DeliveryStatus.DONE).exists()
        assert (row(listing).version, row(listing).indexed_version, row(listing).is_dirty) == (1, 0, True)
        monkeypatch.setattr(indexer, "engine", chosen.engine)
        flush()
        assert found(index) == [f"listing:{listing.pk}"]
        assert not row(listing).is_dirty

    def test_a_change_between_sending_and_noting_stays_dirty(self, index):
        listing = listed()
        indexer.take_up("listing", [listing.pk], now=NOW)
        sent = [row(listing)]
        Listing.objects.filter(pk=listing.pk).update(title_id="Dendeng")
        indexer.take_up("listing", [listing.pk], now=LATER)
        indexer.send(sent, now=LATER)
        assert (row(listing).version, row(listing).is_dirty) == (2, True)
        indexer.flush(now=LATER)
        assert found(index, "dendeng") == [f"listing:{listing.pk}"]

    def test_a_refused_document_waits_with_its_reason_and_stops_no_other(self, index, monkeypatch):
        refused, taken = listed("Rendang"), listed("Dendeng")

        class Choosy:
            def apply(self, operations):
                index.apply([operation for operation in operations if operation.key != f"listing:{refused.pk}"])
                return {f"listing:{refused.pk}": "mapper_parsing_exception"}

        monkeypatch.setattr(indexer, "engine", Choosy)
        outbox.drain(now=NOW)
        assert (row(refused).is_dirty, row(refused).last_error) == (True, "mapper_parsing_exception")
        assert (row(taken).is_dirty, row(taken).last_error) == (False, "")

    def test_a_missing_index_is_built_again_by_the_next_change(self, index):
        first = listed("Rendang")
        outbox.drain(now=NOW)
        index.drop()
        second = listed("Dendeng")
        outbox.drain(now=LATER)
        assert found(index) == sorted([f"listing:{first.pk}", f"listing:{second.pk}", *shops()])

    def test_only_an_index_that_was_there_is_missed_aloud(self, index, caplog):
        index.drop()
        listed("Rendang")
        outbox.drain(now=NOW)
        assert [record.message for record in caplog.records if record.levelname == "WARNING"] == []
        index.drop()
        listed("Dendeng")
        outbox.drain(now=LATER)
        warnings = [record.message for record in caplog.records if record.levelname == "WARNING"]
        assert [message.split(" (")[0] for message in warnings] == ["The index is missing or damaged"]

    def test_a_missing_index_is_built_again_by_the_flush(self, index):
        listing = listed()
        outbox.drain(now=NOW)
        index.drop()
        flush()
        assert f"listing:{listing.pk}" in found(index)


def shops():
    return [f"shop:{pk}" for pk in Document.objects.filter(source="shop").values_list("object_id", flat=True)]


@pytest.mark.django_db
class TestVerifying:
    def test_an_index_that_was_rebuilt_equals_the_database(self, index):
        listed()
        DestinationFactory()
        assert indexer.rebuild(now=NOW) == 3
        assert list(indexer.verify()) == []
        assert list(index_equals_database()) == []

    def test_what_is_on_its_way_is_no_difference(self, index):
        listed()
        assert [difference.kind for difference in indexer.verify()] == ["unread"]
        assert next(indexer.verify()).key.startswith("shop:")

    def test_what_changes_while_it_is_compared_is_no_difference(self, index, monkeypatch):
        listing = listed("Rendang")
        indexer.rebuild(now=NOW)
        outbox.drain(now=NOW)
        look = indexer._on_their_way

        def look_and_then_somebody_saves():
            seen = look()
            Listing.objects.filter(pk=listing.pk, title_id="Rendang").update(title_id="Dendeng")
            publish(topic="listing.changed", key=listing.pk, now=NOW)
            return seen

        monkeypatch.setattr(indexer, "_on_their_way", look_and_then_somebody_saves)
        assert list(indexer._compare()) != []
        Listing.objects.filter(pk=listing.pk).update(title_id="Rendang")
        outbox.drain(now=NOW)
        assert list(indexer.verify()) == []

    def test_finds_and_mends_lost_stale_ghost_and_unread(self, index):
        lost, stale, unread = listed("Rendang"), listed("Dendeng"), listed("Kerupuk")
        indexer.rebuild(now=NOW)
        outbox.drain(now=NOW)
        keys = [f"listing:{listing.pk}" for listing in (lost, stale, unread)]
        any_entry = entry(Content.from_json(row(stale).content), analyzer())
        index.apply(
            [Operation(keys[0], 5, None), Operation(keys[1], 7, any_entry), Operation("listing:999999", 3, any_entry)]
        )
        Listing.objects.filter(pk=unread.pk).update(title_id="Keripik")
        differences = list(indexer.verify())
        assert sorted((difference.key, difference.kind) for difference in differences) == sorted(
            [(keys[0], "lost"), (keys[1], "stale"), (keys[2], "unread"), ("listing:999999", "ghost")]
        )
        assert [finding.row for finding in index_equals_database()] == [difference.key for difference in differences]
        indexer.mend(differences, now=LATER)
        assert list(indexer.verify()) == []
        assert "listing:999999" not in found(index)
        assert set(keys) <= set(found(index))

    def test_the_audit_names_an_index_that_is_not_there(self, index):
        listed()
        outbox.drain(now=NOW)
        index.drop()
        [finding] = index_equals_database()
        assert finding.row == "search"
        assert "manage.py search rebuild" in finding.fault
        indexer.rebuild(now=LATER)
        assert list(index_equals_database()) == []

    def test_the_command_says_what_differs_and_mends_it(self, index, capsys):
        listing = listed()
        outbox.drain(now=NOW)
        Listing.objects.filter(pk=listing.pk).update(title_id="Keripik")
        with pytest.raises(SystemExit) as left:
            call_command("search", "verify")
        assert left.value.code == 1
        assert f"unread   listing:{listing.pk}" in capsys.readouterr().out
        call_command("search", "verify", "--mend")
        assert "0 differ after mending." in capsys.readouterr().out

    def test_the_command_tells_how_it_is(self, index, capsys):
        listed()
        call_command("search", "rebuild")
        call_command("search", "status")
        out = capsys.readouterr().out
        assert "documents 2 in the database, 2 in the index" in out
        assert "waiting   0" in out


@pytest.mark.django_db
def test_loading_takes_a_fixed_number_of_queries(index, django_assert_num_queries):
    for number in range(3):
        listed(f"Rendang {number}")
    ids = list(Listing.objects.values_list("pk", flat=True))
    source = indexer.sources.registered()["listing"]
    with django_assert_num_queries(5):
        assert len(source.load(ids)) == 3


@pytest.mark.django_db
class TestRefusals:
    @pytest.fixture
    def refusing(self, index, monkeypatch):
        """An index that refuses every document."""

        class Refusing:
            def apply(self, operations):
                return {operation.key: "mapper_parsing_exception" for operation in operations}

        monkeypatch.setattr(indexer, "engine", Refusing)

    def test_pauses_grow_and_a_person_is_asked_in_the_end(self, refusing):
        listing = listed()
        indexer.on_events(list(Event.objects.all()), now=NOW)
        now, pauses = NOW, []
        while not row(listing).is_given_up:
            pauses.append((row(listing).retry_at - now).total_seconds())
            assert indexer.flush(now=now) == 0
            assert row(listing).attempts == len(pauses), "a row that pauses is not offered"
            now = row(listing).retry_at
            indexer.flush(now=now)
        assert pauses == [30, 120, 480, 1920, 3600, 3600, 3600]
        assert row(listing).attempts == indexer.MOST_ATTEMPTS

    def test_a_given_up_document_is_offered_again_by_a_person_or_by_a_change(self, refusing, index, monkeypatch):
        first, second = listed("Rendang"), listed("Dendeng")
        outbox.drain(now=NOW)
        Document.objects.filter(source="listing").update(is_given_up=True, attempts=8)
        monkeypatch.setattr(indexer, "engine", chosen.engine)
        indexer.flush(now=LATER)
        assert found(index, "rendang dendeng") == []
        assert indexer.try_again(document_id=row(first).pk)
        assert not indexer.try_again(document_id=row(first).pk)
        Listing.objects.filter(pk=second.pk).update(title_id="Dendeng batokok")
        publish(topic="listing.changed", key=second.pk, now=LATER)
        outbox.drain(now=LATER)
        indexer.flush(now=LATER)
        for listing in (first, second):
            assert (row(listing).is_given_up, row(listing).attempts, row(listing).last_error) == (False, 0, "")
            assert f"listing:{listing.pk}" in found(index)

    def test_verify_tells_a_refused_document_from_one_that_waits(self, refusing, index, monkeypatch):
        listing = listed()
        outbox.drain(now=NOW)
        monkeypatch.setattr(indexer, "engine", chosen.engine)
        assert [difference.kind for difference in indexer.verify() if "listing" in difference.key] == ["waiting"]
        Document.objects.filter(pk=row(listing).pk).update(is_given_up=True)
        assert [difference.kind for difference in indexer.verify() if "listing" in difference.key] == ["refused"]


@pytest.mark.django_db
class TestRuns:
    def test_a_rebuild_tells_how_far_it_is(self, index):
        listed("Rendang"), listed("Dendeng")
        told = []
        indexer.rebuild(now=NOW, progress=lambda done, total: told.append((done, total)))
        run = Run.objects.get(kind="REBUILD")
        assert told == [(4, 4)]
        assert (run.done, run.total, run.error, run.ended_at is not None) == (4, 4, "", True)

    def test_what_is_as_it_should_be_is_read_again_without_a_write_or_a_lock(self, index):
        listing, gone = listed("Rendang"), listed("Dendeng")
        assert indexer.read_everything(now=NOW) == 4
        Listing.objects.filter(pk=gone.pk).update(status="HIDDEN")
        assert indexer.read_everything(now=LATER) == 1
        assert (row(gone).version, row(gone).is_deleted) == (2, True)
        with CaptureQueriesContext(connection) as captured:
            assert indexer.read_everything(now=LATER) == 0
        assert [query["sql"] for query in captured if not query["sql"].startswith("SELECT")] == []
        assert [query["sql"] for query in captured if "FOR UPDATE" in query["sql"]] == []
        assert row(listing).version == 1

    def test_what_differs_is_taken_up_as_it_is_once_its_row_is_locked(self, index, monkeypatch):
        listing = listed("Rendang")
        indexer.read_everything(now=NOW)
        Listing.objects.filter(pk=listing.pk).update(title_id="Dendeng")
        lock = indexer._locked

        def lock_after_somebody_saved(name, ids):
            rows = lock(name, ids)
            Listing.objects.filter(pk=listing.pk).update(title_id="Gulai")
            return rows

        monkeypatch.setattr(indexer, "_locked", lock_after_somebody_saved)
        assert indexer.read_everything(now=LATER) == 1
        assert (row(listing).version, row(listing).content["title"]["id"]) == (2, "Gulai")

    def test_a_rebuild_from_rows_reads_no_source(self, index):
        listing = listed("Rendang")
        outbox.drain(now=NOW)
        listed("Dendeng")
        assert indexer.rebuild(now=NOW, reread=False) == 1
        assert found(index) == [f"listing:{listing.pk}"]

    def test_a_rebuild_that_fails_says_so_and_leaves_the_old_index(self, index, monkeypatch):
        listing = listed()
        outbox.drain(now=NOW)

        def broken(*_args):
            raise RuntimeError("boom")

        monkeypatch.setattr(indexer, "_operation", broken)
        with pytest.raises(RuntimeError):
            indexer.rebuild(now=LATER)
        run = Run.objects.get(kind="REBUILD")
        assert (run.error, run.ended_at is not None) == ("RuntimeError: boom", True)
        assert found(index) == [f"listing:{listing.pk}"]

    def test_changes_during_a_rebuild_are_in_the_new_index(self, index, monkeypatch):
        """One row is changed, one is hidden and one is added after the rebuild has read them and before it lets the new index answer."""
        changed, hidden = listed("Rendang"), listed("Dendeng")
        outbox.drain(now=NOW)
        added = []

        def meanwhile(done, total):
            Listing.objects.filter(pk=changed.pk).update(title_id="Gulai kapau")
            publish(topic="listing.changed", key=changed.pk, now=LATER)
            catalog.hide_listing(listing_id=hidden.pk, now=LATER)
            added.append(listed("Kerupuk"))
            outbox.drain(now=LATER)

        indexer.rebuild(now=LATER, progress=meanwhile)
        assert found(index, "gulai kapau") == [f"listing:{changed.pk}"]
        assert found(index, "rendang") == found(index, "dendeng") == []
        assert found(index, "kerupuk") == [f"listing:{added[0].pk}"]
        # The new listing's shop: no event told of it.
        assert [difference.kind for difference in indexer.verify()] == ["unread"]

    def test_the_nightly_comparison_keeps_what_it_found_and_mends_it(self, index):
        listing = listed()
        outbox.drain(now=NOW)
        Listing.objects.filter(pk=listing.pk).update(title_id="Keripik")
        run = indexer.reconcile(now=LATER)
        assert (run.kind, run.found, run.drift) == ("VERIFY", {"unread": 2}, 2)
        again = indexer.reconcile(now=LATER)
        assert (again.found, again.drift) == ({}, 0)
