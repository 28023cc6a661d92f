"""Every page of the walk, on a phone and at a desk, in both languages: nothing serious for axe, nothing cut off, light."""

import re
from collections.abc import Iterable, Iterator
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Response

from demo.accounts import ACCOUNTS
from tests.journeys import backstage, shopping
from tests.journeys.people import Arrival, Person
from tests.stack import LiveStack

# Both modes show the same pages.
pytestmark = pytest.mark.embedded

LOST = "/halaman-yang-tidak-ada/"
PUBLIC = [
    ("", "/"),
    ("bukittinggi", "/"),
    ("mentawai", "/"),
    ("bukittinggi", "/tempat/lobang-jepang-bukittinggi/"),
    ("tanah-datar", "/tempat/gunung-marapi/"),
    ("", "/cari/?q=bukittinggi"),
    ("", "/cari/?q=qzxqzx"),
    ("", "/tiket/masuk-lobang-jepang/"),
    ("", "/tiket/jalan-kaki-kota-lama-bukittinggi/"),
    ("", "/produk/keripik-sanjai/"),
    ("", "/toko/dapur-contoh-amai-bukittinggi/"),
    ("", "/belanja/"),
    ("", "/hari-ini/"),
    ("", "/cara-membeli/"),
    ("", "/data-pribadi/"),
    ("", "/sumber/"),
    ("", "/keranjang/"),
    ("", "/pesanan/"),
    ("", "/tiket-saya/"),
    ("", "/akun/"),
    ("", "/akun/login/"),
    ("", "/akun/signup/"),
    ("", LOST),
]
SELLER = [
    "/toko-saya/{shop}/",
    "/toko-saya/{shop}/pesanan/",
    "/toko-saya/{shop}/barang/",
    "/toko-saya/{shop}/jual/",
    "/toko-saya/{shop}/uang/",
    "/toko-saya/{shop}/pengaturan/",
    "/buka-toko/",
]
# What a designer sees first: these must come through a village signal.
LIGHT = PUBLIC[:10]
MOST_BYTES = 100 * 1024


def login_for(where: str) -> str:
    return next(account.login for account in ACCOUNTS if account.where == where)


def faults(person: Person) -> Iterator[str]:
    """What axe finds serious or critical, and what is wider than the screen."""
    shopping.settles(person)
    for found in Axe().run(person.page, options={"resultTypes": ["violations"]}).response["violations"]:
        if found["impact"] in ("serious", "critical"):
            for node in found["nodes"]:
                yield f"{found['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
    too_wide = person.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if too_wide > 0:
        yield f"{too_wide} pixels wider than the screen"


