"""The simulator's own API under /__sim__/: look at what it holds, push the buttons that life pushes, let time pass."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from demo.simulator import faults, lifecycle, notifications, refunds
from demo.simulator.methods import METHODS
from demo.simulator.state import Fault, Json, Notice, Session, Transaction, World
from demo.simulator.web import Request, Response, Route, as_json, route

ACTIONS: Mapping[str, Callable[[World, Transaction, Json], object]] = {
    "pay": lambda world, transaction, options: lifecycle.pay(
        world, transaction, force=bool(options.get("force")), issuer=str(options.get("issuer", ""))
    ),
    "settle": lambda world, transaction, _: lifecycle.settle(world, transaction),
    "deny": lambda world, transaction, _: lifecycle.deny(world, transaction),
    "challenge": lambda world, transaction, _: lifecycle.challenge(world, transaction),
    "approve": lambda world, transaction, _: lifecycle.approve(world, transaction),
    "cancel": lambda world, transaction, _: lifecycle.cancel(world, transaction),
    "expire": lambda world, transaction, _: lifecycle.expire(world, transaction),
    "reverse": lambda world, transaction, _: lifecycle.reverse(world, transaction),
    "chargeback": lambda world, transaction, options: lifecycle.chargeback(
        world, transaction, partly=bool(options.get("partly"))
    ),
    "refund-from-dashboard": lambda world, transaction, options: refunds.refund(
        world,
        transaction,
        refund_key=str(options.get("refund_key") or f"dashboard-{uuid.uuid4().hex[:12]}"),
        amount=options.get("amount"),
        reason=str(options.get("reason", "Dari dasbor")),
        method="offline",
    ),
}


def contents(world: World, _request: Request) -> Response:
    """GET /__sim__/: what can be asked for."""
    return as_json(
        {
            "now": world.clock.now().isoformat(),
            "notify_url": world.notify_url,
            "merchants": [merchant.merchant_id for merchant in world.merchants],
            "addresses": [f"{known.method} {known.pattern.pattern}" for known in ROUTES],
            "transaction_actions": list(ACTIONS),
            "faults": faults.FAULTS,
            "habits": _habits(world),
        }
    )


def habits(world: World, request: Request) -> Response:
    """POST /__sim__/habits {"retry_scale": 0.01}: change how it behaves; see ``World`` for what each means."""
    body = request.json() or {}
    if set(body) - set(HABITS) or not all(isinstance(value, int | float) for value in body.values()):
        return as_json({"error": f"There are: {', '.join(HABITS)}; each is a number."}, 400)
    for name, value in body.items():
        HABITS[name](world, value)
    return as_json(_habits(world))


def sessions(world: World, request: Request) -> Response:
    """GET /__sim__/sessions/?order_id=."""
    return as_json([asdict(row) for row in world.store.find(Session, **_order_filter(request))])


def choose(world: World, request: Request, token: str) -> Response:
    """POST /__sim__/sessions/{token}/choose {"method": "bca_va", "card": ""}: as the buyer would on the page."""
    session, body = world.store.get(Session, token), request.json() or {}
    method = METHODS.get(str(body.get("method")))
    if session is None or method is None:
        return as_json({"error": "There is no such session or method."}, 404)
    transaction = lifecycle.choose(world, session, method, str(body.get("card", "")))
    return as_json(describe(world, transaction), 201)


def transactions(world: World, request: Request) -> Response:
    """GET /__sim__/transactions/?order_id=."""
    rows = world.store.find(Transaction, **_order_filter(request))
    return as_json([describe(world, row) for row in rows])


def transaction(world: World, _request: Request, identifier: str) -> Response:
    """GET /__sim__/transactions/{order_id or transaction_id}."""
    found = world.transaction(identifier)
    return as_json(describe(world, found)) if found else _none()


def act(world: World, request: Request, identifier: str, action: str) -> Response:
    """POST /__sim__/transactions/{id}/{action}; 409 where the state does not allow it."""
    found = world.transaction(identifier)
    if found is None or action not in ACTIONS:
        return _none()
    try:
        ACTIONS[action](world, found, request.json() or {})
    except (lifecycle.IllegalChange, refunds.RefundRefused) as refusal:
        return as_json({"error": str(refusal)}, 409)
    return as_json(describe(world, found))


def clock(world: World, _request: Request) -> Response:
    """GET /__sim__/clock."""
    return as_json({"now": world.clock.now().isoformat(), "offset_seconds": world.clock.offset.total_seconds()})


def advance(world: World, request: Request) -> Response:
    """POST /__sim__/clock/advance {"seconds": 60}: time passes, and what falls due happens."""
    seconds = (request.json() or {}).get("seconds")
    if not isinstance(seconds, int | float) or seconds < 0:
        return as_json({"error": "seconds must be a number, not negative."}, 400)
    world.clock.advance(timedelta(seconds=seconds))
    world.changed.set()
    return clock(world, request)


def notices(world: World, request: Request) -> Response:
    """GET /__sim__/notifications/?order_id=: every notification, with each of the shop's answers."""
    return as_json([asdict(row) for row in world.store.find(Notice, **_order_filter(request))])


