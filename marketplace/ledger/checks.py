"""What must always hold in the ledger."""

from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import F

from foundation.audit.registry import Finding
from marketplace.ledger.models import Entry, Journal
from marketplace.ledger.triggers import TABLES

# Against changing and deleting on SQLite; against both and against TRUNCATE on PostgreSQL.
_TRIGGERS_EACH = 2


def triggers_are_on() -> Iterator[Finding]:
    """Entries and journals cannot be changed: the triggers that refuse it are there."""
    yield from missing_triggers(TABLES)


def missing_triggers(tables: Sequence[str]) -> Iterator[Finding]:
    """Tables whose rows can be changed, because one of their triggers is missing or off."""
    sql = (
        "SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' "
        "AND (t.tgname LIKE '%is_append_only' OR t.tgname LIKE '%is_not_emptied') GROUP BY c.relname"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY tbl_name"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        there = dict(cursor.fetchall())
    for table in tables:
        if there.get(table, 0) < _TRIGGERS_EACH:
            yield Finding(row=table, fault="rows can be changed: its triggers are missing")


def journals_have_entries() -> Iterator[Finding]:
    """A journal moves money, and every entry moves it between two accounts."""
    for pk, kind, reference in Journal.objects.filter(entries=None).values_list("pk", "kind", "reference"):
        yield Finding(row=f"journal {pk}", fault=f"{kind} {reference} has no entries")
    for pk in Entry.objects.filter(from_account=F("to_account")).values_list("pk", flat=True):
        yield Finding(row=f"entry {pk}", fault="goes from an account to itself")
    for pk in Entry.objects.filter(amount__lte=0).values_list("pk", flat=True):
        yield Finding(row=f"entry {pk}", fault="moves nothing, or backwards")
