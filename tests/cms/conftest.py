from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from wagtail.models import Site

from tests.cms.house import House, build, visit


@pytest.fixture(scope="module")
def _built(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Build the house once for a module, in a transaction that is rolled back when its last test is done."""
    with django_db_blocker.unblock(), transaction.atomic():
        forget_sites()
        build()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def house(_built: None, db: None, settings: Any, tmp_path: Path) -> Iterator[House]:
    """A small province; see ``tests/cms/house.py``. Its pictures are written to a folder of the test."""
    settings.MEDIA_ROOT = tmp_path
    forget_sites()
    yield visit()
    forget_sites()


def forget_sites() -> None:
    """Wagtail keeps addresses of sites in the cache, which outlives a test's transaction."""
    cache.clear()
    Site.clear_site_root_paths_cache()
