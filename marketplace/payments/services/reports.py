"""Midtrans' own reports, read beside our books: what is missing on either side, and what differs.

Midtrans mails them as CSV, with headings that differ between reports and years. They are read by what the headings mean;
what they say of people is not kept.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.clock import WIB, day_of, end_of, start_of
from foundation.errors import InvalidInput
from marketplace.payments.models import (
    OWN_AMOUNT,
    GatewayReport,
    GatewayReportRow,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
    ReportDifference,
    ReportKind,
)
from marketplace.shops.models import MerchantAccount

MOST_BYTES = 20 * 1024 * 1024
# Headings in small letters without anything but letters and digits, and what they mean here; the first that is there counts.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "order_id": ("orderid", "ordernumber", "merchantorderid", "referenceno", "reference"),
    "transaction_id": ("transactionid", "midtranstransactionid", "paymentid"),
    "amount": ("grossamount", "transactionamount", "amount", "grosstransactionamount", "payoutamount"),
    "fee": ("fee", "totalfee", "mdr", "merchantdiscount", "transactionfee"),
    "status": ("transactionstatus", "status", "payoutstatus"),
    "channel": ("paymenttype", "paymentmethod", "channel", "bank", "beneficiarybank"),
    "what": ("transactiontype", "type", "description"),
    "at": (
        "settlementtime",
        "settlementdate",
        "transactiontime",
        "transactiondate",
        "payoutdate",
        "createdat",
        "date",
    ),
}
_PAYOUT_HEADINGS = ("payoutamount", "payoutdate", "payoutstatus", "beneficiarybank", "payoutid")
# Words by which a line says that money came, or went back.
_CAME = frozenset({"settlement", "settled", "capture", "captured", "success", "paid", "completed"})
_WENT = frozenset({"refund", "refunded", "partialrefund", "chargeback", "partialchargeback"})
_COUNTED = (PaymentStatus.PAID, PaymentStatus.DISPUTED)
_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%d-%m-%Y",
)


class ReportRefused(InvalidInput):
    """A file that cannot be one of Midtrans' reports."""

    code = "report_refused"


@dataclass(frozen=True)
class Line:
    """A line of a report, in our words."""

    number: int
    order_id: str
    transaction_id: str
    what: str
    channel: str
    status: str
    amount: int
    fee: int
    at: datetime | None

    @property
    def is_money(self) -> bool:
        """Whether it says that money came in."""
        return _small(self.status) in _CAME and _small(self.what) not in _WENT

    @property
    def is_return(self) -> bool:
        """Whether it says that money went back."""
        return _small(self.status) in _WENT or _small(self.what) in _WENT


@transaction.atomic
def import_report(
    *, raw: bytes, name: str, merchant_account: MerchantAccount, now: datetime, by_id: int | None = None
) -> GatewayReport:
    """Read a report, keep its lines, and note every difference. The same file again finds what was read before.

    :raises ReportRefused: too large, no text, or without an order id, an amount and a time.
    """
    if len(raw) > MOST_BYTES:
        raise ReportRefused(_("This file is too large for a report."))
    digest = hashlib.sha256(f"{merchant_account.pk}:".encode() + raw).hexdigest()
    known = GatewayReport.objects.filter(digest=digest).first()
    if known is not None:
        return known
    kind, lines = read(raw)
    days = sorted(day_of(line.at) for line in lines if line.at is not None)
    report = GatewayReport.objects.create(
        kind=kind,
        merchant_account=merchant_account,
        name=name[:120],
        digest=digest,
        from_date=days[0] if days else None,
        until_date=days[-1] if days else None,
        read_at=now,
        read_by_id=by_id,
    )
    rows = list(_compared(report, lines)) if kind == ReportKind.TRANSACTIONS else [_row(report, line) for line in lines]
    GatewayReportRow.objects.bulk_create(rows, batch_size=500)
    return report


@transaction.atomic
def explain_difference(*, row_id: int, explanation: str, by_id: int | None, now: datetime) -> None:
    """A person found out why a line differs. A repeat mends the words.

    :raises InvalidInput: nothing was written.
    """
    words = " ".join(explanation.replace("\x00", "").split())[:200]
    if not words:
        raise InvalidInput(_("Write down why it differs."))
    row = GatewayReportRow.objects.exclude(difference=ReportDifference.NONE).filter(pk=row_id)
    row.update(explanation=words, explained_by_id=by_id, explained_at=now)


