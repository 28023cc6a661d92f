"""The Core API: charging, asking, changing and refunding.

Most refusals travel as HTTP 200 with the real code in the body's ``status_code``; only a wrong key, broken input and
outages have an HTTP status of their own.
"""

import io
import string
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import segno

from demo.simulator import bodies, lifecycle, refunds
from demo.simulator.faults import take
from demo.simulator.methods import METHODS, TEST_CARDS, Method, of_core
from demo.simulator.snap import ALLOWED, ORDER_ID_LENGTH, amount_of, item_problems, notify_urls
from demo.simulator.state import Json, Merchant, Transaction, World
from demo.simulator.web import Request, Response, Route, as_json, route

CONFLICT = (
    "The request could not be completed due to a conflict with the current state of the target resource, "
    "please try again"
)
INVALID = "One or more parameters in the payload is invalid."
NOT_CHANGED = "Transaction status cannot be updated."
FOUND = "Success, transaction is found"
REASON_LENGTH = 255
REFUND_KEY = frozenset(string.ascii_letters + string.digits + "-_")
# The parts of a charge without which its method cannot be meant.
NEEDED = {
    "bank_transfer": ("bank",),
    "echannel": ("bill_info1", "bill_info2"),
    "cstore": ("store",),
    "credit_card": ("token_id",),
}
CUSTOM_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}

type Acted = Callable[[World, Transaction], None]


def charge(world: World, request: Request) -> Response:
    """POST /v2/charge."""
    merchant = request.merchant(world)
    if merchant is None:
        return unknown_key()
    body = request.json()
    if body is None:
        return malformed()
    answer = _charge(world, merchant, body, request)
    return answer if isinstance(answer, Response) else as_json(answer)


def status(world: World, request: Request, identifier: str) -> Response:
    """GET /v2/{id}/status."""
    merchant = request.merchant(world)
    if merchant is None:
        return unknown_key()
    transaction = world.transaction(identifier, merchant)
    if transaction is None:
        return _not_found()
    return as_json(bodies.answer_body(world, transaction, FOUND))


def changing(action: Acted, message: str) -> Callable[..., Response]:
    """An endpoint that brings a transaction into another state, or answers 412."""

    def handler(world: World, request: Request, identifier: str) -> Response:
        merchant = request.merchant(world)
        if merchant is None:
            return unknown_key()
        transaction = world.transaction(identifier, merchant)
        if transaction is None:
            return _not_found()
        try:
            action(world, transaction)
        except lifecycle.IllegalChange:
            return _refusal("412", NOT_CHANGED, http=world.conflict_http_status)
        return as_json(bodies.answer_body(world, transaction, message))

    return handler


def refund(world: World, request: Request, identifier: str) -> Response:
    """POST /v2/{id}/refund and /v2/{id}/refund/online/direct."""
    merchant = request.merchant(world)
    if merchant is None:
        return unknown_key()
    transaction = world.transaction(identifier, merchant)
    if transaction is None:
        return _not_found()
    body = request.json()
    if body is None:
        return malformed()
    if problems := list(_refund_problems(body)):
        return _refusal("400", INVALID, http=400, validation_messages=problems)
    amount, key = amount_of(body.get("amount")), str(body.get("refund_key") or uuid.uuid4())
    try:
        made = refunds.refund(world, transaction, refund_key=key, amount=amount, reason=str(body.get("reason") or ""))
    except refunds.RefundRefused as refusal:
        return _refusal(refusal.code, refusal.message)
    listed = world.refunds(transaction)
    number = listed.index(made) + 1 if made in listed else len(listed) + 1
    answer = bodies.answer_body(world, transaction, "Success, refund request is approved")
    answer.pop("refunds", None)
    return as_json(answer | bodies.refund_row(number, made))


def capture(world: World, request: Request) -> Response:
    """POST /v2/capture: take what a card's bank has set aside."""
    merchant = request.merchant(world)
    if merchant is None:
        return unknown_key()
    body = request.json()
    if body is None:
        return malformed()
    transaction = world.transaction(str(body.get("transaction_id") or ""), merchant)
    if transaction is None:
        return _not_found()
    amount = amount_of(body["gross_amount"]) if "gross_amount" in body else transaction.gross_amount
    try:
        lifecycle.capture(world, transaction, amount or 0)
    except lifecycle.IllegalChange:
        return _refusal("412", NOT_CHANGED, http=world.conflict_http_status)
    return as_json(bodies.answer_body(world, transaction, "Success, Credit Card capture transaction is successful"))


