"""Visitors buy a ticket of one region and goods of others in one cart, and pay once."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from playwright.sync_api import expect

from demo.accounts import ACCOUNTS
from tests.journeys import shopping
from tests.journeys.people import Arrival, Person

SELLER = next(account.login for account in ACCOUNTS if account.where == "/toko-saya/")


def finds_a_place(person: Person, typed: str, title: str) -> None:
    box = person.page.get_by_role("combobox").first
    box.click()
    box.press_sequentially(typed)
    person.page.locator(".find__list a", has_text=title).filter(has_text=re.compile("Tempat|Place")).click()
    person.heads(title)


class TestGuest:
    def test_buys_a_mixed_cart_and_pays_once_by_qris(self, arrives: Arrival) -> None:
        rani = arrives()
        rani.visit("/")
        finds_a_place(rani, "lobang jep", "Lobang Jepang Bukittinggi")
        rani.follows("Masuk Lobang Jepang")
        rani.heads("Masuk Lobang Jepang")
        shopping.chooses_tickets(rani, counts={"Dewasa": 2, "Anak": 1})
        rani.reads("Rp38.000")
        shopping.puts_in_cart(rani)

        # The cart goes along to the province's site and to the goods of another region.
        rani.visit("/")
        expect(rani.page.locator("#bar-count")).to_contain_text("3")
        rani.visit("/cari/?q=ukiran+simagere")
        rani.follows("Ukiran burung umat simagere")
        rani.heads("Ukiran burung umat simagere")
        shopping.puts_in_cart(rani)
        expect(rani.page.locator("#personal")).to_contain_text("4")
        rani.visit("/produk/keripik-sanjai/", region="bukittinggi")
        shopping.puts_in_cart(rani)

        rani.visit("/keranjang/", region="mentawai")
        for shop in ("Dinas contoh Bukittinggi", "Dapur contoh Sipora", "Dapur contoh Amai Bukittinggi"):
            expect(rani.page.get_by_role("heading", name=shop, level=2)).to_be_visible()
        rani.reads("Satu kali bayar untuk 3 toko")
        # 2 x 15.000 + 8.000, 145.000 and 24.000 of goods, and two deliveries of 15.000.
        rani.reads("Rp237.000")
        rani.page.get_by_role("button", name="Bayar", exact=True).click()

        rani.heads("Tinggal selangkah")
        shopping.fills_in_who(rani, email="rani@contoh.invalid")
        shopping.fills_in_where_to(rani, postal_code="25211", place="Alang Laweh")
        rani.page.get_by_text("Untuk orang lain, atau hadiah").click()
        rani.writes(re.compile("^Nama penerima"), "Amak Contoh")
        rani.writes(re.compile("^Nomor telepon penerima"), "0813 0000 0000")
        rani.page.get_by_label("Ini hadiah").check()
        shopping.presses_pay(rani)
        rani.reads("Rp237.000")
        shopping.chooses_method(rani, "QRIS")

        # The order stands open in another tab, and turns to paid there by itself.
        waiting = Person(rani.page.context.new_page(), rani.stack)
        waiting.visit("/pesanan/")
        waiting.follows(re.compile("Rp237.000"))
        waiting.heads(re.compile("Menunggu pembayaran Anda|Tinggal bayar"))
        waiting.page.evaluate("document.body.dataset.same = 'yes'")
        code = shopping.pays(rani)
        waiting.heads("Pesanan Anda sudah dibayar")
        assert shopping.order_code(waiting.page) == code
        assert waiting.page.evaluate("document.body.dataset.same") == "yes"

        rani.reads("QRIS", "Amak Contoh", re.compile("hadiah, tanpa harga"))
        rani.follows("Buka tiket")
        assert len(shopping.ticket_codes(rani)) == 3
        expect(rani.page.locator("article.ticket .qr svg")).to_have_count(3)
        with rani.page.expect_download() as download:
            rani.follows("Simpan PDF untuk dicetak")
        assert download.value.suggested_filename == f"tiket-{code}.pdf"
        # Two tickets on a sheet.
        assert len(re.findall(rb"/Type /Page\b", download.value.path().read_bytes())) == 2

        rani.waits_until(lambda: "Tiket Anda: Masuk Lobang Jepang" in mail_to(rani, "rani@contoh.invalid", about=code))
        seller_sees_her_part(arrives, code)

    def test_buys_in_english_and_pays_by_virtual_account_after_a_denied_try(self, arrives: Arrival) -> None:
        ann = arrives(locale="en-GB")
        ann.visit("/en/")
        finds_a_place(ann, "lobang jep", "Lobang Jepang Bukittinggi")
        ann.follows("Lobang Jepang admission")
        ann.heads("Lobang Jepang admission")
        shopping.chooses_tickets(ann, counts={"Adult": 1, "Foreign visitor": 1})
        shopping.puts_in_cart(ann)
        ann.visit("/en/cari/?q=carved+simagere+bird")
        ann.follows("Carved simagere bird")
        ann.presses(re.compile("^Buy Rp"))

        ann.heads("Almost done")
        ann.reads("Rp200.000")
        shopping.fills_in_who(ann, name="Ann Sample")
        shopping.fills_in_where_to(ann, postal_code="25211", place="Alang Laweh")
        shopping.presses_pay(ann)
        shopping.chooses_method(ann, "BCA")
        ann.presses("Refuse")
        ann.reads("That payment was refused.")
        shopping.chooses_method(ann, "BCA")
        code = shopping.pays(ann)

        assert ann.page.url == ann.stack.address(f"/en/pesanan/{code}/")
        ann.reads(f"Thank you. Order code {code}.", re.compile("BCA"))
        ann.follows("Open the tickets")
        assert len(shopping.ticket_codes(ann)) == 2
        ann.reads("Lobang Jepang admission", "Foreign visitor")


def mail_to(person: Person, address: str, *, about: str) -> set[str]:
    """The subjects of the mails that somebody got about an order."""
    subjects = set()
    for file in person.stack.mail.glob("*.log"):
        for part in re.split(rb"^-{70,}\n", file.read_bytes(), flags=re.MULTILINE):
            message = message_from_bytes(part, policy=default)
            body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
            if message["To"] == address and body is not None and about in body.get_content():
                subjects.add(str(message["Subject"]))
    return subjects


def seller_sees_her_part(arrives: Arrival, code: str) -> None:
    uni = arrives()
    uni.signs_in(SELLER, going_to="/toko-saya/")
    uni.follows("Kemas pesanan")
    uni.follows(re.compile(code))
    uni.heads(re.compile(f"Pesanan {code}"))
    uni.reads("Keripik sanjai", "Amak Contoh", "Hadiah: slip tanpa harga.")
    uni.does_not_read("Ukiran burung umat simagere")
