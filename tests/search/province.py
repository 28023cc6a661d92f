"""A small province in the database, with an index of its own; and an engine that does not answer."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from search import gazetteer, indexer, suggestions
from search.engines import chosen
from search.engines.contract import Engine, EngineDown
from tests.factories.catalog import AdmissionVariantFactory, CategoryFactory, VariantFactory
from tests.factories.destinations import ClosureFactory, DestinationFactory
from tests.factories.inventory import SlotFactory, StockFactory
from tests.factories.regions import RegencyFactory
from tests.factories.shops import ShopFactory

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


class Down:
    """An engine that does not answer."""

    name = "down"

    def apply(self, *asked):
        raise EngineDown("gone")

    search = search_each = suggest = suggest_each = versions = refresh = apply

    def is_broken(self):
        return False

    def health(self):
        return SimpleNamespace(is_up=False, documents=0, detail="gone")


@contextmanager
def own_engine(folder: Path) -> Iterator[Engine]:
    """The chosen engine of this mode, embedded or Elasticsearch, whose own index is still to be built."""
    with override_settings(
        SEARCH_FOLDER=folder / "index", SEARCH_INDEX=f"test-{os.getpid()}-{folder.name}".lower().rstrip("_")
    ):
        forget()
        engine = chosen.engine()
        yield engine
        engine.drop()
    forget()


def forget() -> None:
    """Forget what a process keeps of an index and of the rows behind it."""
    chosen.engine.cache_clear()
    gazetteer.forget()
    suggestions.forget()


@pytest.fixture
def no_index(db: None, tmp_path: Path) -> Iterator[Engine]:
    """An engine for one test, which builds its index once there is something to be found."""
    with own_engine(tmp_path) as engine:
        yield engine


@pytest.fixture
def index(no_index: Engine) -> Engine:
    """An empty index for one test."""
    with no_index.rebuild():
        pass
    return no_index


@pytest.fixture
def province(no_index: Engine) -> Engine:
    """The small province, for a test that changes its rows or its index."""
    build(no_index)
    return no_index


@pytest.fixture(scope="module")
def _rows_of_the_module(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("province")
    with django_db_blocker.unblock(), transaction.atomic(), own_engine(folder) as engine:
        build(engine)
        yield engine
        transaction.set_rollback(True)


@pytest.fixture
def standing_province(_rows_of_the_module: Engine, db: None) -> Engine:
    """The small province, made once for the tests of a module, which only ask. What a test writes is undone after it."""
    gazetteer.forget()
    suggestions.forget()
    return _rows_of_the_module


def build(engine: Engine) -> None:
    """Three places, two tickets, three goods of two shops in two regions."""
    bukittinggi = RegencyFactory(
        code="13.75",
        name="Kota Bukittinggi",
        short_name="Bukittinggi",
        slug="bukittinggi",
        latitude=-0.3,
        longitude=100.37,
    )
    padang = RegencyFactory(
        code="13.71", name="Kota Padang", short_name="Padang", slug="padang", latitude=-0.95, longitude=100.36
    )
    jam = DestinationFactory(
        name="Jam Gadang",
        region=bukittinggi,
        category="LANDMARK_KOTA",
        latitude=-0.305,
        longitude=100.369,
        summary_en="A clock tower",
    )
    ngarai = DestinationFactory(
        name="Ngarai Sianok", region=bukittinggi, category="LEMBAH_NGARAI", latitude=-0.311, longitude=100.361
    )
    DestinationFactory(name="Pantai Padang", region=padang, category="PANTAI", latitude=-0.948, longitude=100.353)
    ClosureFactory(destination=ngarai, begin_told_at=NOW)
    amai, uni = ShopFactory(name="Dapur Amai", region=padang), ShopFactory(name="Sanjai Uni", region=bukittinggi)
    food = CategoryFactory(slug="makanan", name_id="Makanan", name_en="Food")
    for title, english, shop, price in [
        ("Rendang daging", "Beef rendang", amai, 120_000),
        ("Rendang telur", "Egg rendang", amai, 45_000),
        ("Rendang paru", "Lung rendang", amai, 50_000),
        ("Keripik rendang", "Rendang crisps", uni, 30_000),
    ]:
        StockFactory(
            variant=VariantFactory(
                price=price,
                listing__title_id=title,
                listing__title_en=english,
                listing__shop=shop,
                listing__category=food,
            )
        )
    ticket = AdmissionVariantFactory(
        listing__title_id="Naik Jam Gadang",
        listing__title_en="Climb Gadang",
        listing__destination=jam,
        listing__shop=uni,
        listing__category=CategoryFactory(slug="tiket-masuk", name_id="Tiket masuk", name_en="Admission"),
    )
    SlotFactory(listing=ticket.listing)
    indexer.rebuild(now=NOW)
    engine.refresh()
