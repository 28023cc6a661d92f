"""What shops and parties owe: who, how much, since when; and what they paid back, recorded once with its bank reference."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from frontend.office import journal
from marketplace.ledger.queries import balance
from marketplace.payouts.models import Remittance
from marketplace.payouts.queries import Payee, debt_of
from marketplace.payouts.services import close_period
from tests.factories.orders import NOW
from tests.factories.payouts import PartyFactory
from tests.factories.shops import ShopFactory
from tests.frontend.visiting import soup, words
from tests.marketplace.payouts.selling import comes_to_owe

pytestmark = pytest.mark.django_db
URL = "/admin/keuangan/piutang/"
# Sundays before NOW, which is one itself.
LONG_AGO, LATELY = date(2026, 11, 8), date(2026, 11, 15)


@pytest.fixture
def shop(regions):
    """Settled 40,000 below zero a week ago."""
    shop = ShopFactory(region=regions["bukittinggi"], name="Dapur Amai")
    settle_below_zero(Payee(shop.pk), 40_000, LATELY)
    return shop


def settle_below_zero(payee: Payee, amount: int, until: date) -> None:
    comes_to_owe(payee.code, amount, at=NOW - (NOW.date() - until))
    close_period(until=until, now=NOW)


def sent(shop, **changes) -> dict[str, str]:
    given = {"payee": f"shop:{shop.pk}", "amount": "40000", "bank_reference": "TRF 77", "received_on": "2026-11-20"}
    return given | changes


def listed(page, number: str) -> list[str]:
    """The rows of one of the page's lists."""
    return [words(row) for row in page.select(f"#{number} .office-list > li, #{number}-section .office-list > li")]


class TestWhoOwes:
    def test_is_shown_oldest_first_with_a_way_to_record(self, office, shop):
        party = PartyFactory(shop=ShopFactory(name="Homestay"), name="Nagari")
        comes_to_owe(f"party:{party.pk}", 5_000, at=NOW - timedelta(days=20))
        close_period(until=LONG_AGO, now=NOW)
        page = soup(office.get(URL))
        assert words(page.select_one(".office-figures")) == "Piutang Rp45.000 dari 2 toko dan pihak"
        assert listed(page, "debts") == [
            "Nagari ikut mendapat bagian dari penjualan Homestay · sejak periode sampai Minggu, 8 November 2026 Rp5.000 Catat",
            "Dapur Amai sejak periode sampai Minggu, 15 November 2026 Rp40.000 Catat",
        ]
        options = [words(option) for option in page.select("[name=payee] option")]
        assert options == ["–", "Nagari (Rp5.000)", "Dapur Amai (Rp40.000)"]
        chosen = soup(office.get(page.select("#debts a.button, #debts-section a.button")[1]["href"]))
        assert chosen.select_one("[name=payee] option[selected]")["value"] == f"shop:{shop.pk}"
        assert chosen.select_one("[name=amount]")["value"] == "40000"
        assert chosen.select_one("[name=received_on]")["value"] == "2026-11-22"

    def test_is_nobody_where_nobody_does(self, office):
        page = soup(office.get(URL))
        assert words(page.select_one(".office-figures")) == "Piutang Rp0"
        assert "Tidak ada yang berutang." in words(page)
        assert page.select_one("[name=amount]") is None

    def test_is_counted_among_the_figures_and_on_the_shop_s_own_page(self, office, shop):
        page = soup(office.get(reverse("office:finance")))
        figure = page.select(".office-figures > div")[3]
        assert (words(figure), figure.a["href"]) == ("Piutang Rp40.000 dari 1 toko dan pihak", URL)
        figure = soup(office.get(reverse("office:shop_money", args=[shop.pk]))).select(".office-figures > div")[4]
        assert (words(figure), figure.a["href"]) == ("Utangnya sekarang Rp40.000", f"{URL}?dari=shop:{shop.pk}#record")

    def test_is_shown_fifty_at_a_time_at_no_more_queries(self, office, shop, django_assert_max_num_queries):
        with django_assert_max_num_queries(60) as first:
            office.get(URL)
        others = ShopFactory.create_batch(50, region=shop.region, merchant_account=shop.merchant_account)
        for other in others:
            comes_to_owe(f"shop:{other.pk}", 1_000, at=NOW - timedelta(days=5))
        close_period(until=NOW.date() - timedelta(days=1), now=NOW)
        with django_assert_max_num_queries(60) as second:
            page = soup(office.get(URL))
        assert len(second) == len(first)
        assert (len(listed(page, "debts")), listed(page, "debts")[0].split(" sejak")[0]) == (50, "Dapur Amai")
        (more,) = page.select("#debts p a, #debts-section p a")
        assert len(listed(soup(office.get(URL + more["href"])), "debts")) == 1


