"""Whether anything was written to the database at all: what nobody touched needs no second look."""

from django.db import connection

# Of the transaction that is open; what a savepoint took back is counted too.
_ROWS_OF_THE_TRANSACTION = """
SELECT coalesce(sum(pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
                    + pg_stat_get_xact_tuples_deleted(oid)), 0)
FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
"""


def rows_written() -> int:
    """How many rows were ever inserted, changed or deleted on this connection: to be compared within one transaction."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return int(connection.connection.total_changes)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS_OF_THE_TRANSACTION)
        return int(cursor.fetchone()[0])
