"""The faults of Midtrans that are tried, each as what the simulator is told and how the buyer pays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mode:
    """One row of the table.

    ``faults`` are set before anybody buys, for all orders, ``count`` times each (None: always). The buyer pays by
    ``method``; ``ends`` is what becomes of the payment: ``pay``, or another button of the simulator. ``refunds`` is who
    gives half of the buyers their money back: the seller, Midtrans' dashboard, or nobody.
    """

    words: str
    faults: tuple[Mapping[str, Any], ...] = ()
    method: str = "other_qris"
    card: str = ""
    ends: str = "pay"
    refunds: str = "seller"


ALWAYS = {"count": None}
MODES: Mapping[str, Mode] = {
    "nothing": Mode("all goes well"),
    "duplicate": Mode(
        "each notification three times, at once", ({"name": "duplicate", "times": 3, "parallel": True, **ALWAYS},)
    ),
    "out_of_order": Mode("settlement before pending", ({"name": "out_of_order", "count": 2},)),
    "delayed": Mode("notifications 20 s late", ({"name": "delayed", "seconds": 20, **ALWAYS},)),
    "lost": Mode("no notification arrives", ({"name": "lost", **ALWAYS},)),
    "wrong_signature": Mode("signed with another key", ({"name": "wrong_signature", **ALWAYS},)),
    "tampered_status": Mode(
        "says settlement, truly signed, before anybody paid", ({"name": "tampered_status", **ALWAYS},)
    ),
    "wrong_amount": Mode("another amount, signed", ({"name": "wrong_amount", **ALWAYS},)),
    "wrong_merchant": Mode("another merchant_id, signed", ({"name": "wrong_merchant", **ALWAYS},)),
    "foreign_order": Mode("another order_id, signed", ({"name": "foreign_order", **ALWAYS},)),
    "answered_503": Mode("our answer counts as 503 four times", ({"name": "answered", "status": 503, "count": 4},)),
    "answered_301": Mode("our answer counts as 301: no second try", ({"name": "answered", "status": 301, **ALWAYS},)),
    "timeout_after_snap": Mode(
        "the page is opened, the answer lost", ({"name": "timeout_after_snap", "drop": True, "count": 2},)
    ),
    "timeout_after_snap_12s": Mode(
        "the page is opened, the answer 12 s late", ({"name": "timeout_after_snap", "seconds": 12, "count": 1},)
    ),
    "timeout_after_refund": Mode(
        "the refund is made, the answer lost", ({"name": "timeout_after_refund", "drop": True, "count": 2},)
    ),
    "snap_500": Mode("500 to a new page, twice", ({"name": "http", "endpoint": "snap", "status": 500, "count": 2},)),
    "snap_html_502": Mode(
        "an HTML page with 502, twice",
        ({"name": "http", "endpoint": "snap", "status": 502, "body": "html", "count": 2},),
    ),
    "snap_empty": Mode(
        "an empty answer, twice", ({"name": "http", "endpoint": "snap", "status": 200, "body": "empty", "count": 2},)
    ),
    "snap_429": Mode("429 to a new page, twice", ({"name": "http", "endpoint": "snap", "status": 429, "count": 2},)),
    "snap_slow": Mode("20 s to a new page, once", ({"name": "slow", "endpoint": "snap", "seconds": 20, "count": 1},)),
    "status_503": Mode(
        "503 to the first four questions", ({"name": "http", "endpoint": "status", "status": 503, "count": 4},)
    ),
    "status_202": Mode(
        "202 in flight to the first four", ({"name": "http", "endpoint": "status", "status": 202, "count": 4},)
    ),
    "refund_500": Mode("500 to refunds, twice", ({"name": "http", "endpoint": "refund", "status": 500, "count": 2},)),
    "order_id_taken": Mode("calls a free order_id taken", ({"name": "order_id_taken", "count": 2},)),
    "expired_then_paid": Mode(
        "paid right after it expired", ({"name": "expired_then_paid", **ALWAYS},), "bca_va", ends="expire"
    ),
    "cancelled_then_paid": Mode(
        "paid right after it was cancelled", ({"name": "cancelled_then_paid", **ALWAYS},), "bca_va", ends="cancel"
    ),
    "paid_during_cancel": Mode(
        "paid while the buyer cancels", ({"name": "paid_during_cancel", **ALWAYS},), "bca_va", ends="buyer-cancels"
    ),
    "reversal": Mode(
        "settled, taken back 5 s later", ({"name": "reversal", "seconds": 5, **ALWAYS},), "permata_va", refunds="nobody"
    ),
    "challenge": Mode("held for review, then approved", (), "credit_card", "4511111111111117", ends="pay+approve"),
    "refund_declined": Mode("the balance does not suffice", ({"name": "refund_declined", **ALWAYS},)),
    "refund_unconfirmed": Mode("the bank never confirms", ({"name": "refund_unconfirmed", **ALWAYS},)),
    "dashboard_refund": Mode("given back at the dashboard", refunds="dashboard"),
    "chargeback": Mode(
        "disputed after it was paid",
        method="credit_card",
        card="4811111111111114",
        ends="pay+chargeback",
        refunds="nobody",
    ),
}
