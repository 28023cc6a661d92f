"""Sales conducts: placing an order, asking for its money, applying what Midtrans says, giving up, giving back."""

from marketplace.sales.services.applying import apply_payment
from marketplace.sales.services.lapsing import cancel_order, lapse_unpaid_orders
from marketplace.sales.services.paying import PaymentNotPossible, start_payment
from marketplace.sales.services.placing import CartChanged, CheckoutDetails, DetailsMissing, NeedsOwnPayment, place
from marketplace.sales.services.refunding import (
    RefundRefused,
    cancel_shop_order,
    record_manual_refund,
    request_refund,
    send_refund,
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
    "cancel_shop_order",
    "lapse_unpaid_orders",
    "place",
    "record_manual_refund",
    "request_refund",
    "send_refund",
    "start_payment",
]
