"""What makes rows of money append-only: triggers that refuse every change of them, on both databases.

PostgreSQL empties a table by TRUNCATE without asking the rows, so that is refused too; SQLite knows no TRUNCATE.
"""

from collections.abc import Sequence

TABLES = ("ledger_entry", "ledger_journal")

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$
"""


def statements_to_add(vendor: str, tables: Sequence[str] = TABLES) -> list[str]:
    """SQL that puts the triggers on; those that are there stay.

    :param vendor: of the database, as Django names it.
    """
    if vendor == "postgresql":
        return [
            _POSTGRESQL_FUNCTION,
            *(
                f"CREATE OR REPLACE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()"
                for table in tables
            ),
            *(_refuse_truncate(table) for table in tables),
        ]
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_refuses_{action.lower()} BEFORE {action} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in tables
        for action in ("UPDATE", "DELETE")
    ]


def statements_to_remove(vendor: str, tables: Sequence[str] = TABLES) -> list[str]:
    """SQL that takes the triggers off: for undoing the migration, and for emptying a test database."""
    if vendor == "postgresql":
        return [
            *(f"DROP TRIGGER IF EXISTS {table}_is_append_only ON {table}" for table in tables),
            *(f"DROP TRIGGER IF EXISTS {table}_is_not_emptied ON {table}" for table in tables),
        ]
    return [f"DROP TRIGGER IF EXISTS {table}_refuses_{action}" for table in tables for action in ("update", "delete")]


def statements_to_freeze(vendor: str, table: str, columns: Sequence[str]) -> list[str]:
    """SQL that lets rows of a table move on in other columns, but never change these, nor go away."""
    if vendor == "postgresql":
        return [
            _POSTGRESQL_FUNCTION,
            (
                f"CREATE OR REPLACE TRIGGER {table}_is_append_only BEFORE UPDATE OF {', '.join(columns)} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()"
            ),
            (
                f"CREATE OR REPLACE TRIGGER {table}_stays BEFORE DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()"
            ),
            _refuse_truncate(table),
        ]
    return [
        (
            f"CREATE TRIGGER IF NOT EXISTS {table}_refuses_update BEFORE UPDATE OF {', '.join(columns)} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        ),
        (
            f"CREATE TRIGGER IF NOT EXISTS {table}_refuses_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        ),
    ]


def statements_to_thaw(vendor: str, table: str) -> list[str]:
    """SQL that undoes :func:`statements_to_freeze`."""
    stays = [f"DROP TRIGGER IF EXISTS {table}_stays ON {table}"] if vendor == "postgresql" else []
    return [*statements_to_remove(vendor, (table,)), *stays]


def _refuse_truncate(table: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
    )
