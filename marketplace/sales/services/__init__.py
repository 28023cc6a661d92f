"""Sales conducts: placing an order, asking for its money, applying what Midtrans says, giving up, giving back."""

from marketplace.sales.services.applying import apply_payment, decide_review, lose_dispute
from marketplace.sales.services.bearing import BearerRefused, bear_refund, may_bear
from marketplace.sales.services.closing import (
    adopt_closed_dates,
    close_dates,
    decide_closing,
    propose_closing,
    reopen_place,
    run_closings,
    try_visit_again,
    wake_closings_of,
    work_off,
)
from marketplace.sales.services.lapsing import cancel_order, lapse_unpaid_orders
from marketplace.sales.services.paying import PaymentNotPossible, start_payment
from marketplace.sales.services.placing import CartChanged, CheckoutDetails, DetailsMissing, NeedsOwnPayment, place
from marketplace.sales.services.refunding import (
    RefundRefused,
    cancel_shop_order,
    give_back,
    record_manual_refund,
    request_refund,
    send_refund,
)
from marketplace.sales.services.reopening import ClosedForGood, reopen_dates
from marketplace.sales.services.visits import DateGone, VisitDecided, move_visit, take_money

__all__ = [
    "BearerRefused",
    "CartChanged",
    "CheckoutDetails",
    "ClosedForGood",
    "DateGone",
    "DetailsMissing",
    "NeedsOwnPayment",
    "PaymentNotPossible",
    "RefundRefused",
    "VisitDecided",
    "adopt_closed_dates",
    "apply_payment",
    "bear_refund",
    "cancel_order",
    "cancel_shop_order",
    "close_dates",
    "decide_closing",
    "decide_review",
    "give_back",
    "lapse_unpaid_orders",
    "lose_dispute",
    "may_bear",
    "move_visit",
    "place",
    "propose_closing",
    "record_manual_refund",
    "reopen_dates",
    "reopen_place",
    "request_refund",
    "run_closings",
    "send_refund",
    "start_payment",
    "take_money",
    "try_visit_again",
    "wake_closings_of",
    "work_off",
]
