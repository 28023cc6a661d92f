"""What can go wrong on the way: each time a plain sentence, the right status, and nothing half written."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys import backstage, shopping
from tests.journeys.people import Arrival, Person

# Sends a form as the page would, and answers status and text without leaving the page.
SEND = """async ([url, fields]) => {
  const answer = await fetch(url, {method: 'POST', body: new URLSearchParams(fields), redirect: 'manual'});
  return [answer.status, await answer.text()];
}"""


def sends(person: Person, path: str, fields: dict[str, Any]) -> tuple[int, str]:
    """Send a form from the page that is open; a redirect counts as status 0."""
    status, text = person.page.evaluate(SEND, [path, fields])
    return status, text


def typed_at_checkout(person: Person) -> dict[str, str]:
    """What the checkout's form would send."""
    return person.page.locator("form#bayar").evaluate("form => Object.fromEntries(new FormData(form))")  # type: ignore[no-any-return]


def goes_to_checkout(person: Person, slug: str) -> None:
    """Stand at the checkout with one piece, all filled in, to be picked up."""
    person.visit(f"/produk/{slug}/")
    person.presses(re.compile("^Beli Rp"))
    person.heads("Tinggal selangkah")
    person.page.get_by_label(re.compile("^Ambil di toko")).check()
    person.reads("Tidak ada yang dikirim, jadi alamat tidak perlu.")
    shopping.settles(person)
    shopping.fills_in_who(person)


def is_refused(person: Person, *, status: int, sentence: str) -> None:
    """Press pay, and be told why not."""
    with person.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        person.page.get_by_role("button", name="Bayar", exact=True).click()
    assert answer.value.status == status
    person.reads(sentence)


def has_no_orders(person: Person) -> None:
    person.visit("/pesanan/")
    person.reads("Belum ada pesanan dari ponsel ini")


def test_somebody_was_quicker_with_the_last_piece(arrives: Arrival) -> None:
    rani = arrives()
    goes_to_checkout(rani, "tepung-sagu")
    backstage.sells_out(rani.stack, "tepung-sagu")

    is_refused(rani, status=409, sentence="Anda meminta 1; tersisa 0.")
    rani.visit("/keranjang/")
    rani.reads("Ada yang berubah sejak Anda memasukkannya", "Habis.")
    expect(rani.page.get_by_role("button", name="Bayar", exact=True)).to_be_disabled()
    has_no_orders(rani)
    rani.visit("/produk/tepung-sagu/")
    expect(rani.page.get_by_role("button", name="Habis")).to_be_disabled()


def test_the_price_changed_since_the_cart(arrives: Arrival) -> None:
    rani = arrives()
    goes_to_checkout(rani, "minyak-kelapa-mentawai")
    backstage.raises_price(rani.stack, "minyak-kelapa-mentawai", by=5_000)

    is_refused(rani, status=409, sentence="“Minyak kelapa Mentawai” berubah sejak Anda memasukkannya ke keranjang.")
    has_no_orders(rani)
    rani.visit("/keranjang/")
    rani.reads("Harganya tadi Rp75.000, sekarang Rp80.000.")
    rani.presses("Lanjut dengan perubahan ini")
    rani.does_not_read("Ada yang berubah sejak Anda memasukkannya")
    expect(rani.page.get_by_role("button", name="Bayar", exact=True)).to_be_enabled()


def test_the_hour_has_passed(arrives: Arrival) -> None:
    slug = "tur-museum-adityawarman"
    rani = arrives()
    backstage.opens_until_midnight(rani.stack, slug)
    rani.visit(f"/tiket/{slug}/")
    shopping.chooses_tickets(rani, counts={"Dewasa": 1}, at_once=True)
    rani.presses("Lanjut bayar")
    rani.heads("Tinggal selangkah")
    shopping.fills_in_who(rani)
    backstage.lets_slots_pass(rani.stack, slug)

    is_refused(rani, status=409, sentence="“Tur Museum Adityawarman” berubah sejak Anda memasukkannya ke keranjang.")
    rani.visit("/keranjang/")
    rani.reads("Waktu ini sudah lewat.")
    has_no_orders(rani)


