"""Sales conducts: placing an order, asking for its money, applying what Midtrans says, giving up, giving back."""

from marketplace.sales.services.applying import apply_payment, settle_provisional
from marketplace.sales.services.lapsing import cancel_order, lapse_unpaid_orders
from marketplace.sales.services.paying import PaymentNotPossible, start_payment
from marketplace.sales.services.placing import (
    CartChanged,
    CheckoutDetails,
    DetailsMissing,
    NeedsOwnPayment,
    place,
)
from marketplace.sales.services.refunding import (
    RefundRefused,
    record_manual_refund,
    request_refund,
    send_refunds,
)

__all__ = [
    "CartChanged",
    "CheckoutDetails",
    "DetailsMissing",
    "NeedsOwnPayment",
    "PaymentNotPossible",
    "RefundRefused",
    "apply_payment",
    "cancel_order",
    "lapse_unpaid_orders",
    "place",
    "record_manual_refund",
    "request_refund",
    "send_refunds",
    "settle_provisional",
    "start_payment",
]