def read(raw: bytes) -> tuple[ReportKind, list[Line]]:
    """What kind of report it is, and its lines.

    :raises ReportRefused: it is none.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    text = text.replace("\x00", "")
    table = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    for place, cells in enumerate(table):
        # Some begin with a title and the period; the headings are the first line that names an amount and a time.
        columns = _columns(cells)
        if {"amount", "at"} <= columns.keys() and ({"order_id", "transaction_id"} & columns.keys()):
            is_payouts = any(_small(cell) in _PAYOUT_HEADINGS for cell in cells)
            lines = list(_lines(table[place + 1 :], columns, first=place + 2))
            return ReportKind.PAYOUTS if is_payouts else ReportKind.TRANSACTIONS, lines
    raise ReportRefused(_("This is not a report of Midtrans: it has no columns for order id, amount and time."))


def _lines(table: Iterable[list[str]], columns: Mapping[str, int], *, first: int) -> Iterator[Line]:
    for number, cells in enumerate(table, start=first):
        found = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
        if not (found.get("order_id") or found.get("transaction_id")):
            continue  # a blank line, or the sums at the end
        yield Line(
            number=number,
            order_id=found.get("order_id", "")[:60],
            transaction_id=found.get("transaction_id", "")[:60],
            what=found.get("what", "")[:40],
            channel=found.get("channel", "")[:40],
            status=found.get("status", "")[:40],
            amount=_rupiah(found["amount"], number),
            fee=_rupiah(found.get("fee", "") or "0", number),
            at=_moment(found["at"]),
        )


def _compared(report: GatewayReport, lines: list[Line]) -> Iterator[GatewayReportRow]:
    """Every line beside our books, then what our books have and the report has not."""
    ids = {line.order_id for line in lines} - {""}
    transactions = {line.transaction_id for line in lines} - {""}
    payments = list(Payment.objects.filter(gateway_order_id__in=ids)) + list(
        Payment.objects.filter(transaction_id__in=transactions)
    )
    by_id = {payment.gateway_order_id: payment for payment in payments}
    by_transaction = {payment.transaction_id: payment for payment in payments if payment.transaction_id}
    seen: set[tuple[int, bool, int]] = set()
    came: set[int] = set()
    for line in lines:
        payment = by_id.get(line.order_id) or by_transaction.get(line.transaction_id)
        row = _row(report, line)
        row.payment = payment
        row.difference, row.expected = _difference(report, line, payment)
        if payment is not None:
            key = (payment.pk, line.is_return, line.amount if line.is_return else 0)
            if key in seen and line.is_money and row.difference == ReportDifference.NONE:
                row.difference = ReportDifference.TWICE
            seen.add(key)
            if line.is_money:
                came.add(payment.pk)
        yield row
    yield from _missing(report, came)


def _difference(report: GatewayReport, line: Line, payment: Payment | None) -> tuple[ReportDifference, int | None]:
    if payment is None or payment.merchant_account_id != report.merchant_account_id:
        return ReportDifference.UNKNOWN, None
    if line.is_return:
        back = Refund.objects.filter(payment=payment, is_by_hand=False).exclude(status=RefundStatus.FAILED)
        amounts = list(back.annotate(own=OWN_AMOUNT).values_list("own", flat=True))
        total = sum(amounts)
        fits = abs(line.amount) in {*amounts, total} or payment.status in (
            PaymentStatus.DISPUTED,
            PaymentStatus.REVERSED,
        )
        return (ReportDifference.NONE, None) if fits else (ReportDifference.AMOUNT, total)
    if line.is_money and payment.status not in _COUNTED:
        return ReportDifference.STATUS, 0
    if not line.is_money:
        return (
            (ReportDifference.STATUS, payment.amount) if payment.status in _COUNTED else (ReportDifference.NONE, None)
        )
    if line.amount != payment.amount:
        return ReportDifference.AMOUNT, payment.amount
    return ReportDifference.NONE, None


def _missing(report: GatewayReport, came: set[int]) -> Iterator[GatewayReportRow]:
    """Payments that came in between the first and the last day of the report and are not in it.

    On its last day the report may have been made before they came, so that day is left to the next one.
    """
    if report.from_date is None or report.until_date is None:
        return
    ours = Payment.objects.filter(
        merchant_account=report.merchant_account,
        status__in=_COUNTED,
        gateway_order_id__isnull=False,
        paid_at__gte=start_of(report.from_date),
        paid_at__lt=end_of(report.until_date) - timedelta(days=1 if report.until_date > report.from_date else 0),
    ).exclude(pk__in=came)
    for payment in ours.order_by("pk"):
        yield GatewayReportRow(
            report=report,
            line_number=0,
            order_id=payment.gateway_order_id or "",
            transaction_id=payment.transaction_id,
            channel=payment.payment_type,
            amount=0,
            at=payment.paid_at,
            payment=payment,
            difference=ReportDifference.MISSING,
            expected=payment.amount,
        )


def _row(report: GatewayReport, line: Line) -> GatewayReportRow:
    return GatewayReportRow(
        report=report,
        line_number=line.number,
        order_id=line.order_id,
        transaction_id=line.transaction_id,
        what=line.what,
        channel=line.channel,
        status=line.status,
        amount=line.amount,
        fee=line.fee,
        at=line.at,
        difference=ReportDifference.NONE,
    )


def _columns(cells: Iterable[str]) -> dict[str, int]:
    places = {_small(cell): place for place, cell in reversed(list(enumerate(cells)))}
    found = {}
    for name, headings in _HEADINGS.items():
        place = next((places[heading] for heading in headings if heading in places), None)
        if place is not None:
            found[name] = place
    return found


def _delimiter(text: str) -> str:
    head = text[:4000]
    return max(",;\t", key=head.count)


def _small(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _rupiah(text: str, number: int) -> int:
    """An amount as reports write it: "44000.00", "44,000", "Rp44.000", "44.000,00"."""
    plain = re.sub(r"[^\d.,-]", "", text)
    # The last separator is a decimal one only if one or two digits follow it.
    whole, dot, part = plain.rpartition("," if plain.rfind(",") > plain.rfind(".") else ".")
    digits = re.sub(r"[.,]", "", whole) if dot and len(part) <= 2 else re.sub(r"[.,]", "", plain)
    has_fraction = bool(dot and len(part) <= 2 and part.strip("0"))
    if has_fraction or not re.fullmatch(r"-?\d{0,15}", digits) or digits == "-":
        raise ReportRefused(_("Line %(number)d has no amount in whole rupiah.") % {"number": number})
    return int(digits or "0")


def _moment(text: str) -> datetime | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=WIB).astimezone(UTC)
        except ValueError:
            continue
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=WIB)).astimezone(UTC)
