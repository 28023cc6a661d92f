"""Cash at the gate, by its pages: selling without a script, what a phone sends later, the till."""

import json
import uuid
from datetime import timedelta

import pytest

from marketplace.catalog.models import Variant
from marketplace.inventory.services import close_slots
from marketplace.orders.models import Order
from marketplace.sales.models import CashHandover, GateSale
from marketplace.sales.services import Piece, sell_at_gate
from marketplace.tickets.models import Ticket
from tests.factories.accounts import UserFactory
from tests.factories.shops import MemberFactory
from tests.factories.tickets import GateFactory
from tests.frontend.visiting import soup, words
from tests.marketplace.sales.money import faults
from tests.marketplace.sales.test_gate_sales import OPEN, Booth

pytestmark = pytest.mark.django_db


@pytest.fixture
def booth():
    return Booth(places=5)


@pytest.fixture
def url(booth):
    return f"/gerbang/{booth.gate.pk}/"


@pytest.fixture
def officer(visitor, today, booth, url):
    today.move_to(OPEN)
    visitor.force_login(booth.user)
    visitor.get(url)
    return visitor


def filled(page, booth, *, adults: int = 0, children: int = 0, **typed) -> dict[str, str]:
    """The form of the selling page, as a browser would send it."""
    form = soup(page).select_one("form[data-sell]")
    sent = {field["name"]: field.get("value", "") for field in form.select("input") if field.get("type") != "radio"}
    sent |= {field["name"]: field["value"] for field in form.select("input[type=radio][checked]")}
    return sent | {f"jumlah-{booth.adult.pk}": str(adults), f"jumlah-{booth.child.pk}": str(children)} | typed


def alert(page) -> str:
    """What the page says in red."""
    return words(soup(page).select_one("[role=alert]:not([data-error] *)"))


