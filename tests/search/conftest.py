"""An engine of its own for each test that asks for one, with an index that holds nothing yet."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from search import gazetteer
from search.engines import chosen
from search.engines.contract import Engine


@pytest.fixture
def index(db: None, settings: Any, tmp_path: Path) -> Iterator[Engine]:
    """The chosen engine of this mode: embedded, or Elasticsearch."""
    settings.SEARCH_FOLDER = tmp_path / "index"
    settings.SEARCH_INDEX = f"test-{os.getpid()}-{tmp_path.name}".lower()
    chosen.engine.cache_clear()
    gazetteer.forget()
    engine = chosen.engine()
    with engine.rebuild():
        pass
    yield engine
    engine.drop()
    chosen.engine.cache_clear()
    gazetteer.forget()
