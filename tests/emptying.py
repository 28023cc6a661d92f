"""Emptying a test database whose ledger refuses to be emptied.

After a test that commits, Django empties every table: by TRUNCATE on PostgreSQL, which fires no row trigger, and by
DELETE on SQLite, which the ledger's triggers refuse. So on SQLite they come off for that one transaction.
"""

from collections.abc import Iterator, Sequence

import pytest
from django.db.backends.sqlite3.base import DatabaseOperations

from marketplace.ledger.triggers import statements_to_add, statements_to_remove


@pytest.fixture(scope="session", autouse=True)
def _ledger_can_be_emptied() -> Iterator[None]:
    """Let Django empty the ledger between tests, and only then."""
    flush = DatabaseOperations.execute_sql_flush

    def without_triggers(self: DatabaseOperations, sql_list: Sequence[str]) -> None:
        names = self.connection.introspection.table_names()
        if "ledger_entry" not in names:
            flush(self, sql_list)
            return
        flush(self, [*statements_to_remove("sqlite"), *sql_list, *statements_to_add("sqlite")])

    DatabaseOperations.execute_sql_flush = without_triggers  # type: ignore[method-assign]
    yield
    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