class TestSelling:
    def test_the_page_offers_the_times_and_prices_of_today(self, officer, url):
        page = soup(officer.get(f"{url}jual/"))
        assert [words(row) for row in page.select(".slot")] == ["09.00 WIB Tinggal 5 tiket"]
        assert [words(row.select_one("p")) for row in page.select(".qty")] == ["Dewasa Rp20.000", "Anak Rp5.000"]

    def test_sells_and_shows_the_change_and_the_codes(self, officer, booth, url):
        sent = filled(officer.get(f"{url}jual/"), booth, adults=2, children=1, diterima="Rp 100.000")
        answer = officer.post(f"{url}jual/", sent)
        sale = GateSale.objects.get()
        assert (answer.status_code, answer.url) == (302, f"{url}jual/{sale.pk}/")
        page = soup(officer.get(answer.url))
        assert words(page.select_one(".price--big")) == "Rp55.000"
        assert words(page.select_one("h1")) == "Terjual"
        assert [words(row) for row in page.select(".lines > div")] == [
            "2 × Dewasa Rp40.000",
            "1 × Anak Rp5.000",
            "Diterima Rp100.000",
        ]
        codes = [words(code).replace(" ", "") for code in page.select(".ticket .code")]
        assert sorted(codes) == sorted(Ticket.objects.values_list("code", flat=True))
        paper = officer.get(page.select_one("a[href$=pdf], a[href*='/t/']")["href"])
        assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")

    def test_one_form_sent_twice_sells_once(self, officer, booth, url):
        sent = filled(officer.get(f"{url}jual/"), booth, adults=1)
        answers = [officer.post(f"{url}jual/", sent) for _time in range(2)]
        assert (answers[0].url == answers[1].url, Order.objects.count()) == (True, 1)

    def test_lets_in_at_once_or_afterwards(self, officer, booth, url):
        officer.post(f"{url}jual/", filled(officer.get(f"{url}jual/"), booth, adults=1, masuk="1"))
        assert Ticket.objects.get().admitted == 1
        officer.post(f"{url}jual/", filled(officer.get(f"{url}jual/"), booth, adults=2))
        sale = GateSale.objects.latest("pk")
        answer = officer.post(f"{url}jual/{sale.pk}/masuk/", follow=True)
        assert "2 orang sudah di dalam" in words(soup(answer))
        assert Ticket.objects.filter(admitted=1).count() == 3

    def test_adds_up_without_a_script(self, officer, booth, url):
        sent = filled(officer.get(f"{url}jual/"), booth, adults=2, diterima="50000")
        page = soup(officer.get(f"{url}jual/", sent))
        assert words(page.select_one("[data-total]")) == "Rp40.000"
        assert words(page.select_one("[data-change]")) == "Kembalian Rp10.000"
        assert Order.objects.count() == 0

    @pytest.mark.parametrize(
        ("typed", "status", "sentence"),
        [
            ({"adults": 6}, 409, "Anda meminta 6; tersisa 5."),
            ({"adults": 2, "diterima": "39999"}, 422, "Uangnya belum cukup: yang diterima kurang dari harga tiket."),
            ({"adults": 0}, 422, "Pilih jumlah tiket."),
            ({"adults": 1, "diterima": "banyak"}, 422, "Tulis jumlah dalam rupiah bulat, misalnya 100000."),
            ({"adults": 1, "jam": "0"}, 409, "Tiket ini tidak dijual di gerbang ini."),
            ({"adults": "satu"}, 422, "Jumlah tiket adalah angka bulat mulai dari 0."),
        ],
    )
    def test_a_refusal_is_said_and_keeps_what_was_typed(self, officer, booth, url, typed, status, sentence):
        answer = officer.post(f"{url}jual/", filled(officer.get(f"{url}jual/"), booth, **typed))
        assert (answer.status_code, alert(answer)) == (status, f"Tidak terjual {sentence}")
        assert (Order.objects.count(), GateSale.objects.count()) == (0, 0)

    def test_a_price_that_changed_is_told(self, officer, booth, url):
        sent = filled(officer.get(f"{url}jual/"), booth, adults=1) | {f"harga-{booth.adult.pk}": "19000"}
        answer = officer.post(f"{url}jual/", sent)
        assert (answer.status_code, Order.objects.count()) == (409, 0)
        assert "Harga “Dewasa” sudah berubah" in alert(answer)

    def test_a_time_that_was_closed_meanwhile_is_told(self, officer, booth, url):
        sent = filled(officer.get(f"{url}jual/"), booth, adults=1)
        close_slots(slot_ids=[booth.slot.pk], now=OPEN)
        answer = officer.post(f"{url}jual/", sent)
        assert (answer.status_code, alert(answer)) == (409, "Tidak terjual Ditutup oleh pengelola.")

    def test_the_script_gets_plain_values(self, officer, booth, url):
        sent = filled(officer.get(f"{url}jual/"), booth, adults=1)
        answer = officer.post(f"{url}jual/", sent, headers={"Accept": "application/json"})
        assert answer.json() == {"url": f"{url}jual/{GateSale.objects.get().pk}/"}
        refused = officer.post(
            f"{url}jual/", filled(officer.get(f"{url}jual/"), booth), headers={"Accept": "application/json"}
        )
        assert (refused.status_code, refused.json()) == (422, {"error": "Pilih jumlah tiket."})

    def test_says_so_where_nothing_is_sold_today(self, officer, today, url):
        today.move_to(OPEN + timedelta(days=1))
        assert "Hari ini tidak ada yang dijual di sini" in words(soup(officer.get(f"{url}jual/")))


class TestTakingBack:
    @pytest.fixture
    def sale(self, booth):
        return booth.sells(adults=2)

    def test_needs_a_reason_and_is_then_void(self, officer, booth, url, sale):
        refused = officer.post(f"{url}jual/{sale.pk}/batal/", {"alasan": " "})
        assert (refused.status_code, alert(refused)) == (422, "Itu tidak berhasil Tulis alasannya.")
        answer = officer.post(f"{url}jual/{sale.pk}/batal/", {"alasan": "salah jumlah"}, follow=True)
        assert words(soup(answer).select_one("h1")) == "Dibatalkan"
        assert (booth.taken, faults()) == (0, [])

    def test_is_refused_once_somebody_came_in(self, officer, url, sale):
        officer.post(f"{url}jual/{sale.pk}/masuk/")
        answer = officer.post(f"{url}jual/{sale.pk}/batal/", {"alasan": "salah jumlah"})
        assert answer.status_code == 409
        assert "sudah ada yang masuk" in alert(answer)
        assert "Salah jual?" not in words(soup(officer.get(f"{url}jual/{sale.pk}/")))


