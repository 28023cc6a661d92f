"""A visitor of the site: a browser on its own host, on Sunday 22 November 2026, 10.00 WIB."""

from collections.abc import Iterator

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from demo.simulator.server import SimulatorServer
from tests.factories.orders import NOW

HOST = "lapau.localhost:8000"
# What a browser says of a post from one of our own pages.
OWN_PAGE = {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def today() -> Iterator[time_machine.Traveller]:
    """The clock stands at ``NOW`` for pages, which read it themselves."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def visitor(today: time_machine.Traveller) -> Client:
    """Somebody who has been nowhere yet."""
    return Client(HTTP_HOST=HOST)


@pytest.fixture
def midtrans(settings: object, today: time_machine.Traveller) -> Iterator[SimulatorServer]:
    """The simulator; it tells nobody."""
    with SimulatorServer(hold_seconds=0.5) as server:
        settings.MIDTRANS_CORE_URL, settings.MIDTRANS_SNAP_URL = server.core_url, server.snap_url  # type: ignore[attr-defined]
        yield server


def soup(response: object) -> BeautifulSoup:
    """A page as its reader finds it."""
    return BeautifulSoup(response.content, "html.parser")  # type: ignore[attr-defined]


def words(node: object) -> str:
    """The text of a part, on one line."""
    return " ".join(node.get_text(" ").split())  # type: ignore[attr-defined]
