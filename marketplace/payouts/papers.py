"""Statements, bank files and receipts books on paper and in spreadsheets."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from foundation.clock import day_of, short_day_words, time_words
from foundation.money import rupiah
from marketplace.payouts.models import Payout, PayoutBatch, PayoutStatus
from marketplace.payouts.queries.book import ReceiptsBook
from marketplace.payouts.queries.settlements import SettlementPage

_INK, _LINE, _PALE = HexColor("#17120f"), HexColor("#b9afa5"), HexColor("#f4efe8")
_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=8.5, leading=11, textColor=_INK)
_END = ParagraphStyle("end", parent=_BODY, alignment=TA_RIGHT)
_STRONG = ParagraphStyle("strong", parent=_BODY, fontName="Helvetica-Bold")
_STRONG_END = ParagraphStyle("strong-end", parent=_STRONG, alignment=TA_RIGHT)
_TITLE = ParagraphStyle("title", parent=_STRONG, fontSize=15, leading=19)
_MARGIN = 15 * mm
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sheet:
    """A table that becomes a PDF or a spreadsheet: head, rows, foot. Numbers are whole rupiah or counts."""

    title: str
    subtitle: str
    head: Sequence[str]
    rows: Sequence[Sequence[str | int]]
    foot: Sequence[Sequence[str | int]]
    # Widths in millimetres on paper.
    widths: Sequence[float]
    # Columns that are rupiah.
    money: frozenset[int]
    signers: Sequence[str] = ()
    note: str = ""


def statement_csv(page: SettlementPage, *, language: str) -> bytes:
    """A statement for a spreadsheet; semicolons, as Indonesian spreadsheets expect. Its lines and sums are whole rupiah."""
    with override(language):
        sheet = statement_sheet(page, language=language)
        return _csv([sheet.head, *sheet.rows, *sheet.foot])


def statement_pdf(page: SettlementPage, *, site_name: str, language: str) -> bytes:
    """A statement on paper."""
    with override(language):
        return sheet_pdf(statement_sheet(page, language=language), site_name=site_name)


def statement_sheet(page: SettlementPage, *, language: str) -> Sheet:
    """A statement as a table: every entry, then how the payout comes about."""
    row = page.row
    lines: list[Sequence[str | int]] = [
        (
            f"{short_day_words(day_of(line.at), language)} {day_of(line.at).year}, {time_words(line.at, language)}",
            line.order_code,
            line.title + (f" ({_('money back to a buyer')})" if line.is_return else ""),
            line.explanation,
            line.amount,
        )
        for line in page.lines
    ]
    return Sheet(
        title=_("Statement %(number)d: %(name)s") % {"number": row.id, "name": row.payee_name},
        subtitle=_("%(from)s to %(until)s") % _days(page, language),
        head=(_("Time"), _("Order"), _("Description"), _("How it comes about"), _("Amount")),
        rows=lines,
        foot=[("", "", words, "", amount) for words, amount in sums(page)],
        widths=(33, 22, 52, 44, 24),
        money=frozenset({4}),
    )


def sums(page: SettlementPage) -> list[tuple[str, int]]:
    """From the sum of the entries to what is paid out."""
    row = page.row
    found = [(_("Sum of these entries"), row.settled)]
    if row.carried:
        found.append((_("Carried over from before"), row.carried))
    if row.reserve:
        words = _("Held back for dates to come") if row.reserve > 0 else _("No longer held back")
        found.append((words, -row.reserve))
    if row.withheld:
        words = _("PPh 22 withheld, %(rate)s%% of %(gross)s") % {
            "rate": f"{page.withheld_rate / 100:g}",
            "gross": rupiah(page.withheld_of),
        }
        found.append((words, -row.withheld))
    if row.left:
        found.append((_("Goes over into the next period"), row.left))
    return [*found, (_("Paid out"), row.amount)]


def bank_file(batch: PayoutBatch) -> bytes:
    """The transfers of a batch for the bank: number, bank, account, holder, amount, note; none that was held back."""
    payouts = Payout.objects.filter(batch=batch).exclude(status=PayoutStatus.HELD)
    payouts = payouts.select_related("bank_account").order_by("pk")
    head = ("No", "Bank", _("Account number"), _("Account holder"), _("Amount"), _("Note"))
    rows = [
        (
            one.pk,
            one.bank_account.bank,
            one.bank_account.number,
            one.bank_account.holder,
            one.amount,
            f"Lapau {one.settlement_id}",
        )
        for one in payouts
    ]
    return _csv([head, *rows])


def book_sheet(book: ReceiptsBook, *, language: str) -> Sheet:
    """The receipts book as a table, with room for two signatures."""
    rows: list[Sequence[str | int]] = [
        (
            f"{short_day_words(row.day, language)} {row.day.year}",
            row.title,
            row.series,
            row.channel_words,
            row.account_code,
            row.sold,
            row.admitted,
            row.gross,
            row.sts_number,
            f"{short_day_words(row.deposited_on, language)} {row.deposited_on.year}" if row.deposited_on else "",
            row.days_late,
            row.banked,
        )
        for row in book.rows
    ]
    total = (_("Total"), "", "", "", "", book.sold, book.admitted, book.gross, "", "", "", book.banked)
    in_cash = (_("Of it in cash"), "", "", "", "", "", "", book.cash, "", "", "", "")
    words = {
        "from": f"{short_day_words(book.from_day, language)} {book.from_day.year}",
        "until": f"{short_day_words(book.until_day, language)} {book.until_day.year}",
    }
    return Sheet(
        title=_("Receipts book: %(region)s") % {"region": book.region_name},
        subtitle=_("%(from)s to %(until)s") % words,
        head=(
            _("Day"),
            _("Ticket"),
            _("Series"),
            _("Channel"),
            _("Account code"),
            _("Sold"),
            _("Admitted"),
            _("Gross"),
            _("STS number"),
            _("Deposited on"),
            _("Days late"),
            _("Banked"),
        ),
        rows=rows,
        foot=[total, in_cash],
        widths=(20, 36, 27, 17, 31, 14, 13, 22, 25, 21, 18, 22),
        money=frozenset({7, 11}),
        signers=(_("Treasurer of receipts"), _("Head of the office")),
        note=_(
            "Retribusi is entered gross: no commission, fee or refund is taken off it. What went back to a buyer before it was deposited is entered below zero."
        ),
    )


def book_pdf(book: ReceiptsBook, *, site_name: str, language: str) -> bytes:
    """The receipts book on paper, to sign."""
    with override(language):
        return sheet_pdf(book_sheet(book, language=language), site_name=site_name, wide=True)


def book_xlsx(book: ReceiptsBook, *, language: str) -> bytes:
    """The receipts book as a spreadsheet."""
    with override(language):
        return sheet_xlsx(book_sheet(book, language=language))


def sheet_xlsx(sheet: Sheet) -> bytes:
    """A workbook. Texts that a spreadsheet would take for a formula are kept as texts."""
    book = Workbook()
    page = book.worksheets[0]
    bold = Font(bold=True)
    lines: list[tuple[Sequence[Any], bool]] = [((sheet.title,), True), ((sheet.subtitle,), False), ((), False)]
    lines += [(sheet.head, True), *((row, False) for row in sheet.rows), *((row, True) for row in sheet.foot)]
    if sheet.note:
        lines += [((), False), ((sheet.note,), False)]
    for number, (values, is_bold) in enumerate(lines, start=1):
        for column, value in enumerate(values, start=1):
            cell = page.cell(row=number, column=column)
            if not isinstance(cell, Cell):
                continue
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
                cell.data_type = "s"
                cell.quotePrefix = value.startswith(_FORMULA)
            else:
                cell.value = value
                if column - 1 in sheet.money:
                    cell.number_format = '"Rp"#,##0'
            if is_bold:
                cell.font = bold
    for column, width in enumerate(sheet.widths, start=1):
        page.column_dimensions[get_column_letter(column)].width = max(width * 0.6, 9)
    page.freeze_panes = "A5"
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def sheet_pdf(sheet: Sheet, *, site_name: str, wide: bool = False) -> bytes:
    """A paper: title, table with its head on every page, sums, and lines to sign on."""
    content = BytesIO()
    paper = SimpleDocTemplate(
        content,
        pagesize=landscape(A4) if wide else A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=sheet.title,
        author=site_name,
    )
    head = [_cell(words, strong=True, end=place in _ends(sheet)) for place, words in enumerate(sheet.head)]
    body = [[_value(sheet, place, value) for place, value in enumerate(row)] for row in sheet.rows]
    foot = [[_value(sheet, place, value, strong=True) for place, value in enumerate(row)] for row in sheet.foot]
    table = Table([head, *body, *foot], colWidths=[width * mm for width in sheet.widths], repeatRows=1, hAlign="LEFT")
    first_of_foot = 1 + len(body)
    # The words of a sum may reach over what they leave empty.
    spans = [
        ("SPAN", (0, first_of_foot + place), (1, first_of_foot + place))
        for place, row in enumerate(sheet.foot)
        if row[1] == ""
    ]
    table.setStyle(
        TableStyle(
            [
                *spans,
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BACKGROUND", (0, 0), (-1, 0), _PALE),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
                ("LINEABOVE", (0, first_of_foot), (-1, first_of_foot), 1, _INK),
                ("LEFTPADDING", (0, 0), (-1, -1), 4),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    parts: list[Flowable] = [
        Paragraph(_plain(sheet.title), _TITLE),
        Paragraph(_plain(f"{sheet.subtitle} · {site_name}"), _BODY),
        Spacer(1, 5 * mm),
        table,
    ]
    if sheet.note:
        parts += [Spacer(1, 4 * mm), Paragraph(_plain(sheet.note), _BODY)]
    if sheet.signers:
        parts += [Spacer(1, 10 * mm), _places_to_sign(sheet.signers)]

    def number_page(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(_INK)
        words = _("%(title)s, page %(number)d") % {
            "title": _plain(sheet.title, is_markup=False),
            "number": document.page,
        }
        # Under the text, which stands 6 points inside its frame.
        canvas.drawString(_MARGIN + 6, 8 * mm, words)

    paper.build(parts, onFirstPage=number_page, onLaterPages=number_page)
    return content.getvalue()


def _places_to_sign(signers: Sequence[str]) -> Table:
    """A line for each, with room between them, and below it the place of a civil servant's number."""
    gap = [_cell("")]
    rows = [
        [cell for words in given for cell in (_cell(words, strong=number == 0), *gap)]
        for number, given in enumerate((signers, [""] * len(signers), ["NIP"] * len(signers)))
    ]
    signs = Table(
        rows, colWidths=[70 * mm, 12 * mm] * len(signers), rowHeights=[6 * mm, 20 * mm, 6 * mm], hAlign="LEFT"
    )
    lines = [("LINEBELOW", (2 * place, 1), (2 * place, 1), 0.6, _INK) for place in range(len(signers))]
    signs.setStyle(TableStyle([*lines, ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return signs


def _ends(sheet: Sheet) -> frozenset[int]:
    """Columns that hold numbers and stand at the end of their room."""
    numbers = {place for row in (*sheet.rows, *sheet.foot) for place, value in enumerate(row) if isinstance(value, int)}
    return frozenset(numbers)


def _value(sheet: Sheet, place: int, value: str | int, *, strong: bool = False) -> Paragraph:
    if isinstance(value, int):
        words = rupiah(value) if place in sheet.money else f"{value:,}".replace(",", ".")
        return _cell(words, strong=strong, end=True)
    return _cell(value, strong=strong)


def _cell(words: str, *, strong: bool = False, end: bool = False) -> Paragraph:
    style = (_STRONG_END if end else _STRONG) if strong else (_END if end else _BODY)
    return Paragraph(_plain(words), style)


def _plain(words: str, *, is_markup: bool = True) -> str:
    """A text for paper: the built-in type has Latin letters only, and nothing in it is markup.

    :param is_markup: whether it goes where tags would count.
    """
    text = str(words).encode("cp1252", "replace").decode("cp1252")
    if not is_markup:
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _days(page: SettlementPage, language: str) -> dict[str, str]:
    row = page.row
    return {
        "from": f"{short_day_words(row.from_date, language)} {row.from_date.year}",
        "until": f"{short_day_words(row.until_date, language)} {row.until_date.year}",
    }


def _csv(rows: Iterable[Sequence[Any]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in rows:
        # A shop called "=HYPERLINK(...)" stays a text in any spreadsheet.
        writer.writerow(
            [f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value for value in row]
        )
    return text.getvalue().encode("utf-8-sig")