class TestWithoutSignal:
    def body(self, booth, *, nonce: str = "", adults: int = 2, **changes) -> str:
        sale = {
            "nonce": nonce or str(uuid.uuid4()),
            "slot": booth.slot.pk,
            "pieces": [[booth.adult.pk, adults, 20_000]],
            "received": adults * 20_000,
            "at": OPEN.timestamp() - 60,
            "words": "2 Dewasa",
        }
        return json.dumps({"sales": [sale | changes]})

    def test_is_recorded_once_however_often_it_is_sent(self, officer, booth, url):
        nonce = str(uuid.uuid4())
        for _time in range(2):
            body = self.body(booth, nonce=nonce)
            answer = officer.post(f"{url}jual/unggah/", body, content_type="application/json")
            assert (answer.status_code, answer.json()) == (200, {"recorded": {nonce: "SOLD"}})
        assert (Order.objects.count(), faults()) == (1, [])

    def test_a_conflict_is_listed_and_decided(self, officer, booth, url):
        booth.sells(adults=4)
        officer.post(f"{url}jual/unggah/", self.body(booth), content_type="application/json")
        sale = GateSale.objects.get(status="REFUSED")
        assert "1 penjualan tanpa sinyal belum bisa dicatat" in words(soup(officer.get(f"{url}jual/")))
        page = words(soup(officer.get(f"{url}kas/")))
        assert "2 Dewasa, Rp40.000" in page
        assert "Anda meminta 2; tersisa 1." in page
        refused = officer.post(f"{url}jual/{sale.pk}/keputusan/", {"keputusan": "lagi"})
        assert (refused.status_code, alert(refused)) == (409, "Itu tidak berhasil Anda meminta 2; tersisa 1.")
        officer.post(f"{url}jual/{sale.pk}/keputusan/", {"keputusan": "kembali", "alasan": "uang dikembalikan"})
        sale.refresh_from_db()
        assert (sale.status, sale.note, faults()) == ("RETURNED", "uang dikembalikan", [])

    @pytest.mark.parametrize(
        "changes",
        [
            {"nonce": "x"},
            {"slot": "a"},
            {"slot": True},
            {"slot": 10**30},
            {"pieces": [[1, 2]]},
            {"pieces": [[1, 2, -3]]},
            {"pieces": "abc"},
            {"pieces": []},
            {"pieces": [[1, 1, 1]] * 60},
            {"received": 1.5},
            {"received": 1},
            {"at": "never"},
            {"at": 1e99},
            {"at": 1_795_000_000},
        ],
    )
    def test_what_cannot_be_read_records_nothing(self, officer, booth, url, changes):
        answer = officer.post(f"{url}jual/unggah/", self.body(booth, **changes), content_type="application/json")
        assert (answer.status_code, list(answer.json())) == (422, ["error"])
        assert GateSale.objects.count() == 0

    @pytest.mark.parametrize("body", ["", "{", "[]", '{"sales": 3}', '{"sales": [{}]}', "[" * 60_000])
    def test_what_is_no_list_records_nothing(self, officer, url, body):
        answer = officer.post(f"{url}jual/unggah/", body, content_type="application/json")
        assert (answer.status_code, answer.json()) == (422, {"error": "Kiriman dari ponsel tidak bisa dibaca."})


