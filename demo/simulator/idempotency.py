"""Idempotency-Key: a success is told again for five minutes to whoever shows the same key; 202 while it is still made.

The key counts for every POST of the Core API, whatever its address and body; a key that is too long is passed over, and
so is one of a method that does not know keys.
"""

import threading
from collections.abc import Callable
from datetime import timedelta

from demo.simulator.methods import METHODS
from demo.simulator.state import Answer, Transaction, World
from demo.simulator.web import Request, Response, as_json

LONGEST = 46
LASTS = timedelta(minutes=5)
SUCCESSES = frozenset({"200", "201", "407"})
# Our reading: the documents give the HTTP status, not the words.
IN_FLIGHT = {
    "status_code": "202",
    "status_message": "The request with the same Idempotency-Key is still being processed.",
}


class Keys:
    """The keys whose requests are being answered right now."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.busy: set[str] = set()

    def answer(self, world: World, request: Request, make: Callable[[], Response]) -> Response:
        """Make the answer, or tell it again."""
        key = request.headers.get("idempotency-key", "")
        if request.method != "POST" or not request.path.startswith("/v2/") or not 0 < len(key) <= LONGEST:
            return make()
        with world.held():
            kept = world.store.get(Answer, key)
            if kept and world.clock.now() - kept.made_at <= LASTS:
                return as_json(kept.body)
        with self.lock:
            if key in self.busy:
                return as_json(IN_FLIGHT, 202)
            self.busy.add(key)
        try:
            response = make()
            self._keep(world, key, response)
        finally:
            with self.lock:
                self.busy.discard(key)
        return response

    def _keep(self, world: World, key: str, response: Response) -> None:
        body = response.json()
        if response.status != 200 or body is None or body.get("status_code") not in SUCCESSES:
            return
        with world.held():
            transaction = world.store.get(Transaction, str(body.get("transaction_id")))
            if transaction is None or METHODS[transaction.method].knows_keys:
                world.store.save(Answer(idempotency_key=key, made_at=world.clock.now(), body=body))
