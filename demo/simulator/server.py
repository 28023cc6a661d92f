"""The server: one program, threads, and a thread of its own for notifications."""

import logging
import threading
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from socket import SHUT_RDWR
from socketserver import ThreadingMixIn
from types import TracebackType
from typing import Any, Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIEnvironment

from demo.simulator import control, core, faults, iris, iris_state, lifecycle, pages, snap
from demo.simulator.idempotency import Keys
from demo.simulator.iris_postman import IrisPostman
from demo.simulator.methods import METHODS
from demo.simulator.notifications import Postman
from demo.simulator.schedule import run_due
from demo.simulator.state import DEMO_MERCHANT, Clock, Json, Merchant, Notice, Session, Store, Transaction, World
from demo.simulator.web import Request, Response, Route, as_json, find_route

logger = logging.getLogger(__name__)

ROUTES = (*snap.ROUTES, *core.ROUTES, *pages.ROUTES, *iris.ROUTES, *control.ROUTES)
# No answer at all: the connection breaks.
HUNG_UP = Response(0)
BROKEN_WORDS = {
    202: "The request is still being processed.",
    429: "Too many requests. Please retry later.",
    500: "Sorry. Our system is recovering from unexpected issues. Please retry.",
    503: "Service is temporarily unavailable. Please retry.",
    505: "Unable to create va_number for this transaction",
}
HTML_ERROR = b"<html><head><title>%d</title></head><body><h1>Cloudflare</h1></body></html>"


