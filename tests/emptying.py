"""Emptying a test database whose money refuses to be emptied.

After a test that commits, Django empties every table: by TRUNCATE on PostgreSQL and by DELETE on SQLite. The triggers of
the ledger, of payouts and of bank accounts refuse both, so they come off for that one transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from marketplace.ledger import triggers as ledger
from marketplace.payouts import triggers as payouts
from marketplace.shops import triggers as shops

ROOMS = (ledger, payouts, shops)


@pytest.fixture(scope="session", autouse=True)
def _ledger_can_be_emptied() -> Iterator[None]:
    """Let Django empty the ledger between tests, and only then."""
    flush: Callable[..., Any] = BaseDatabaseOperations.execute_sql_flush

    def without_triggers(self: BaseDatabaseOperations, sql_list: Sequence[str]) -> None:
        if "payouts_payout" not in self.connection.introspection.table_names():
            flush(self, sql_list)
            return
        vendor = self.connection.vendor
        remove = chain.from_iterable(room.statements_to_remove(vendor) for room in ROOMS)
        add = chain.from_iterable(room.statements_to_add(vendor) for room in ROOMS)
        flush(self, [*remove, *sql_list, *add])

    BaseDatabaseOperations.execute_sql_flush = without_triggers  # type: ignore[method-assign]
    yield
    BaseDatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
