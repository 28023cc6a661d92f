"""What makes the ledger append-only: triggers that refuse every change of an entry or a journal, on both databases."""

TABLES = ("ledger_entry", "ledger_journal")

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$
"""


def statements_to_add(vendor: str) -> list[str]:
    """SQL that puts the triggers on.

    :param vendor: of the database, as Django names it.
    """
    if vendor == "postgresql":
        return [
            _POSTGRESQL_FUNCTION,
            *(
                f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()"
                for table in TABLES
            ),
        ]
    return [
        f"CREATE TRIGGER {table}_refuses_{action.lower()} BEFORE {action} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in TABLES
        for action in ("UPDATE", "DELETE")
    ]


def statements_to_remove(vendor: str) -> list[str]:
    """SQL that takes the triggers off: for undoing the migration, and for emptying a test database."""
    if vendor == "postgresql":
        return [
            *(f"DROP TRIGGER IF EXISTS {table}_is_append_only ON {table}" for table in TABLES),
            "DROP FUNCTION IF EXISTS ledger_refuse_change()",
        ]
    return [f"DROP TRIGGER IF EXISTS {table}_refuses_{action}" for table in TABLES for action in ("update", "delete")]
