"""A Midtrans whose clock agrees with the tests'."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from demo.simulator.server import SimulatorServer
from tests.factories.orders import NOW


@pytest.fixture
def midtrans(settings) -> Iterator[SimulatorServer]:
    """The simulator, telling nobody: tests carry its notifications themselves, or lose them."""
    with SimulatorServer(clock_offset=NOW - datetime.now(UTC), hold_seconds=0.5) as server:
        settings.MIDTRANS_CORE_URL, settings.MIDTRANS_SNAP_URL = server.core_url, server.snap_url
        yield server
