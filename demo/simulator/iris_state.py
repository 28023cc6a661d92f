"""What the simulator's Payouts know: transfers, answers kept by key, beneficiaries, notifications, and a balance."""

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from demo.simulator.state import Json, World

OPENING_BALANCE = 500_000_000
KEPT_FOR = timedelta(hours=24)
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS iris_payout (seq INTEGER PRIMARY KEY, reference TEXT UNIQUE, due_at TEXT, document TEXT)",
    "CREATE TABLE IF NOT EXISTS iris_answer (place TEXT, name TEXT, at TEXT, fingerprint TEXT, document TEXT, UNIQUE (place, name))",
    "CREATE TABLE IF NOT EXISTS iris_beneficiary (alias TEXT PRIMARY KEY, document TEXT)",
    (
        "CREATE TABLE IF NOT EXISTS iris_notice (id TEXT PRIMARY KEY, seq INTEGER, reference TEXT, url TEXT, raw TEXT, "
        "signature TEXT, state TEXT, tries INTEGER, due_at TEXT, answers TEXT)"
    ),
)
_MOMENTS = ("created_at", "updated_at", "due_at")


@dataclass
class IrisPayout:
    """One transfer."""

    reference_no: str
    status: str
    amount: int
    bank: str
    account: str
    name: str
    notes: str
    created_at: datetime
    updated_at: datetime
    # When it goes on by itself.
    due_at: datetime | None = None
    error_code: str = ""
    error_message: str = ""


@dataclass
class IrisNotice:
    """One notification that waits to be sent."""

    notice_id: str
    url: str
    raw: str
    signature: str
    tries: int
    answers: list[Json]


def prepare(world: World) -> None:
    """Make the tables, if they are not there."""
    for statement in _SCHEMA:
        world.store.connection.execute(statement)


def save(world: World, payout: IrisPayout) -> None:
    """Insert or overwrite a transfer."""
    document = json.dumps(asdict(payout), default=datetime.isoformat)
    world.store.connection.execute(
        "INSERT INTO iris_payout (reference, due_at, document) VALUES (?, ?, ?) ON CONFLICT (reference) "
        "DO UPDATE SET due_at = excluded.due_at, document = excluded.document",
        [payout.reference_no, payout.due_at.isoformat() if payout.due_at else None, document],
    )


def get(world: World, reference: str) -> IrisPayout | None:
    """The transfer with this reference."""
    rows = _select(world, "reference = ?", reference)
    return rows[0] if rows else None


def find(world: World) -> list[IrisPayout]:
    """All transfers, oldest first."""
    return _select(world, "1")


def due(world: World, now: datetime) -> list[IrisPayout]:
    """Transfers that go on by themselves now."""
    return [payout for payout in _select(world, "due_at IS NOT NULL") if payout.due_at and payout.due_at <= now]


def balance(world: World) -> int:
    """What there is to pay out from."""
    return int(world.store.setting("iris_balance", str(OPENING_BALANCE)))


def change_balance(world: World, by: int) -> None:
    """Take from the balance, or give back."""
    world.store.set_setting("iris_balance", str(balance(world) + by))


def answer_of(world: World, place: str, key: str) -> tuple[str, Json] | None:
    """What was answered to a key before, with the fingerprint of its body; kept for a day."""
    row = world.store.connection.execute(
        "SELECT at, fingerprint, document FROM iris_answer WHERE place = ? AND name = ?", [place, key]
    ).fetchone()
    if row is None or datetime.fromisoformat(row[0]) + KEPT_FOR < world.clock.now():
        return None
    return str(row[1]), json.loads(row[2])


def keep_answer(world: World, place: str, key: str, fingerprint: str, answer: Json) -> None:
    """Keep an answer by its key."""
    world.store.connection.execute(
        "INSERT OR REPLACE INTO iris_answer VALUES (?, ?, ?, ?, ?)",
        [place, key, world.clock.now().isoformat(), fingerprint, json.dumps(answer)],
    )


def holder_of(world: World, bank: str, account: str) -> str:
    """The name under which a bank holds an account: the one that was set, else whatever is asked for is right."""
    return world.store.setting(f"iris_holder:{bank}:{account}", world.store.setting("iris_holder", "PEMILIK CONTOH"))


def set_holder(world: World, name: str, *, bank: str = "", account: str = "") -> None:
    """Say who holds an account, or all of them."""
    world.store.set_setting(f"iris_holder:{bank}:{account}" if account else "iris_holder", name)


def beneficiaries(world: World) -> list[Json]:
    """The address book."""
    rows = world.store.connection.execute("SELECT document FROM iris_beneficiary ORDER BY alias")
    return [json.loads(text) for (text,) in rows]


def keep_beneficiary(world: World, alias: str, row: Json) -> None:
    """Write into the address book."""
    world.store.connection.execute("INSERT OR REPLACE INTO iris_beneficiary VALUES (?, ?)", [alias, json.dumps(row)])


def keep_notice(world: World, reference: str, raw: str, signature: str) -> None:
    """Have a notification sent; without an address of the merchant it stays."""
    url = notify_url(world)
    count = world.store.connection.execute("SELECT count(*) FROM iris_notice").fetchone()[0]
    world.store.connection.execute(
        "INSERT INTO iris_notice VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, '[]')",
        [
            str(uuid.uuid4()),
            count,
            reference,
            url,
            raw,
            signature,
            "WAITING" if url else "UNADDRESSED",
            world.clock.now().isoformat(),
        ],
    )


def notify_url(world: World) -> str:
    """The merchant's address for Payouts: beside the one for payments."""
    if not world.notify_url:
        return ""
    return world.notify_url.partition("/payments/")[0] + "/payouts/iris/notification/"


def waiting_notices(world: World) -> list[IrisNotice]:
    """Notifications that are to be sent now, in their order."""
    rows = world.store.connection.execute(
        "SELECT id, url, raw, signature, tries, answers, due_at FROM iris_notice WHERE state = 'WAITING' ORDER BY seq"
    )
    now = world.clock.now()
    return [
        IrisNotice(pk, url, raw, signature, tries, json.loads(answers))
        for pk, url, raw, signature, tries, answers, due_at in rows
        if datetime.fromisoformat(due_at) <= now
    ]


def keep_try(world: World, notice: IrisNotice, *, state: str, due_at: datetime) -> None:
    """Note how a try went."""
    world.store.connection.execute(
        "UPDATE iris_notice SET state = ?, tries = ?, due_at = ?, answers = ? WHERE id = ?",
        [state, notice.tries, due_at.isoformat(), json.dumps(notice.answers), notice.notice_id],
    )


def notices(world: World) -> list[Json]:
    """All notifications, oldest first, with each of the shop's answers."""
    rows = world.store.connection.execute(
        "SELECT reference, url, raw, signature, state, tries, answers FROM iris_notice ORDER BY seq"
    )
    names = ("reference_no", "url", "raw", "signature", "state", "tries")
    return [dict(zip(names, row[:6], strict=True)) | {"answers": json.loads(row[6])} for row in rows]


def _select(world: World, condition: str, *parameters: Any) -> list[IrisPayout]:
    sql = f"SELECT document FROM iris_payout WHERE {condition} ORDER BY seq"  # noqa: S608 - conditions of our own
    return [_load(text) for (text,) in world.store.connection.execute(sql, parameters)]


def _load(text: str) -> IrisPayout:
    values = json.loads(text)
    for name in _MOMENTS:
        if values[name]:
            values[name] = datetime.fromisoformat(values[name])
    return IrisPayout(**values)
