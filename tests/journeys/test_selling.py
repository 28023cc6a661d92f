"""A seller lists a product from her phone; it is found, bought, packed, sent and received, and she sees her money."""

import re
from pathlib import Path
from urllib.parse import quote_plus
from uuid import uuid4

from playwright.sync_api import expect

from demo.accounts import ACCOUNTS
from tests.journeys import shopping
from tests.journeys.people import Arrival, Person

SELLER = next(account.login for account in ACCOUNTS if account.where == "/toko-saya/")
PHOTO = Path(__file__).parents[2] / "demo" / "art" / "makanan.webp"


def lists(seller: Person, name: str, *, price: str, stock: str) -> None:
    """Photo, name, price, stock: done."""
    seller.signs_in(SELLER, going_to="/toko-saya/")
    seller.follows("Jual barang baru")
    seller.heads("Jual barang baru")
    seller.page.locator("input[name=gallery]").set_input_files(PHOTO)
    expect(seller.page.locator("[data-photo-preview]:visible img")).to_be_visible()
    seller.writes("Nama barang", name)
    seller.writes("Harga", price)
    seller.writes("Stok", stock)
    seller.page.locator("select[name=category]").select_option(label="Keripik dan makanan kering")
    seller.page.get_by_label("Jenis yang dikecualikan").check()
    seller.reads("Rp38.000")
    seller.presses("Jual sekarang")
    seller.reads(re.compile("Sudah tampil dan bisa dibeli"))


def test_a_product_goes_from_the_phone_to_the_buyer_and_its_money_to_the_seller(arrives: Arrival) -> None:
    uni, rani = arrives(), arrives()
    name = f"Keripik talas {uuid4().hex[:6]}"
    lists(uni, name, price="38.000", stock="4")

    rani.visit(f"/cari/?q={quote_plus(name)}")
    rani.reloads_until(re.compile("Dapur contoh Amai Bukittinggi"))
    rani.follows(name)
    rani.heads(name)
    rani.reads("Tinggal 4")
    code = shopping.buys_goods(rani, rani.page.url.split(str(rani.stack.port))[1])

    uni.visit("/toko-saya/")
    uni.follows("Kemas pesanan")
    uni.follows(re.compile(code))
    uni.reads(name, "Rani Contoh", "Alang Laweh")
    uni.presses("Sudah dikemas")
    uni.writes(re.compile("^Nomor resi"), "JP000CONTOH")
    uni.presses("Sudah dikirim")
    uni.reads(re.compile("JP000CONTOH"))

    rani.page.reload()
    rani.reads("resi JP000CONTOH")
    rani.presses("Sudah sampai")
    rani.reads("Terima kasih. Toko tahu kirimannya sudah sampai.")

    uni.page.reload()
    uni.reads("Diterima pembeli")
    uni.page.get_by_role("link", name="Uang", exact=True).locator("visible=true").first.click()
    uni.heads("Uang")
    # 38.000 for the product and 15.000 for the delivery, no commission in between.
    mine = uni.page.locator("li", has_text=f"Pesanan {code}")
    for amount in ("+Rp53.000", "Rp38.000", "Rp15.000"):
        expect(mine).to_contain_text(amount)
