"""The life of a transaction: which state may follow which, and what happens on the way."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from demo.simulator import bodies, notifications
from demo.simulator.faults import take
from demo.simulator.methods import METHODS, TEST_CARDS, Method
from demo.simulator.state import Job, Json, Merchant, Session, Transaction, World

EDGES: Mapping[str, frozenset[str]] = {
    "pending": frozenset({"settlement", "capture", "authorize", "expire", "cancel", "deny"}),
    "authorize": frozenset({"capture", "deny", "cancel", "expire"}),
    "capture": frozenset({"capture", "settlement", "cancel", "deny"}),
    "settlement": frozenset({"partial_refund", "refund", "chargeback", "partial_chargeback", "deny"}),
    "partial_refund": frozenset({"partial_refund", "refund", "chargeback", "partial_chargeback"}),
}
SETTLES_AFTER = timedelta(days=1)
# A challenge that nobody answers ends by itself, and so does an authorisation that nobody captures.
CHALLENGE_LASTS = timedelta(days=1)
AUTHORIZATION_LASTS = timedelta(days=7)
REVERSES_AFTER = 120
EXPIRES_LATE_BY = 900


class IllegalChange(Exception):
    """The transaction is in a state from which this cannot follow."""


def open_transaction(
    world: World,
    *,
    merchant: Merchant,
    order_id: str,
    gross_amount: int,
    method: Method,
    expires_at: datetime | None = None,
    lasts: timedelta | None = None,
    card: str = "",
    custom_fields: Json | None = None,
    notify_urls: list[str] | None = None,
    token: str = "",
) -> Transaction:
    """Choose a method: the transaction exists from here on, pending, and is announced."""
    now = world.clock.now()
    latest = now + method.longest
    transaction = Transaction(
        transaction_id=str(uuid.UUID(int=world.chance.getrandbits(128), version=4)),
        order_id=order_id,
        merchant_id=merchant.merchant_id,
        gross_amount=gross_amount,
        method=method.name,
        created_at=now,
        expires_at=min(expires_at or now + (lasts or method.lasts), latest),
        token=token,
        card=card,
        custom_fields=custom_fields or {},
        notify_urls=notify_urls or [],
    )
    transaction.details = _details(world, method, transaction)
    world.store.save(transaction)
    lag = take(world, "expires_late", order_id=order_id)
    late = timedelta(seconds=lag.get("seconds", EXPIRES_LATE_BY) if lag is not None else 0)
    plan(world, transaction, "expire", at=(transaction.expires_at or now) + late)
    notifications.announce(world, transaction)
    return transaction


def choose(world: World, session: Session, method: Method, card: str = "") -> Transaction:
    """Choose a method on a Snap page; one that was denied may be followed by another."""
    request = session.request
    within = session.pay_within_seconds
    transaction = open_transaction(
        world,
        merchant=world.merchant(session.merchant_id),
        order_id=session.order_id,
        gross_amount=session.gross_amount,
        method=method,
        expires_at=session.pay_before,
        lasts=None if within is None else timedelta(seconds=within),
        card=card,
        custom_fields={name: request[name] for name in request if name.startswith("custom_field")},
        notify_urls=session.notify_urls,
        token=session.token,
    )
    session.transaction_id = transaction.transaction_id
    world.store.save(session)
    return transaction


def move(world: World, transaction: Transaction, status: str, *, fraud: str = "", force: bool = False) -> None:
    """Bring a transaction into a state and announce it; the only writer of ``status``.

    :param force: also where no edge leads, as real systems sometimes do.
    :raises IllegalChange: no edge leads there.
    """
    if not force and status not in EDGES.get(transaction.status, frozenset()):
        raise IllegalChange(f"{transaction.status} does not become {status}")
    transaction.status = status
    transaction.fraud_status = fraud or transaction.fraud_status
    if status == "settlement":
        transaction.settled_at = world.clock.now()
    world.store.save(transaction)
    for job in world.store.find(Job, transaction_id=transaction.transaction_id):
        if job.action in ("expire", "give_up") or (job.action == "settle" and status != "capture"):
            world.store.drop(job)
    notifications.announce(world, transaction)
    _consequences(world, transaction)


def pay(
    world: World, transaction: Transaction, *, force: bool = False, issuer: str = "", authorize: bool = False
) -> None:
    """The buyer pays. Cards are captured (or held, or denied, as the test number says); all else settles at once.

    :param authorize: the card's bank only sets the money aside.
    """
    method = METHODS[transaction.method]
    if method.payment_type == "credit_card" and transaction.status == "pending":
        _pay_by_card(world, transaction, authorize=authorize)
        return
    if not force and transaction.status != "pending":
        raise IllegalChange(f"{transaction.status} cannot be paid")
    transaction.details |= _payment_details(world, method, transaction, issuer)
    move(world, transaction, "settlement", fraud="accept", force=force)


def settle(world: World, transaction: Transaction) -> None:
    """A captured card payment settles, as it does by itself a day later."""
    if transaction.fraud_status == "challenge":
        raise IllegalChange("a challenged payment must be approved first")
    if transaction.status == "pending":
        pay(world, transaction)
    if transaction.status != "settlement":
        move(world, transaction, "settlement")


def deny(world: World, transaction: Transaction) -> None:
    """The provider refuses a pending payment, or the merchant a challenged one."""
    move(world, transaction, "deny", fraud="deny" if transaction.status == "capture" else "")


def challenge(world: World, transaction: Transaction) -> None:
    """A pending card payment is captured, but held for the merchant's review, which ends by itself in cancel."""
    move(world, transaction, "capture", fraud="challenge")
    plan(world, transaction, "give_up", at=world.clock.now() + CHALLENGE_LASTS)


