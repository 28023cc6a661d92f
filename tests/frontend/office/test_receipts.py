from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from marketplace.catalog.models import ChargeKind
from marketplace.orders.models import OrderStatus
from marketplace.payments.models import PaymentMethod, PaymentStatus
from tests.factories.catalog import AdmissionFactory, AdmissionVariantFactory
from tests.factories.orders import NOW, OrderFactory, OrderLineFactory, ShopOrderFactory
from tests.factories.payments import PaymentFactory
from tests.factories.shops import ShopFactory
from tests.frontend.visiting import soup, words

pytestmark = pytest.mark.django_db
URL = "/admin/penerimaan/"


def sale(
    region, *, title="Tiket masuk Benteng", quantity=2, price=20_000, method=PaymentMethod.QRIS, at=NOW, shop=None
):
    """Tickets of a government office, paid."""
    shop = shop or ShopFactory(region=region, kind="DINAS", name="Dinas Pariwisata")
    variant = AdmissionVariantFactory(
        listing=AdmissionFactory(shop=shop, title_id=title), price=price, charge_kind=ChargeKind.RETRIBUSI
    )
    order = OrderFactory(status=OrderStatus.PAID, paid_at=at, amount=price * quantity)
    part = ShopOrderFactory(order=order, shop=shop, shipping_method="", status="RECEIVED")
    OrderLineFactory(shop_order=part, variant=variant, quantity=quantity, title_id=title)
    PaymentFactory(order=order, method=method, status=PaymentStatus.PAID, paid_at=at)
    return shop


class TestPage:
    def test_shows_today_of_the_own_region(self, bendahara, regions):
        shop = sale(regions["bukittinggi"])
        sale(regions["bukittinggi"], quantity=1, method=PaymentMethod.CASH, shop=shop)
        sale(regions["padang"], title="Tiket Padang")
        page = soup(bendahara.get(URL))
        figures = [words(figure) for figure in page.select(".office-figures > div")]
        assert figures == [
            "Uang masuk Rp60.000",
            "Dikembalikan Rp0",
            "Di antaranya retribusi Rp60.000 Seluruhnya untuk daerah, tanpa potongan.",
            "Terjual / masuk 3 / 0",
        ]
        rows = [[words(cell) for cell in row.select("td")] for row in page.select(".office-table tbody tr")]
        assert [(row[0], row[2], row[3], row[5]) for row in rows] == [
            ("Tiket masuk Benteng Dinas Pariwisata", "Tunai", "1", "Rp20.000"),
            ("Tiket masuk Benteng Dinas Pariwisata", "QRIS", "2", "Rp40.000"),
        ]
        assert "Tiket Padang" not in words(page)

    def test_shows_another_day(self, bendahara, regions):
        sale(regions["bukittinggi"], at=NOW - timedelta(days=1))
        assert "Tidak ada penjualan" in words(soup(bendahara.get(URL)))
        assert "Rp40.000" in words(soup(bendahara.get(URL + "?tanggal=2026-11-21")))

    @pytest.mark.parametrize("day", ["kemarin", "2026-02-30", "9" * 50, "0001-01-01", "9999-12-31"])
    def test_says_when_a_day_is_none(self, bendahara, day):
        assert bendahara.get(URL, {"tanggal": day}).status_code == 422

    @pytest.mark.parametrize("code", ["13.71", "13", "x", "' or 1=1"])
    def test_of_another_region_is_not_there(self, bendahara, code):
        assert bendahara.get(URL, {"daerah": code}).status_code == 404

    def test_lets_the_province_choose_any(self, office):
        page = soup(office.get(URL))
        assert [option["value"] for option in page.select("[name=daerah] option")] == ["13.75", "13.71"]

    def test_costs_as_many_queries_for_ten_sales_as_for_one(self, bendahara, regions, django_assert_max_num_queries):
        shop = sale(regions["bukittinggi"])
        with django_assert_max_num_queries(60) as first:
            bendahara.get(URL)
        for _number in range(9):
            sale(regions["bukittinggi"], shop=shop)
        with django_assert_max_num_queries(60) as second:
            bendahara.get(URL)
        assert len(second) == len(first)


class TestSpreadsheet:
    def test_holds_the_same_rows(self, bendahara, regions):
        sale(regions["bukittinggi"], title="=HYPERLINK(1)")
        answer = bendahara.get(reverse("office:receipts_xlsx"))
        assert answer["Content-Disposition"] == 'attachment; filename="penerimaan-bukittinggi-2026-11-22.xlsx"'
        sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
        row = [cell.value for cell in sheet[5]]
        assert (row[0], row[4], row[6]) == ("=HYPERLINK(1)", 2, 40_000)
        assert sheet["A5"].data_type == "s"
