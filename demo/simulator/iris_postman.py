"""Sends the notifications of Payouts: one after the other, tried again until the shop takes them."""

import threading
import time
from datetime import timedelta

import requests

from demo.simulator import iris, iris_state
from demo.simulator.iris_state import IrisNotice
from demo.simulator.state import World

TIMEOUT = 15.0
TRIES = 5
WAIT = timedelta(minutes=2)


class IrisPostman(threading.Thread):
    """A thread of its own, so that payments' notifications never wait for these."""

    def __init__(self, world: World) -> None:
        super().__init__(name="simulator-iris-postman", daemon=True)
        self.world = world
        self.session = requests.Session()
        self.session.trust_env = False

    def run(self) -> None:
        """Look a few times a second."""
        while not self.world.stopping.wait(0.2):
            self.send_due()
        self.session.close()

    def send_due(self) -> None:
        """Let time do its work, and send what is due."""
        with self.world.held():
            iris.run_due(self.world)
            waiting = iris_state.waiting_notices(self.world)
        for notice in waiting:
            if self.world.stopping.is_set():
                return
            self._deliver(notice)

    def drain(self, timeout: float = 20.0) -> None:
        """Wait until nothing that is due is left to send.

        :raises TimeoutError: it took longer.
        """
        deadline = time.monotonic() + timeout
        while True:
            with self.world.held():
                if not iris_state.waiting_notices(self.world):
                    return
            if time.monotonic() > deadline:
                raise TimeoutError("Notifications of payouts are still being delivered.")
            time.sleep(0.02)

    def _deliver(self, notice: IrisNotice) -> None:
        headers = {"Content-Type": "application/json", "Iris-Signature": notice.signature}
        status: int | None = None
        try:
            answer = self.session.post(
                notice.url, data=notice.raw.encode(), headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
            status = answer.status_code
        except requests.RequestException:
            pass
        with self.world.held():
            now = self.world.clock.now()
            notice.tries += 1
            notice.answers.append({"at": now.isoformat(), "http_status": status})
            if status is not None and 200 <= status < 300:
                state = "DELIVERED"
            else:
                state = "WAITING" if notice.tries < TRIES else "GIVEN_UP"
            iris_state.keep_try(self.world, notice, state=state, due_at=now + WAIT * self.world.retry_scale)
