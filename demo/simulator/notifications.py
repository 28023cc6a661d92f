"""Notifications: written at every change, sent from a thread of their own, tried again as our answer says."""

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import requests

from demo.simulator import bodies
from demo.simulator.faults import take
from demo.simulator.state import Json, Notice, Transaction, World

TIMEOUT = 15.0
# How often Midtrans tries again after an answer; what is not named here is tried as often as it can be.
RETRIES = {500: 1, 503: 4, 400: 2, 404: 2, 301: 0, 302: 0, 303: 0}
INTERVALS = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 30, 90, 210))
HOPS = 5


def announce(world: World, transaction: Transaction) -> None:
    """Write the notification of a transaction's present state, one for each address, as faults would have it."""
    order_id, now = transaction.order_id, world.clock.now()
    body, bent = _bend(world, transaction, bodies.notice_body(world, transaction))
    lost = take(world, "lost", order_id=order_id) is not None
    held = take(world, "out_of_order", order_id=order_id) is not None
    delay = take(world, "delayed", order_id=order_id)
    copies = take(world, "duplicate", order_id=order_id)
    faults = [
        *bent,
        *(["lost"] if lost else []),
        *(["out_of_order"] if held else []),
        *(["delayed"] if delay is not None else []),
        *(["duplicate"] if copies is not None else []),
    ]
    for url in transaction.notify_urls or [world.notify_url]:
        for _ in range(copies.get("times", 3) if copies is not None else 1):
            notice = Notice(
                notice_id=str(uuid.uuid4()),
                transaction_id=transaction.transaction_id,
                order_id=order_id,
                url=url,
                body=body,
                created_at=now,
                due_at=now + timedelta(seconds=delay.get("seconds", 300) if delay is not None else 0),
                state=_first_state(url, lost=lost, held=held),
                parallel=bool(copies and copies.get("parallel", True)) if copies is not None else False,
                faults=faults,
            )
            world.store.save(notice)
    world.changed.set()


def _first_state(url: str, *, lost: bool, held: bool) -> str:
    if not url:
        return "UNADDRESSED"
    return "LOST" if lost else "HELD" if held else "WAITING"


def resend(world: World, notice: Notice) -> Notice:
    """Send a notification once more, word for word."""
    now = world.clock.now()
    again = Notice(
        notice_id=str(uuid.uuid4()),
        transaction_id=notice.transaction_id,
        order_id=notice.order_id,
        url=notice.url or world.notify_url,
        body=notice.body,
        created_at=now,
        due_at=now,
    )
    world.store.save(again)
    world.changed.set()
    return again


def _bend(world: World, transaction: Transaction, body: Json) -> tuple[Json, list[str]]:
    """Make the body wrong where a fault asks for it."""
    merchant, bent = world.merchant(transaction.merchant_id), []
    changes: dict[str, tuple[str, Any, bool]] = {
        "tampered_status": ("transaction_status", lambda fault: fault.get("status", "settlement"), False),
        "wrong_amount": ("gross_amount", lambda fault: _wrong_amount(transaction, fault), True),
        "wrong_merchant": ("merchant_id", lambda fault: fault.get("merchant_id", "G999999999"), False),
        "foreign_order": ("order_id", lambda fault: fault.get("order_id", f"foreign-{uuid.uuid4().hex[:8]}"), True),
    }
    for name, (changed, value, sign_again) in changes.items():
        fault = take(world, name, order_id=transaction.order_id)
        if fault is not None:
            bent.append(name)
            body = body | {changed: value(fault)}
            if sign_again:
                body["signature_key"] = bodies.signature(
                    body["order_id"], body["status_code"], body["gross_amount"], merchant
                )
    if take(world, "wrong_signature", order_id=transaction.order_id) is not None:
        bent.append("wrong_signature")
        body = body | {"signature_key": "0" * 128}
    return body, bent


def _wrong_amount(transaction: Transaction, fault: Json) -> str:
    return bodies.money(fault.get("amount", transaction.gross_amount + 1))


