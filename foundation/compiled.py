"""Statements that are put into SQL once and sent many times, and rows that are written as they are.

Putting a query set into SQL costs Django several times what sending it costs. Where hundreds of people a second go the
same way, the SQL is kept: a query set stays the one place that says what is asked, and only its values change.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from threading import local
from typing import Any, overload

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import BooleanField, F, Field, Model, QuerySet
from django.db.models.expressions import Expression
from django.db.models.sql import DeleteQuery, UpdateQuery


class Given(Expression):
    """A value that is given each time the statement is sent."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """A placeholder, and in the place of its value this."""
        return "%s", [self]

    def bind(self, value: Any, connection: BaseDatabaseWrapper) -> list[Any]:
        """The value as the database takes it."""
        return [self.output_field.get_db_prep_value(value, connection)]


class Among(Expression):
    """Whether a column has one of the values that are given."""

    conditional = True

    def __init__(self, column: str, name: str) -> None:
        super().__init__(output_field=BooleanField())
        self.column: Any = F(column)
        self.name = name

    def get_source_expressions(self) -> list[Any]:
        """The column."""
        return [self.column]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        """The column once its table is known."""
        (self.column,) = exprs

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """A mark for any number of placeholders, and in the place of its values this."""
        column, values = compiler.compile(self.column)
        return f"{column} IN ({self.mark})", [*values, self]

    @property
    def mark(self) -> str:
        """What the kept statement has until it is known how many values there are."""
        return f"<{self.name}>"

    def bind(self, values: Iterable[Any], connection: BaseDatabaseWrapper) -> list[Any]:
        """The values as the database takes them."""
        field = self.column.output_field
        return [field.get_db_prep_value(value, connection) for value in values]


class _Statement:
    """The SQL that a compiler makes for its connection, and where the given values go in it."""

    def __init__(self, compiler: Any) -> None:
        self.connection: BaseDatabaseWrapper = compiler.connection
        self.sql, self.values = compiler.as_sql()

    def bound(self, given: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
        """The statement with these values in their places."""
        sql, bound = self.sql, []
        for value in self.values:
            if isinstance(value, Given):
                bound += value.bind(given[value.name], self.connection)
            elif isinstance(value, Among):
                several = value.bind(given[value.name], self.connection)
                sql = sql.replace(value.mark, ", ".join(["%s"] * len(several)) or "NULL")
                bound += several
            else:
                bound.append(value)
        return sql, bound


@dataclass(frozen=True)
class Question[Answer]:
    """A kept statement with the values that it is sent with."""

    statement: _Statement
    given: Mapping[str, Any]
    read: Callable[[CursorWrapper], Answer]


@overload
def together[One](one: Question[One], /) -> tuple[One]: ...


@overload
def together[One, Two](one: Question[One], two: Question[Two], /) -> tuple[One, Two]: ...


@overload
def together[One, Two, Three](
    one: Question[One], two: Question[Two], three: Question[Three], /
) -> tuple[One, Two, Three]: ...


def together(*questions: Question[Any]) -> tuple[Any, ...]:
    """The answers to several questions, which are sent before the first answer is waited for; each sees what those before it did."""
    sent = [question.statement.bound(question.given) for question in questions]
    with _sent(connections[DEFAULT_DB_ALIAS], sent) as cursors:
        return tuple(question.read(cursor) for question, cursor in zip(questions, cursors, strict=True))


class Compiled[Row]:
    """A query set with :class:`Given` values. Each thread, and so each connection, puts it into SQL once.

    :param build: makes the query set, when it is first asked.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self.build = build
        self.kept = local()

    def __call__(self, **given: Any) -> list[Row]:
        """The rows, with these values."""
        (rows,) = together(self.given(**given))
        return rows

    def given(self, **given: Any) -> Question[list[Row]]:
        """The question with these values, to be sent with others."""
        if not hasattr(self.kept, "statement"):
            self._keep()
        return Question(self.kept.statement, given, self._read)

    def _read(self, cursor: CursorWrapper) -> list[Row]:
        self.kept.answer = cursor.fetchall()
        return list(self.kept.rows)

    def _keep(self) -> None:
        queryset: Any = self.build()
        compiler = queryset.query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
        statement = _Statement(compiler)
        converters = compiler.get_converters([column for column, _sql, _name in compiler.select])
        # What Django makes of an answer stays its own business: it is only handed the answer.
        queryset.query.get_compiler = lambda *_arguments, **_options: compiler
        compiler.execute_sql = lambda *_arguments, **_options: [self.kept.answer]
        compiler.get_converters = lambda _columns: converters
        self.kept.rows, self.kept.statement = queryset._iterable_class(queryset), statement


