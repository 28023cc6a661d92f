"""Papers that the office prints: a request to a treasury, to be signed."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from foundation.clock import day_of, day_words
from foundation.money import rupiah
from foundation.site import site_name
from marketplace.payments.models import Refund
from marketplace.payments.services import BANKS

_LEFT, _WIDTH = 25 * mm, A4[0] - 50 * mm
_SIZE = 10.5


def treasury_request_pdf(refund: Refund, *, lines: Sequence[dict[str, Any]], language: str, today: date) -> bytes:
    """The written request that a region's treasury gives back retribusi which was deposited."""
    assert refund.region is not None
    content = BytesIO()
    with override(language):
        sheet = _Sheet(Canvas(content, pagesize=A4))
        number = f"{refund.pk:06d}/R/{day_of(refund.requested_at):%m/%Y}"
        sheet.write(site_name(), bold=True)
        sheet.write(_("Number: %(number)s") % {"number": number})
        sheet.write(day_words(today, language), gap=6)
        sheet.write(_("To the treasurer of %(region)s") % {"region": refund.region.name}, bold=True, gap=6)
        sheet.write(_("Request to give back retribusi that was deposited"), bold=True, size=14, gap=4)
        sheet.write(
            _(
                "The visit below could not take place or was called off. Its retribusi was already handed to the regional "
                "treasury, so we ask you to give it back to the buyer."
            ),
            gap=4,
        )
        account = getattr(refund, "account", None)
        is_given = account is not None and account.given_at is not None and account.erased_at is None
        facts = [
            (_("Order code"), refund.payment.order.code),
            (_("Reason"), refund.reason),
            (_("Asked for on"), day_words(day_of(refund.requested_at), language)),
            (_("To be paid by"), day_words(refund.deadline_date, language) if refund.deadline_date else "-"),
            (_("Amount"), rupiah(refund.amount)),
            (
                _("To the account"),
                f"{BANKS.get(account.bank, account.bank)} {account.number}, {account.holder}"
                if account and is_given
                else _("not given yet"),
            ),
            (_("In charge"), str(refund.in_charge) if refund.in_charge else "-"),
        ]
        for name, value in facts:
            sheet.fact(name, value)
        sheet.write("", gap=2)
        sheet.write(_("What it is of"), bold=True)
        for line in lines:
            when = day_words(line["slot"].day, language) if line["slot"] else ""
            title = ", ".join(filter(None, [f"{line['quantity']} × {line['title']}", line["variant"], when]))
            sheet.fact(title, rupiah(line["amount"]), name_width=125 * mm)
        sheet.write("", gap=10)
        sheet.signatures(_("The operator"), _("The treasurer"))
        sheet.canvas.setTitle(f"{_('Request to give back retribusi that was deposited')} {number}")
        sheet.canvas.showPage()
        sheet.canvas.save()
    return content.getvalue()


class _Sheet:
    """A page that is written from the top."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas, self.y = canvas, A4[1] - 28 * mm

    def write(self, text: str, *, bold: bool = False, size: float = _SIZE, gap: float = 0) -> None:
        """Words over the whole width, then a gap in millimetres."""
        self.y = self.put(text, _LEFT, self.y, width=_WIDTH, bold=bold, size=size) - gap * mm

    def fact(self, name: str, value: str, *, name_width: float = 50 * mm) -> None:
        """A name and its value beside it."""
        low = self.put(name, _LEFT, self.y, width=name_width - 4 * mm)
        self.y = min(low, self.put(value, _LEFT + name_width, self.y, width=_WIDTH - name_width, bold=True)) - 1 * mm

    def signatures(self, left: str, right: str) -> None:
        """Two places to sign."""
        for number, words in enumerate((left, right)):
            x = _LEFT + number * (_WIDTH / 2 + 5 * mm)
            self.put(words, x, self.y, width=_WIDTH / 2)
            self.canvas.line(x, self.y - 28 * mm, x + _WIDTH / 2 - 10 * mm, self.y - 28 * mm)

    def put(self, text: str, x: float, y: float, *, width: float, bold: bool = False, size: float = _SIZE) -> float:
        """Words from a baseline downwards; answers the baseline of what comes next."""
        font = "Helvetica-Bold" if bold else "Helvetica"
        # The built-in type has Latin letters only; others become question marks instead of breaking the paper.
        words = str(text).encode("cp1252", "replace").decode("cp1252")
        self.canvas.setFont(font, size)
        for part in simpleSplit(words, font, size, width) or [""]:
            self.canvas.drawString(x, y, part)
            y -= size * 1.4
        return y