class Postman(threading.Thread):
    """Sends what is due. Notifications of one transaction keep their order, unless faults or tries mix them."""

    def __init__(self, world: World, *, run_due: Any, workers: int = 8) -> None:
        super().__init__(name="simulator-postman", daemon=True)
        self.world = world
        self.run_due = run_due
        self.session = requests.Session()
        self.session.trust_env = False
        self.pool = ThreadPoolExecutor(workers, thread_name_prefix="simulator-notice")
        self.sending: dict[str, str] = {}
        self.delivered = threading.Condition(world.lock)
        with world.lock:
            for notice in world.store.find(Notice, state="SENDING"):
                # What the last run had in hand when it stopped is sent again, as Midtrans would.
                notice.state = "WAITING"
                world.store.save(notice)

    def run(self) -> None:
        """Look at the clock a few times a second, and at once when something has changed."""
        while not self.world.stopping.is_set():
            self.world.changed.wait(0.2)
            self.world.changed.clear()
            self.send_due()
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.session.close()

    def send_due(self) -> None:
        """Hand out everything that may be sent now."""
        with self.world.held():
            self.run_due(self.world)
            waited_for: set[str] = set()
            for notice in self.world.store.due_notices(self.world.clock.now()):
                first_try = notice.tries == 0
                busy = notice.transaction_id in self.sending.values() or notice.transaction_id in waited_for
                if busy and first_try and not notice.parallel:
                    waited_for.add(notice.transaction_id)
                    continue
                notice.state = "SENDING"
                self.world.store.save(notice)
                self.sending[notice.notice_id] = notice.transaction_id
                self.pool.submit(self._deliver, notice)

    def drain(self, timeout: float = 20.0) -> None:
        """Wait until nothing that is due is left to send.

        :raises TimeoutError: it took longer.
        """
        deadline = time.monotonic() + timeout
        while True:
            self.send_due()
            with self.delivered:
                due = self.world.store.due_notices(self.world.clock.now())
                if not due and not self.sending:
                    return
                self.delivered.wait(0.05)
            if time.monotonic() > deadline:
                raise TimeoutError("Notifications are still being delivered.")

    def _deliver(self, notice: Notice) -> None:
        started = time.monotonic()
        with self.world.held():
            forged = take(self.world, "answered", order_id=notice.order_id)
        status, error = self._post(notice) if forged is None or forged.get("deliver", True) else (None, "")
        if forged is not None:
            status, error = int(forged.get("status", 500)) or None, "as a fault would have it"
        with self.world.held():
            answer = {
                "at": self.world.clock.now().isoformat(),
                "http_status": status,
                "error": error,
                "seconds": round(time.monotonic() - started, 3),
            }
            notice.answers.append(answer)
            notice.tries += 1
            self._judge(notice, status)
            self.world.store.save(notice)
            self._release_held(notice)
        with self.delivered:
            del self.sending[notice.notice_id]
            self.delivered.notify_all()
        self.world.changed.set()

    def _post(self, notice: Notice) -> tuple[int | None, str]:
        """Post it, following the redirects that keep a POST a POST."""
        url, status = notice.url, None
        try:
            for _ in range(HOPS + 1):
                answer = self.session.post(
                    url,
                    json=notice.body,
                    headers={"User-Agent": "Veritrans"},
                    timeout=TIMEOUT,
                    allow_redirects=False,
                )
                status = answer.status_code
                if status not in (307, 308) or "Location" not in answer.headers:
                    break
                url = urljoin(url, answer.headers["Location"])
        except requests.RequestException as error:
            return None, type(error).__name__
        return status, ""

    def _judge(self, notice: Notice, status: int | None) -> None:
        if status is not None and 200 <= status < 300:
            notice.state = "DELIVERED"
        elif notice.tries > RETRIES.get(status or 0, len(INTERVALS)):
            notice.state = "GIVEN_UP"
        else:
            # Jitter, as Midtrans has: two failed notifications do not come back in the same second.
            wait = INTERVALS[notice.tries - 1] * self.world.retry_scale * self.world.chance.uniform(1.0, 1.1)
            notice.state, notice.due_at = "WAITING", self.world.clock.now() + wait

    def _release_held(self, sent: Notice) -> None:
        for notice in self.world.store.find(Notice, transaction_id=sent.transaction_id, state="HELD"):
            notice.state = "WAITING"
            self.world.store.save(notice)
