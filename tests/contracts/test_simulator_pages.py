"""The payment page as a buyer walks through it, without script."""

from typing import Any

import pytest
import requests
from bs4 import BeautifulSoup

from demo.simulator.server import SimulatorServer
from demo.simulator.state import DEMO_MERCHANT
from tests.contracts.midtrans import Midtrans, snap_request

FINISH = "http://127.0.0.1:9/pesanan/LPU-1/?dari=midtrans"


class TestChoosing:
    def test_shows_the_amount_the_lines_and_only_what_the_shop_enabled(self, simulator: SimulatorServer):
        page = _page(_open(simulator, enabled_payments=["bca_va", "other_qris", "gopay"]))

        assert page.select_one(".summary__amount").text == "Rp285.000"
        assert page.select_one(".pretence").text == "Simulator Midtrans, bukan pembayaran sungguhan"
        assert [row.text for row in page.select(".row b")] == ["QRIS", "BCA", "GoPay"]
        assert "Rendang 500 g" in page.select_one(".bill").text
        assert page.html["lang"] == "id"

    def test_groups_all_methods_where_the_shop_named_none(self, simulator: SimulatorServer):
        page = _page(_open(simulator))

        assert [group.text for group in page.select(".methods__group h2")] == [
            "Kode QR",
            "Virtual account",
            "Dompet digital",
            "Kartu",
            "Gerai",
            "Bayar nanti",
        ]

    def test_speaks_english_to_who_comes_from_an_english_page(self, simulator: SimulatorServer):
        url = _open(simulator, callbacks={"finish": "http://shop.test/en/pesanan/A/"})
        page = _page(url)

        assert page.html["lang"] == "en"
        assert page.h1.text == "Choose how to pay"
        assert page.select_one(".methods__group h2").text == "QR code"
        _press(url, "pilih", method="bca_va")
        assert _page(url).select_one(".numbers dt").text == "Virtual account number"
        _press(url, "tolak")
        assert _page(url).select_one("[role=alert] b").text == "That payment was refused."

    def test_has_no_script_and_no_inline_style(self, simulator: SimulatorServer):
        answer = requests.get(_open(simulator), timeout=10)

        page = BeautifulSoup(answer.text, "html.parser")
        assert page.find_all(["script", "style"]) == []
        assert page.select("[style], [onclick]") == []
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    def test_a_method_that_was_not_offered_is_not_taken(self, simulator: SimulatorServer):
        url = _open(simulator, enabled_payments=["bca_va"])
        _press(url, "pilih", method="gopay")

        assert simulator.transactions("A") == []

    def test_pressing_twice_chooses_once(self, simulator: SimulatorServer):
        url = _open(simulator)
        for _ in range(2):
            _press(url, "pilih", method="bca_va")

        assert [row.method for row in simulator.transactions("A")] == ["bca_va"]


