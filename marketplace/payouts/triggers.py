"""What makes settlements, payouts and deposits unchangeable: triggers on both databases, as for the ledger."""

from collections.abc import Mapping

from marketplace.ledger import triggers as ledger

# Written once and for all.
APPEND_ONLY = (
    "payouts_settlement",
    "payouts_settlementitem",
    "payouts_payoutevent",
    "payouts_irisnotification",
    "payouts_deposit",
    "payouts_deposititem",
)
# Move from state to state; what they are about stays.
FROZEN: Mapping[str, tuple[str, ...]] = {
    "payouts_payout": ("batch_id", "settlement_id", "amount", "bank_account_id"),
    "payouts_payoutbatch": ("merchant_account_id", "way", "made_by_id", "made_at"),
}


def statements_to_add(vendor: str) -> list[str]:
    """SQL that puts the triggers on.

    :param vendor: of the database, as Django names it.
    """
    frozen = [sql for table, columns in FROZEN.items() for sql in ledger.statements_to_freeze(vendor, table, columns)]
    return [*ledger.statements_to_add(vendor, APPEND_ONLY), *frozen]


def statements_to_remove(vendor: str) -> list[str]:
    """SQL that takes them off: for undoing the migration, and for emptying a test database."""
    thawed = [sql for table in FROZEN for sql in ledger.statements_to_thaw(vendor, table)]
    return [*ledger.statements_to_remove(vendor, APPEND_ONLY), *thawed]
