"""docs/peragaan.md, step by step: every word in bold there is met here, on the screen."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys import backstage, shopping
from tests.journeys.counting import figures
from tests.journeys.people import Arrival, Person

PAPER = (Path(__file__).parents[2] / "docs" / "peragaan.md").read_text()
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
TICKET = "masuk-benteng-fort-de-kock"


class Story:
    """The words in bold; each is handed out as it is met, and none may be left over."""

    def __init__(self) -> None:
        self.told = {" ".join(words.split()) for words in BOLD.findall(PAPER)}
        self.met: set[str] = set()

    def __call__(self, words: str) -> str:
        """These words, which the paper must have in bold."""
        assert words in self.told, f"{words} is not in the paper"
        self.met.add(words)
        return words


def accounts() -> dict[str, str]:
    """Who signs in with what, as the paper's table says."""
    rows = re.findall(r"^\| ([^|]+) \| `([^`]+)` \|", PAPER, flags=re.MULTILINE)
    return dict(rows)


def types_code(officer: Person, code: str, says: Story) -> None:
    officer.writes("Kode tiket", code)
    officer.presses(says("Periksa"))


def test_ten_minutes_at_lebaran(arrives: Arrival) -> None:
    says, who = Story(), accounts()
    rani, treasurer = arrives(), arrives(at_desk=True)
    # The paper says to begin before 17.00; the test may run at any hour.
    backstage.opens_until_midnight(rani.stack, TICKET)
    treasurer.signs_in(who["Bendahara dinas"], going_to="/admin/penerimaan/")
    sold, admitted, amount = figures(treasurer, says("Masuk Benteng Fort de Kock"), says("QRIS"))

    # Minutes 0 to 4: one cart, one payment.
    rani.visit("/")
    search(rani, "benteng")
    rani.page.locator(".find__list a", has_text=says("Benteng Fort de Kock")).filter(has_text="Tempat").click()
    rani.heads("Benteng Fort de Kock")
    rani.follows(says("Masuk Benteng Fort de Kock"))
    rani.heads("Masuk Benteng Fort de Kock")
    shopping.chooses_tickets(rani, counts={says("Dewasa"): 2, says("Anak"): 1}, at_once=True)
    rani.reads(says("Rp25.000"), says("+ Keranjang") and "3 tiket")
    shopping.puts_in_cart(rani)
    rani.visit("/")
    search(rani, "keripik sanjai")
    rani.page.locator(".find__list a", has_text=says("Keripik sanjai")).first.click()
    rani.heads("Keripik sanjai")
    rani.reads(says("Dapur contoh Amai Bukittinggi"))
    shopping.puts_in_cart(rani)
    rani.page.locator("#personal").get_by_role("link", name=re.compile(says("Keranjang"))).click()
    rani.reads(says("Rp64.000"))
    rani.page.get_by_role("button", name=says("Bayar"), exact=True).click()
    rani.heads(says("Tinggal selangkah"))
    shopping.fills_in_who(rani)
    shopping.fills_in_where_to(rani, postal_code="25211", place=says("Alang Laweh"))
    shopping.presses_pay(rani)
    shopping.chooses_method(rani, says("QRIS"))
    rani.reads(says("Perankan pembeli"))
    code = shopping.pays(rani)
    rani.heads(says("Pesanan Anda sudah dibayar"))
    rani.follows(says("Buka tiket"))
    first, second, _third = shopping.ticket_codes(rani)

    # Minutes 4 to 6: the gate without signal.
    officer = arrives()
    officer.signs_in(who["Petugas gerbang"], going_to="/gerbang/")
    officer.follows(says("Gerbang Benteng Fort de Kock"))
    state = officer.page.locator("[data-state]")
    expect(state).to_have_text(says("Daring"))
    expect(officer.page.locator("[data-gate][data-kept]")).to_be_attached()
    types_code(officer, first, says)
    officer.reads(says("Silakan masuk"))
    types_code(officer, first, says)
    officer.reads(says("Sudah dipakai"), re.compile("Masuk pukul"))
    officer.page.context.set_offline(True)
    officer.page.reload()
    expect(state).to_have_text(says("Luring"))
    types_code(officer, second, says)
    officer.reads("Silakan masuk")
    expect(state).to_have_text(says("Luring, 1 menunggu"))
    types_code(officer, second, says)
    officer.reads("Sudah dipakai")
    officer.page.context.set_offline(False)
    expect(state).to_have_text("Daring")
    officer.follows(says("Laporan"))
    expect(officer.page.locator("li", has_text=first[:4]).first).to_be_visible()
    expect(officer.page.locator("li", has_text=second[:4]).filter(has_text=says("tanpa sinyal")).first).to_be_visible()

    # Minutes 6 to 8: a place is closed.
    editor = arrives(at_desk=True)
    editor.signs_in(who["Editor dinas"], going_to="/admin/")
    editor.follows(says("Tandai tempat tutup"))
    editor.page.get_by_label("Tempat mana").select_option(label=says("Ngarai Sianok dan Taman Panorama"))
    editor.presses(says("Berikutnya"))
    editor.writes(says("Alasan, bahasa Indonesia"), "Longsor kecil di jalan setapak.")
    editor.reads(re.compile(says("Saya yakin")))
    editor.page.locator("input[name=confirm]").check()
    editor.page.get_by_role("button", name=says("Tandai tutup"), exact=True).click()
    editor.reads(re.compile("sudah ditandai"))
    rani.visit("/tiket/jelajah-ngarai-sianok-dengan-pemandu/", region="bukittinggi")
    rani.heads(says("Jelajah Ngarai Sianok dengan pemandu"))
    rani.reads(says("Tempat ini tutup"), "Longsor kecil di jalan setapak.")
    pay = rani.page.get_by_role("button", name=says("Lanjut bayar"))
    expect(pay).to_be_disabled()
    editor.follows(says("Penutupan"))
    row = editor.page.get_by_role("row", name=re.compile("Ngarai Sianok"))
    row.get_by_role("link", name=says("Buka kembali")).click()
    editor.presses(says("Ya, buka kembali"))
    editor.reads(re.compile("buka kembali"))
    rani.page.reload()
    expect(pay).to_be_enabled()

    # Minute 8: the bendahara at 17.00.
    treasurer.page.reload()
    assert figures(treasurer, says("Masuk Benteng Fort de Kock"), says("QRIS")) == (
        sold + 3,
        admitted + 2,
        amount + 25_000,
    )
    treasurer.reads(re.compile(says("retribusi"), re.IGNORECASE))
    with treasurer.page.expect_download() as download:
        treasurer.follows(says("Unduh sebagai Excel"))
    assert download.value.suggested_filename.endswith(".xlsx")

    # Minutes 9 to 10: Uni sees her money.
    uni = arrives()
    uni.signs_in(who["Uni, penjual UMKM"], going_to="/toko-saya/")
    uni.heads(says("Perlu dikerjakan"))
    uni.follows(says("Kemas pesanan"))
    uni.follows(re.compile(code))
    uni.presses(says("Sudah dikemas"))
    uni.presses(says("Sudah dikirim"))
    uni.reads("Dikirim")
    uni.visit("/toko-saya/")
    uni.page.get_by_role("navigation").get_by_role("link", name=says("Uang"), exact=True).locator(
        "visible=true"
    ).click()
    uni.heads("Uang")
    hers = uni.page.locator("li", has_text=f"Pesanan {code}")
    for shown in ("+Rp39.000", "Rp24.000", "Rp15.000"):
        expect(hers).to_contain_text(says(shown))

    assert says.told - says.met == set()


def search(person: Person, typed: str) -> None:
    box = person.page.get_by_role("combobox").first
    box.click()
    box.press_sequentially(typed)