class TestPaying:
    @pytest.mark.parametrize(
        ("method", "shown"),
        [
            ("other_qris", "Kode QR untuk membayar Rp285.000"),
            ("bca_va", "Nomor virtual account"),
            ("permata_va", "Nomor virtual account"),
            ("echannel", "Kode perusahaan"),
            ("gopay", "Buka aplikasi GoPay"),
            ("shopeepay", "Buka aplikasi ShopeePay"),
            ("dana", "Buka aplikasi DANA"),
            ("ovo", "Buka aplikasi OVO"),
            ("kredivo", "Buka aplikasi Kredivo"),
            ("indomaret", "Kode bayar"),
        ],
    )
    def test_says_how(self, simulator: SimulatorServer, method: str, shown: str):
        url = _open(simulator)
        _press(url, "pilih", method=method)

        answer = requests.get(url, timeout=10)
        assert (answer.status_code, shown in answer.text) == (200, True)
        assert simulator.transactions("A")[0].status == "pending"

    def test_paying_leads_back_to_the_shop_with_the_four_parameters(self, simulator: SimulatorServer):
        url = _open(simulator)
        _press(url, "pilih", method="other_qris")

        assert _press(url, "bayar").headers["Location"] == (
            f"{FINISH}&order_id=A&status_code=200&transaction_status=settlement&merchant_id=G000000000"
        )
        assert _page(url).h1.text == "Pembayaran berhasil"

    @pytest.mark.parametrize(
        ("actions", "address"),
        [
            ((), "unfinish?order_id=A&status_code=201&transaction_status=pending"),
            (("bayar",), "finish?order_id=A&status_code=200&transaction_status=settlement"),
            (("kedaluwarsa",), "error?order_id=A&status_code=407&transaction_status=expire"),
        ],
    )
    def test_without_an_address_of_its_own_a_session_ends_where_the_merchant_says(
        self, simulator: SimulatorServer, actions: tuple[str, ...], address: str
    ):
        world = simulator.world
        world.finish_url, world.unfinish_url, world.error_url = (
            f"http://127.0.0.1:9/{name}" for name in ("finish", "unfinish", "error")
        )
        url = _open(simulator, callbacks={})
        _press(url, "pilih", method="bca_va")
        for action in actions:
            _press(url, action)

        links = [link["href"] for link in _page(url).select("a[href^='http://127.0.0.1:9/']")]
        assert set(links) == {f"http://127.0.0.1:9/{address}&merchant_id=G000000000"}

    def test_a_denied_payment_may_be_tried_another_way(self, simulator: SimulatorServer):
        url = _open(simulator)
        _press(url, "pilih", method="gopay")
        _press(url, "tolak")

        assert "Pembayaran tadi ditolak" in _page(url).select_one("[role=alert]").text
        _press(url, "pilih", method="bca_va")
        _press(url, "bayar")
        assert [row.status for row in simulator.transactions("A")] == ["deny", "settlement"]

    def test_a_payment_that_lapses_is_told_so(self, simulator: SimulatorServer):
        url = _open(simulator)
        _press(url, "pilih", method="bca_va")
        _press(url, "kedaluwarsa")

        page = _page(url)
        assert page.h1.text == "Waktu pembayaran habis"
        assert "transaction_status=expire" in page.find("a", string="Kembali ke toko")["href"]

    def test_a_page_on_which_nothing_was_chosen_may_lapse_too(self, simulator: SimulatorServer):
        url = _open(simulator)
        _press(url, "kedaluwarsa")

        assert requests.get(url, timeout=10).status_code == 410
        assert simulator.transactions("A") == []

    def test_a_card_is_a_test_number_with_its_outcome(self, simulator: SimulatorServer):
        url = _open(simulator)
        numbers = [field["value"] for field in _page(f"{url}?cara=credit_card").select("input[name=card]")]
        _press(url, "pilih", method="credit_card", card=numbers[2])
        _press(url, "bayar")

        assert (simulator.transactions("A")[0].status, simulator.transactions("A")[0].fraud_status) == (
            "capture",
            "challenge",
        )
        assert _page(url).h1.text == "Pembayaran diperiksa"

    def test_the_wallet_pays_from_another_screen(self, simulator: SimulatorServer):
        url = _open(simulator)
        _press(url, "pilih", method="gopay")
        wallet = simulator.url + _page(url).find("a", string="Buka aplikasi GoPay")["href"]

        assert _page(wallet).h1.text == "Bayar Rp285.000"
        _press(wallet, "bayar")
        assert _page(wallet).h1.text == _page(url).h1.text == "Pembayaran berhasil"


class TestClosed:
    def test_an_unknown_page_is_404(self, simulator: SimulatorServer):
        answer = requests.get(f"{simulator.url}/snap/v4/redirection/tidak-ada", timeout=10)
        assert (answer.status_code, "Halaman pembayaran tidak ditemukan" in answer.text) == (404, True)

    def test_a_page_that_was_replaced_or_cancelled_is_closed(self, simulator: SimulatorServer):
        older, newer = _open(simulator), _open(simulator)
        assert requests.get(older, timeout=10).status_code == 410

        _midtrans(simulator).cancel_session(newer.rpartition("/")[2])
        _press(newer, "pilih", method="bca_va")
        assert "sudah ditutup" in _page(newer).h1.text
        assert simulator.transactions("A") == []

    def test_an_address_that_is_no_page_never_becomes_a_link(self, simulator: SimulatorServer):
        url = _open(simulator, callbacks={"finish": "javascript:alert(1)"})
        assert "javascript:" not in requests.get(url, timeout=10).text


def _midtrans(simulator: SimulatorServer) -> Midtrans:
    return Midtrans(DEMO_MERCHANT.server_key, simulator.core_url, simulator.snap_url)


def _open(simulator: SimulatorServer, **changes: Any) -> str:
    request = snap_request("A", **({"callbacks": {"finish": FINISH}} | changes))
    url: str = _midtrans(simulator).snap.create_transaction(request)["redirect_url"]
    return url


def _page(url: str) -> Any:
    return BeautifulSoup(requests.get(url, timeout=10).text, "html.parser")


def _press(url: str, action: str, **fields: str) -> requests.Response:
    return requests.post(f"{url}/{action}", data=fields, timeout=10, allow_redirects=False)