def look_at(person: Person, addresses: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The faults of each page that has any."""
    found: dict[str, list[str]] = {}
    for region, path in addresses:
        status = person.visit(path, region=region)
        problems = list(faults(person))
        if status != (404 if path.endswith(LOST) else 200):
            problems.append(f"answered {status}")
        if problems:
            found[person.page.url] = problems
    return found


@pytest.mark.parametrize("at_desk", [False, True], ids=["phone", "desk"])
@pytest.mark.parametrize("prefix", ["", "/en"], ids=["id", "en"])
def test_public_pages(arrives: Arrival, prefix: str, at_desk: bool) -> None:
    visitor = arrives(at_desk=at_desk)
    # The address of a page is in its language; that of the storefront is the same behind the prefix.
    places = "/places/" if prefix else "/tempat/"
    addresses = [(region, prefix + path.replace("/tempat/", places)) for region, path in PUBLIC]
    assert look_at(visitor, addresses) == {}


@pytest.mark.parametrize("at_desk", [False, True], ids=["phone", "desk"])
def test_editorial_pages(arrives: Arrival, at_desk: bool) -> None:
    """An event, a story and a trip, found as visitors find them: from the home page and the search."""
    visitor = arrives(at_desk=at_desk)
    found: dict[str, list[str]] = {}
    for kind in ("event", "story", "trip"):
        visitor.visit(f"/cari/?type={kind}")
        visitor.page.locator("#hasil .card a, #hasil article a").first.click()
        visitor.page.wait_for_load_state()
        assert "/cari/" not in visitor.page.url
        if problems := list(faults(visitor)):
            found[visitor.page.url] = problems
    assert found == {}


@pytest.mark.parametrize("at_desk", [False, True], ids=["phone", "desk"])
def test_a_buyers_own_pages(arrives: Arrival, at_desk: bool) -> None:
    buyer, found = arrives(at_desk=at_desk), {}

    def look(what: str) -> None:
        if problems := list(faults(buyer)):
            found[what] = problems

    buyer.visit("/tiket/masuk-lobang-jepang/")
    shopping.chooses_tickets(buyer, counts={"Dewasa": 2})
    shopping.puts_in_cart(buyer)
    buyer.visit("/produk/keripik-sanjai-pilihan/")
    shopping.puts_in_cart(buyer)
    buyer.visit("/keranjang/")
    look("cart")
    buyer.page.get_by_role("button", name="Bayar", exact=True).click()
    buyer.heads("Tinggal selangkah")
    look("checkout")
    buyer.page.evaluate("document.querySelector('form#bayar').noValidate = true")
    # On a desk it says the amount too.
    buyer.presses(re.compile("^Bayar"))
    buyer.reads(re.compile("isian perlu diperbaiki"))
    look("checkout with errors")
    shopping.fills_in_who(buyer)
    shopping.fills_in_where_to(buyer, postal_code="25211", place="Alang Laweh")
    shopping.presses_pay(buyer)
    shopping.chooses_method(buyer, "QRIS")
    payment = buyer.page.url
    buyer.visit("/pesanan/")
    look("orders")
    buyer.page.locator("main a[href*='/pesanan/']").first.click()
    buyer.heads(re.compile("Menunggu pembayaran Anda|Tinggal bayar"))
    look("waiting for payment")
    buyer.page.goto(payment)
    shopping.pays(buyer)
    look("paid")
    buyer.follows("Buka tiket")
    shopping.ticket_codes(buyer)
    look("tickets")
    assert found == {}


@pytest.mark.parametrize("at_desk", [False, True], ids=["phone", "desk"])
def test_sellers_and_gates_pages(arrives: Arrival, at_desk: bool) -> None:
    seller = arrives(at_desk=at_desk)
    seller.signs_in(login_for("/toko-saya/"), going_to="/toko-saya/")
    shop = seller.page.url.rstrip("/").rsplit("/", 1)[1]
    found = look_at(seller, [("", path.format(shop=shop)) for path in SELLER])
    officer = arrives(at_desk=at_desk)
    officer.signs_in(login_for("/gerbang/"), going_to="/gerbang/")
    found |= look_at(officer, [("", "/gerbang/")])
    officer.follows("Gerbang Lobang Jepang Bukittinggi")
    officer.reads("Daring")
    found |= {"gate": problems} if (problems := list(faults(officer))) else {}
    officer.follows("Laporan")
    officer.heads("Gerbang Lobang Jepang Bukittinggi")
    found |= {"report": problems} if (problems := list(faults(officer))) else {}
    assert found == {}


def test_the_first_view_is_light(arrives: Arrival, live_stack: LiveStack) -> None:
    """At most 100 KB as sent, without the font, on a first visit, once the worker has made the pictures' sizes."""
    heavy = {}
    backstage.waits_for_pictures(live_stack)
    for region, path in LIGHT:
        visitor = arrives()
        responses: list[Response] = []
        visitor.page.on("response", partial(list.append, responses))
        visitor.visit(path, region=region)
        shopping.settles(visitor)
        visitor.page.wait_for_load_state("networkidle")
        sizes = {
            answer.url: answer.request.sizes()["responseBodySize"]
            for answer in responses
            if answer.request.resource_type != "font"
        }
        visitor.page.context.close()
        if sum(sizes.values()) > MOST_BYTES:
            heavy[f"{region}{path}"] = sorted(sizes.items(), key=lambda one: -one[1])[:6]
    assert heavy == {}
