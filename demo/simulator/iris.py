"""Midtrans Payouts, which its makers call Iris: /iris/api/v1/ with creator and approver keys, states, notifications.

A transfer goes queued > approved or rejected > processed > completed or failed; a bank may bounce what was completed.
It keeps tables of its own in the simulator's file.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from demo.simulator import iris_state
from demo.simulator.iris_state import IrisPayout
from demo.simulator.state import WIB, Json, World
from demo.simulator.web import Request, Response, Route, as_json, route

BASE = "/iris/api/v1"
NOTES = 100
KEY_LENGTH = 100
# How long the bank takes from approval to each of the two states that follow.
PROCESS_AFTER = timedelta(seconds=2)
COMPLETE_AFTER = timedelta(seconds=5)
BANKS = {
    "nagari": "PT. BANK NAGARI",
    "nagari_syariah": "PT. BANK NAGARI UUS",
    "bri": "PT. BANK RAKYAT INDONESIA (PERSERO)",
    "bni": "PT. BANK NEGARA INDONESIA (PERSERO)",
    "mandiri": "PT. BANK MANDIRI (PERSERO)",
    "bsi": "PT. BANK SYARIAH INDONESIA",
    "bca": "PT. BANK CENTRAL ASIA",
    "btn": "PT. BANK TABUNGAN NEGARA (PERSERO)",
    "cimb": "PT. BANK CIMB NIAGA",
    "danamon": "PT. BANK DANAMON INDONESIA",
    "permata": "PT. BANK PERMATA",
    "mega": "PT. BANK MEGA",
    "muamalat": "PT. BANK MUAMALAT INDONESIA",
    "jago": "PT. BANK JAGO",
    "seabank": "PT. BANK SEABANK INDONESIA",
}
# Account numbers that no bank knows end so; such that belong to another name end otherwise.
UNKNOWN_ENDING, STRANGER_ENDING, FAILING_ENDING = "0000", "1111", "4444"
STRANGER = "ORANG LAIN CONTOH"


@dataclass(frozen=True)
class IrisKeys:
    """The demo's keys of Payouts; they are made up."""

    creator_key: str = "IRIS-creator-lapau-demo"
    approver_key: str = "IRIS-approver-lapau-demo"
    merchant_key: str = "IRIS-merchant-lapau-demo"


KEYS = IrisKeys()


def ping(_world: World, _request: Request) -> Response:
    """GET /ping."""
    return Response(200, b"pong", "text/plain")


def create(world: World, request: Request) -> Response:
    """POST /payouts."""
    body = request.json()
    rows = body.get("payouts") if body else None
    if not isinstance(rows, list) or not rows:
        return _refused("An error occurred when creating payouts", {"0": ["payouts is missing"]})
    key = request.headers.get("x-idempotency-key", "")
    known = iris_state.answer_of(world, "create", key) if key else None
    if known is not None:
        fingerprint, answer = known
        if fingerprint != _fingerprint(request.body):
            return _refused("idempotency-key is not unique", None)
        return as_json(answer, 201)
    faults = {str(place): found for place, row in enumerate(rows) if (found := _faults(row))}
    if faults:
        return _refused("An error occurred when creating payouts", faults)
    now = world.clock.now()
    made = []
    for row in rows:
        payout = IrisPayout(
            reference_no=uuid.uuid4().hex[:20],
            status="queued",
            amount=int(str(row["amount"]).partition(".")[0]),
            bank=str(row["beneficiary_bank"]),
            account=str(row["beneficiary_account"]),
            name=str(row["beneficiary_name"]),
            notes=str(row.get("notes") or ""),
            created_at=now,
            updated_at=now,
        )
        iris_state.save(world, payout)
        made.append({"status": payout.status, "reference_no": payout.reference_no})
        announce(world, payout)
    answer = {"payouts": made}
    if key:
        iris_state.keep_answer(world, "create", key, _fingerprint(request.body), answer)
    return as_json(answer, 201)


def approve(world: World, request: Request) -> Response:
    """POST /payouts/approve."""
    found = _named(world, request)
    if isinstance(found, Response):
        return found
    now = world.clock.now()
    total = sum(payout.amount for payout in found)
    if total > iris_state.balance(world):
        return _refused("Insufficient balance", None)
    for payout in found:
        move(world, payout, "approved")
        payout.due_at = now + PROCESS_AFTER
        iris_state.save(world, payout)
    iris_state.change_balance(world, -total)
    return as_json({"status": "ok"}, 202)


def reject(world: World, request: Request) -> Response:
    """POST /payouts/reject."""
    found = _named(world, request)
    if isinstance(found, Response):
        return found
    for payout in found:
        move(world, payout, "rejected", code="", message=str((request.json() or {}).get("reject_reason", "")))
    return as_json({"status": "ok"}, 202)


def details(world: World, _request: Request, reference: str) -> Response:
    """GET /payouts/{reference_no}."""
    payout = iris_state.get(world, reference)
    if payout is None:
        return as_json({"error_message": "Payout not found", "errors": ["Payout not found"]}, 404)
    return as_json(describe(payout))


