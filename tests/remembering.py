"""What a process remembers for some seconds is forgotten before each test: keys and names come again with other contents."""

import pytest

from search import labels, links


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    labels.forget()
    links.forget()
