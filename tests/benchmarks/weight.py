"""What a phone downloads for a first view: bytes as sent, with the font apart."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser


@dataclass(frozen=True)
class Weight:
    """Requests and bytes of one first view at 360x740."""

    name: str
    requests: int
    bytes: int
    font_bytes: int

    def row(self) -> str:
        """One line of the table."""
        return f"{self.name:<28} {self.requests:>3} {self.bytes / 1000:>9.1f} kB without font, {self.font_bytes / 1000:.1f} kB font"


def first_view(browser: Browser, name: str, url: str) -> Weight:
    """Open a page on an empty cache and add up what came over the wire before anything was touched."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")

    def answered(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def finished(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = int(event["encodedDataLength"])

    devtools.on("Network.responseReceived", answered)
    devtools.on("Network.loadingFinished", finished)
    page.goto(url, wait_until="networkidle")
    context.close()
    fonts = sum(size for key, size in sizes.items() if kinds.get(key) == "Font")
    return Weight(name=name, requests=len(sizes), bytes=sum(sizes.values()) - fonts, font_bytes=fonts)
