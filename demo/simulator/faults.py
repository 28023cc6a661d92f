"""What can be made to go wrong, and when it is its turn."""

import uuid
from typing import Any

from demo.simulator.state import Fault, Json, World

FAULTS = {
    # The notification
    "duplicate": "sends a notification `times` (3) over, `parallel` (true) or one after the other",
    "out_of_order": "holds a notification back until the next one of the same transaction was sent",
    "lost": "never sends a notification",
    "delayed": "sends a notification `seconds` (300) late, by the simulator's clock",
    "wrong_signature": "signs a notification with another key",
    "tampered_status": "changes transaction_status to `status` (settlement), which the signature does not cover",
    "wrong_amount": "sends another `amount` (one rupiah more), properly signed",
    "wrong_merchant": "sends another `merchant_id`",
    "foreign_order": "sends another `order_id`, properly signed",
    "answered": "takes the shop's answer to have been `status` (500; 0: no answer), delivering or not (`deliver` true)",
    # The answer
    "http": (
        "answers `endpoint` with `status` (500) and a `body` of json, html, empty, list or drop, doing nothing; "
        "`in_body` (false) says the status in the body alone, under HTTP 200"
    ),
    "slow": "answers `endpoint` after `seconds` (20)",
    "timeout_after_snap": (
        "opens the session, but answers only after `seconds` (20), when the client has gone; "
        "`drop` (false) breaks the connection instead, as with all of these"
    ),
    "timeout_after_charge": "charges, but answers too late",
    "timeout_after_refund": "refunds, but answers too late",
    "timeout_after_cancel": "cancels, but answers too late",
    "timeout_after_expire": "expires, but answers too late",
    "timeout_after_capture": "captures, but answers too late",
    "timeout_after_approve": "approves, but answers too late",
    "timeout_after_deny": "denies, but answers too late",
    "timeout_after_snap_cancel": "closes the page, but answers too late",
    "channel_off": "refuses a charge: the channel (`endpoint`: a method, bca_va) is not activated",
    "order_id_taken": "says that an order_id was taken, though it was not",
    "duplicate_in_english": "says that an order_id was taken in English instead of Indonesian",
    # The course of things
    "expired_then_paid": "pays a transaction right after it expired",
    "cancelled_then_paid": "pays a transaction right after it was cancelled",
    "expires_late": "lets a payment expire only `seconds` (900) after its time, as Midtrans' scheduler may",
    "paid_during_cancel": "pays a transaction just before it would be cancelled or expired: 412",
    "reversal": "takes a settlement of Permata, Mandiri Bill or Indomaret back to deny after `seconds` (120)",
    "challenge": "holds a card payment for review",
    "refund_declined": "refuses a refund with `code` (414) and `message` (the merchant's balance does not suffice)",
    "refund_unacknowledged": "accepts a refund and forgets it",
    "refund_unconfirmed": "never confirms a refund",
}


class UnknownFault(ValueError):
    """There is no fault of that name."""


def set_fault(
    world: World,
    name: str,
    *,
    order_id: str = "",
    endpoint: str = "",
    count: int | None = 1,
    **options: Any,
) -> Fault:
    """Make something go wrong the next ``count`` times (None: always), for one order or for all.

    :raises UnknownFault: the name is not in ``FAULTS``.
    """
    if name not in FAULTS:
        raise UnknownFault(f"No fault is called {name}. There are: {', '.join(FAULTS)}.")
    fault = Fault(
        fault_id=str(uuid.uuid4()), name=name, order_id=order_id, endpoint=endpoint, remaining=count, options=options
    )
    with world.held():
        world.store.save(fault)
    return fault


def clear_faults(world: World) -> None:
    """Let everything go right again."""
    with world.held():
        for fault in world.store.find(Fault):
            world.store.drop(fault)


def take(world: World, name: str, *, order_id: str = "", endpoint: str = "") -> Json | None:
    """The options of a fault whose turn it is, counted down; None if all goes well."""
    for fault in world.store.find(Fault, name=name):
        if fault.order_id not in ("", order_id) or fault.endpoint not in ("", endpoint):
            continue
        if fault.remaining is not None:
            fault.remaining -= 1
            if fault.remaining > 0:
                world.store.save(fault)
            else:
                world.store.drop(fault)
        return fault.options
    return None