class TestRecording:
    def test_takes_it_off_what_is_owed_and_shows_it(self, office, people, shop):
        answer = office.post(URL, sent(shop, amount="15000"))
        assert (answer.status_code, answer["Location"]) == (302, URL)
        page = soup(office.get(URL))
        assert listed(page, "debts") == ["Dapur Amai sejak periode sampai Minggu, 15 November 2026 Rp25.000 Catat"]
        (row,) = listed(page, "recorded")
        assert row.startswith("Dapur Amai diterima Jumat, 20 November 2026, TRF 77 · ")
        assert row.endswith(" Rp15.000")
        remittance = Remittance.objects.get()
        assert (remittance.shop_id, remittance.amount, remittance.recorded_by) == (shop.pk, 15_000, people["province"])
        assert (balance("bank:operator"), debt_of(Payee(shop.pk))) == (-15_000, 25_000)
        assert [one["words"] for one in journal.history(remittance)] == ["Pembayaran kembali dicatat"]

    def test_leads_from_the_bank_account_to_its_entry(self, office, shop):
        office.post(URL, sent(shop))
        page = words(soup(office.get(reverse("office:account"), {"kode": "bank:operator"})))
        assert "Pembayaran piutang remittance:" in page
        assert "Rp40.000" in page

    def test_the_form_sent_twice_records_once(self, office, shop):
        assert [office.post(URL, sent(shop)).status_code for _time in range(2)] == [302, 302]
        assert (Remittance.objects.count(), debt_of(Payee(shop.pk))) == (1, 0)

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"amount": "40001"}, "Dapur Amai sekarang berutang Rp40.000; lebih dari itu tidak bisa dicatat."),
            ({"amount": "9" * 40}, "Dapur Amai sekarang berutang Rp40.000; lebih dari itu tidak bisa dicatat."),
            ({"received_on": "2026-11-23"}, "Uangnya tidak mungkin diterima pada hari yang belum tiba."),
            ({"payee": "shop:0"}, "Pilih siapa yang membayar."),
            ({"payee": "' or 1=1"}, "Pilih siapa yang membayar."),
            ({"payee": ""}, ""),
            ({"amount": "0"}, ""),
            ({"amount": "-5"}, ""),
            ({"amount": "banyak"}, ""),
            ({"bank_reference": " "}, ""),
            ({"bank_reference": "x" * 61}, ""),
            ({"bank_reference": "a\0b"}, ""),
            ({"received_on": "besok"}, ""),
        ],
    )
    def test_refuses_what_cannot_be_with_a_sentence(self, office, shop, changes, sentence):
        answer = office.post(URL, sent(shop, **changes))
        assert answer.status_code == 422
        assert sentence in words(soup(answer))
        assert not Remittance.objects.exists()

    def test_refuses_a_reference_of_another_transfer(self, office, shop):
        office.post(URL, sent(shop, amount="10000"))
        answer = office.post(URL, sent(shop, amount="20000"))
        assert answer.status_code == 422
        assert "Referensi bank ini sudah dicatat" in words(soup(answer))
        assert Remittance.objects.get().amount == 10_000

    def test_older_ones_are_a_page_further(self, office, shop):
        for number in range(52):
            office.post(URL, sent(shop, amount="1", bank_reference=f"TRF {number}"))
        page = soup(office.get(URL))
        (older,) = page.select("#recorded p a, #recorded-section p a")
        assert (len(listed(page, "recorded")), len(listed(soup(office.get(URL + older["href"])), "recorded"))) == (
            50,
            2,
        )