class _CompiledChange:
    """A statement that changes rows and says how many."""

    def __init__(self, build: Callable[[], Any]) -> None:
        self.build = build
        self.kept = local()

    def __call__(self, **given: Any) -> int:
        """Change the rows, with these values; how many they were."""
        (count,) = together(self.given(**given))
        return count

    def given(self, **given: Any) -> Question[int]:
        """The change with these values, to be sent with questions."""
        if not hasattr(self.kept, "statement"):
            self.kept.statement = _Statement(self.build().get_compiler(connection=connections[DEFAULT_DB_ALIAS]))
        return Question(self.kept.statement, given, _count_of)


def _count_of(cursor: CursorWrapper) -> int:
    return int(cursor.rowcount)


class CompiledUpdate(_CompiledChange):
    """An UPDATE of a query set with :class:`Given` values, put into SQL once."""

    def __init__(self, build: Callable[[], QuerySet[Any]], **changes: Any) -> None:
        def query() -> Any:
            update: Any = build().query.chain(UpdateQuery)
            update.add_update_values(changes)
            return update

        super().__init__(query)


class CompiledDelete(_CompiledChange):
    """A DELETE of a query set with :class:`Given` values, put into SQL once. Rows that depend on these are not looked for."""

    def __init__(self, build: Callable[[], QuerySet[Any]]) -> None:
        super().__init__(lambda: build().query.chain(DeleteQuery))


def insert(*rows: Model) -> None:
    """Write new rows as they are, table by table in the order in which these are first named.

    Keys that the database makes are set. Nothing else happens: for models that do no more when they are saved.
    """
    of_table: defaultdict[type[Model], list[Model]] = defaultdict(list)
    for row in rows:
        of_table[type(row)].append(row)
    if not of_table:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    with _sent(connection, [_insertion(alike, connection) for alike in of_table.values()]) as cursors:
        for cursor, alike in zip(cursors, of_table.values(), strict=True):
            _set_keys(alike, cursor.fetchall())


def _cursor(connection: BaseDatabaseWrapper) -> CursorWrapper:
    if connection.vendor != "postgresql":
        return connection.cursor()
    # Django's own cursor writes the values into the text. Sent beside it, they let PostgreSQL keep the plan, as
    # the setting ``prepare_threshold`` allows; to plan a few joins is most of its work with them.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    prepared: CursorWrapper = connection._prepare_cursor(psycopg.Cursor(connection.connection))  # type: ignore[attr-defined]
    return prepared


@contextmanager
def _sent(
    connection: BaseDatabaseWrapper, statements: Sequence[tuple[str, Sequence[Any]]]
) -> Iterator[list[CursorWrapper]]:
    """Send several statements; a cursor with the answer to each."""
    with ExitStack() as opened:
        cursors = [opened.enter_context(_cursor(connection)) for _statement in statements]
        with _all_at_once(connection, statements):
            for cursor, statement in zip(cursors, statements, strict=True):
                cursor.execute(*statement)
        yield cursors


@contextmanager
def _all_at_once(connection: BaseDatabaseWrapper, statements: Sequence[object]) -> Iterator[None]:
    """Send several statements before the first answer is waited for, where the database can."""
    if connection.vendor != "postgresql" or len(statements) == 1:
        yield
        return
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _insertion(rows: Sequence[Model], connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
    sql, fields = _insert_into(type(rows[0]), len(rows), rows[0].pk is not None)
    return sql, [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields]


@cache
def _insert_into(model: type[Model], count: int, has_key: bool) -> tuple[str, "Sequence[Field[Any, Any]]"]:
    # Both databases quote names alike.
    quote, options = connections[DEFAULT_DB_ALIAS].ops.quote_name, model._meta
    fields = [field for field in options.concrete_fields if has_key or not field.primary_key]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    rows = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * count)
    key = quote(str(options.pk.column))
    statement = f"INSERT INTO {quote(options.db_table)} ({columns}) VALUES {rows} RETURNING {key}"  # noqa: S608 - names of our own
    return statement, fields


def _set_keys(rows: Iterable[Model], keys: Iterable[tuple[Any]]) -> None:
    for row, (key,) in zip(rows, keys, strict=True):
        if row.pk is None:
            row.pk = key
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
