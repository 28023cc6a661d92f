"""Snap's API: opening and cancelling a payment page."""

import string
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from demo.simulator.faults import take
from demo.simulator.state import Json, Merchant, Session, Transaction, World
from demo.simulator.web import Request, Response, Route, as_json, route

REQUEST_BYTES = 16 * 1024
ORDER_ID_LENGTH = 50
ITEM_TEXT = 50
CUSTOMER_TEXT = 255
COUNTRY_LETTERS = 3
LONGEST = 100_000
ITEM_TEXTS = {
    "name": "Name",
    "id": "ID",
    "brand": "Brand",
    "category": "Category",
    "merchant_name": "Merchant Name",
    "url": "URL",
}
ALLOWED = frozenset(string.ascii_letters + string.digits + "-_~.")
PAGE_LASTS = timedelta(days=1)
UNITS = {
    name: timedelta(**{plural: 1})
    for plural in ("minutes", "hours", "days")
    for name in (plural.removesuffix("s"), plural)
}
ACCESS_DENIED = [
    "Access denied due to unauthorized transaction, please check client or server key",
    "Visit https://docs.midtrans.com/reference/api-headers for more details",
]
TAKEN = "transaction_details.order_id sudah digunakan"
TAKEN_IN_ENGLISH = "transaction_details.order_id has already been taken"


def create(world: World, request: Request) -> Response:
    """POST /snap/v1/transactions."""
    merchant = request.merchant(world)
    if merchant is None:
        return _errors(401, *ACCESS_DENIED)
    if len(request.body) > REQUEST_BYTES:
        return _errors(413, "Request body is larger than 16 kB")
    body = request.json()
    if body is None:
        return _errors(400, "There was a problem in the JSON you submitted")
    if problems := list(_problems(body)):
        return _errors(400, *problems)
    order_id = str(body["transaction_details"]["order_id"])
    forged = take(world, "order_id_taken", order_id=order_id) is not None
    if forged or any(earlier.status != "expire" for earlier in _transactions(world, merchant, order_id)):
        english = take(world, "duplicate_in_english", order_id=order_id) is not None
        return _errors(400, TAKEN_IN_ENGLISH if english else TAKEN)
    session = _open(world, merchant, order_id, body, request)
    address = f"{request.base_url}/snap/v4/redirection/{session.token}"
    return as_json({"token": session.token, "redirect_url": address}, 201)


def cancel(world: World, request: Request, token: str) -> Response:
    """POST /snap/v1/transactions/{token}/cancel. Its HTTP codes are our reading."""
    merchant = request.merchant(world)
    if merchant is None:
        return _errors(401, *ACCESS_DENIED)
    session = world.store.get(Session, token)
    if session is None or session.merchant_id != merchant.merchant_id:
        return _errors(404, "token not found")
    if session.canceled_at:
        return _errors(400, "token already canceled")
    if session.transaction_id:
        return _errors(400, "Transaction is on progress")
    session.canceled_at = world.clock.now()
    world.store.save(session)
    return as_json({"canceled_at": session.canceled_at.isoformat()})


ROUTES: tuple[Route, ...] = (
    route("POST", "/snap/v1/transactions", "snap", create),
    route("POST", "/snap/v1/transactions/{token}/cancel", "snap_cancel", cancel),
)


