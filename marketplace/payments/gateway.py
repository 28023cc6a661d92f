"""The one door to Midtrans: a thin adapter around ``midtransclient``.

The client package knows the addresses and the bodies. What it lacks is here: time-outs, pooled connections, errors
that can be pickled and hold nobody's data, checked ids, typed answers. Nothing here reads settings or rows: keys and
addresses come in as ``Credentials`` and ``Endpoints``.
"""

import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Self, override

import requests
from django.utils.translation import gettext as _
from midtransclient import Snap
from midtransclient.config import ApiConfig
from midtransclient.error_midtrans import JSONDecodeError, MidtransAPIError
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from foundation.clock import WIB
from foundation.errors import DomainError

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
# Midtrans counts characters and refuses what is longer; these are its limits.
ITEM_TEXT = 50
CUSTOMER_TEXT = 255
REASON_TEXT = 255
SAFE_ID = re.compile(r"[A-Za-z0-9_.~-]{1,50}")


class GatewayError(DomainError):
    """Something went wrong between us and Midtrans. It never carries a body, a name, a phone or a key.

    ``detail`` is for logs: a status code, or what kind of silence it was.
    """

    code = "gateway"
    status = 502
    detail = ""


class GatewayUnreachable(GatewayError):
    """Midtrans did not answer, or not in its own language: a time-out, a refused connection, 429, 5xx, an HTML page.

    ``outcome_unknown`` is False only when the request certainly had no effect; otherwise ask ``status`` before
    concluding anything. Creating a session and refunding with the same key are safe to repeat.
    """

    code = "gateway_unreachable"
    status = 503

    def __init__(self, *, detail: str, outcome_unknown: bool) -> None:
        self.detail, self.outcome_unknown = detail, outcome_unknown
        super().__init__(
            _("The payment service does not answer right now. Nothing is lost: please try again in a moment.")
        )


class GatewayRefused(GatewayError):
    """Midtrans understood and said no. ``refusal`` is its status code ("400", "406", "412", "414" ...), ``message`` its words."""

    code = "gateway_refused"
    status = 409

    def __init__(self, *, refusal: str, message: str) -> None:
        self.refusal = self.detail = refusal
        self.message = message
        super().__init__(_("The payment service refused the request (%(code)s).") % {"code": refusal})

    @property
    def order_id_taken(self) -> bool:
        """Whether the order id already has a transaction. Its wording differs by language, so only its subject is read."""
        about_id = "order_id" in self.message and not re.search(r"required|too long|invalid", self.message)
        return self.refusal == "406" or (self.refusal == "400" and about_id)


class GatewayMisconfigured(GatewayError):
    """Midtrans does not accept our key, or not for this: staff must look at the merchant account."""

    code = "gateway_misconfigured"
    status = 503

    def __init__(self, *, refusal: str) -> None:
        self.refusal = self.detail = refusal
        super().__init__(_("Payments are not available right now. We have been told and are looking into it."))


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
            "transaction_details": {"order_id": _safe(self.order_id), "gross_amount": _rupiah(self.gross_amount)},
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
                    "price": _rupiah(item.price),
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
            order_id=_text(body, "order_id"),
            transaction_id=_text(body, "transaction_id"),
            transaction_status=_text(body, "transaction_status"),
            gross_amount=_amount(body.get("gross_amount")),
            status_code=_text(body, "status_code"),
            fraud_status=_text(body, "fraud_status"),
            currency=_text(body, "currency"),
            merchant_id=_text(body, "merchant_id"),
            payment_type=_text(body, "payment_type"),
            channel=_channel(body),
            on_us={"on-us": True, "off-us": False}.get(_text(body, "transaction_type")),
            transaction_at=_moment(body.get("transaction_time")),
            settled_at=_moment(body.get("settlement_time")),
            expires_at=_moment(body.get("expiry_time")),
            refund_amount=_amount(body.get("refund_amount")),
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


