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
from functools import cache
from typing import Any, override

import requests
from django.utils.translation import gettext as _
from midtransclient import Snap
from midtransclient.config import ApiConfig
from midtransclient.error_midtrans import JSONDecodeError, MidtransAPIError
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, SSLError
from urllib3.util.retry import Retry

from foundation.errors import DomainError
from marketplace.payments.gateway_values import (
    REASON_TEXT,
    Credentials,
    Customer,
    Endpoints,
    Item,
    RefundAnswer,
    RefundRow,
    SnapRequest,
    SnapSession,
    TransactionStatus,
    amount_of,
    rupiah,
    safe_id,
    text_of,
)

__all__ = [
    "Credentials",
    "Customer",
    "Endpoints",
    "Gateway",
    "GatewayError",
    "GatewayMisconfigured",
    "GatewayRefused",
    "GatewayUnreachable",
    "Item",
    "RefundAnswer",
    "RefundRow",
    "SnapRequest",
    "SnapSession",
    "TransactionStatus",
    "signature_is_valid",
]

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0


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
        token, address = text_of(answer, "token"), text_of(answer, "redirect_url")
        if not (token and address):
            raise GatewayUnreachable(detail="incomplete answer", outcome_unknown=True)
        return SnapSession(token=token, redirect_url=address)

    def cancel_snap(self, token: str) -> bool:
        """Close a payment page.

        :returns: True when no page is open any more, also if it never was; False when the buyer has already chosen
            a method, so that the transaction itself must be cancelled or expired.
        """
        client, address = self._client(), f"{self._endpoints.snap}/transactions/{safe_id(token)}/cancel"
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
        safe_id(order_id)
        try:
            answer = _ask("status", lambda: self._client().transactions.status(order_id))
        except GatewayRefused as refusal:
            if refusal.refusal == "404":
                return None
            raise
        return _transaction_of(answer)

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
        safe_id(order_id)
        body = {"refund_key": safe_id(refund_key), "amount": rupiah(amount), "reason": reason[:REASON_TEXT]}
        answer = _ask(verb, lambda: getattr(self._client().transactions, verb)(order_id, body))
        if text_of(answer, "status_code") != "200":
            # "202", still being processed: it may come about or not.
            raise GatewayUnreachable(detail=text_of(answer, "status_code") or "incomplete answer", outcome_unknown=True)
        return RefundAnswer(
            refund_key=text_of(answer, "refund_key"),
            amount=amount_of(answer.get("refund_amount")),
            transaction_status=text_of(answer, "transaction_status"),
            reference=text_of(answer, "refund_chargeback_uuid") or text_of(answer, "refund_chargeback_id"),
        )

    def _change(self, verb: str, order_id: str) -> TransactionStatus:
        safe_id(order_id)
        return _transaction_of(_ask(verb, lambda: getattr(self._client().transactions, verb)(order_id)))

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


def _transaction_of(answer: Mapping[str, Any]) -> TransactionStatus:
    """The transaction that an answer is about. An answer about none, "202" while a request still runs, says nothing."""
    if not text_of(answer, "transaction_status"):
        raise GatewayUnreachable(detail=text_of(answer, "status_code") or "incomplete answer", outcome_unknown=True)
    return TransactionStatus.parse(answer)


@cache
def _session(read_seconds: float) -> _Session:
    return _Session(read_seconds)


def _ask(operation: str, call: Callable[[], Any]) -> dict[str, Any]:
    """Make one call and turn whatever the client package raises into errors of ours.

    The originals are dropped, not chained: their texts hold the whole answer, buyers' data included.
    """
    failure: GatewayError
    try:
        answer = call()
    except MidtransAPIError as error:
        failure = _refusal(error)
    except requests.exceptions.ConnectionError as error:
        # A connection that was never made had no effect; one that broke may have.
        cause = getattr(error.args[0] if error.args else None, "reason", None)
        never_made = isinstance(cause, NewConnectionError | ConnectTimeoutError | SSLError)
        detail = "no connection" if never_made else type(error).__name__
        failure = GatewayUnreachable(detail=detail, outcome_unknown=not never_made)
    except requests.exceptions.ReadTimeout:
        failure = GatewayUnreachable(detail="time-out", outcome_unknown=True)
    except (requests.exceptions.RequestException, JSONDecodeError, AttributeError, ValueError, TypeError) as error:
        failure = GatewayUnreachable(detail=type(error).__name__, outcome_unknown=True)
    else:
        if isinstance(answer, dict):
            return answer
        failure = GatewayUnreachable(detail="not an object", outcome_unknown=True)
    # "404" is the ordinary answer about a page on which nothing was chosen yet.
    logger.log(
        logging.DEBUG if failure.detail == "404" else logging.WARNING, "Midtrans %s: %s", operation, failure.detail
    )
    raise failure


def _refusal(error: MidtransAPIError) -> GatewayError:
    body = error.api_response_dict if isinstance(error.api_response_dict, dict) else {}
    code = text_of(body, "status_code") or str(error.http_status_code)
    if code in {"401", "403"}:
        return GatewayMisconfigured(refusal=code)
    if code == "429":
        return GatewayUnreachable(detail=code, outcome_unknown=False)
    if code.startswith("5"):
        return GatewayUnreachable(detail=code, outcome_unknown=True)
    words = body.get("error_messages") or body.get("validation_messages") or [text_of(body, "status_message")]
    return GatewayRefused(
        refusal=code, message="; ".join(str(word) for word in words)[:200] if isinstance(words, list) else ""
    )
