"""The gate sells for cash, with signal and without; the till goes to the bendahara, who finds it in the book."""

import re

from playwright.sync_api import expect

from demo.accounts import ACCOUNTS
from tests.journeys import backstage
from tests.journeys.people import Arrival, Person
from tests.journeys.test_looks import faults

OFFICER = next(account.login for account in ACCOUNTS if account.where == "/gerbang/")
TREASURER = next(account.login for account in ACCOUNTS if account.where == "/admin/penerimaan/")
TICKET, GATE = "masuk-benteng-fort-de-kock", "Gerbang Benteng Fort de Kock"


def chooses(officer: Person, adults: int, *, given: str = "") -> None:
    officer.writes("Jumlah Dewasa", str(adults))
    officer.writes(re.compile("Uang diterima"), given)


def number(text: str) -> int:
    """The first amount of rupiah in a text."""
    found = re.search(r"Rp([\d.]+)", text)
    assert found is not None, text
    return int(found[1].replace(".", ""))


def the_day(officer: Person) -> tuple[int, int]:
    """How many were sold for cash today, and how much must be in the till, by the page of the day."""
    sold, till = (officer.page.locator("dl.facts > div", has_text=name) for name in ("Terjual tunai", "Di laci"))
    return int(sold.locator("dd").inner_text().split()[0]), number(till.inner_text())


def test_cash_at_the_gate_from_the_sale_to_the_book(arrives: Arrival) -> None:
    officer = arrives()
    backstage.opens_until_midnight(officer.stack, TICKET)
    officer.signs_in(OFFICER, going_to="/gerbang/")
    officer.follows(GATE)
    officer.follows("Jual tunai")
    officer.follows("Kas hari ini")
    officer.heads("Kas hari ini")
    sold, till = the_day(officer)
    officer.follows("Jual tunai")
    officer.heads("Jual tunai")
    page, state = officer.page, officer.page.locator("[data-state]")
    expect(state).to_have_text("Daring")
    # All that the page needs is on the phone now.
    expect(page.locator("[data-cash][data-kept]")).to_be_attached()
    price = number(page.locator(".qty").first.inner_text())

    chooses(officer, 2)
    expect(page.locator("[data-total]")).to_have_text(f"Rp{2 * price:,}".replace(",", "."))
    officer.presses("+ 100 rb")
    expect(page.locator("[data-change]")).to_have_text(f"Kembalian Rp{100_000 - 2 * price:,}".replace(",", "."))
    assert list(faults(officer)) == []
    officer.presses("Jual", within=page.locator(".sticky"))
    officer.heads("Terjual")
    assert list(faults(officer)) == []
    officer.presses("Masukkan 2 orang")
    officer.reads("2 orang sudah di dalam")

    officer.follows("Penjualan berikutnya")
    expect(page.locator("[data-cash][data-kept]")).to_be_attached()
    page.context.set_offline(True)
    page.reload()
    expect(state).to_have_text("Luring")
    chooses(officer, 0)
    officer.presses("Jual, masuk")
    officer.reads("Pilih jumlah tiket.")
    chooses(officer, 1, given="1000")
    officer.presses("Jual, masuk")
    officer.reads("Uangnya belum cukup")
    chooses(officer, 1)
    officer.presses("Jual, masuk")
    officer.reads(re.compile("^Terjual tanpa sinyal: 1 Dewasa"))
    expect(state).to_have_text("Luring, 1 menunggu")
    page.reload()
    expect(page.locator("[data-queued] li")).to_have_count(1)
    page.context.set_offline(False)
    expect(state).to_have_text("Daring")
    expect(page.locator("[data-queue]")).to_be_hidden()

    officer.follows("Kas hari ini")
    officer.heads("Kas hari ini")
    assert the_day(officer) == (sold + 3, till + 3 * price)
    assert list(faults(officer)) == []
    till += 3 * price
    officer.writes("Hasil hitung", str(till - 1000))
    officer.presses("Setor")
    officer.reads("Tulis alasannya.")
    officer.writes(re.compile("Catatan"), "kembalian salah")
    officer.presses("Setor")
    officer.reads("dalam perjalanan", "Laci kosong.")

    treasurer = arrives(at_desk=True)
    treasurer.signs_in(TREASURER, going_to="/admin/penerimaan/")
    treasurer.visit("/admin/penerimaan/kas/")
    treasurer.reads(GATE, "kembalian salah")
    treasurer.follows("Terima")
    treasurer.presses("Terima")
    treasurer.reads(f"Diterima: Rp{till - 1000:,}.".replace(",", "."))
    treasurer.visit("/admin/penerimaan/buku/")
    treasurer.reads("Tunai")


def test_what_had_no_place_any_more_is_decided_by_a_person(arrives: Arrival) -> None:
    officer = arrives()
    backstage.opens_until_midnight(officer.stack, TICKET)
    officer.signs_in(OFFICER, going_to="/gerbang/")
    officer.follows(GATE)
    officer.follows("Jual tunai")
    page, state = officer.page, officer.page.locator("[data-state]")
    expect(page.locator("[data-cash][data-kept]")).to_be_attached()
    page.context.set_offline(True)
    chooses(officer, 2)
    officer.presses("Jual, masuk")
    expect(state).to_have_text("Luring, 1 menunggu")
    places = backstage.leaves_no_place(officer.stack, TICKET)
    page.context.set_offline(False)
    expect(state).to_have_text("Daring")
    backstage.gives_places(officer.stack, TICKET, places)

    page.reload()
    officer.follows("Putuskan")
    officer.follows(re.compile("2 Dewasa"))
    officer.heads("Belum tercatat")
    assert list(faults(officer)) == []
    officer.presses("Coba lagi")
    officer.heads("Terjual")
    officer.reads("2 orang sudah di dalam")