class Gateway:
    """Midtrans, as one merchant account sees it. Cheap to make; connections are shared by the process.

    Every method may raise ``GatewayUnreachable``, ``GatewayRefused`` or ``GatewayMisconfigured``, and ``ValueError``
    for an id or an amount that could never have been ours. Never call one inside a database transaction.
    """

    def __init__(self, credentials: Credentials, endpoints: Endpoints, *, read_seconds: float = READ_SECONDS) -> None:
        self._credentials = credentials
        self._endpoints = endpoints
        self._session = _session(read_seconds)

    def create_snap(self, request: SnapRequest) -> SnapSession:
        """Open a payment page. Until the buyer picks a method a repeat is safe: the older page then dies."""
        headers = {"X-Override-Notification": request.notification_url} if request.notification_url else {}
        body = request.as_body()
        answer = _ask("create_snap", lambda: self._client(headers).create_transaction(body))
        token, address = _text(answer, "token"), _text(answer, "redirect_url")
        if not (token and address):
            raise GatewayUnreachable(detail="incomplete answer", outcome_unknown=True)
        return SnapSession(token=token, redirect_url=address)

    def cancel_snap(self, token: str) -> bool:
        """Close a payment page.

        :returns: True when no page is open any more, also if it never was; False when the buyer has already chosen
            a method, so that the transaction itself must be cancelled or expired.
        """
        client, address = self._client(), f"{self._endpoints.snap}/transactions/{_safe(token)}/cancel"
        try:
            _ask(
                "cancel_snap", lambda: client.http_client.request("post", self._credentials.server_key, address, {})[0]
            )
        except GatewayRefused as refusal:
            words = refusal.message.lower()
            if "already canceled" in words or "not found" in words:
                return True
            if "on progress" in words:
                return False
            raise
        return True

    def status(self, order_id: str) -> TransactionStatus | None:
        """The truth about an order id or transaction id; None while the buyer has chosen no method (or never will)."""
        _safe(order_id)
        try:
            answer = _ask("status", lambda: self._client().transactions.status(order_id))
        except GatewayRefused as refusal:
            if refusal.refusal == "404":
                return None
            raise
        return TransactionStatus.parse(answer)

    def cancel(self, order_id: str) -> TransactionStatus:
        """Cancel what is pending or captured. A refusal "412" means that it changed meanwhile: ask ``status``."""
        return self._change("cancel", order_id)

    def expire(self, order_id: str) -> TransactionStatus:
        """Let a pending transaction lapse now. A refusal "412" means that it changed meanwhile: ask ``status``."""
        return self._change("expire", order_id)

    def approve(self, order_id: str) -> TransactionStatus:
        """Accept a card payment that waits for our review."""
        return self._change("approve", order_id)

    def deny(self, order_id: str) -> TransactionStatus:
        """Refuse a card payment that waits for our review."""
        return self._change("deny", order_id)

    def refund(self, order_id: str, refund_key: str, amount: int, reason: str) -> RefundAnswer:
        """Give back all or part of a settled payment. The same key within 7 days is the same refund, never a second.

        :raises GatewayRefused: "412" not settled or too late, "414" amount or balance, "406" key used otherwise.
        """
        return self._refund("refund", order_id, refund_key, amount, reason)

    def direct_refund(self, order_id: str, refund_key: str, amount: int, reason: str) -> RefundAnswer:
        """As ``refund``, by the older direct address that some merchant contracts still name."""
        return self._refund("refundDirect", order_id, refund_key, amount, reason)

    def _refund(self, verb: str, order_id: str, refund_key: str, amount: int, reason: str) -> RefundAnswer:
        _safe(order_id)
        body = {"refund_key": _safe(refund_key), "amount": _rupiah(amount), "reason": reason[:REASON_TEXT]}
        answer = _ask(verb, lambda: getattr(self._client().transactions, verb)(order_id, body))
        return RefundAnswer(
            refund_key=_text(answer, "refund_key"),
            amount=_amount(answer.get("refund_amount")),
            transaction_status=_text(answer, "transaction_status"),
            reference=_text(answer, "refund_chargeback_uuid") or _text(answer, "refund_chargeback_id"),
        )

    def _change(self, verb: str, order_id: str) -> TransactionStatus:
        _safe(order_id)
        return TransactionStatus.parse(_ask(verb, lambda: getattr(self._client().transactions, verb)(order_id)))

    def _client(self, headers: Mapping[str, str] | None = None) -> Snap:
        # One client per call: the headers of its configuration are otherwise shared with every other client.
        client = Snap()
        client.api_config = _Config(self._credentials, self._endpoints, dict(headers or {}))
        client.http_client.http_client = self._session
        return client


def signature_is_valid(body: Mapping[str, Any], server_key: str) -> bool:
    """Whether a notification bears our key's signature.

    It covers order_id, status_code and gross_amount, not the status: a cheap filter, never the truth.
    """
    parts = [body.get(name) for name in ("order_id", "status_code", "gross_amount", "signature_key")]
    if not (server_key and all(isinstance(part, str) for part in parts)):
        return False
    *signed, signature = (str(part) for part in parts)
    expected = hashlib.sha512("".join([*signed, server_key]).encode()).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