class TestTheTill:
    def form(self, officer, url, **typed) -> dict[str, str]:
        form = soup(officer.get(f"{url}kas/")).select_one(f'form[action="{url}kas/"]')
        return {field["name"]: field.get("value", "") for field in form.select("input")} | typed

    def test_shows_the_three_counts(self, officer, booth, url):
        booth.sells(adults=2, admit=True)
        facts = [words(fact) for fact in soup(officer.get(f"{url}kas/")).select(".facts > div")]
        assert facts == [
            "Terjual tunai 2 Rp40.000",
            "Masuk 2 di antaranya 2 dengan tiket tunai",
            "Disetor Rp0",
            "Di laci Rp40.000",
        ]

    def test_is_handed_over_once(self, officer, booth, url):
        booth.sells(adults=2)
        sent = self.form(officer, url, dihitung="40.000")
        for _time in range(2):
            assert officer.post(f"{url}kas/", sent).status_code == 302
        assert (CashHandover.objects.get().counted_amount, faults()) == (40_000, [])
        assert "dalam perjalanan" in words(soup(officer.get(f"{url}kas/")))

    @pytest.mark.parametrize(
        ("typed", "status", "sentence"),
        [
            ({"dihitung": "39000"}, 422, "Tulis alasannya."),
            ({"dihitung": ""}, 422, "Hitung uangnya dan tulis jumlahnya."),
            ({"dihitung": "-1"}, 422, "Tulis jumlah dalam rupiah bulat, misalnya 100000."),
            (
                {"dihitung": "30000", "seharusnya": "30000"},
                409,
                "Sementara itu ada penjualan atau pembatalan: sekarang seharusnya ada Rp40.000 di laci.",
            ),
        ],
    )
    def test_a_refusal_is_said(self, officer, booth, url, typed, status, sentence):
        booth.sells(adults=2)
        answer = officer.post(f"{url}kas/", self.form(officer, url, **typed))
        assert (answer.status_code, alert(answer)) == (status, f"Belum disetor {sentence}")
        assert CashHandover.objects.count() == 0

    def test_a_private_shop_keeps_its_own(self, officer, booth, url):
        Variant.objects.update(charge_kind="PRIVATE_PRICE")
        booth.sells(adults=2)
        page = words(soup(officer.get(f"{url}kas/")))
        assert "Di laci harus ada Rp40.000, semuanya milik Anda." in page
        sent = self.form(officer, url, dihitung="39.000", catatan="kembalian")
        answer = officer.post(f"{url}kas/", sent, follow=True)
        said = words(soup(answer))
        assert "Tercatat. Uangnya tetap pada Anda dan dipotong dari hak Anda." in said
        assert "Rp39.000 (-Rp1.000)" in said
        assert "tetap pada Anda" in said
        assert faults() == []

    def test_and_takes_retribusi_to_the_treasurer(self, officer, booth, url):
        Variant.objects.filter(pk=booth.adult.pk).update(charge_kind="PRIVATE_PRICE")
        booth.sells(adults=1, children=2)
        assert "Di antaranya Rp10.000 retribusi: bawa itu ke bendahara." in words(soup(officer.get(f"{url}kas/")))
        answer = officer.post(f"{url}kas/", self.form(officer, url, dihitung="30.000"), follow=True)
        assert "Bawa Rp10.000 ke bendahara; sisanya tetap pada Anda." in words(soup(answer))

    def test_an_empty_till_has_no_form(self, officer, url):
        assert "Laci kosong." in words(soup(officer.get(f"{url}kas/")))


class TestStrangers:
    PATHS = (
        "jual/",
        "jual/unggah/",
        "jual/{sale}/",
        "jual/{sale}/masuk/",
        "jual/{sale}/batal/",
        "jual/{sale}/keputusan/",
        "kas/",
    )

    @pytest.mark.parametrize("path", PATHS)
    def test_find_nothing(self, visitor, today, booth, url, path):
        today.move_to(OPEN)
        sale = booth.sells()
        for user in (UserFactory(), MemberFactory(role="GATE").user):
            visitor.force_login(user)
            for ask in (visitor.get, visitor.post):
                assert ask(url + path.format(sale=sale.pk)).status_code in (404, 405)
            assert visitor.post(url + path.format(sale=sale.pk)).status_code in (404, 405)
        assert (GateSale.objects.count(), booth.taken) == (1, 2)

    def test_a_sale_of_another_gate_is_not_found(self, officer, booth):
        other = GateFactory(shop=booth.shop, name="Pintu samping")
        sale = booth.sells()
        for path in ("", "masuk/", "batal/", "keputusan/"):
            ask = officer.post if path else officer.get
            answer = ask(f"/gerbang/{other.pk}/jual/{sale.pk}/{path}", {"alasan": "x"})
            assert answer.status_code == 404
        assert booth.taken == 2


def test_a_gate_of_many_sales_asks_as_much_as_of_one(officer, booth, url, django_assert_max_num_queries):
    booth.sells(adults=1)
    officer.get(f"{url}kas/")
    with django_assert_max_num_queries(40) as first:
        officer.get(f"{url}kas/")
    for _number in range(3):
        sell_at_gate(
            gate=booth.gate,
            by_id=booth.user.pk,
            nonce=uuid.uuid4(),
            slot_id=booth.slot.pk,
            pieces=[Piece(booth.adult.pk, 1, 20_000)],
            received=None,
            now=OPEN,
        )
    with django_assert_max_num_queries(40) as second:
        officer.get(f"{url}kas/")
    assert len(second) == len(first)
