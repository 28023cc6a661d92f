"""The bendahara takes over what the gates of the own region hand in, and no other's."""

import uuid
from datetime import timedelta

import pytest

from marketplace.sales.models import CashHandover
from marketplace.sales.services import hand_over_cash
from tests.frontend.visiting import soup, words
from tests.marketplace.sales.money import faults, money
from tests.marketplace.sales.test_gate_sales import OPEN, Booth

pytestmark = pytest.mark.django_db
URL = "/admin/penerimaan/kas/"


@pytest.fixture
def booth(regions, today):
    today.move_to(OPEN)
    booth = Booth()
    booth.shop.region = regions["bukittinggi"]
    booth.shop.save(update_fields=["region"])
    return booth


@pytest.fixture
def handover(booth):
    booth.sells(adults=2, admit=True)
    return hand_over_cash(
        gate=booth.gate,
        by_id=booth.user.pk,
        nonce=uuid.uuid4(),
        expected=40_000,
        counted=39_000,
        note="kembalian salah",
        now=OPEN,
    )


class TestPage:
    def test_shows_the_counts_of_each_gate_and_what_is_on_its_way(self, bendahara, booth, handover):
        booth.sells(adults=1)
        page = soup(bendahara.get(URL))
        (row,) = [[words(cell) for cell in row.select("td")] for row in page.select(".office-table tbody tr")]
        assert row[1:] == ["3", "Rp60.000", "0", "2 2 tunai", "Rp39.000", "Rp0", "Rp20.000"]
        (waiting,) = [words(one) for one in page.select("#waiting-content li")]
        assert "Rp39.000 -Rp1.000" in waiting
        assert "kembalian salah" in waiting

    def test_shows_another_day(self, bendahara, booth, handover):
        yesterday = (OPEN - timedelta(days=1)).date()
        page = soup(bendahara.get(URL, {"tanggal": yesterday.isoformat()}))
        assert words(page.select_one(".office-table tbody tr td:nth-child(2)")) == "0"

    @pytest.mark.parametrize("asked", [{"daerah": "13.71"}, {"daerah": "x"}])
    def test_of_another_region_is_not_there(self, bendahara, asked):
        assert bendahara.get(URL, asked).status_code == 404

    def test_says_when_a_day_is_none(self, bendahara):
        assert bendahara.get(URL, {"tanggal": "kemarin"}).status_code == 422


class TestTaking:
    def test_what_arrived_is_in_the_bank_account(self, bendahara, booth, handover):
        answer = bendahara.post(f"{URL}{handover.pk}/", {"amount": "39000"})
        assert (answer.status_code, answer.url) == (302, f"{URL}?daerah=13.75")
        handover.refresh_from_db()
        assert handover.taken_amount == 39_000
        assert money() == {
            "bank:operator": -39_000,
            f"difference:{booth.gate.pk}": -1_000,
            f"treasury:{booth.shop.region.code}": 40_000,
        }
        assert faults() == []
        assert "Rp39.000" in words(soup(bendahara.get(f"{URL}{handover.pk}/")))

    @pytest.mark.parametrize(
        "typed", [{"amount": "30000"}, {"amount": "-1"}, {"amount": "x"}, {"amount": ""}, {"amount": "9" * 30}]
    )
    def test_a_refusal_changes_nothing(self, bendahara, handover, typed):
        assert bendahara.post(f"{URL}{handover.pk}/", typed).status_code == 422
        assert CashHandover.objects.get().taken_at is None

    def test_twice_with_another_amount_is_refused(self, bendahara, handover):
        bendahara.post(f"{URL}{handover.pk}/", {"amount": "39000"})
        assert bendahara.post(f"{URL}{handover.pk}/", {"amount": "38000", "note": "x"}).status_code == 422
        assert CashHandover.objects.get().taken_amount == 39_000

    def test_another_regions_is_not_there(self, visitor, people, handover):
        visitor.force_login(people["treasurer of padang"])
        assert visitor.get(f"{URL}{handover.pk}/").status_code == 404
        assert visitor.post(f"{URL}{handover.pk}/", {"amount": "39000"}).status_code == 404
        assert CashHandover.objects.get().taken_at is None


def test_the_office_shows_the_order_of_nobody(office, booth):
    order = booth.sells(adults=2).order
    page = words(soup(office.get(f"/admin/niaga/pesanan/{order.code}/")))
    assert "Rp40.000" in page
    assert "tunai" in page.lower()


def test_the_book_says_what_of_it_was_cash(bendahara, handover):
    page = soup(bendahara.get("/admin/penerimaan/buku/", {"dari": "2026-11-29", "sampai": "2026-11-29"}))
    assert words(page.select_one(".office-figures > div")) == "Terjual 2 Rp40.000, di antaranya Rp40.000 tunai"