class _Config(ApiConfig):  # type: ignore[misc]
    """Addresses of our own, whatever ``is_production`` says."""

    def __init__(self, credentials: Credentials, endpoints: Endpoints, headers: dict[str, str]) -> None:
        super().__init__(
            server_key=credentials.server_key, client_key=credentials.client_key, custom_headers=headers, proxies={}
        )
        self.endpoints = endpoints

    def get_core_api_base_url(self) -> str:
        return self.endpoints.core

    def get_snap_base_url(self) -> str:
        return self.endpoints.snap


class _Session(requests.Session):
    """Connections with time-outs, no redirects, and a second try only if no connection was made."""

    def __init__(self, read_seconds: float) -> None:
        super().__init__()
        self.read_seconds = read_seconds
        self.trust_env = False
        retries = Retry(total=None, connect=1, read=0, redirect=0, status=0, other=0, backoff_factor=0)
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(pool_maxsize=16, max_retries=retries))

    @override
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        # A redirected POST would arrive as a GET: better no answer than a wrong one.
        kwargs |= {"allow_redirects": False, "timeout": (CONNECT_SECONDS, self.read_seconds)}
        return super().request(*args, **kwargs)


@cache
def _session(read_seconds: float) -> _Session:
    return _Session(read_seconds)


def _ask(operation: str, call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Make one call and turn whatever the client package raises into errors of ours.

    The originals are dropped, not chained: their texts hold the whole answer, buyers' data included.
    """
    failure: GatewayError
    try:
        answer = call()
    except MidtransAPIError as error:
        failure = _refusal(error)
    except (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError):
        failure = GatewayUnreachable(detail="no connection", outcome_unknown=False)
    except requests.exceptions.ReadTimeout:
        failure = GatewayUnreachable(detail="time-out", outcome_unknown=True)
    except (requests.exceptions.RequestException, JSONDecodeError, AttributeError, ValueError, TypeError) as error:
        failure = GatewayUnreachable(detail=type(error).__name__, outcome_unknown=True)
    else:
        if isinstance(answer, dict):
            return answer
        failure = GatewayUnreachable(detail="not an object", outcome_unknown=True)
    logger.warning("Midtrans %s: %s %s", operation, failure.code, failure.detail)
    raise failure


def _refusal(error: MidtransAPIError) -> GatewayError:
    body = error.api_response_dict if isinstance(error.api_response_dict, dict) else {}
    code = _text(body, "status_code") or str(error.http_status_code)
    if code in {"401", "403"}:
        return GatewayMisconfigured(refusal=code)
    if code == "429":
        return GatewayUnreachable(detail=code, outcome_unknown=False)
    if code.startswith("5"):
        return GatewayUnreachable(detail=code, outcome_unknown=True)
    words = body.get("error_messages") or body.get("validation_messages") or [_text(body, "status_message")]
    return GatewayRefused(
        refusal=code, message="; ".join(str(word) for word in words)[:200] if isinstance(words, list) else ""
    )


def _safe(identifier: str) -> str:
    """Ids are pasted into addresses by the client package; one that could change the address is refused here."""
    if not (isinstance(identifier, str) and SAFE_ID.fullmatch(identifier)) or set(identifier) == {"."}:
        raise ValueError("An id of Midtrans has letters, digits, and - _ ~ . only, 50 at most.")
    return identifier


def _rupiah(amount: int) -> int:
    if type(amount) is not int:
        raise TypeError("Amounts are whole rupiah in an int.")
    return amount


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _amount(value: object) -> int:
    try:
        return int(Decimal(str(value)))
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
        return _text(numbers[0], "bank").lower()
    if body.get("permata_va_number"):
        return "permata"
    if body.get("bill_key"):
        return "mandiri"
    return (_text(body, "issuer") or _text(body, "store") or _text(body, "bank") or _text(body, "acquirer")).lower()


def _refund_row(row: Mapping[str, Any]) -> RefundRow:
    return RefundRow(
        refund_key=_text(row, "refund_key"),
        amount=_amount(row.get("refund_amount")),
        created_at=_moment(row.get("created_at")),
        bank_confirmed_at=_moment(row.get("bank_confirmed_at")),
        reason=_text(row, "reason"),
        method=_text(row, "refund_method"),
        reference=_text(row, "refund_chargeback_uuid") or _text(row, "refund_chargeback_id"),
    )