class Application:
    """Answers requests, and breaks answers where a fault asks for it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.keys = Keys()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = self.answer(Request.read(environ, self.world.public_url))
        if response is HUNG_UP:
            environ["simulator.connection"].shutdown(SHUT_RDWR)
            # The server takes it for what it is, and says nothing more.
            raise ConnectionResetError
        headers = {"Content-Type": response.content_type, "Content-Length": str(len(response.body))}
        start_response(response.status_line, [*headers.items(), *response.headers.items()])
        return [response.body]

    def answer(self, request: Request) -> Response:
        """Find who answers, let faults have their way, and do it whole or not at all."""
        found = find_route(ROUTES, request)
        if found is None:
            return as_json({"status_code": "404", "status_message": "The requested resource is not found"}, 404)
        route, names = found
        with self.world.held():
            run_due(self.world)
            order_id = "" if route.endpoint == "control" else self._order_of(request, names)
            slow = faults.take(self.world, "slow", order_id=order_id, endpoint=route.endpoint)
            broken = faults.take(self.world, "http", order_id=order_id, endpoint=route.endpoint)

        def make() -> Response:
            if slow is not None:
                self.world.stopping.wait(slow.get("seconds", self.world.hold_seconds))
            return _broken(broken) if broken is not None else self._handle(request, route, names, order_id)

        return self.keys.answer(self.world, request, make)

    def _handle(self, request: Request, route: Route, names: dict[str, str], order_id: str) -> Response:
        with self.world.held():
            response = route.handler(self.world, request, **names)
            late = self._late(route.endpoint, order_id) if response.status < 400 else None
        if late is not None and late.get("drop"):
            return HUNG_UP
        if late is not None:
            # All is done and stored; only the answer comes too late to be heard.
            self.world.stopping.wait(late.get("seconds", self.world.hold_seconds))
        return response

    def _late(self, endpoint: str, order_id: str) -> Json | None:
        name = f"timeout_after_{endpoint}"
        return faults.take(self.world, name, order_id=order_id) if name in faults.FAULTS else None

    def _order_of(self, request: Request, names: dict[str, str]) -> str:
        identifier = names.get("identifier")
        if identifier:
            transaction = self.world.transaction(identifier)
            return transaction.order_id if transaction else identifier
        session = self.world.store.get(Session, names.get("token", ""))
        if session:
            return session.order_id
        body = (request.json() or {}) if request.method == "POST" else {}
        captured = self.world.transaction(str(body.get("transaction_id") or ""))
        if captured:
            return captured.order_id
        details = body.get("transaction_details")
        return str(details.get("order_id", "")) if isinstance(details, dict) else ""


def _broken(options: Json) -> Response:
    status, kind = int(options.get("status", 500)), options.get("body", "json")
    if kind == "drop":
        return HUNG_UP
    if kind == "html":
        return Response(status, HTML_ERROR % status, "text/html")
    if kind == "empty":
        return Response(status)
    if kind == "list":
        return as_json([], status)
    message = BROKEN_WORDS.get(status, BROKEN_WORDS[500])
    body = {"status_code": str(status), "status_message": message, "error_messages": [message]}
    return as_json(body, 200 if options.get("in_body") else status)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Handler(WSGIRequestHandler):
    timeout = 60

    def get_environ(self) -> dict[str, Any]:
        return super().get_environ() | {"simulator.connection": self.connection}

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        logger.debug(format, *args)

    def address_string(self) -> str:
        return str(self.client_address[0])  # no look-up of names


class SimulatorServer:
    """The whole simulator, on a port of its own (0: any that is free).

    As a context manager it runs in threads of this process, which is how tests use it; the shortcuts below do what
    the control API does. ``db`` keeps its state in a file; without it, nothing outlives the server.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        notify_url: str = "",
        db: Path | None = None,
        clock_offset: timedelta | None = None,
        merchants: Iterable[Merchant] = (DEMO_MERCHANT,),
        **habits: Any,
    ) -> None:
        store = Store(db)
        self.world = World(store, Clock(store, clock_offset), tuple(merchants), notify_url=notify_url, **habits)
        self.httpd = _Server((host, port), _Handler)
        self.application = Application(self.world)
        self.httpd.set_app(self.application)
        self.postman = Postman(self.world, run_due=run_due)
        iris_state.prepare(self.world)
        self.iris_postman = IrisPostman(self.world)
        self.thread = threading.Thread(target=self.httpd.serve_forever, args=(0.05,), name="simulator", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self.httpd.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def core_url(self) -> str:
        """The base address of the Core API."""
        return self.url

    @property
    def iris_url(self) -> str:
        """The base address of Payouts' API."""
        return f"{self.url}{iris.BASE}"

    @property
    def snap_url(self) -> str:
        """The base address of Snap's API."""
        return f"{self.url}/snap/v1"

    def start(self) -> None:
        """Begin to serve and to notify."""
        self.postman.start()
        self.iris_postman.start()
        self.thread.start()

    def stop(self) -> None:
        """Stop both, and wait until they have."""
        self.world.stopping.set()
        self.world.changed.set()
        self.httpd.shutdown()
        self.httpd.server_close()
        self.thread.join()
        self.postman.join()
        self.iris_postman.join()
        with self.world.lock:
            self.world.store.connection.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # What a test does most, without a detour over HTTP

    def choose(self, token: str, method: str = "other_qris", card: str = "") -> Json:
        """Pick a method on a payment page."""
        with self.world.held():
            session = self.world.store.get(Session, token)
            if session is None:
                raise LookupError(token)
            return control.describe(self.world, lifecycle.choose(self.world, session, METHODS[method], card))

    def act(self, identifier: str, action: str, **options: Any) -> Json:
        """Push a button: pay, settle, deny, challenge, expire, cancel, reverse, chargeback, refund-from-dashboard."""
        with self.world.held():
            run_due(self.world)
            transaction = self.world.transaction(identifier)
            if transaction is None:
                raise LookupError(identifier)
            control.ACTIONS[action](self.world, transaction, options)
            return control.describe(self.world, transaction)

    def pay(self, identifier: str, **options: Any) -> Json:
        """Pay what is pending; ``force=True`` also pays what has expired or was cancelled."""
        return self.act(identifier, "pay", **options)

    def fault(self, name: str, **options: Any) -> None:
        """Make something go wrong; see ``faults.set_fault``."""
        faults.set_fault(self.world, name, **options)

    def advance(self, **span: float) -> None:
        """Let time pass: ``advance(minutes=15)``."""
        with self.world.held():
            self.world.clock.advance(timedelta(**span))
            run_due(self.world)
            iris.run_due(self.world)

    def iris_act(self, reference: str, action: str) -> Json:
        """Do to a transfer as the bank would: process, complete, fail."""
        with self.world.held():
            payout = iris_state.get(self.world, reference)
            if payout is None:
                raise LookupError(reference)
            iris.ACTIONS[action](self.world, payout)
            return iris.describe(payout)

    def drain(self, timeout: float = 20.0) -> None:
        """Wait until every notification that is due was sent."""
        self.postman.drain(timeout)

    def session(self, token: str) -> Session:
        """One payment page; ``request`` is what the shop asked for."""
        with self.world.held():
            session = self.world.store.get(Session, token)
        if session is None:
            raise LookupError(token)
        return session

    def sessions(self, order_id: str) -> list[Session]:
        """All payment pages of an order, oldest first."""
        with self.world.held():
            return self.world.store.find(Session, order_id=order_id)

    def transactions(self, order_id: str) -> list[Transaction]:
        """All transactions of an order, oldest first."""
        with self.world.held():
            return self.world.store.find(Transaction, order_id=order_id)

    def notices(self, order_id: str) -> list[Notice]:
        """All notifications of an order, oldest first; ``body`` is what was sent, ``answers`` what came back."""
        with self.world.held():
            return self.world.store.find(Notice, order_id=order_id)
