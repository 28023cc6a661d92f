"""The Midtrans that a contract is held against: our simulator always, the real sandbox when its keys are given."""

import _socket
import os
import socket
from collections.abc import Iterator

import pytest

from demo.simulator.server import SimulatorServer
from demo.simulator.state import DEMO_MERCHANT
from tests.contracts.midtrans import SANDBOX_KEY, Midtrans, Receiver


@pytest.fixture
def simulator() -> Iterator[SimulatorServer]:
    """A simulator that notifies nobody."""
    with SimulatorServer(hold_seconds=0.5) as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A shop that remembers each notification and answers as it is told."""
    with Receiver() as shop:
        yield shop


@pytest.fixture
def notifying(receiver: Receiver) -> Iterator[SimulatorServer]:
    """A simulator that notifies the receiver."""
    with SimulatorServer(notify_url=receiver.url, hold_seconds=0.5) as server:
        yield server


@pytest.fixture(params=["simulator", "sandbox"])
def midtrans(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Midtrans:
    """The real client package, pointed at the simulator and then at the sandbox."""
    if request.param == "simulator":
        server: SimulatorServer = request.getfixturevalue("simulator")
        return Midtrans(DEMO_MERCHANT.server_key, server.core_url, server.snap_url)
    if SANDBOX_KEY not in os.environ:
        pytest.skip(f"the real sandbox is asked only when {SANDBOX_KEY} is given")
    # Only here a test may leave the machine.
    monkeypatch.setattr(socket.socket, "connect", _socket.socket.connect)
    return Midtrans(
        os.environ[SANDBOX_KEY], "https://api.sandbox.midtrans.com", "https://app.sandbox.midtrans.com/snap/v1"
    )