def set_aside(world: World, transaction: Transaction) -> None:
    """A card's bank sets the money aside for the merchant to capture; after a week it lapses."""
    move(world, transaction, "authorize")
    plan(world, transaction, "expire", at=world.clock.now() + AUTHORIZATION_LASTS)


def capture(world: World, transaction: Transaction, amount: int | None = None) -> None:
    """The merchant captures what was set aside, all of it or less.

    :raises IllegalChange: nothing was set aside, or not so much.
    """
    asked = transaction.gross_amount if amount is None else amount
    if transaction.status != "authorize" or not 0 < asked <= transaction.gross_amount:
        raise IllegalChange("there is not that much to capture")
    transaction.gross_amount = asked
    plan(world, transaction, "settle", at=world.clock.now() + SETTLES_AFTER)
    move(world, transaction, "capture", fraud="accept")


def give_up(world: World, transaction: Transaction) -> None:
    """Nobody answered the challenge: it is cancelled."""
    _require_challenge(transaction)
    move(world, transaction, "cancel")


def approve(world: World, transaction: Transaction) -> None:
    """The merchant accepts a challenged payment."""
    _require_challenge(transaction)
    plan(world, transaction, "settle", at=world.clock.now() + SETTLES_AFTER)
    move(world, transaction, "capture", fraud="accept")


def deny_challenge(world: World, transaction: Transaction) -> None:
    """The merchant refuses a challenged payment."""
    _require_challenge(transaction)
    deny(world, transaction)


def cancel(world: World, transaction: Transaction) -> None:
    """The merchant gives up a payment that has not settled."""
    _race(world, transaction)
    move(world, transaction, "cancel")


def expire(world: World, transaction: Transaction) -> None:
    """A pending payment's time is over."""
    _race(world, transaction)
    move(world, transaction, "expire")


def reverse(world: World, transaction: Transaction) -> None:
    """A provider takes a settlement back."""
    if transaction.status != "settlement":
        raise IllegalChange(f"{transaction.status} cannot be reversed")
    move(world, transaction, "deny")


def chargeback(world: World, transaction: Transaction, *, partly: bool = False) -> None:
    """The cardholder's bank takes the money back, or a part of it."""
    move(world, transaction, "partial_chargeback" if partly else "chargeback")


