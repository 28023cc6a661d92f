"""Bukittinggi's bendahara sees what was bought today, to the rupiah, on the page and in the spreadsheet."""

import re
from io import BytesIO

from openpyxl import load_workbook

from demo.accounts import ACCOUNTS
from tests.journeys import shopping
from tests.journeys.counting import figures
from tests.journeys.people import Arrival

TREASURER = next(account.login for account in ACCOUNTS if account.where == "/admin/penerimaan/")
CHANNELS = ("QRIS", "dompet digital")
TICKET, TITLE = "masuk-taman-marga-satwa-dan-budaya-kinantan", "Masuk Taman Marga Satwa dan Budaya Kinantan"


def test_the_days_receipts_equal_what_was_bought(arrives: Arrival) -> None:
    treasurer = arrives(at_desk=True)
    treasurer.signs_in(TREASURER, going_to="/admin/penerimaan/")
    before = [figures(treasurer, TITLE, channel) for channel in CHANNELS]

    shopping.buys_tickets(arrives(), slug=TICKET, counts={"Dewasa": 2, "Anak": 1})
    shopping.buys_tickets(arrives(), slug=TICKET, counts={"Dewasa": 1}, method="GoPay")
    treasurer.page.reload()
    after = [figures(treasurer, TITLE, channel) for channel in CHANNELS]
    bought = [tuple(now - then for now, then in zip(*pair, strict=True)) for pair in zip(after, before, strict=True)]
    assert bought == [(3, 0, 52_000), (1, 0, 20_000)]

    with treasurer.page.expect_download() as download:
        treasurer.follows("Unduh sebagai Excel")
    assert re.fullmatch(r"penerimaan-bukittinggi-\d{4}-\d\d-\d\d\.xlsx", download.value.suggested_filename)
    sheet = load_workbook(BytesIO(download.value.path().read_bytes())).worksheets[0]
    written = {row[3]: row[4:7] for row in sheet.iter_rows(min_row=5, values_only=True) if row[0] == TITLE}
    assert written == dict(zip(CHANNELS, after, strict=True))


def test_nobody_else_sees_them(arrives: Arrival) -> None:
    editor = arrives(at_desk=True)
    editor.signs_in("editor.bukittinggi@contoh.invalid", going_to="/admin/")
    assert editor.visit("/admin/penerimaan/") == 404
    treasurer = arrives(at_desk=True)
    treasurer.signs_in(TREASURER, going_to="/admin/penerimaan/")
    assert treasurer.visit("/admin/penerimaan/?daerah=13.71") == 404
