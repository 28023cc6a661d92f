"""What a phone downloads for a first view: bytes as sent, with the font apart."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.orders import Line
from tests.benchmarks.pages import page_kinds
from tests.benchmarks.stand import Stand

MOST_KB = 100
PHONE: Mapping[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PROSE = """
from cms.pages.models import EventPage, StoryPage
for model in (StoryPage, EventPage):
    for code in ("id", "en"):
        print("TOLD" if (model, code) == (StoryPage, "id") else "",
              model.objects.filter(live=True, locale__language_code=code).order_by("translation_key").first().full_url)
"""
CART = """
from django.utils import timezone
from marketplace.catalog.models import Variant
from marketplace.inventory.models import Slot
slot = Slot.objects.filter(starts_at__gt=timezone.now()).order_by("starts_at", "pk")[0]
print("TOLD", slot.pk, Variant.objects.filter(listing=slot.listing_id).order_by("position")[0].pk,
      Variant.objects.filter(listing__kind="GOODS").order_by("pk")[0].pk)
"""


@dataclass(frozen=True)
class Weight:
    """Requests and bytes of one first view at 360x740, two pixels for each."""

    name: str
    requests: int
    bytes: int
    font_bytes: int
    # By kind of file: Document, Stylesheet, Script, Image.
    kinds: Mapping[str, int] = field(default_factory=dict)

    def row(self) -> str:
        """One line of the table."""
        kinds = "  ".join(f"{kind.lower()} {size / 1024:.1f}" for kind, size in sorted(self.kinds.items()))
        mark = " " if self.bytes <= MOST_KB * 1024 else "!"
        return f"{self.name:<24} {self.requests:>3} {self.bytes / 1024:>7.1f}{mark} {self.font_bytes / 1024:>6.1f}  {kinds}"


HEADER = f"{'first view':<24} {'req':>3} {'kB':>7}  {'font':>6}  of which"


def run(stand: Stand) -> dict[str, Any]:
    """Weigh a page of every kind in both languages, and a filled cart with its checkout."""
    weights = []
    print(f"\nFirst views at 360x740, 2x; at most {MOST_KB} kB without the font\n{HEADER}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(FLAGS)
        )
        for name, (url, cookie) in addresses(stand).items():
            weights.append(first_view(browser, name, url, cookie=cookie))
            print(weights[-1].row(), flush=True)
        browser.close()
    return {"weights": [asdict(weight) for weight in weights]}


def addresses(stand: Stand) -> dict[str, tuple[str, str]]:
    """Address of each first view, and the cookie of a visitor with a cart where one is needed."""
    found = {}
    for name, (host, path) in page_kinds(stand).items():
        english = path if name != "destination" else path.replace("/tempat/", "/places/")
        found[f"{name}, id"] = (f"http://{host}{path}", "")
        found[f"{name}, en"] = (f"http://{host}/en{english}", "")
    story_id, story_en, event_id, event_en = stand.told(PROSE)[:4]
    found |= {"story, id": (story_id, ""), "story, en": (story_en, "")}
    found |= {"event, id": (event_id, ""), "event, en": (event_en, "")}
    slot, adult, goods = stand.told(CART)[:3]
    line = Line(stand)
    _status, _where, cookies, _page = line.ask("POST", "/keranjang/tambah/", {"jam": slot, f"q{adult}": "2"})
    line.ask("POST", "/keranjang/tambah/", {"v": goods, "jumlah": "1"}, cookies=cookies)
    line.close()
    for name, path in (("cart", "/keranjang/"), ("checkout", "/bayar/")):
        found[f"{name}, id"] = (f"http://{stand.host}{path}", cookies)
        found[f"{name}, en"] = (f"http://{stand.host}/en{path}", cookies)
    return found


def first_view(browser: Browser, name: str, url: str, *, cookie: str = "") -> Weight:
    """Open a page on an empty cache and add up what came over the wire before anything was touched."""
    context = browser.new_context(**PHONE)
    if cookie:
        key, _is, value = cookie.split(";")[0].partition("=")
        host = urlsplit(url).hostname or ""
        context.add_cookies([{"name": key, "value": value, "domain": host, "path": "/"}])
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
    by_kind: dict[str, int] = {}
    for key, size in sizes.items():
        kind = kinds.get(key, "Other")
        by_kind[kind] = by_kind.get(kind, 0) + size
    fonts = by_kind.pop("Font", 0)
    return Weight(name, len(sizes), sum(by_kind.values()), fonts, by_kind)
