"""What every test can count on: one of two modes, no network but loopback, and for journeys the whole running site."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection, connections
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker
from xdist.scheduler import LoadScopeScheduling

from tests.contracts.midtrans import SANDBOX_KEY
from tests.databases import fresh_postgresql, fresh_sqlite
from tests.emptying import _only_what_was_written_is_emptied  # noqa: F401 - a fixture of every test
from tests.remembering import _equal_analyzers_are_one, _nothing_remembered  # noqa: F401 - fixtures of every test
from tests.scheduling import Together
from tests.stack import LiveStack, running_celery_worker, running_stack

JOURNEYS = Path(__file__).parent / "journeys"
MODE = "full" if os.environ.get("DATABASE_URL") else "embedded"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# The same examples in every run: a failure that nobody can repeat helps nobody. More of them: HYPOTHESIS_PROFILE=long.
hypothesis.settings.register_profile("lapau", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("long", max_examples=2000, deadline=None, database=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "lapau"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """Schedule as above where ``--dist loadgroup`` asks for it."""
    return Together(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the journeys; leave out tests of the other mode."""
    for item in items:
        if JOURNEYS in item.path.parents:
            item.add_marker(pytest.mark.journey)
    other = "embedded" if MODE == "full" else "full"
    elsewhere = [item for item in items if item.get_closest_marker(other) and not item.get_closest_marker(MODE)]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say against which Midtrans the contracts were held."""
    held = "the simulator and the real sandbox" if SANDBOX_KEY in os.environ else "the simulator alone"
    why = "" if SANDBOX_KEY in os.environ else f" ({SANDBOX_KEY} is not set, so the real sandbox was not asked)"
    terminalreporter.write_line(f"Midtrans contracts: held against {held}{why}")


@pytest.fixture(scope="session")
def mode() -> str:
    """``embedded`` or ``full``."""
    return MODE


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Leave no language behind: a page asked for in English keeps its thread in English."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not is_loopback(address[0]):
            raise RuntimeError(f"A test wanted to reach {address[0]}: only loopback is allowed")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


def is_loopback(host: str) -> bool:
    """Tell whether a name or number means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A database per worker, copied from a migrated one instead of migrated anew."""
    name = connection.creation._get_test_db_name()
    with ExitStack() as stack:
        if connection.vendor == "sqlite":
            fresh_sqlite(Path(name))
        else:
            stack.enter_context(fresh_postgresql(os.environ["DATABASE_URL"], name))
        connection.close()
        connection.settings_dict["NAME"] = name
        yield
        with django_db_blocker.unblock():
            connections.close_all()


@pytest.fixture(scope="session")
def _stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    with running_stack(folder=tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture
def live_stack(_stack: LiveStack) -> Iterator[LiveStack]:
    """The running site with the demo province; after the test its data must pass the audit."""
    yield _stack
    _stack.audit()


@pytest.fixture
def real_broker() -> Iterator[None]:
    """Send tasks to the broker in this test, instead of running them in place."""
    from config.celery import app

    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True


@pytest.fixture
def celery_worker(transactional_db: None, real_broker: None, tmp_path: Path) -> Iterator[None]:
    """A real Celery worker on the test's own database, for this test alone: for tests marked ``full``.

    It would wake at every commit of later tests, so it ends with this one.
    """
    with running_celery_worker(folder=tmp_path):
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium, with nothing that reaches out by itself."""
    executable = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    return {**browser_type_launch_args, "executable_path": executable, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A cheap phone in Padang."""
    phone = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
    return {**browser_context_args, **phone, "locale": "id-ID", "timezone_id": "Asia/Jakarta"}


@pytest.fixture
def screenshot(page: Any, tmp_path: Path) -> Callable[[str], Path]:
    """Keep a picture of the page as it is, for a person to look at."""

    def take(name: str) -> Path:
        path = tmp_path / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take
