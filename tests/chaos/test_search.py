"""Elasticsearch and the worker are killed while thousands of changes and deletes go on; then everything is drained, and the index equals the database."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from demo.supervisor import Program, Supervisor, signal_group
from foundation.outbox import services as outbox
from foundation.outbox.models import Delivery, DeliveryStatus
from foundation.outbox.services import publish
from marketplace.catalog.models import Listing
from search import gazetteer, indexer
from search.engines import chosen
from search.engines.contract import EngineDown
from search.models import Document
from tests.chaos.servers import Node, single_node
from tests.databases import with_name
from tests.factories.catalog import VariantFactory
from tests.factories.inventory import StockFactory
from tests.factories.shops import ShopFactory

LISTINGS, CHANGES, CHANGERS = 150, 3_000, 2
LONGEST = 60.0


class Worker:
    """A Celery worker on the test's own database and index, that can be killed and started again."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "threads", "--concurrency", "2"]
        program = Program("worker", [*command, "--without-gossip", "--without-mingle"])
        self.supervisor.start(program, folder=Path(__file__).resolve().parent.parent.parent)

    def kill(self) -> None:
        child = self.supervisor.children.pop("worker")
        signal_group(child, signal.SIGKILL)
        child.wait()


@pytest.fixture
def node(settings: Any, tmp_path: Path) -> Iterator[Node]:
    """An Elasticsearch of its own, which is the engine of this test."""
    with single_node() as node:
        settings.SEARCH_URL, settings.SEARCH_INDEX = node.url, "chaos"
        chosen.engine.cache_clear()
        gazetteer.forget()
        yield node
        chosen.engine.cache_clear()
        gazetteer.forget()


@pytest.fixture
def worker(transactional_db: None, real_broker: None, node: Node, tmp_path: Path) -> Iterator[Worker]:
    from django.conf import settings

    environment = {
        **os.environ,
        "DATABASE_URL": with_name(os.environ["DATABASE_URL"], connection.settings_dict["NAME"]),
        "LAPAU_DATA": str(settings.DATA_DIR),
        "ELASTICSEARCH_URL": node.url,
        "SEARCH_INDEX": "chaos",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TASKS_EAGER": "0",
    }
    with Supervisor(logs=tmp_path / "log", environment=environment) as supervisor:
        running = Worker(supervisor)
        running.start()
        yield running


class Changers:
    """Threads that rename, hide and show listings without a pause."""

    def __init__(self, listings: list[int]) -> None:
        self.listings, self.done, self.stop = listings, [0] * CHANGERS, time.monotonic() + LONGEST
        self.threads = [threading.Thread(target=self._change, args=(number,)) for number in range(CHANGERS)]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def are_over(self) -> bool:
        return not any(thread.is_alive() for thread in self.threads)

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than they work."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.are_over():
            time.sleep(0.1)

    def _change(self, number: int) -> None:
        chance = Random(number)
        try:
            while self.done[number] < CHANGES // CHANGERS and time.monotonic() < self.stop:
                pk = chance.choice(self.listings)
                with transaction.atomic():
                    status = chance.choices(("PUBLISHED", "HIDDEN"), (2, 1))[0]
                    title = f"Rendang {number} {self.done[number]}"
                    Listing.objects.filter(pk=pk).update(title_id=title, status=status)
                    publish(topic="listing.changed", key=pk, now=timezone.now())
                self.done[number] += 1
        finally:
            connection.close()


def break_things(node: Node, worker: Worker, changers: Changers) -> None:
    """Each alone, then both at once, for as long as changes go on. In the main thread: children end with the thread that began them."""
    both: list[Node | Worker] = [node, worker]
    turn = 0
    changers.pause(2)
    while not changers.are_over():
        victims = both if turn % 3 == 2 else [both[turn % 3]]
        for victim in victims:
            victim.kill()
        changers.pause(3)
        for victim in victims:
            victim.start()
        # A server needs its time before it is worth killing again.
        changers.pause(12)
        turn += 1


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_ghost_or_resurrected(node, worker):
    shop = ShopFactory()
    listings = [
        StockFactory(variant=VariantFactory(listing__shop=shop, listing__title_en="")).variant.listing.pk
        for _ in range(LISTINGS)
    ]
    indexer.rebuild(now=timezone.now())
    changers = Changers(listings)
    changers.start()
    break_things(node, worker, changers)
    assert sum(changers.done) >= CHANGES // 4, "the machine was too busy to change enough"
    node.wait()

    # Beat would do this within seconds; leases of a killed worker end within minutes.
    later = timezone.now() + timedelta(hours=1)
    chosen.engine.cache_clear()
    outbox.drain(now=later)
    worker.kill()
    outbox.drain(now=later)
    flush_patiently(later)
    search_deliveries = Delivery.objects.filter(subscriber=indexer.SUBSCRIBER)
    assert not search_deliveries.exclude(status=DeliveryStatus.DONE).exists()
    assert list(indexer.verify()) == []
    shown = set(Listing.objects.for_sale().filter(pk__in=listings).values_list("pk", flat=True))
    indexed = {int(key.partition(":")[2]) for key, _version in chosen.engine().versions() if key.startswith("listing:")}
    assert indexed == shown
    assert 0 < len(shown) < LISTINGS
    assert not Document.objects.given_up().exists()


def flush_patiently(now: datetime) -> None:
    """Send what waits; a circuit that is open closes within seconds."""
    for _attempt in range(30):
        try:
            indexer.flush(now=now)
            return
        except EngineDown:
            time.sleep(1)
    pytest.fail("the server did not come back")
