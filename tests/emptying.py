"""Emptying a test database after a test that commits: only the tables that it wrote to.

Django would empty every table and make all content types and permissions anew, which takes longer than most of these
tests do. Content types and permissions follow from the code, so they stay as the migrations have left them. The triggers of
the ledger, of payouts and of bank accounts refuse to be emptied, so they come off for that one transaction.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from marketplace.ledger import triggers as ledger
from marketplace.payouts import triggers as payouts
from marketplace.shops import triggers as shops

ROOMS = (ledger, payouts, shops)
# Made from the code by Django, once all migrations are applied.
KEPT = {"django_content_type", "auth_permission"}


@pytest.fixture(scope="session", autouse=True)
def _only_what_was_written_is_emptied() -> Iterator[None]:
    """Empty the database in this way between tests."""
    usual = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda _test: empty()
    yield
    TransactionTestCase._fixture_teardown = usual


@transaction.atomic
def empty() -> None:
    """Delete every row but the kept ones, and check that nothing refers to what is gone."""
    written = sorted(written_tables())
    vendor = connection.vendor
    with connection.cursor() as cursor:
        for statement in (
            *chain.from_iterable(room.statements_to_remove(vendor) for room in ROOMS),
            # Foreign keys are looked at when the transaction ends, so the order of the tables is free.
            *(f"DELETE FROM {connection.ops.quote_name(table)}" for table in written),
            *chain.from_iterable(room.statements_to_add(vendor) for room in ROOMS),
        ):
            cursor.execute(statement)


def written_tables() -> Iterator[str]:
    """The tables that have rows."""
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
    if not tables:
        return
    asked = (
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})" for table in sorted(tables)
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        rows: list[Any] = cursor.fetchall()
    yield from (name for (name,) in rows)
