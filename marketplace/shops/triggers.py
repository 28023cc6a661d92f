"""What keeps a bank account as it was given: triggers that refuse another number under an old check."""

from marketplace.ledger.triggers import statements_to_freeze, statements_to_thaw

TABLE = "shops_bankaccount"
_COLUMNS = ("shop_id", "party_id", "bank", "number", "holder", "given_at")


def statements_to_add(vendor: str) -> list[str]:
    """SQL that puts the triggers on.

    :param vendor: of the database, as Django names it.
    """
    return statements_to_freeze(vendor, TABLE, _COLUMNS)


def statements_to_remove(vendor: str) -> list[str]:
    """SQL that takes them off."""
    return statements_to_thaw(vendor, TABLE)