def plan(world: World, transaction: Transaction, action: str, *, at: datetime, subject: str = "") -> None:
    """Let something happen by itself later."""
    job = Job(str(uuid.uuid4()), transaction.transaction_id, action, due_at=at, subject=subject)
    world.store.save(job)


def _require_challenge(transaction: Transaction) -> None:
    if (transaction.status, transaction.fraud_status) != ("capture", "challenge"):
        raise IllegalChange("nothing waits for review")


def _race(world: World, transaction: Transaction) -> None:
    if transaction.status == "pending" and take(world, "paid_during_cancel", order_id=transaction.order_id) is not None:
        pay(world, transaction)


def _consequences(world: World, transaction: Transaction) -> None:
    now, order_id = world.clock.now(), transaction.order_id
    if transaction.status == "settlement" and METHODS[transaction.method].provisional:
        reversal = take(world, "reversal", order_id=order_id)
        if reversal is not None:
            after = timedelta(seconds=reversal.get("seconds", REVERSES_AFTER))
            plan(world, transaction, "reverse", at=now + after)
    late = {"expire": "expired_then_paid", "cancel": "cancelled_then_paid"}.get(transaction.status)
    if late and take(world, late, order_id=order_id) is not None:
        plan(world, transaction, "pay_late", at=now)


def _pay_by_card(world: World, transaction: Transaction, *, authorize: bool) -> None:
    outcome = TEST_CARDS[transaction.card].outcome if transaction.card in TEST_CARDS else "accept"
    if take(world, "challenge", order_id=transaction.order_id) is not None:
        outcome = "challenge"
    approved = {
        "channel_response_code": "00",
        "channel_response_message": "Approved",
        "approval_code": _digits(world, 6),
    }
    refused = {"channel_response_code": "05", "channel_response_message": "Do not honour"}
    transaction.details |= refused if outcome == "deny" else approved
    if outcome == "deny":
        move(world, transaction, "deny", fraud="deny" if transaction.card.startswith("4611") else "accept")
    elif authorize:
        set_aside(world, transaction)
    else:
        if outcome == "accept":
            plan(world, transaction, "settle", at=world.clock.now() + SETTLES_AFTER)
        move(world, transaction, "capture", fraud=outcome)
        if outcome == "challenge":
            plan(world, transaction, "give_up", at=world.clock.now() + CHALLENGE_LASTS)


def _details(world: World, method: Method, transaction: Transaction) -> Json:
    """The fields that a method adds from the start."""
    # Account numbers begin with zeros, so that no real bank would take them.
    number = "000" + _digits(world, 8)
    match method.payment_type, method.channel:
        case "bank_transfer", "permata":
            return {"permata_va_number": number + _digits(world, 5)}
        case "bank_transfer", bank:
            return {"va_numbers": [{"bank": bank, "va_number": number}], "payment_amounts": []}
        case "echannel", _:
            return {"bill_key": number, "biller_code": "00000"}
        case "qris", acquirer:
            return {"acquirer": acquirer}
        case "cstore", store:
            return {"store": store, "payment_code": number}
        case "credit_card", _:
            card = transaction.card
            return {"masked_card": f"{card[:8]}-{card[-4:]}", "bank": "bni", "card_type": "credit", "eci": "05"}
        case _:
            return {}


def _payment_details(world: World, method: Method, transaction: Transaction, issuer: str) -> Json:
    """The fields that a payment adds."""
    now = world.clock.now()
    match method.payment_type, method.channel:
        case "bank_transfer", bank if bank != "permata":
            paid = {"paid_at": bodies.wib(now), "amount": bodies.money(transaction.gross_amount)}
            return {"payment_amounts": [paid]}
        case "qris", acquirer:
            wallet = issuer or acquirer
            return {"issuer": wallet, "transaction_type": "on-us" if wallet == acquirer else "off-us"}
        case "shopeepay", _:
            reference = _digits(world, 18)
            return {"shopeepay_reference_number": reference, "reference_id": reference}
        case "cstore", _:
            return {"approval_code": _digits(world, 12)}
        case _:
            return {}


def _digits(world: World, count: int) -> str:
    return "".join(world.chance.choices("0123456789", k=count))
