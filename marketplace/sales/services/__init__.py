"""Sales conducts: placing an order, asking for its money, applying what Midtrans says, giving up, giving back; and cash at a gate."""

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
from marketplace.sales.services.counting import CountingRefused, Rest, count_refund, may_keep, open_beside
from marketplace.sales.services.erasing import ask_erasure, due_to_erase, erase_due_contacts
from marketplace.sales.services.gate_sales import (
    GateSaleRefused,
    OfflineSale,
    Piece,
    TooLittleCash,
    admit_gate_sale,
    give_up_gate_sale,
    sell_at_gate,
    try_gate_sale_again,
    upload_gate_sales,
    void_gate_sale,
)
from marketplace.sales.services.handing_over import HandoverRefused, hand_over_cash, take_cash_over
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
from marketplace.sales.services.together import apply_payments
from marketplace.sales.services.visits import DateGone, VisitDecided, move_visit, take_money

__all__ = [
    "BearerRefused",
    "CartChanged",
    "CheckoutDetails",
    "ClosedForGood",
    "CountingRefused",
    "DateGone",
    "DetailsMissing",
    "GateSaleRefused",
    "HandoverRefused",
    "NeedsOwnPayment",
    "OfflineSale",
    "PaymentNotPossible",
    "Piece",
    "RefundRefused",
    "Rest",
    "TooLittleCash",
    "VisitDecided",
    "admit_gate_sale",
    "adopt_closed_dates",
    "apply_payment",
    "apply_payments",
    "ask_erasure",
    "bear_refund",
    "cancel_order",
    "cancel_shop_order",
    "close_dates",
    "count_refund",
    "decide_closing",
    "decide_review",
    "due_to_erase",
    "erase_due_contacts",
    "give_back",
    "give_up_gate_sale",
    "hand_over_cash",
    "lapse_unpaid_orders",
    "lose_dispute",
    "may_bear",
    "may_keep",
    "move_visit",
    "open_beside",
    "place",
    "propose_closing",
    "record_manual_refund",
    "reopen_dates",
    "reopen_place",
    "request_refund",
    "run_closings",
    "sell_at_gate",
    "send_refund",
    "start_payment",
    "take_cash_over",
    "take_money",
    "try_gate_sale_again",
    "try_visit_again",
    "upload_gate_sales",
    "void_gate_sale",
    "wake_closings_of",
    "work_off",
]
