"""Browsers for the people of the journeys."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.people import PATIENCE_SECONDS, Arrival, Person
from tests.stack import LiveStack

PATIENCE = PATIENCE_SECONDS * 1000
DESK = {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 1, "has_touch": False, "is_mobile": False}


expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def base_url() -> None:
    """No common address: people type whole ones. (pytest-playwright's own fixture is one that pytest 9 warns of.)"""


@pytest.fixture
def arrives(live_stack: LiveStack, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Arrival]:
    """Let somebody arrive with a fresh browser: a phone, or a desk with ``at_desk``. No browser may have complained."""
    contexts: list[BrowserContext] = []
    people: list[Person] = []

    def arrive(*, at_desk: bool = False, **options: Any) -> Person:
        context = browser.new_context(**{**browser_context_args, **(DESK if at_desk else {}), **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.set_default_navigation_timeout(PATIENCE)
        person = Person(context.new_page(), live_stack)
        people.append(person)
        return person

    yield arrive
    for context in contexts:
        context.close()
    assert [complaint for person in people for complaint in person.complaints] == []
