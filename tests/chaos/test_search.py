"""Elasticsearch and the worker are killed while thousands of changes and deletes go on; then everything is drained, and the index equals the database."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
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


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_ghost_or_resurrected(node, worker):
    shop = ShopFactory()
    listings = [
        StockFactory(variant=VariantFactory(listing__shop=shop, listing__title_en="")).variant.listing.pk
        for _ in range(LISTINGS)
    ]
    indexer.rebuild(now=timezone.now())
    stop, done = time.monotonic() + LONGEST, [0] * CHANGERS

    def change(number: int) -> None:
        """Rename, hide, show and delete, without a pause."""
        chance = Random(number)
        try:
            while done[number] < CHANGES // CHANGERS and time.monotonic() < stop:
                pk = chance.choice(listings)
                with transaction.atomic():
                    status = chance.choices(("PUBLISHED", "HIDDEN"), (2, 1))[0]
                    title = f"Rendang {number} {done[number]}"
                    Listing.objects.filter(pk=pk).update(title_id=title, status=status)
                    publish(topic="listing.changed", key=pk, now=timezone.now())
                done[number] += 1
        finally:
            connection.close()

    def break_things(pause: Callable[[float], None], is_over: Callable[[], bool]) -> None:
        """Each alone, then both at once, for as long as changes go on. In the main thread: children end with the thread that began them."""
        turns = [(node.kill, node.start), (worker.kill, worker.start)]
        turn = 0
        pause(2)
        while not is_over():
            chosen_turns = turns if turn % 3 == 2 else [turns[turn % 3]]
            for kill, _start in chosen_turns:
                kill()
            pause(3)
            for _kill, start in chosen_turns:
                start()
            # A server needs its time before it is worth killing again.
            pause(12)
            turn += 1

    changing = [threading.Thread(target=change, args=(number,)) for number in range(CHANGERS)]
    for thread in changing:
        thread.start()

    def is_over() -> bool:
        return not any(thread.is_alive() for thread in changing)

    def pause(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not is_over():
            time.sleep(0.1)

    break_things(pause, is_over)
    for thread in changing:
        thread.join()
    assert sum(done) >= CHANGES // 4, "the machine was too busy to change enough"
    node.wait()

    # Beat would do this within seconds; leases of a killed worker end within minutes.
    later = timezone.now() + timedelta(hours=1)
    chosen.engine.cache_clear()
    outbox.drain(now=later)
    worker.kill()
    outbox.drain(now=later)
    for _attempt in range(30):
        try:
            indexer.flush(now=later)
            break
        except EngineDown:
            time.sleep(1)
    search_deliveries = Delivery.objects.filter(subscriber=indexer.SUBSCRIBER)
    assert not search_deliveries.exclude(status=DeliveryStatus.DONE).exists()
    assert list(indexer.verify()) == []
    shown = set(Listing.objects.for_sale().filter(pk__in=listings).values_list("pk", flat=True))
    indexed = {int(key.partition(":")[2]) for key, _version in chosen.engine().versions() if key.startswith("listing:")}
    assert indexed == shown
    assert 0 < len(shown) < LISTINGS
    assert not Document.objects.given_up().exists()