def balance(world: World, _request: Request) -> Response:
    """GET /balance."""
    return as_json({"balance": f"{iris_state.balance(world)}.00"})


def statements(world: World, _request: Request) -> Response:
    """GET /statements."""
    rows = [
        {
            "account": "deposit",
            "type": "Payout",
            "reference_no": payout.reference_no,
            "amount": f"{payout.amount}.00",
            "status": "debit",
            "created_at": payout.created_at.astimezone(WIB).isoformat(),
        }
        for payout in iris_state.find(world)
        if payout.status not in ("queued", "rejected")
    ]
    return as_json(rows)


def channels(_world: World, _request: Request) -> Response:
    """GET /channels."""
    return as_json([{"id": 1, "virtual_account_type": "mandiri_bill_key", "virtual_account_number": "70012000000"}])


def banks(_world: World, _request: Request) -> Response:
    """GET /beneficiary_banks."""
    return as_json({"beneficiary_banks": [{"code": code, "name": name} for code, name in BANKS.items()]})


def validate(world: World, request: Request) -> Response:
    """GET /account_validation?bank=&account=: the name under which it is held."""
    bank, account = request.query.get("bank", ""), request.query.get("account", "")
    if bank not in BANKS or not re.fullmatch(r"\d{6,20}", account) or account.endswith(UNKNOWN_ENDING):
        errors = {"bank": ["Bank is not supported"]} if bank not in BANKS else {"account": ["Account does not exist"]}
        return as_json({"error_message": "An error occurred when doing account validation", "errors": errors}, 400)
    name = STRANGER if account.endswith(STRANGER_ENDING) else iris_state.holder_of(world, bank, account)
    return as_json({"account_name": name, "account_no": account, "bank_name": bank})


def beneficiaries(world: World, request: Request) -> Response:
    """GET and POST /beneficiaries."""
    if request.method == "GET":
        return as_json(iris_state.beneficiaries(world))
    body = request.json() or {}
    alias = str(body.get("alias_name", ""))
    if not re.fullmatch(r"[A-Za-z0-9]{1,20}", alias) or body.get("bank") not in BANKS or not body.get("account"):
        return _refused("An error occurred when creating beneficiary", ["Alias name, bank or account is invalid"])
    iris_state.keep_beneficiary(world, alias, {name: str(body.get(name, "")) for name in _BENEFICIARY})
    return as_json({"status": "created"}, 201)


def change_beneficiary(world: World, request: Request, alias: str) -> Response:
    """PATCH /beneficiaries/{alias}."""
    known = {row["alias_name"]: row for row in iris_state.beneficiaries(world)}
    if alias not in known:
        return as_json({"error_message": "Beneficiary not found", "errors": ["Beneficiary not found"]}, 404)
    body = request.json() or {}
    iris_state.keep_beneficiary(
        world, alias, known[alias] | {name: str(body[name]) for name in _BENEFICIARY if name in body}
    )
    return as_json({"status": "updated"})


_BENEFICIARY = ("name", "account", "bank", "alias_name", "email")


def move(world: World, payout: IrisPayout, status: str, *, code: str = "", message: str = "") -> None:
    """Take a transfer to another state, and tell of it."""
    payout.status, payout.updated_at = status, world.clock.now()
    payout.error_code, payout.error_message, payout.due_at = code, message, None
    iris_state.save(world, payout)
    announce(world, payout)


def fail(world: World, payout: IrisPayout, *, code: str = "002", message: str = "Transaction failed") -> None:
    """The bank sends it back, also after it was said to be done; the money is in the balance again."""
    move(world, payout, "failed", code=code, message=message)
    iris_state.change_balance(world, payout.amount)


def run_due(world: World) -> None:
    """Do what the clock has brought about."""
    while found := iris_state.due(world, world.clock.now()):
        for payout in found:
            then = payout.due_at
            if payout.status == "approved":
                move(world, payout, "processed")
                payout.due_at = then + (COMPLETE_AFTER - PROCESS_AFTER) if then else None
                iris_state.save(world, payout)
            elif payout.account.endswith(FAILING_ENDING):
                fail(world, payout, code="001", message="Invalid destination account")
            else:
                move(world, payout, "completed")


def announce(world: World, payout: IrisPayout) -> None:
    """Write the notification of a transfer's present state."""
    body: Json = {
        "reference_no": payout.reference_no,
        "amount": f"{payout.amount}.0",
        "status": payout.status,
        "updated_at": payout.updated_at.astimezone(WIB).isoformat(timespec="seconds"),
    }
    if payout.error_code or payout.error_message:
        body |= {"error_code": payout.error_code, "error_message": payout.error_message}
    raw = json.dumps(body)
    signature = hashlib.sha512(raw.encode() + KEYS.merchant_key.encode()).hexdigest()
    iris_state.keep_notice(world, payout.reference_no, raw, signature)
    world.changed.set()


def describe(payout: IrisPayout) -> Json:
    """A transfer as GET answers it."""
    return {
        "amount": f"{payout.amount}.00",
        "beneficiary_name": payout.name,
        "beneficiary_account": payout.account,
        "bank": payout.bank,
        "reference_no": payout.reference_no,
        "notes": payout.notes,
        "status": payout.status,
        "created_at": _time(payout.created_at),
        "updated_at": _time(payout.updated_at),
        **({"error_code": payout.error_code} if payout.error_code else {}),
        **({"error_message": payout.error_message} if payout.error_message else {}),
    }