def card_token(world: World, request: Request) -> Response:
    """GET /v2/token: a card number of the sandbox becomes a token."""
    number = request.query.get("card_number", "").replace(" ", "")
    if request.query.get("client_key") not in {merchant.client_key for merchant in world.merchants}:
        return unknown_key()
    if number not in TEST_CARDS:
        return _refusal("400", INVALID, http=400, validation_messages=["card_number is not one of the test numbers"])
    token = f"{number[:8]}-{number[-4:]}-{uuid.uuid4()}"
    return as_json({"status_code": "200", "status_message": "Credit card token is created.", "token_id": token})


def qr_code(world: World, request: Request, identifier: str) -> Response:
    """GET /v2/qris/{id}/qr-code: a picture of the code, as an app would scan it."""
    transaction = world.transaction(identifier)
    if transaction is None:
        return _not_found()
    picture = io.BytesIO()
    segno.make(paying_url(world, transaction, request), error="m").save(picture, kind="png", scale=10, border=4)
    return Response(200, picture.getvalue(), "image/png", {"Cache-Control": "no-store"})


def paying_url(world: World, transaction: Transaction, request: Request) -> str:
    """Where the buyer's bank or wallet would be: our page that plays it. No real app takes it for a payment."""
    return f"{world.public_url or request.base_url}/simulator/{transaction.transaction_id}"


def unknown_key() -> Response:
    """The answer to a wrong key."""
    return _refusal("401", "Unknown Merchant server_key/id", http=401)


def malformed() -> Response:
    """The answer to a body that is no JSON object."""
    return _refusal("413", "The request cannot be processed due to malformed syntax in the request body", http=413)


ROUTES: tuple[Route, ...] = (
    route("POST", "/v2/charge", "charge", charge),
    route("POST", "/v2/capture", "capture", capture),
    route("GET", "/v2/token", "token", card_token),
    route("GET", "/v2/qris/{identifier}/qr-code", "qr_code", qr_code),
    route("GET", "/v2/gopay/{identifier}/qr-code", "qr_code", qr_code),
    route("GET", "/v2/{identifier}/status", "status", status),
    route("POST", "/v2/{identifier}/cancel", "cancel", changing(lifecycle.cancel, "Success, transaction is canceled")),
    route("POST", "/v2/{identifier}/expire", "expire", changing(lifecycle.expire, "Success, transaction has expired")),
    route(
        "POST", "/v2/{identifier}/approve", "approve", changing(lifecycle.approve, "Success, transaction is approved")
    ),
    route(
        "POST", "/v2/{identifier}/deny", "deny", changing(lifecycle.deny_challenge, "Success, transaction is denied")
    ),
    route("POST", "/v2/{identifier}/refund", "refund", refund),
    route("POST", "/v2/{identifier}/refund/online/direct", "refund", refund),
)


def _charge(world: World, merchant: Merchant, body: Json, request: Request) -> Json | Response:
    details = body.get("transaction_details")
    details = details if isinstance(details, dict) else {}
    order_id, gross = str(details.get("order_id") or ""), amount_of(details.get("gross_amount"))
    payment_type = str(body.get("payment_type") or "")
    part = body.get(payment_type)
    part = part if isinstance(part, dict) else {}
    channel = str(part.get("bank") or part.get("store") or part.get("acquirer") or "")
    method = of_core(payment_type, channel)
    problems = list(_charge_problems(body, payment_type, part, method))
    if problems or method is None or gross is None:
        return _refusal("400", INVALID, http=400, validation_messages=problems)
    if any(
        earlier.status != "expire"
        for earlier in world.store.find(Transaction, merchant_id=merchant.merchant_id, order_id=order_id)
    ):
        return _refusal("406", CONFLICT)
    if take(world, "channel_off", order_id=order_id, endpoint=method.name) is not None:
        return _refusal("402", "Payment channel is not activated.")
    card = _card_of(str(part.get("token_id") or "")) if method.payment_type == "credit_card" else ""
    if card is None:
        return _refusal("411", "Credit card token is missing or no longer valid.")
    transaction = lifecycle.open_transaction(
        world,
        merchant=merchant,
        order_id=order_id,
        gross_amount=gross,
        method=method,
        expires_at=_custom_expiry(world, body.get("custom_expiry")),
        card=card,
        custom_fields={name: body[name] for name in body if name.startswith("custom_field")},
        notify_urls=notify_urls(world, request),
    )
    if method.payment_type == "credit_card" and not part.get("authentication"):
        lifecycle.pay(world, transaction, authorize=part.get("type") == "authorize")
    return _charge_answer(world, transaction, request)


