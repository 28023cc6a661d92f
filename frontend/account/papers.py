"""Tickets on paper: two on an A4 sheet, with a line for the scissors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import segno
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from foundation.clock import day_words, time_words
from frontend.account.ticket_pages import TicketPage

PER_SHEET = 2
INK, SOFT, LINE = HexColor("#17120f"), HexColor("#5b524c"), HexColor("#b9afa5")
MARGIN = 18 * mm
QR_SIZE = 62 * mm


@dataclass(frozen=True)
class Band:
    """What a region's band looks like on paper: its colour, and whether bamboo shoots are its own motif."""

    color: str
    has_shoots: bool


PROVINCE = Band("#98191f", has_shoots=True)


def tickets_pdf(tickets: Sequence[TicketPage], *, bands: Mapping[str, Band], site_name: str) -> bytes:
    """A PDF of the tickets, two on each sheet, each in its region's colour.

    :param bands: by the region's slug; a region without a brand wears the province's.
    """
    content = BytesIO()
    canvas = Canvas(content, pagesize=A4)
    canvas.setTitle(tickets[0].view.title)
    canvas.setAuthor(site_name)
    height = A4[1] / PER_SHEET
    for place, ticket in enumerate(tickets):
        if place and place % PER_SHEET == 0:
            canvas.showPage()
        top = A4[1] - (place % PER_SHEET) * height
        band(canvas, top - 10 * mm, bands.get(ticket.region_slug, PROVINCE))
        draw(canvas, ticket, top=top, site_name=site_name)
        if place % PER_SHEET == 0:
            cut(canvas, A4[1] - height)
    canvas.showPage()
    canvas.save()
    return content.getvalue()


def cut(canvas: Canvas, y: float) -> None:
    """Where the scissors go."""
    canvas.setStrokeColor(LINE)
    canvas.setDash(4, 4)
    canvas.line(0, y, A4[0], y)
    canvas.setDash()


def draw(canvas: Canvas, ticket: TicketPage, *, top: float, site_name: str) -> None:
    """One ticket: the code to scan on the left, what a person reads on the right."""
    view, language = ticket.view, (get_language() or "id")[:2]
    left, width = MARGIN, A4[0] - 2 * MARGIN
    y = line(canvas, view.title, left, top - 24 * mm, size=17, bold=True, width=width)
    when = day_words(view.day, language)
    if not view.is_all_day:
        when += f", {time_words(view.starts_at, language)}"
    y = line(canvas, when, left, y - 1 * mm, size=12, bold=True, width=width)
    box = y - 4 * mm
    if ticket.shows_code:
        qr(canvas, view.token, left, box - QR_SIZE, QR_SIZE)
    else:
        line(canvas, view.status_words, left, box - 12 * mm, size=14, bold=True, width=QR_SIZE)
    facts_left = left + QR_SIZE + 12 * mm
    facts_width = width - QR_SIZE - 12 * mm
    y = line(canvas, view.code, facts_left, box - 7 * mm, size=19, bold=True, width=facts_width)
    facts = [
        (_("In the name of"), view.holder_name),
        (_("For whom"), ", ".join(filter(None, [view.variant, view.audience_rule]))),
        (_("Where"), ", ".join(filter(None, [view.place_name, view.address, view.region_name]))),
        (_("Enter until"), time_words(view.ends_at, language)),
        (_("Order code"), view.order_code),
    ]
    for name, value in facts:
        if value:
            y = line(canvas, name, facts_left, y - 2.5 * mm, size=9, color=SOFT, width=facts_width)
            y = line(canvas, value, facts_left, y, size=11, bold=True, width=facts_width)
    foot = _("Ticket %(place)d of %(of)d. Valid once, at the gate, by this code.") % {
        "place": ticket.place,
        "of": ticket.of,
    }
    if view.is_sample:
        foot = f"{_('Sample data.')} {foot}"
    y = line(canvas, foot, left, box - QR_SIZE - 9 * mm, size=9, color=SOFT, width=width)
    line(canvas, site_name, left, y, size=9, color=SOFT, width=width)


def band(canvas: Canvas, y: float, look: Band) -> None:
    """A woven band: bamboo shoots, one after the other; plain stripes where another motif is at home."""
    canvas.setFillColor(HexColor(look.color))
    step = 6 * mm
    canvas.rect(0, y - 1.2 * mm, A4[0], 0.8 * mm, stroke=0, fill=1)
    if not look.has_shoots:
        canvas.rect(0, y, A4[0], 3 * mm, stroke=0, fill=1)
        return
    for place in range(int(A4[0] / step) + 1):
        x = place * step
        shoot = canvas.beginPath()
        shoot.moveTo(x, y)
        shoot.lineTo(x + step / 2, y + 5 * mm)
        shoot.lineTo(x + step, y)
        shoot.close()
        canvas.drawPath(shoot, stroke=0, fill=1)


def qr(canvas: Canvas, text: str, x: float, y: float, size: float) -> None:
    """A QR code of squares, so that any printer keeps it sharp."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=0)]
    cell = size / len(rows)
    canvas.setFillColor(INK)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                canvas.rect(x + across * cell, y + size - (down + 1) * cell, cell, cell, stroke=0, fill=1)


def line(
    canvas: Canvas,
    text: str,
    x: float,
    y: float,
    *,
    size: float,
    width: float,
    bold: bool = False,
    color: Color = INK,
) -> float:
    """Words from a baseline downwards, broken to a width; answers the baseline of what comes next."""
    font = "Helvetica-Bold" if bold else "Helvetica"
    # The built-in type has Latin letters only; others become question marks instead of breaking the paper.
    words = str(text).encode("cp1252", "replace").decode("cp1252")
    canvas.setFillColor(color)
    canvas.setFont(font, size)
    for part in simpleSplit(words, font, size, width):
        canvas.drawString(x, y, part)
        y -= size * 1.3
    return y
