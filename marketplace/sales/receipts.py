"""The day's receipts as a spreadsheet."""

from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from foundation.clock import day_words
from marketplace.sales.queries import DailyReceipts

_RUPIAH = '"Rp"#,##0'
_WIDTHS = (38, 26, 24, 18, 10, 10, 18, 18)
_BOLD = Font(bold=True)


def receipts_xlsx(receipts: DailyReceipts, *, language: str) -> bytes:
    """A workbook of a day's receipts. Texts that a spreadsheet would take for a formula are kept as texts."""
    with override(language):
        book = Workbook()
        sheet = book.worksheets[0]
        sheet.title = receipts.day.isoformat()
        _write(sheet, 1, [_("Receipts of %(region)s") % {"region": receipts.region_name}], bold=True)
        _write(sheet, 2, [day_words(receipts.day, language)])
        _write(sheet, 4, _head(), bold=True)
        row = 4
        for row, entry in enumerate(receipts.rows, start=5):
            words = [entry.title, entry.shop_name, entry.charge_kind_words, entry.channel_words]
            _write(sheet, row, [*words, entry.sold, entry.admitted, entry.amount, entry.refunded])
        totals = [receipts.sold, receipts.admitted, receipts.amount, receipts.refunded]
        _write(sheet, row + 1, [_("Total"), "", "", "", *totals], bold=True)
        _write(sheet, row + 3, [_("Of this retribusi"), "", "", "", "", "", receipts.retribusi], bold=True)
        for column, width in enumerate(_WIDTHS, start=1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.freeze_panes = "A5"
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _head() -> list[str]:
    return [
        _("Listing"),
        _("Shop"),
        _("Charge kind"),
        _("Channel"),
        _("Sold"),
        _("Admitted"),
        _("Come in"),
        _("Given back"),
    ]


def _write(sheet: Worksheet, row: int, values: list[Any], *, bold: bool = False) -> None:
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row=row, column=column)
        if not isinstance(cell, Cell):
            continue
        if isinstance(value, str):
            # A shop called "=HYPERLINK(...)" stays a shop: the cell is a text, whatever it begins with.
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type = "s"
            cell.quotePrefix = value[:1] in "=+-@\t\r" if value else False
        else:
            cell.value = value
            if column >= 7:
                cell.number_format = _RUPIAH
        if bold:
            cell.font = _BOLD