def amount_of(value: object) -> int | None:
    """A whole amount, also if written as text or "1000.00"; None if it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
        return int(number) if number == int(number) else None
    except (InvalidOperation, ValueError, OverflowError):
        return None


def item_problems(items: Any, gross: int | None) -> Iterator[str]:
    """What is wrong with the items, and whether they add up."""
    if items is None:
        return
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        yield "item_details is not a list"
        return
    total = 0
    for item in items:
        if not item.get("name"):
            yield "item_details Name is required"
        for field, label in ITEM_TEXTS.items():
            if len(str(item.get(field) or "")) > ITEM_TEXT:
                yield f"item_details {label} too long"
        price, quantity = amount_of(item.get("price")), amount_of(item.get("quantity"))
        if price is None:
            yield "item_details Price is not a number"
        if quantity is None or quantity < 1:
            yield "item_details Quantity must be greater than or equal to 1"
        total += (price or 0) * (quantity or 0)
    if gross and total != gross:
        yield "transaction_details.gross_amount is not equal to the sum of item_details"


def _errors(status: int, *messages: str) -> Response:
    return as_json({"error_messages": list(messages)}, status)


def _transactions(world: World, merchant: Merchant, order_id: str) -> list[Transaction]:
    return world.store.find(Transaction, merchant_id=merchant.merchant_id, order_id=order_id)


def _open(world: World, merchant: Merchant, order_id: str, body: Json, request: Request) -> Session:
    """Open a page. An older one of the same order, on which nothing was chosen, dies."""
    now = world.clock.now()
    for older in world.store.find(Session, merchant_id=merchant.merchant_id, order_id=order_id):
        older.replaced = True
        world.store.save(older)
    body["transaction_details"]["gross_amount"] = amount_of(body["transaction_details"]["gross_amount"])
    expiry, page = body.get("expiry"), body.get("page_expiry")
    session = Session(
        token=str(uuid.uuid4()),
        merchant_id=merchant.merchant_id,
        order_id=order_id,
        request=body,
        notify_urls=notify_urls(world, request),
        opened_at=now,
        page_expires_at=now + (_span(page) if page else PAGE_LASTS),
    )
    if expiry and expiry.get("start_time"):
        session.pay_before = _start(expiry["start_time"]) + _span(expiry)
        session.page_expires_at = session.pay_before
    elif expiry:
        # Without a start the clock of a method begins when it is chosen; the page lives as long from its opening.
        session.pay_within_seconds = _span(expiry).total_seconds()
        session.page_expires_at = now + _span(expiry)
    world.store.save(session)
    return session


def notify_urls(world: World, request: Request) -> list[str]:
    """The addresses of this transaction alone, if its request names some: overriding ours, or beside it."""
    override = request.headers.get("x-override-notification", "")
    append = request.headers.get("x-append-notification", "")
    if override:
        return [url.strip() for url in override.split(",") if url.strip()]
    if append:
        return [url for url in (world.notify_url, *(part.strip() for part in append.split(","))) if url]
    return []


def _problems(body: Json) -> Iterator[str]:
    details = body.get("transaction_details")
    details = details if isinstance(details, dict) else {}
    yield from _order_problems(details)
    yield from item_problems(body.get("item_details"), amount_of(details.get("gross_amount")))
    customer = body.get("customer_details")
    if isinstance(customer, dict):
        for name in ("first_name", "last_name", "email", "phone"):
            if len(str(customer.get(name) or "")) > CUSTOMER_TEXT:
                yield f"customer_details.{name} too long"
        if customer.get("email") and "@" not in str(customer["email"]):
            yield "customer_details.email format is invalid"
        for name in ("billing_address", "shipping_address"):
            address = customer.get(name)
            if isinstance(address, dict) and len(str(address.get("country_code") or "IDN")) != COUNTRY_LETTERS:
                yield f"customer_details.{name}.country_code is invalid"
    for name in ("custom_field1", "custom_field2", "custom_field3"):
        if len(str(body.get(name) or "")) > CUSTOMER_TEXT:
            yield f"{name} too long"
    enabled = body.get("enabled_payments")
    if enabled is not None and not isinstance(enabled, list):
        yield "enabled_payments is not a list"
    elif enabled == ["akulaku"]:
        yield from _akulaku_problems(body.get("item_details"))
    yield from _expiry_problems(body)


def _order_problems(details: Json) -> Iterator[str]:
    gross, order_id = details.get("gross_amount"), details.get("order_id")
    if gross in (None, ""):
        yield "transaction_details.gross_amount is required"
    elif amount_of(gross) is None:
        yield "transaction_details.gross_amount is not a number"
    elif (amount_of(gross) or 0) <= 0:
        yield "transaction_details.gross_amount must be greater than or equal to 0.01"
    if not order_id:
        yield "transaction_details.order_id is required"
    elif len(str(order_id)) > ORDER_ID_LENGTH:
        yield "transaction_details.order_id too long"
    elif set(str(order_id)) - ALLOWED:
        yield "transaction_details.order_id is invalid"


def _akulaku_problems(items: Any) -> Iterator[str]:
    """Akulaku wants to know what is bought, each item by an id of its own."""
    ids = [str(item.get("id") or "") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    if not ids:
        yield "item_details is required"
    elif "" in ids or len(set(ids)) != len(ids):
        yield "item_details ID must be unique"


def _expiry_problems(body: Json) -> Iterator[str]:
    for name in ("expiry", "page_expiry"):
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, dict) or value.get("unit") not in UNITS:
            yield f"{name}.unit is invalid"
        elif not isinstance(value.get("duration"), int) or not 1 <= value["duration"] <= LONGEST:
            yield f"{name}.duration is invalid"
        elif name == "page_expiry" and not timedelta(minutes=5) <= _span(value) <= timedelta(days=7):
            yield "page_expiry.duration must be between 5 minutes and 7 days"
        elif name == "expiry" and value.get("start_time"):
            try:
                _start(value["start_time"])
            except ValueError:
                yield "expiry.start_time is invalid"


def _span(expiry: Json) -> timedelta:
    return UNITS[expiry["unit"]] * int(expiry["duration"])


def _start(text: object) -> datetime:
    return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S %z")
