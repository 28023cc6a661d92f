"""Payouts: dated rates, the shares of each line, what is owed for a period, its transfer, what is paid back, and retribusi handed over."""

from marketplace.payouts.models.deposits import Deposit, DepositItem, TreasuryRule
from marketplace.payouts.models.rates import (
    FeeSchedule,
    GatewayFeeRate,
    LevyKind,
    LevyRate,
    SettlementCycle,
    SettlementPolicy,
    ShareRule,
    WithholdingRate,
)
from marketplace.payouts.models.remittances import Remittance
from marketplace.payouts.models.settlements import LineShare, Settlement, SettlementItem
from marketplace.payouts.models.transfers import (
    ENDED,
    PAYOUT_TRANSITIONS,
    BatchStatus,
    BatchWay,
    IrisNotification,
    Payout,
    PayoutBatch,
    PayoutEvent,
    PayoutStatus,
)

__all__ = [
    "ENDED",
    "PAYOUT_TRANSITIONS",
    "BatchStatus",
    "BatchWay",
    "Deposit",
    "DepositItem",
    "FeeSchedule",
    "GatewayFeeRate",
    "IrisNotification",
    "LevyKind",
    "LevyRate",
    "LineShare",
    "Payout",
    "PayoutBatch",
    "PayoutEvent",
    "PayoutStatus",
    "Remittance",
    "Settlement",
    "SettlementCycle",
    "SettlementItem",
    "SettlementPolicy",
    "ShareRule",
    "TreasuryRule",
    "WithholdingRate",
]