def resend(world: World, _request: Request, notice_id: str) -> Response:
    """POST /__sim__/notifications/{id}/resend."""
    notice = world.store.get(Notice, notice_id)
    return as_json(asdict(notifications.resend(world, notice)), 201) if notice else _none()


def list_faults(world: World, _request: Request) -> Response:
    """GET /__sim__/faults."""
    return as_json([asdict(row) for row in world.store.find(Fault)])


def add_fault(world: World, request: Request) -> Response:
    """POST /__sim__/faults {"name": "lost", "order_id": "", "endpoint": "", "count": 1, ...options}; count null: always."""
    body: dict[str, Any] = request.json() or {}
    try:
        return as_json(asdict(faults.set_fault(world, body.pop("name", ""), **body)), 201)
    except (faults.UnknownFault, TypeError) as error:
        return as_json({"error": str(error)}, 400)


def clear_faults(world: World, _request: Request) -> Response:
    """DELETE /__sim__/faults."""
    faults.clear_faults(world)
    return as_json([])


def reset(world: World, _request: Request) -> Response:
    """POST /__sim__/reset: forget every session, transaction, notification and fault."""
    world.store.clear()
    return as_json({})


def _set_confirm_after(world: World, seconds: float) -> None:
    world.confirm_after = timedelta(seconds=seconds)


HABITS: Mapping[str, Callable[[World, Any], None]] = {
    "retry_scale": lambda world, value: setattr(world, "retry_scale", float(value)),
    "confirm_after": _set_confirm_after,
    "hold_seconds": lambda world, value: setattr(world, "hold_seconds", float(value)),
    "conflict_http_status": lambda world, value: setattr(world, "conflict_http_status", int(value)),
}
ROUTES: tuple[Route, ...] = (
    route("GET", "/__sim__/", "control", contents),
    route("POST", "/__sim__/habits", "control", habits),
    route("GET", "/__sim__/sessions/", "control", sessions),
    route("POST", "/__sim__/sessions/{token}/choose", "control", choose),
    route("GET", "/__sim__/transactions/", "control", transactions),
    route("GET", "/__sim__/transactions/{identifier}", "control", transaction),
    route("POST", "/__sim__/transactions/{identifier}/{action}", "control", act),
    route("GET", "/__sim__/clock", "control", clock),
    route("POST", "/__sim__/clock/advance", "control", advance),
    route("GET", "/__sim__/notifications/", "control", notices),
    route("POST", "/__sim__/notifications/{notice_id}/resend", "control", resend),
    route("GET", "/__sim__/faults", "control", list_faults),
    route("POST", "/__sim__/faults", "control", add_fault),
    route("DELETE", "/__sim__/faults", "control", clear_faults),
    route("POST", "/__sim__/reset", "control", reset),
)


def describe(world: World, transaction: Transaction) -> Json:
    """A transaction with its refunds."""
    return asdict(transaction) | {"refunds": [asdict(refund) for refund in world.refunds(transaction)]}


def _habits(world: World) -> Json:
    return {
        "retry_scale": world.retry_scale,
        "confirm_after": world.confirm_after.total_seconds(),
        "hold_seconds": world.hold_seconds,
        "conflict_http_status": world.conflict_http_status,
    }


def _order_filter(request: Request) -> dict[str, str]:
    return {"order_id": request.query["order_id"]} if "order_id" in request.query else {}


def _none() -> Response:
    return as_json({"error": "There is no such thing."}, 404)
