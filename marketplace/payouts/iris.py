"""The one door to Midtrans Payouts, which its makers call Iris: time-outs, own errors, safe repeats.

It is another product than payments: other addresses, other keys. A *creator* key makes payouts, an *approver* key lets
them go, a *merchant* key signs notifications. Nothing here reads settings or rows.
"""

import hashlib
import hmac
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, override

import requests
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from foundation.errors import DomainError

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
READ_SECONDS = 30.0
_REFERENCE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_LONGEST_KEY = 100
_LONGEST_NOTE = 100


class IrisError(DomainError):
    """Something went wrong between us and Midtrans Payouts. It never carries a name, an account number or a key."""

    code = "iris"
    status = 502
    detail = ""


class IrisUnreachable(IrisError):
    """No answer, or none that can be understood. What was asked may have happened: repeat it with the same key."""

    code = "iris_unreachable"
    status = 503

    def __init__(self, *, detail: str) -> None:
        self.detail = detail
        super().__init__(_("Midtrans Payouts does not answer right now. Nothing is lost: it is asked again."))


class IrisRefused(IrisError):
    """It understood and said no."""

    code = "iris_refused"
    status = 409

    def __init__(self, *, refusal: int, message: str) -> None:
        self.refusal, self.message = refusal, message
        self.detail = f"{refusal} {message}"
        super().__init__(_("Midtrans Payouts refused the request: %(message)s") % {"message": message or refusal})

    @property
    def key_was_used(self) -> bool:
        """Whether the idempotency key came with another body before."""
        return "idempotency" in self.message.lower()


class IrisMisconfigured(IrisError):
    """It does not accept our key, or not for this."""

    code = "iris_misconfigured"
    status = 503

    def __init__(self, *, refusal: int) -> None:
        self.refusal, self.detail = refusal, str(refusal)
        super().__init__(_("Midtrans Payouts does not accept our key. Please look at the merchant account."))


@dataclass(frozen=True, slots=True)
class IrisKeys:
    """The keys of one merchant account; never stored in the database, never logged."""

    creator_key: str = field(repr=False)
    approver_key: str = field(repr=False)
    merchant_key: str = field(repr=False)
    # Where the account asks for one with each approval.
    otp: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PayoutOrder:
    """One transfer that is asked for."""

    holder: str = field(repr=False)
    number: str = field(repr=False)
    bank: str
    amount: int
    note: str


@dataclass(frozen=True, slots=True)
class PayoutState:
    """What became of a transfer: queued, approved, rejected, processed, completed, failed."""

    reference_no: str
    status: str
    amount: int
    error: str


