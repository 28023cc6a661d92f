"""What the simulator knows, kept in SQLite, so that a restart forgets nothing.

Each row is a plain dataclass stored as JSON under its key, with a few columns to find it by.
"""

import json
import random
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, ClassVar, Self, get_type_hints

WIB = timezone(timedelta(hours=7), "WIB")
type Json = dict[str, Any]


@dataclass(frozen=True)
class Merchant:
    """A merchant of this Midtrans; its keys are made up."""

    merchant_id: str
    server_key: str = field(repr=False)
    client_key: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``id:server_key:client_key``."""
        parts = text.split(":")
        if len(parts) != 3 or not all(parts):
            raise ValueError("A merchant is written id:server_key:client_key.")
        return cls(*parts)


DEMO_MERCHANT = Merchant("G000000000", "SB-Mid-server-lapau-demo", "SB-Mid-client-lapau-demo")


@dataclass
class Session:
    """One Snap page. It dies when cancelled, replaced by a newer one of the same order, or past its time."""

    key: ClassVar[str] = "token"
    found_by: ClassVar[tuple[str, ...]] = ("merchant_id", "order_id")

    token: str
    merchant_id: str
    order_id: str
    request: Json
    notify_urls: list[str]
    opened_at: datetime
    page_expires_at: datetime
    pay_before: datetime | None = None
    pay_within_seconds: float | None = None
    canceled_at: datetime | None = None
    replaced: bool = False
    transaction_id: str = ""

    @property
    def gross_amount(self) -> int:
        return int(self.request["transaction_details"]["gross_amount"])

    @property
    def finish_url(self) -> str:
        callbacks = self.request.get("callbacks")
        return str(callbacks.get("finish") or "") if isinstance(callbacks, dict) else ""


@dataclass
class Transaction:
    """One Core transaction: one method chosen for one order."""

    key: ClassVar[str] = "transaction_id"
    found_by: ClassVar[tuple[str, ...]] = ("merchant_id", "order_id", "status")

    transaction_id: str
    order_id: str
    merchant_id: str
    gross_amount: int
    method: str
    created_at: datetime
    expires_at: datetime | None
    status: str = "pending"
    fraud_status: str = "accept"
    settled_at: datetime | None = None
    token: str = ""
    card: str = ""
    details: Json = field(default_factory=dict)
    custom_fields: Json = field(default_factory=dict)
    notify_urls: list[str] = field(default_factory=list)


@dataclass
class Refund:
    """Money given back; the provider's confirmation comes later."""

    key: ClassVar[str] = "refund_id"
    found_by: ClassVar[tuple[str, ...]] = ("transaction_id",)

    refund_id: str
    transaction_id: str
    refund_key: str
    amount: int
    reason: str
    method: str
    created_at: datetime
    bank_confirmed_at: datetime | None = None


@dataclass
class Notice:
    """One notification, with every try to deliver it.

    States: WAITING, HELD, LOST, UNADDRESSED (the merchant has no address), SENDING, DELIVERED, GIVEN_UP.
    """

    key: ClassVar[str] = "notice_id"
    found_by: ClassVar[tuple[str, ...]] = ("transaction_id", "order_id", "state", "due_at")

    notice_id: str
    transaction_id: str
    order_id: str
    url: str
    body: Json
    created_at: datetime
    due_at: datetime
    state: str = "WAITING"
    tries: int = 0
    parallel: bool = False
    faults: list[str] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)


@dataclass
class Job:
    """Something that will happen to a transaction by itself: a settlement, a confirmation, a reversal."""

    key: ClassVar[str] = "job_id"
    found_by: ClassVar[tuple[str, ...]] = ("transaction_id", "due_at")

    job_id: str
    transaction_id: str
    action: str
    due_at: datetime
    subject: str = ""


@dataclass
class Fault:
    """Something made to go wrong, for one order or for all, ``remaining`` times (None: always)."""

    key: ClassVar[str] = "fault_id"
    found_by: ClassVar[tuple[str, ...]] = ("name",)

    fault_id: str
    name: str
    order_id: str = ""
    endpoint: str = ""
    remaining: int | None = 1
    options: Json = field(default_factory=dict)


@dataclass
class Answer:
    """A success that is told again to whoever shows the same Idempotency-Key."""

    key: ClassVar[str] = "idempotency_key"
    found_by: ClassVar[tuple[str, ...]] = ("made_at",)

    idempotency_key: str
    made_at: datetime
    body: Json


type Row = Session | Transaction | Refund | Notice | Job | Fault | Answer
ROWS: tuple[type[Any], ...] = (Session, Transaction, Refund, Notice, Job, Fault, Answer)


