"""Freezing shares, closing periods, paying out, being paid back, handing retribusi over."""

from marketplace.payouts.services.depositing import DepositRefused, record_deposit
from marketplace.payouts.services.gateway_fees import (
    correct_gateway_fee,
    estimate_gateway_fees,
    take_fees_from_reports,
)
from marketplace.payouts.services.paying_out import (
    PayoutRefused,
    SamePerson,
    approve_batch,
    export_batch,
    make_batch,
    reasons_to_hold,
    record_outcome,
    record_sent,
    reject_batch,
)
from marketplace.payouts.services.rates import RATES, add_rate, end_rate
from marketplace.payouts.services.remitting import RemittanceRefused, record_remittance
from marketplace.payouts.services.sending import (
    check_bank_account,
    has_iris,
    look_at,
    poll,
    record_iris_notification,
    send_batch,
)
from marketplace.payouts.services.settling import close_due_periods, close_period, settle
from marketplace.payouts.services.shares import freeze_shares

__all__ = [
    "RATES",
    "DepositRefused",
    "PayoutRefused",
    "RemittanceRefused",
    "SamePerson",
    "add_rate",
    "approve_batch",
    "check_bank_account",
    "close_due_periods",
    "close_period",
    "correct_gateway_fee",
    "end_rate",
    "estimate_gateway_fees",
    "export_batch",
    "freeze_shares",
    "has_iris",
    "look_at",
    "make_batch",
    "poll",
    "reasons_to_hold",
    "record_deposit",
    "record_iris_notification",
    "record_outcome",
    "record_remittance",
    "record_sent",
    "reject_batch",
    "send_batch",
    "settle",
    "take_fees_from_reports",
]