def _charge_answer(world: World, transaction: Transaction, request: Request) -> Json:
    payment_type = METHODS[transaction.method].payment_type
    core, identifier = f"{request.base_url}/v2", transaction.transaction_id
    page = paying_url(world, transaction, request)
    qr = _action("generate-qr-code", "GET", f"{core}/{payment_type}/{identifier}/qr-code")
    deeplink = _action("deeplink-redirect", "GET", page)
    extra: dict[str, Json] = {
        "qris": {"qr_string": page, "actions": [qr, qr | {"name": "generate-qr-code-v2"}]},
        "gopay": {
            "actions": [
                qr,
                deeplink,
                _action("get-status", "GET", f"{core}/{identifier}/status"),
                _action("cancel", "POST", f"{core}/{identifier}/cancel"),
            ]
        },
        "shopeepay": {"actions": [deeplink]},
        "dana": {"actions": [deeplink]},
        "ovo": {"actions": [deeplink]},
        "kredivo": {"redirect_url": page},
        "akulaku": {"redirect_url": page},
        "credit_card": {"redirect_url": page} if transaction.status == "pending" else {},
    }
    messages = {
        "pending": "Success, transaction is created",
        "deny": "Deny by Bank [BNI] with code [05] and message [Do not honour]",
        "authorize": "Success, Credit Card authorization is successful",
    }
    message = messages.get(transaction.status, "Success, Credit Card transaction is successful")
    answer = bodies.answer_body(world, transaction, message) | extra.get(payment_type, {})
    answer.pop("signature_key")
    return answer


def _action(name: str, method: str, url: str) -> Json:
    return {"name": name, "method": method, "url": url}


def _card_of(token: str) -> str | None:
    """The test number that a card token stands for."""
    return next((number for number in TEST_CARDS if token.startswith(f"{number[:8]}-{number[-4:]}-")), None)


def _custom_expiry(world: World, expiry: Any) -> datetime | None:
    if not isinstance(expiry, dict) or expiry.get("unit", "minute") not in CUSTOM_UNITS:
        return None
    try:
        lasts = timedelta(seconds=CUSTOM_UNITS[expiry.get("unit", "minute")] * int(expiry["expiry_duration"]))
        ordered_at = datetime.strptime(expiry["order_time"], "%Y-%m-%d %H:%M:%S %z") if "order_time" in expiry else None
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return (ordered_at or world.clock.now()) + lasts


def _charge_problems(body: Json, payment_type: str, part: Json, method: Method | None) -> Iterator[str]:
    """What is wrong with a charge, all at once. For the wording of a missing part see the start of this package."""
    details = body.get("transaction_details")
    details = details if isinstance(details, dict) else {}
    order_id, gross = str(details.get("order_id") or ""), amount_of(details.get("gross_amount"))
    if not order_id:
        yield "transaction_details.order_id is required"
    elif len(order_id) > ORDER_ID_LENGTH:
        yield "transaction_details.order_id too long"
    elif set(order_id) - ALLOWED:
        yield "transaction_details.order_id is invalid"
    if not gross or gross <= 0:
        yield "transaction_details.gross_amount must be equal or greater than 0.01"
    if not payment_type:
        yield "payment_type is required"
    else:
        missing = [name for name in NEEDED.get(payment_type, ()) if not part.get(name)]
        yield from (f"{payment_type}.{name} is required" for name in missing)
        if method is None and not missing:
            yield "payment_type is not supported"
    yield from item_problems(body.get("item_details"), gross)


def _refund_problems(body: Json) -> Iterator[str]:
    key = str(body.get("refund_key") or "")
    if "amount" in body and amount_of(body["amount"]) is None:
        yield "amount is not a number"
    if set(key) - REFUND_KEY:
        yield "refund_key is invalid"
    if len(str(body.get("reason") or "")) > REASON_LENGTH:
        yield "reason too long"


def _not_found() -> Response:
    return _refusal("404", "Transaction doesn't exist.")


def _refusal(code: str, message: str, *, http: int = 200, **more: Any) -> Response:
    return as_json({"status_code": code, "status_message": message, "id": str(uuid.uuid4()), **more}, http)
