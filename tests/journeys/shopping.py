"""Buying, as people do it on their phones: tickets and goods into the cart, who and where to, and the payment page."""

import re
from datetime import date

from playwright.sync_api import Page, expect

from tests.journeys.people import Person

TICKET = "masuk-lobang-jepang"


def chooses_tickets(person: Person, *, counts: dict[str, int], at_once: bool = False) -> None:
    """On a ticket's page: choose a day that can be bought, and how many of each category.

    The day is the first of all with ``at_once``, else the first working day after it: weekends cost more.
    One of the first category is there from the beginning.
    """
    days = person.page.locator("label.date:has(input:enabled)")
    given = days.locator("input").evaluate_all("inputs => inputs.map(input => input.value)")
    working = [number for number, day in enumerate(given) if number and date.fromisoformat(day).isoweekday() < 6]
    days.nth(0 if at_once else working[0]).click()
    is_there = 1
    for category, count in counts.items():
        for _press in range(count - is_there):
            person.page.get_by_role("button", name=re.compile(f"^(Tambah|More:) {category}$")).click()
        is_there = 0
    expect(person.page.locator("#ringkasan")).to_contain_text(re.compile(rf"\b{sum(counts.values())} ti(c)?ket"))
    settles(person)


def puts_in_cart(person: Person) -> None:
    """Press the bag or "+ Keranjang", and read that it is in the cart."""
    settles(person)
    person.page.get_by_role("button", name=re.compile(r"\+ (Keranjang|Cart)|Add to cart")).click()
    expect(person.page.locator("#toasts")).to_contain_text(re.compile("masuk keranjang|added to your cart"))


def fills_in_who(person: Person, *, name: str = "Rani Contoh", phone: str = "0812 0000 0000", email: str = "") -> None:
    """At the checkout: say who orders."""
    person.page.locator("input[name=name]").fill(name)
    person.page.locator("input[name=phone]").fill(phone)
    person.page.locator("input[name=email]").fill(email)


def fills_in_where_to(person: Person, *, postal_code: str, place: str) -> None:
    """At the checkout: write the address, and choose the place of a postal code from the list."""
    person.page.locator("textarea[name=address]").fill("Jl. Contoh No. 12")
    person.page.locator("input[name=tempat]").press_sequentially(postal_code)
    person.page.locator("#tempat-hasil label", has_text=place).click()


def presses_pay(person: Person) -> None:
    """At the checkout: place the order, and arrive at Midtrans."""
    settles(person)
    person.presses(re.compile("^(Bayar|Pay)"))
    expect(person.page).to_have_url(re.compile("/snap/"))


def chooses_method(person: Person, name: str) -> None:
    """On the payment page: choose a way to pay."""
    person.page.get_by_role("button", name=re.compile(name)).first.click()
    person.reads(re.compile("Menunggu pembayaran|Waiting for the payment"))


def pays(person: Person) -> str:
    """On the payment page: pay, be back at the shop, and read that the order is paid. Answers the order's code."""
    person.page.get_by_role("button", name=re.compile("^(Bayar|Pay)$")).click()
    expect(person.page).to_have_url(re.compile("/pesanan/"))
    person.heads(re.compile("Pesanan Anda sudah dibayar|Your order is paid"))
    return order_code(person.page)


def order_code(page: Page) -> str:
    """The code of the order whose page this is."""
    found = re.search(r"/pesanan/([0-9A-Z]+)/", page.url)
    assert found is not None
    return found[1]


def buys_tickets(
    person: Person, *, slug: str = TICKET, counts: dict[str, int], at_once: bool = False, method: str = "QRIS"
) -> str:
    """Buy tickets and nothing else, from the page of the ticket to the paid order. Answers the order's code."""
    person.visit(f"/tiket/{slug}/", region="bukittinggi")
    chooses_tickets(person, counts=counts, at_once=at_once)
    person.presses("Lanjut bayar")
    person.heads("Tinggal selangkah")
    fills_in_who(person)
    presses_pay(person)
    chooses_method(person, method)
    return pays(person)


def buys_goods(person: Person, path: str, *, place: str = "Alang Laweh", postal_code: str = "25211") -> str:
    """Buy one piece of something, sent to Padang, by QRIS. Answers the order's code."""
    person.visit(path)
    person.presses(re.compile("^Beli Rp"))
    person.heads("Tinggal selangkah")
    fills_in_who(person)
    fills_in_where_to(person, postal_code=postal_code, place=place)
    presses_pay(person)
    chooses_method(person, "QRIS")
    return pays(person)


def ticket_codes(person: Person) -> list[str]:
    """On the ticket page: the codes below the QRs, without spaces."""
    codes = person.page.locator("article.ticket .code")
    expect(codes.first).to_be_visible()
    return [code.replace(" ", "") for code in codes.all_inner_texts()]


def settles(person: Person) -> None:
    """Wait until what was asked for by the last press has arrived and stands still."""
    moving = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
    expect(person.page.locator(moving)).to_have_count(0)
