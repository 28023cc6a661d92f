"""What Midtrans is asked and what it answers, as frozen values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from foundation.clock import WIB

# Midtrans counts characters and refuses what is longer; these are its limits.
ITEM_TEXT = 50
CUSTOMER_TEXT = 255
REASON_TEXT = 255
SAFE_ID = re.compile(r"[A-Za-z0-9_.~-]{1,50}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """The keys of one merchant account."""

    merchant_id: str
    server_key: str = field(repr=False)
    client_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where Midtrans is: ``core`` as in https://api.midtrans.com, ``snap`` as in https://app.midtrans.com/snap/v1."""

    core: str
    snap: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of what is paid for; a discount has a negative price."""

    id: str
    name: str
    price: int
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Customer:
    """Who pays, as far as the payment page needs to know."""

    first_name: str = field(repr=False)
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SnapRequest:
    """What a payment page is asked for.

    ``opens_at`` and ``lasts`` bound the page and every method chosen on it. ``notification_url`` overrides the
    merchant's own for this transaction. The items, if any, add up to ``gross_amount``.
    """

    order_id: str
    gross_amount: int
    opens_at: datetime
    lasts: timedelta
    items: tuple[Item, ...] = ()
    customer: Customer | None = None
    enabled_payments: tuple[str, ...] = ()
    finish_url: str = ""
    notification_url: str = ""
    custom_fields: tuple[str, ...] = ()

    def as_body(self) -> dict[str, Any]:
        """The request in Midtrans' words, texts cut to its limits."""
        if self.items and sum(item.price * item.quantity for item in self.items) != self.gross_amount:
            raise ValueError("The items do not add up to the amount.")
        body: dict[str, Any] = {
            "transaction_details": {"order_id": safe_id(self.order_id), "gross_amount": rupiah(self.gross_amount)},
            "credit_card": {"secure": True},
            "expiry": {
                "start_time": self.opens_at.astimezone(WIB).strftime("%Y-%m-%d %H:%M:%S %z"),
                "unit": "minute",
                "duration": max(1, int(self.lasts / timedelta(minutes=1))),
            },
        }
        if self.items:
            body["item_details"] = [
                {
                    "id": item.id[:ITEM_TEXT],
                    "name": item.name[:ITEM_TEXT],
                    "price": rupiah(item.price),
                    "quantity": item.quantity,
                }
                for item in self.items
            ]
        if self.customer:
            details = {
                "first_name": self.customer.first_name,
                "phone": self.customer.phone,
                "email": self.customer.email,
            }
            body["customer_details"] = {name: value[:CUSTOMER_TEXT] for name, value in details.items() if value}
        if self.enabled_payments:
            body["enabled_payments"] = list(self.enabled_payments)
        if self.finish_url:
            body["callbacks"] = {"finish": self.finish_url}
        return body | {f"custom_field{number}": text for number, text in enumerate(self.custom_fields[:3], start=1)}


@dataclass(frozen=True, slots=True)
class SnapSession:
    """An open payment page. The address is opaque: only send the buyer there."""

    token: str
    redirect_url: str


@dataclass(frozen=True, slots=True)
class RefundRow:
    """One refund as Midtrans lists it; only ``bank_confirmed_at`` says that the provider has done it."""

    refund_key: str
    amount: int
    created_at: datetime | None = None
    bank_confirmed_at: datetime | None = None
    reason: str = ""
    method: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class TransactionStatus:
    """What Midtrans says about one transaction. Unknown values come through as they are; missing ones are empty."""

    order_id: str
    transaction_id: str
    transaction_status: str
    gross_amount: int
    status_code: str = ""
    fraud_status: str = ""
    currency: str = ""
    merchant_id: str = ""
    payment_type: str = ""
    channel: str = ""
    # Who took the QRIS payment for us, in small letters: "gopay", "airpay shopee".
    acquirer: str = ""
    on_us: bool | None = None
    transaction_at: datetime | None = None
    settled_at: datetime | None = None
    expires_at: datetime | None = None
    refund_amount: int = 0
    refunds: tuple[RefundRow, ...] = ()

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Self:
        """Read a status answer or a notification, leniently: what cannot be read is left empty, never an error."""
        rows = body.get("refunds")
        return cls(
            order_id=text_of(body, "order_id"),
            transaction_id=text_of(body, "transaction_id"),
            transaction_status=text_of(body, "transaction_status"),
            gross_amount=amount_of(body.get("gross_amount")),
            status_code=text_of(body, "status_code"),
            fraud_status=text_of(body, "fraud_status"),
            currency=text_of(body, "currency"),
            merchant_id=text_of(body, "merchant_id"),
            payment_type=text_of(body, "payment_type"),
            channel=_channel(body),
            acquirer=text_of(body, "acquirer").lower(),
            on_us={"on-us": True, "off-us": False}.get(text_of(body, "transaction_type")),
            transaction_at=_moment(body.get("transaction_time")),
            settled_at=_moment(body.get("settlement_time")),
            expires_at=_moment(body.get("expiry_time")),
            refund_amount=amount_of(body.get("refund_amount")),
            refunds=tuple(_refund_row(row) for row in rows if isinstance(row, Mapping))
            if isinstance(rows, list)
            else (),
        )


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """An accepted refund request; whether the provider did it is told later, by ``refunds`` of the status."""

    refund_key: str
    amount: int
    transaction_status: str
    reference: str


def safe_id(identifier: str) -> str:
    """Ids are pasted into addresses by the client package; one that could change the address is refused here."""
    if not (isinstance(identifier, str) and SAFE_ID.fullmatch(identifier)) or set(identifier) == {"."}:
        raise ValueError("An id of Midtrans has letters, digits, and - _ ~ . only, 50 at most.")
    return identifier


def rupiah(amount: object) -> int:
    """The amount, if it is whole rupiah in an int."""
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise TypeError("Amounts are whole rupiah in an int.")
    return amount


def text_of(body: Mapping[str, Any], name: str) -> str:
    """A text or whole number of a body as text; empty if there is none."""
    value = body.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def amount_of(value: object) -> int:
    """Midtrans' "44000.00" as rupiah; 0 if it is not a whole amount, so that it can equal none of ours."""
    try:
        amount = Decimal(str(value))
        return int(amount) if amount == int(amount) else 0
    except (InvalidOperation, ValueError, OverflowError):
        return 0


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=WIB)).astimezone(UTC)


def _channel(body: Mapping[str, Any]) -> str:
    """The bank, shop or wallet behind the payment type, in small letters; empty where the type says it all."""
    numbers = body.get("va_numbers")
    if isinstance(numbers, list) and numbers and isinstance(numbers[0], Mapping):
        return text_of(numbers[0], "bank").lower()
    if body.get("permata_va_number"):
        return "permata"
    if body.get("bill_key"):
        return "mandiri"
    return (
        text_of(body, "issuer") or text_of(body, "store") or text_of(body, "bank") or text_of(body, "acquirer")
    ).lower()


def _refund_row(row: Mapping[str, Any]) -> RefundRow:
    return RefundRow(
        refund_key=text_of(row, "refund_key"),
        amount=amount_of(row.get("refund_amount")),
        created_at=_moment(row.get("created_at")),
        bank_confirmed_at=_moment(row.get("bank_confirmed_at")),
        reason=text_of(row, "reason"),
        method=text_of(row, "refund_method"),
        reference=text_of(row, "refund_chargeback_uuid") or text_of(row, "refund_chargeback_id"),
    )
