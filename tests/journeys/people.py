"""The people of the journeys: somebody with a browser of their own, who reads the screen and presses what it offers."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Locator, Page, Response, expect

from demo.accounts import PASSWORD
from tests.stack import LiveStack

# The browser's own line for any answer of 400 or more. A refusal is a page like any other; what it says is asserted.
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
# htmx says so when a newer question makes an older one needless.
GIVEN_UP = re.compile(r"htmx:(sendAbort|afterRequest|sendError)")
# What a phone without signal says of itself.
NO_SIGNAL = re.compile(r"ERR_INTERNET_DISCONNECTED|Failed to fetch|ERR_FAILED")


# A busy machine with two cores answers late; nothing here takes so long when all is well.
PATIENCE_SECONDS = 20
# Milliseconds between two looks for what happens behind the pages; looking without a pause would hold it up.
BETWEEN_LOOKS = 150


@dataclass
class Person:
    """Somebody at a browser; ``complaints`` is what the browser complained of behind the page."""

    page: Page
    stack: LiveStack
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._watch)

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(usual.search(message.text) for usual in (REFUSED, GIVEN_UP, NO_SIGNAL)):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _watch(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.url}: answered {response.status}")

    def visit(self, path: str = "/", *, region: str = "") -> int:
        """Type an address; answers the status."""
        response = self.page.goto(self.stack.address(path, region=region))
        assert response is not None
        return response.status

    def reads(self, *texts: str | re.Pattern[str]) -> None:
        """Wait until each of these stands on the page, to be seen."""
        for text in texts:
            expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()

    def heads(self, text: str | re.Pattern[str]) -> None:
        """Wait until this is the page's headline."""
        expect(self.page.get_by_role("heading", name=text, level=1)).to_be_visible()

    def does_not_read(self, text: str) -> None:
        """Nothing of the kind is on the page as it stands."""
        expect(self.page.get_by_text(text).locator("visible=true")).to_have_count(0)

    def presses(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Press a button."""
        (within or self.page).get_by_role("button", name=name).first.click()

    def follows(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Follow a link."""
        (within or self.page).get_by_role("link", name=name).first.click()

    def waits_until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something that happens behind the pages: a mail, a line in the index."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, "It did not happen in time"
            self.page.wait_for_timeout(BETWEEN_LOOKS)

    def reloads_until(self, text: str | re.Pattern[str]) -> None:
        """Load the page again until it says so; what a worker does shows up on a page a moment later."""
        self.waits_until(lambda: self.page.reload() is not None and self.page.get_by_text(text).count() > 0)

    def writes(self, label: str | re.Pattern[str], text: str) -> None:
        """Fill in a field, found by its label."""
        self.page.get_by_label(label).first.fill(text)

    def signs_in(self, login: str, *, going_to: str) -> None:
        """Sign in with the demo's password, on the way to a page."""
        self.visit(going_to)
        # The office has a door of its own, with other names for the same two boxes.
        self.page.locator("input[name=login], input[name=username]").fill(login)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.presses(re.compile("^(Masuk|Sign in)$"))
        expect(self.page).to_have_url(re.compile(re.escape(going_to) + r"($|[\w?/-])"))


type Arrival = Callable[..., Person]