@pytest.mark.parametrize(
    ("quantity", "status", "sentence"),
    [
        ("0", 422, "Pilih jumlah 1 sampai"),
        ("-3", 422, "Pilih jumlah 1 sampai"),
        ("1000000", 422, "Pilih jumlah 1 sampai"),
        ("1e9", 422, "Angka itu tidak bisa dipakai."),
        ("99999999999999999999", 422, "Angka itu tidak bisa dipakai."),
    ],
)
def test_nobody_orders_nothing_or_a_million(arrives: Arrival, quantity: str, status: int, sentence: str) -> None:
    rani = arrives()
    rani.visit("/produk/keripik-sanjai/", region="bukittinggi")
    variant = rani.page.locator("input[name=v]").first.get_attribute("value")

    answered, page = sends(rani, "/keranjang/tambah/", {"v": variant, "jumlah": quantity})
    assert answered == status
    assert sentence in page
    rani.visit("/keranjang/")
    rani.reads("Keranjang Anda kosong")


def test_a_forged_notification_pays_for_nothing(arrives: Arrival) -> None:
    rani = arrives()
    rani.visit("/produk/keripik-sanjai-pilihan/", region="bukittinggi")
    rani.presses(re.compile("^Beli Rp"))
    rani.page.get_by_label(re.compile("^Ambil di toko")).check()
    rani.reads("Tidak ada yang dikirim, jadi alamat tidak perlu.")
    shopping.settles(rani)
    shopping.fills_in_who(rani)
    shopping.presses_pay(rani)
    shopping.chooses_method(rani, "QRIS")
    rani.page.get_by_text("Rincian pesanan").click()
    payment = rani.page.locator("dd.code").first.inner_text()

    rani.visit("/pesanan/")
    notification = "/payments/midtrans/notification/"
    forged = {
        "order_id": payment,
        "status_code": "200",
        "gross_amount": "26000.00",
        "transaction_status": "settlement",
        "signature_key": "0" * 128,
    }
    send = "async ([url, body]) => (await fetch(url, {method: 'POST', body})).status"
    as_json = rani.page.evaluate("JSON.stringify", forged)
    assert rani.page.evaluate(send, [notification, as_json]) == 403
    assert rani.page.evaluate(send, [notification, "{broken"]) == 400
    rani.follows(re.compile("Rp26.000"))
    rani.presses("Saya sudah bayar")
    rani.reads("Midtrans belum melihat pembayaran Anda.")
    rani.heads(re.compile("Menunggu pembayaran Anda|Tinggal bayar"))


def test_the_same_checkout_sent_twice_makes_one_order(arrives: Arrival) -> None:
    rani = arrives()
    goes_to_checkout(rani, "keripik-sanjai-buatan-tangan")
    fields = typed_at_checkout(rani)
    # Both answers lead on to paying: the second finds the order that the first made.
    assert [sends(rani, "/bayar/", fields)[0] for _time in range(2)] == [0, 0]

    rani.visit("/pesanan/")
    expect(rani.page.get_by_role("link", name=re.compile("Rp28.000"))).to_have_count(1)


def test_a_strangers_order_and_shop_do_not_exist(arrives: Arrival) -> None:
    rani, stranger = arrives(), arrives()
    code = shopping.buys_tickets(rani, counts={"Dewasa": 1})
    for path in (f"/pesanan/{code}/", f"/pesanan/{code}/keadaan/", "/t/forged:token:0/", "/p/forged:token:0/"):
        assert stranger.visit(path) == 404
    stranger.signs_in("pembeli@contoh.invalid", going_to="/toko-saya/")
    for path in (
        f"/pesanan/{code}/",
        "/toko-saya/dapur-contoh-amai-bukittinggi/",
        "/toko-saya/dapur-contoh-amai-bukittinggi/uang/",
    ):
        assert stranger.visit(path) == 404
        stranger.heads("Halaman tidak ditemukan")

    # Knowing the code is not enough to find it: the phone number must fit too.
    stranger.visit("/tiket-saya/")
    stranger.page.locator("input[name=phone]").fill("0813 0000 0000")
    stranger.page.locator("input[name=code]").fill(code)
    stranger.presses("Cari pesanan")
    stranger.reads("Tidak ada pesanan dengan kode dan nomor telepon ini. Silakan periksa keduanya.")
