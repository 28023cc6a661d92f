"""A small province in the database, with an index of its own; and an engine that does not answer."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

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

    search = suggest = versions = refresh = apply

    def is_broken(self):
        return False

    def health(self):
        return SimpleNamespace(is_up=False, documents=0, detail="gone")


@pytest.fixture
def index(db: None, settings: Any, tmp_path: Path) -> Iterator[Engine]:
    """The chosen engine of this mode: embedded, or Elasticsearch."""
    settings.SEARCH_FOLDER = tmp_path / "index"
    settings.SEARCH_INDEX = f"test-{os.getpid()}-{tmp_path.name}".lower()
    chosen.engine.cache_clear()
    gazetteer.forget()
    suggestions.forget()
    engine = chosen.engine()
    with engine.rebuild():
        pass
    yield engine
    engine.drop()
    chosen.engine.cache_clear()
    gazetteer.forget()
    suggestions.forget()


@pytest.fixture
def province(index):
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
    index.refresh()
    return index
