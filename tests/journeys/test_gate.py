"""The gate's phone admits each ticket once, with signal and without."""

import re

from playwright.sync_api import expect

from demo.accounts import ACCOUNTS
from tests.journeys import backstage, shopping
from tests.journeys.people import Arrival, Person

OFFICER = next(account.login for account in ACCOUNTS if account.where == "/gerbang/")
TICKET, GATE = "masuk-benteng-fort-de-kock", "Gerbang Benteng Fort de Kock"


def types(officer: Person, code: str) -> None:
    officer.writes("Kode tiket", code)
    officer.presses("Periksa")


def test_a_gate_admits_once_with_signal_and_without(arrives: Arrival) -> None:
    rani = arrives()
    backstage.opens_until_midnight(rani.stack, TICKET)
    shopping.buys_tickets(rani, slug=TICKET, counts={"Dewasa": 2}, at_once=True)
    rani.follows("Buka tiket")
    first, second = shopping.ticket_codes(rani)

    officer = arrives()
    officer.signs_in(OFFICER, going_to="/gerbang/")
    officer.follows(GATE)
    state = officer.page.locator("[data-state]")
    expect(state).to_have_text("Daring")
    # All that the page needs is on the phone now.
    expect(officer.page.locator("[data-gate][data-kept]")).to_be_attached()

    count = officer.page.locator("[data-count]")
    before, expected = map(int, re.findall(r"\d+", count.inner_text()))

    types(officer, first)
    officer.reads("Silakan masuk", re.compile("Dewasa, Rani"))
    expect(count).to_have_text(f"Masuk hari ini {before + 1}, masih ditunggu {expected - 1}")
    with officer.page.expect_response("**/periksa/") as answer:
        types(officer, first)
    assert answer.value.status == 409
    officer.reads("Sudah dipakai", re.compile(rf"Masuk pukul \d\d\.\d\d WIB lewat {GATE}\."))
    with officer.page.expect_response("**/periksa/") as answer:
        types(officer, "ZZZZ ZZZZ")
    assert answer.value.status == 404
    officer.reads("Tidak dikenal")

    officer.page.context.set_offline(True)
    officer.page.reload()
    expect(state).to_have_text("Luring")
    types(officer, second.lower())
    officer.reads("Silakan masuk")
    expect(state).to_have_text("Luring, 1 menunggu")
    types(officer, second)
    officer.reads("Sudah dipakai")
    types(officer, first)
    officer.reads("Sudah dipakai")
    # Who was turned away is told too.
    expect(state).to_have_text("Luring, 3 menunggu")

    officer.page.context.set_offline(False)
    expect(state).to_have_text("Daring")
    officer.follows("Laporan")
    officer.heads(GATE)
    facts = officer.page.locator("dl.facts")
    expect(facts).to_contain_text(re.compile(rf"Masuk\s*{before + 2}dari "))
    scans = officer.page.locator("li", has_text=second[:4]).filter(has_text="tanpa sinyal")
    expect(scans).to_have_text([re.compile("^Sudah dipakai"), re.compile("^Sudah masuk")])

    rani.page.reload()
    rani.reads("Sudah dipakai")


def test_a_gate_is_no_strangers_business(arrives: Arrival) -> None:
    officer, stranger = arrives(), arrives()
    officer.signs_in(OFFICER, going_to="/gerbang/")
    officer.follows(GATE)
    expect(officer.page.locator("[data-gate]")).to_be_visible()
    address = re.sub(r"^.*?(?=/gerbang/)", "", officer.page.url)

    stranger.signs_in("pembeli@contoh.invalid", going_to="/gerbang/")
    assert stranger.visit(address) == 404
    stranger.heads("Halaman tidak ditemukan")
