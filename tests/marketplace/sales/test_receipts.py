from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from marketplace.catalog.models import ChargeKind
from marketplace.orders.models import OrderLine
from marketplace.sales.queries import daily_receipts
from marketplace.sales.receipts import receipts_xlsx
from marketplace.sales.services import request_refund
from marketplace.tickets.models import Ticket
from marketplace.tickets.services import redeem
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW, admission, goods, placed_order
from tests.factories.shops import CollectionAgreementFactory
from tests.factories.tickets import GateFactory
from tests.marketplace.sales.money import pay
from tourism.regions.models import Region

DAY = date(2026, 11, 22)


def cells(book: bytes) -> list[list[object]]:
    sheet = load_workbook(BytesIO(book)).worksheets[0]
    return [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]


@pytest.fixture
def day(midtrans) -> str:
    """A day of one region: three retribusi tickets by QRIS of which one went back, two goods by virtual account."""
    adult, slot = admission(charge_kind=ChargeKind.RETRIBUSI, listing__title_id="Museum")
    region = adult.listing.shop.region
    CollectionAgreementFactory(region=region)
    order = placed_order((adult, slot, 3))
    pay(midtrans, order)
    request_refund(order_id=order.pk, lines={OrderLine.objects.get().pk: 1}, reason="hujan", now=NOW)
    pay(midtrans, placed_order((goods(shop__region=region, shop__name="=1+1", title_id="@rendang"), None, 2)), "bni_va")
    pay(midtrans, placed_order((goods(), None, 1)))  # another region's
    placed_order((goods(shop__region=region), None, 1))  # not paid
    return region.code


@pytest.mark.django_db
class TestDailyReceipts:
    def test_counts_by_listing_charge_kind_and_channel(self, day):
        found = daily_receipts(region_code=day, day=DAY)
        rows = [
            (row.title, row.charge_kind, row.channel, row.sold, row.admitted, row.amount, row.refunded)
            for row in found.rows
        ]
        assert rows == [
            ("Museum", "RETRIBUSI", "QRIS", 3, 0, 60_000, 20_000),
            ("@rendang", "GOODS", "VIRTUAL_ACCOUNT", 2, 0, 170_000, 0),
        ]
        assert (found.sold, found.admitted, found.amount, found.refunded, found.retribusi) == (
            5,
            0,
            230_000,
            20_000,
            60_000,
        )

    def test_admissions_count_on_the_day_of_the_scan(self, day):
        ticket = Ticket.objects.filter(status="VALID").first()
        scanned_at = datetime(2026, 11, 29, 3, tzinfo=UTC)
        redeem(
            gate=GateFactory(shop=ticket.listing.shop),
            scanned=ticket.token,
            by_id=UserFactory().pk,
            nonce="a",
            scanned_at=scanned_at,
            now=scanned_at,
        )
        assert daily_receipts(region_code=day, day=DAY).admitted == 0
        (row,) = daily_receipts(region_code=day, day=date(2026, 11, 29)).rows
        assert (row.sold, row.admitted, row.amount, row.channel) == (0, 1, 0, "QRIS")

    def test_a_day_ends_at_midnight_in_wib(self, day):
        assert daily_receipts(region_code=day, day=date(2026, 11, 21)).rows == ()
        assert daily_receipts(region_code=day, day=date(2026, 11, 23)).rows == ()

    def test_what_costs_nothing_is_sold_too(self):
        child, slot = admission(price=0)
        placed_order((child, slot, 2))
        (row,) = daily_receipts(region_code=child.listing.shop.region.code, day=DAY).rows
        assert (row.channel, row.sold, row.amount) == ("FREE", 2, 0)

    def test_needs_a_fixed_number_of_queries(self, day, django_assert_num_queries):
        with django_assert_num_queries(8):
            daily_receipts(region_code=day, day=DAY)

    def test_a_region_that_is_none(self):
        with pytest.raises(Region.DoesNotExist):
            daily_receipts(region_code="99.99", day=DAY)


@pytest.mark.django_db
class TestSpreadsheet:
    def test_says_what_the_page_says(self, day):
        rows = cells(receipts_xlsx(daily_receipts(region_code=day, day=DAY), language="en"))
        assert rows[1] == ["Sunday, 22 November 2026"]
        assert rows[3] == ["Listing", "Shop", "Charge kind", "Channel", "Sold", "Admitted", "Come in", "Given back"]
        assert rows[4][4:] == [3, 0, 60_000, 20_000]
        assert rows[6] == ["Total", 5, 0, 230_000, 20_000]
        assert rows[8] == ["Of this retribusi", 60_000]

    def test_runs_no_formula_that_a_shop_was_named(self, day):
        book = load_workbook(BytesIO(receipts_xlsx(daily_receipts(region_code=day, day=DAY), language="id")))
        shop, title = book.worksheets[0]["B6"], book.worksheets[0]["A6"]
        assert (shop.value, shop.data_type, shop.quotePrefix) == ("=1+1", "s", True)
        assert (title.value, title.data_type, title.quotePrefix) == ("@rendang", "s", True)

    def test_an_empty_day_is_a_sheet_too(self):
        adult, _slot = admission()
        found = daily_receipts(region_code=adult.listing.shop.region.code, day=DAY)
        assert cells(receipts_xlsx(found, language="en"))[4] == ["Total", 0, 0, 0, 0]
