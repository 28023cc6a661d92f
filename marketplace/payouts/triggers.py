"""What makes settlements, payouts, deposits and remittances unchangeable: triggers on both databases, as for the ledger."""

from collections.abc import Mapping, Sequence

from marketplace.ledger import triggers as ledger

# Written once and for all.
APPEND_ONLY = (
    "payouts_settlement",
    "payouts_settlementitem",
    "payouts_payoutevent",
    "payouts_irisnotification",
    "payouts_deposit",
    "payouts_deposititem",
    "payouts_remittance",
)
# Move from state to state; what they are about stays.
FROZEN: Mapping[str, tuple[str, ...]] = {
    "payouts_payout": ("batch_id", "settlement_id", "amount", "bank_account_id"),
    "payouts_payoutbatch": ("merchant_account_id", "way", "made_by_id", "made_at"),
}


def statements_to_add(vendor: str, append_only: Sequence[str] = APPEND_ONLY) -> list[str]:
    """SQL that puts the triggers on.

    :param vendor: of the database, as Django names it.
    :param append_only: the tables that are written once; a migration knows those of its time.
    """
    frozen = [sql for table, columns in FROZEN.items() for sql in ledger.statements_to_freeze(vendor, table, columns)]
    return [*ledger.statements_to_add(vendor, append_only), *frozen]


def statements_to_remove(vendor: str, append_only: Sequence[str] = APPEND_ONLY) -> list[str]:
    """SQL that takes them off: for undoing the migration, and for emptying a test database."""
    thawed = [sql for table in FROZEN for sql in ledger.statements_to_thaw(vendor, table)]
    return [*ledger.statements_to_remove(vendor, append_only), *thawed]