class Store:
    """Rows in one SQLite file, in the order in which they were first saved."""

    def __init__(self, path: Path | None) -> None:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        # One connection, used by many threads, one at a time: World.lock sees to that.
        self.connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=OFF")
        self.connection.execute("CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT)")
        for kind in ROWS:
            table, columns = kind.__name__.lower(), kind.found_by
            self.connection.execute(
                f'CREATE TABLE IF NOT EXISTS "{table}" (seq INTEGER PRIMARY KEY, "key" TEXT UNIQUE, '
                + ", ".join(f'"{column}" TEXT' for column in columns)
                + ', "document" TEXT)'
            )
            for column in columns:
                self.connection.execute(f'CREATE INDEX IF NOT EXISTS "{table}_{column}" ON "{table}" ("{column}")')

    def save(self, row: Row) -> None:
        """Insert or overwrite a row."""
        kind = type(row)
        columns = ["key", *kind.found_by, "document"]
        values = [_text(getattr(row, name)) for name in (kind.key, *kind.found_by)] + [_dump(row)]
        names = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join("?" * len(columns))
        updates = ", ".join(f'"{column}" = excluded."{column}"' for column in columns[1:])
        sql = (
            f'INSERT INTO "{kind.__name__.lower()}" ({names}) VALUES ({marks})'  # noqa: S608 - names of our own classes
            f' ON CONFLICT ("key") DO UPDATE SET {updates}'
        )
        self.connection.execute(sql, values)

    def get[T](self, kind: type[T], key: str) -> T | None:
        """The row of that key, if there is one."""
        rows = self._select(kind, {"key": key})
        return rows[0] if rows else None

    def find[T](self, kind: type[T], **where: str) -> list[T]:
        """All rows that match, oldest first."""
        return self._select(kind, where)

    def due_jobs(self, now: datetime) -> list[Job]:
        """The jobs whose time has come, earliest first."""
        return self._select(Job, {}, "due_at <= ?", _text(now), order="due_at, seq")

    def due_notices(self, now: datetime) -> list[Notice]:
        """The notifications that wait and may be sent, in the order in which they came about."""
        return self._select(Notice, {"state": "WAITING"}, "due_at <= ?", _text(now))

    def drop(self, row: Job | Fault) -> None:
        """Forget a job or a fault that is done."""
        kind = type(row)
        sql = f'DELETE FROM "{kind.__name__.lower()}" WHERE "key" = ?'  # noqa: S608 - names of our own classes
        self.connection.execute(sql, [getattr(row, kind.key)])

    def clear(self) -> None:
        """Forget everything but the clock."""
        for kind in ROWS:
            self.connection.execute(f'DELETE FROM "{kind.__name__.lower()}"')  # noqa: S608 - names of our own classes

    def setting(self, name: str, default: str) -> str:
        """A value kept under a name."""
        row = self.connection.execute("SELECT value FROM setting WHERE name = ?", [name]).fetchone()
        return str(row[0]) if row else default

    def set_setting(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        self.connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [name, value])

    def _select[T](
        self, kind: type[T], where: dict[str, str], extra: str = "1", *parameters: str, order: str = "seq"
    ) -> list[T]:
        condition = " AND ".join([*(f'"{column}" = ?' for column in where), extra])
        sql = f'SELECT document FROM "{kind.__name__.lower()}" WHERE {condition} ORDER BY {order}'  # noqa: S608 - as above
        return [_load(kind, text) for (text,) in self.connection.execute(sql, [*where.values(), *parameters])]


def _text(value: object) -> str:
    # One width for all moments, so that their text sorts as they do.
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)


def _dump(row: Row) -> str:
    return json.dumps(asdict(row), default=datetime.isoformat)


def _load[T](kind: type[T], text: str) -> T:
    values = json.loads(text)
    for name, hint in get_type_hints(kind).items():
        if hint in (datetime, datetime | None) and values.get(name):
            values[name] = datetime.fromisoformat(values[name])
    return kind(**values)


class Clock:
    """The simulator's own time: the real one plus an offset that can be moved forward."""

    def __init__(self, store: Store, offset: timedelta | None) -> None:
        self.store = store
        kept = timedelta(seconds=float(store.setting("clock_offset", "0")))
        self.offset = kept if offset is None else offset

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC) + self.offset

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.offset += by
        self.store.set_setting("clock_offset", str(self.offset.total_seconds()))


@dataclass
class World:
    """One simulator: its merchants, rows, clock and habits. Read and change it inside ``held()``.

    A buyer returns to ``finish_url`` where a session names no page of its own; one who has not paid to
    ``unfinish_url`` and one who was refused to ``error_url``, if there are such.
    ``retry_scale`` shortens the hours between the tries of a notification; ``confirm_after`` is how long a provider
    takes to confirm a refund; ``hold_seconds`` how long a client is left hanging by a time-out fault.
    """

    store: Store
    clock: Clock
    merchants: tuple[Merchant, ...]
    notify_url: str = ""
    shop_name: str = "Lapau, data contoh"
    finish_url: str = ""
    unfinish_url: str = ""
    error_url: str = ""
    public_url: str = ""
    retry_scale: float = 1.0
    confirm_after: timedelta = timedelta(minutes=1)
    hold_seconds: float = 20.0
    conflict_http_status: int = 200
    chance: random.Random = field(default_factory=random.Random)
    lock: threading.RLock = field(default_factory=threading.RLock)
    changed: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the world still: one thread at a time, and all of its changes or none."""
        with self.lock:
            connection = self.store.connection
            if connection.in_transaction:
                yield
                return
            connection.execute("BEGIN")
            try:
                yield
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def merchant(self, merchant_id: str) -> Merchant:
        """The merchant of a row."""
        return next(merchant for merchant in self.merchants if merchant.merchant_id == merchant_id)

    def by_server_key(self, key: str) -> Merchant | None:
        """The merchant who signs in with this key."""
        return next((merchant for merchant in self.merchants if merchant.server_key == key), None)

    def transaction(self, identifier: str, merchant: Merchant | None = None) -> Transaction | None:
        """The transaction of a transaction id, or the newest one of an order id."""
        found = self.store.get(Transaction, identifier)
        if found is None:
            of_order = self.store.find(Transaction, order_id=identifier)
            of_merchant = [row for row in of_order if merchant is None or row.merchant_id == merchant.merchant_id]
            found = of_merchant[-1] if of_merchant else None
        return found if found and (merchant is None or found.merchant_id == merchant.merchant_id) else None

    def refunds(self, transaction: Transaction) -> list[Refund]:
        """What was given back of a transaction, oldest first."""
        return self.store.find(Refund, transaction_id=transaction.transaction_id)
