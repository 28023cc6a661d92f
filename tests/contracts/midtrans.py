"""What the contract tests of Midtrans share: the real client package, a request, and a shop that listens."""

import json
import threading
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep
from typing import Any, Self

import requests
from midtransclient import CoreApi, Snap
from midtransclient.config import ApiConfig
from midtransclient.error_midtrans import MidtransAPIError

SANDBOX_KEY = "MIDTRANS_SANDBOX_SERVER_KEY"


class Config(ApiConfig):  # type: ignore[misc]
    """Addresses of our own, whatever ``is_production`` says."""

    def __init__(self, server_key: str, core: str, snap: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(server_key=server_key, custom_headers=headers or {}, proxies={})
        self.core, self.snap = core, snap

    def get_core_api_base_url(self) -> str:
        return self.core

    def get_snap_base_url(self) -> str:
        return self.snap


class Midtrans:
    """Both clients of midtransclient, at one address."""

    def __init__(self, server_key: str, core: str, snap: str, headers: dict[str, str] | None = None) -> None:
        self.config = Config(server_key, core, snap, headers)
        self.snap, self.core = Snap(), CoreApi()
        self.snap.api_config = self.core.api_config = self.config

    def post(self, url: str, body: Any = None) -> requests.Response:
        """A call that the client package does not have."""
        return requests.post(url, json=body or {}, auth=(self.config.server_key, ""), timeout=10)

    def cancel_session(self, token: str) -> requests.Response:
        """Close a payment page."""
        return self.post(f"{self.config.snap}/transactions/{token}/cancel")

    def with_key(self, server_key: str) -> "Midtrans":
        """The same, signing in with another key."""
        return Midtrans(server_key, self.config.core, self.config.snap)


def new_order_id() -> str:
    """An order id that the sandbox has not seen."""
    return f"lapau-contract-{uuid.uuid4().hex[:20]}"


def snap_request(order_id: str, **changes: Any) -> dict[str, Any]:
    """A valid request, and what is changed in it."""
    return {
        "transaction_details": {"order_id": order_id, "gross_amount": 285_000},
        "item_details": [
            {"id": "rendang", "name": "Rendang 500 g", "price": 125_000, "quantity": 2},
            {"id": "kirim", "name": "Ongkos kirim", "price": 35_000, "quantity": 1},
        ],
        "credit_card": {"secure": True},
    } | changes


def charge_request(order_id: str, payment_type: str = "bank_transfer", **part: Any) -> dict[str, Any]:
    """A valid charge."""
    default = {"bank": "bca"} if payment_type == "bank_transfer" else {}
    return {
        "payment_type": payment_type,
        "transaction_details": {"order_id": order_id, "gross_amount": 285_000},
        payment_type: default | part,
    }


def refusal(error: MidtransAPIError) -> tuple[int, str]:
    """The HTTP status and the body's own code of a refusal."""
    return error.http_status_code, error.api_response_dict.get("status_code", "")


@dataclass
class Receiver:
    """A shop's notification address."""

    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    # How many notifications must be here before any is answered.
    together: int = 1

    def __enter__(self) -> Self:
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                shop.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                until = monotonic() + 10
                while len(shop.bodies) < shop.together and monotonic() < until:
                    sleep(0.01)
                if len(shop.bodies) < shop.together:
                    raise TimeoutError("They did not come together.")
                self.send_response(shop.answers.pop(0) if shop.answers else 200)
                for name, value in shop.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/notification/"
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def statuses(self) -> list[str]:
        """What was announced, in the order of arrival."""
        return [body["transaction_status"] for body in self.bodies]