class Iris:
    """Midtrans Payouts, as one merchant account sees it. Never call it inside a database transaction.

    Every method may raise ``IrisUnreachable``, ``IrisRefused`` or ``IrisMisconfigured``.
    """

    def __init__(self, keys: IrisKeys, url: str, *, read_seconds: float = READ_SECONDS) -> None:
        self._keys = keys
        self._url = url.rstrip("/")
        self._session = _session(read_seconds)

    def create(self, orders: Sequence[PayoutOrder], *, key: str) -> list[str]:
        """Ask for transfers; they wait for :meth:`approve`. The same key and orders again are the same transfers.

        :returns: their references, in the order of the orders.
        """
        body = {
            "payouts": [
                {
                    "beneficiary_name": one.holder,
                    "beneficiary_account": one.number,
                    "beneficiary_bank": one.bank,
                    "amount": f"{one.amount}.00",
                    "notes": one.note[:_LONGEST_NOTE],
                }
                for one in orders
            ]
        }
        answer = self._ask("POST", "/payouts", self._keys.creator_key, body, key=key)
        rows = answer.get("payouts")
        found = (
            [_text(row, "reference_no") for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
        )
        if len(found) != len(orders) or not all(_REFERENCE.fullmatch(reference) for reference in found):
            raise IrisUnreachable(detail="incomplete answer")
        return found

    def approve(self, references: Iterable[str], *, key: str) -> None:
        """Let transfers go."""
        body: dict[str, Any] = {"reference_nos": [_safe(reference) for reference in references]}
        if self._keys.otp:
            body["otp"] = self._keys.otp
        self._ask("POST", "/payouts/approve", self._keys.approver_key, body, key=key)

    def reject(self, references: Iterable[str], *, reason: str, key: str) -> None:
        """Do not let transfers go."""
        body = {"reference_nos": [_safe(reference) for reference in references], "reject_reason": reason[:100]}
        self._ask("POST", "/payouts/reject", self._keys.approver_key, body, key=key)

    def state(self, reference: str) -> PayoutState:
        """The truth about a transfer."""
        answer = self._ask("GET", f"/payouts/{_safe(reference)}", self._keys.creator_key)
        status = _text(answer, "status")
        if not status:
            raise IrisUnreachable(detail="incomplete answer")
        return PayoutState(
            reference_no=_text(answer, "reference_no"),
            status=status,
            amount=_rupiah(answer.get("amount")),
            error=" ".join(filter(None, (_text(answer, "error_code"), _text(answer, "error_message"))))[:200],
        )

    def balance(self) -> int:
        """What there is to pay out from, in whole rupiah."""
        return _rupiah(self._ask("GET", "/balance", self._keys.creator_key).get("balance"))

    def holder_of(self, *, bank: str, number: str) -> str:
        """The name under which a bank holds an account.

        :raises IrisRefused: the bank does not know it.
        """
        answer = self._ask(
            "GET", "/account_validation", self._keys.creator_key, query={"bank": bank, "account": number}
        )
        name = _text(answer, "account_name")
        if not name:
            raise IrisUnreachable(detail="incomplete answer")
        return name

    def _ask(
        self,
        method: str,
        path: str,
        key_of_us: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        if key:
            headers["X-Idempotency-Key"] = key[:_LONGEST_KEY]
        failure: IrisError
        try:
            answer = self._session.request(
                method, self._url + path, json=body, params=query, headers=headers, auth=(key_of_us, "")
            )
            content = answer.json()
        except requests.exceptions.RequestException as error:
            failure = IrisUnreachable(detail=type(error).__name__)
        else:
            if 200 <= answer.status_code < 300 and isinstance(content, dict):
                return content
            failure = _failure(answer.status_code, content)
        logger.warning("Midtrans Payouts %s %s: %s", method, path.split("/")[1], failure.detail[:100])
        # The original is dropped, not chained: its text may hold names and numbers.
        raise failure


def signature_is_valid(raw: bytes, signature: str, merchant_key: str) -> bool:
    """Whether a notification's ``Iris-Signature`` is made of this very body and our key."""
    expected = hashlib.sha512(raw + merchant_key.encode()).hexdigest()
    return bool(merchant_key) and hmac.compare_digest(expected.encode(), signature.encode())


class _Session(requests.Session):
    """Connections with time-outs, no redirects, and a second try only if no connection was made."""

    def __init__(self, read_seconds: float) -> None:
        super().__init__()
        self.read_seconds = read_seconds
        self.trust_env = False
        retries = Retry(total=None, connect=1, read=0, redirect=0, status=0, other=0, backoff_factor=0)
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(pool_maxsize=4, max_retries=retries))

    @override
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs |= {"allow_redirects": False, "timeout": (CONNECT_SECONDS, self.read_seconds)}
        return super().request(*args, **kwargs)


@cache
def _session(read_seconds: float) -> _Session:
    return _Session(read_seconds)


def _failure(status: int, content: Any) -> IrisError:
    if status in {401, 403}:
        return IrisMisconfigured(refusal=status)
    if status == 429 or status >= 500 or not isinstance(content, Mapping):
        return IrisUnreachable(detail=str(status))
    message = _text(content, "error_message") or _text(content, "message")
    # "errors" may name the very account: only what kind of error it was is kept.
    return IrisRefused(refusal=status, message=message[:120])


def _safe(reference: str) -> str:
    if not _REFERENCE.fullmatch(reference):
        raise ValueError("A reference of Midtrans Payouts has letters, digits, and - _ . only.")
    return reference


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _rupiah(value: object) -> int:
    whole, _point, fraction = str(value).partition(".")
    return int(whole) if whole.isdigit() and not fraction.strip("0") else 0