# The control API ------------------------------------------------------------------------------------------------------
def list_payouts(world: World, _request: Request) -> Response:
    """GET /__sim__/iris/payouts: every transfer."""
    return as_json([describe(payout) for payout in iris_state.find(world)])


def act(world: World, request: Request, reference: str, action: str) -> Response:
    """POST /__sim__/iris/payouts/{reference_no}/{process, complete, fail}: as the bank would."""
    payout = iris_state.get(world, reference)
    if payout is None or action not in ACTIONS:
        return as_json({"error": "There is no such thing."}, 404)
    ACTIONS[action](world, payout)
    return as_json(describe(payout))


def list_notices(world: World, _request: Request) -> Response:
    """GET /__sim__/iris/notifications: every notification with our answers."""
    return as_json(iris_state.notices(world))


ACTIONS: dict[str, Callable[[World, IrisPayout], None]] = {
    "process": lambda world, payout: move(world, payout, "processed"),
    "complete": lambda world, payout: move(world, payout, "completed"),
    "fail": lambda world, payout: fail(world, payout),
}


def _of_creator(handler: Callable[..., Response]) -> Callable[..., Response]:
    return _with_key(handler, KEYS.creator_key, KEYS.approver_key)


def _of_approver(handler: Callable[..., Response]) -> Callable[..., Response]:
    return _with_key(handler, KEYS.approver_key)


def _with_key(handler: Callable[..., Response], *allowed: str) -> Callable[..., Response]:
    """Answer only who signs in with one of these keys; a creator's key approves nothing."""

    def guarded(world: World, request: Request, **names: str) -> Response:
        if request.basic_user() not in allowed:
            return as_json({"error_message": "Access denied", "errors": ["HTTP Basic: Access denied."]}, 401)
        run_due(world)
        return handler(world, request, **names)

    return guarded


ROUTES: tuple[Route, ...] = (
    route("GET", f"{BASE}/ping", "iris", ping),
    route("POST", f"{BASE}/payouts", "iris_create", _of_creator(create)),
    route("POST", f"{BASE}/payouts/approve", "iris_approve", _of_approver(approve)),
    route("POST", f"{BASE}/payouts/reject", "iris_reject", _of_approver(reject)),
    route("GET", f"{BASE}/payouts/{{reference}}", "iris_status", _of_creator(details)),
    route("GET", f"{BASE}/balance", "iris", _of_creator(balance)),
    route("GET", f"{BASE}/statements", "iris", _of_creator(statements)),
    route("GET", f"{BASE}/channels", "iris", _of_creator(channels)),
    route("GET", f"{BASE}/beneficiary_banks", "iris", _of_creator(banks)),
    route("GET", f"{BASE}/account_validation", "iris_validate", _of_creator(validate)),
    route("GET", f"{BASE}/beneficiaries", "iris", _of_creator(beneficiaries)),
    route("POST", f"{BASE}/beneficiaries", "iris", _of_creator(beneficiaries)),
    route("PATCH", f"{BASE}/beneficiaries/{{alias}}", "iris", _of_creator(change_beneficiary)),
    route("GET", "/__sim__/iris/payouts", "control", list_payouts),
    route("POST", "/__sim__/iris/payouts/{reference}/{action}", "control", act),
    route("GET", "/__sim__/iris/notifications", "control", list_notices),
)


def _named(world: World, request: Request) -> list[IrisPayout] | Response:
    references = (request.json() or {}).get("reference_nos")
    if not isinstance(references, list) or not references:
        return _refused("reference_nos is missing", None)
    found = [iris_state.get(world, str(reference)) for reference in references]
    waiting = [payout for payout in found if payout is not None and payout.status == "queued"]
    if len(waiting) != len(references):
        return _refused("An error occurred when approving payouts", ["A payout is not found or not queued"])
    return waiting


def _faults(row: Any) -> list[str]:
    if not isinstance(row, dict):
        return ["payout is invalid"]
    found = []
    if not row.get("beneficiary_name"):
        found.append("Beneficiary name can't be blank")
    if row.get("beneficiary_bank") not in BANKS:
        found.append("Beneficiary bank is not included in the list")
    if not re.fullmatch(r"\d{6,20}", str(row.get("beneficiary_account", ""))):
        found.append("Beneficiary account is invalid")
    if not re.fullmatch(r"[1-9]\d*(\.\d{1,2})?", str(row.get("amount", ""))):
        found.append("Amount must be greater than 0")
    if len(str(row.get("notes") or "")) > NOTES:
        found.append("Notes is too long (maximum is 100 characters)")
    return found


def _refused(message: str, errors: Any) -> Response:
    return as_json({"error_message": message, **({"errors": errors} if errors is not None else {})}, 400)


def _fingerprint(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _time(moment: datetime) -> str:
    return moment.astimezone(WIB).isoformat(timespec="seconds")
