"""Idempotency-Key: what repeats, what does not, and what is still being made."""

import threading
from time import monotonic, sleep

import pytest
import requests
from midtransclient.error_midtrans import MidtransAPIError

from demo.simulator.server import SimulatorServer
from demo.simulator.state import DEMO_MERCHANT
from tests.contracts.midtrans import Midtrans, charge_request, refusal, snap_request


class TestRepeats:
    def test_a_success_is_repeated_for_five_minutes_whatever_is_asked(self, simulator: SimulatorServer):
        midtrans = _with_key(simulator, "k1")

        first = midtrans.core.charge(charge_request("A"))
        assert midtrans.core.charge(charge_request("A")) == first
        assert midtrans.core.charge(charge_request("B", "qris")) == first
        assert simulator.transactions("B") == []
        simulator.advance(minutes=6)
        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.charge(charge_request("A"))
        assert refusal(error.value) == (200, "406")

    def test_any_post_repeats_and_no_get(self, simulator: SimulatorServer):
        midtrans = _with_key(simulator, "")
        midtrans.core.charge(charge_request("A"))
        keyed = _with_key(simulator, "k2")

        cancelled = keyed.core.transactions.cancel("A")
        assert keyed.core.transactions.cancel("A") == cancelled
        assert keyed.core.transactions.status("A")["transaction_status"] == "cancel"

    def test_a_refund_under_one_key_is_made_once(self, simulator: SimulatorServer):
        _paid(simulator)
        midtrans = _with_key(simulator, "k3")

        first = midtrans.core.transactions.refund("A", {"refund_key": "a", "amount": 1000})
        assert midtrans.core.transactions.refund("A", {"refund_key": "b", "amount": 2000}) == first
        assert midtrans.core.transactions.status("A")["refund_amount"] == "1000.00"

    def test_a_refusal_is_not_repeated(self, simulator: SimulatorServer):
        midtrans = _with_key(simulator, "k4")
        simulator.fault("channel_off")

        with pytest.raises(MidtransAPIError):
            midtrans.core.charge(charge_request("A"))
        assert midtrans.core.charge(charge_request("A"))["status_code"] == "201"

    @pytest.mark.parametrize(("length", "code"), [(46, "201"), (47, "406")])
    def test_a_key_that_is_too_long_is_passed_over(self, simulator: SimulatorServer, length: int, code: str):
        midtrans = _with_key(simulator, "k" * length)
        midtrans.core.charge(charge_request("A"))

        assert _code(midtrans, charge_request("A")) == code

    @pytest.mark.parametrize(
        ("payment_type", "part", "code"),
        [
            ("bank_transfer", {"bank": "permata"}, "406"),
            ("cstore", {"store": "indomaret"}, "406"),
            ("cstore", {"store": "alfamart"}, "201"),
            ("bank_transfer", {"bank": "bca"}, "201"),
        ],
    )
    def test_some_methods_know_no_keys(
        self, simulator: SimulatorServer, payment_type: str, part: dict[str, str], code: str
    ):
        midtrans = _with_key(simulator, "k5")
        midtrans.core.charge(charge_request("A", payment_type, **part))

        assert _code(midtrans, charge_request("A", payment_type, **part)) == code

    def test_a_restart_forgets_no_key(self, tmp_path):
        with SimulatorServer(db=tmp_path / "midtrans.sqlite3") as first:
            made = _with_key(first, "k6").core.charge(charge_request("A"))
        with SimulatorServer(db=tmp_path / "midtrans.sqlite3") as second:
            assert _with_key(second, "k6").core.charge(charge_request("A")) == made


def test_a_second_request_while_the_first_runs_is_told_202(simulator: SimulatorServer):
    simulator.fault("slow", endpoint="charge", seconds=2)
    url, answers = f"{simulator.core_url}/v2/charge", []

    def charge() -> None:
        answers.append(
            requests.post(
                url,
                json=charge_request("A"),
                auth=(DEMO_MERCHANT.server_key, ""),
                headers={"Idempotency-Key": "k"},
                timeout=10,
            )
        )

    first = threading.Thread(target=charge)
    first.start()
    until = monotonic() + 5
    while not _begun(simulator) and monotonic() < until:
        sleep(0.01)
    charge()
    first.join()
    charge()

    assert [answer.status_code for answer in answers] == [202, 200, 200]
    assert answers[0].json()["status_code"] == "202"
    assert answers[1].json() == answers[2].json()
    assert len(simulator.transactions("A")) == 1


def _begun(simulator: SimulatorServer) -> bool:
    return bool(simulator.application.keys.busy)


def _code(midtrans: Midtrans, request: dict) -> str:
    try:
        answer = midtrans.core.charge(request)
    except MidtransAPIError as error:
        return refusal(error)[1]
    return str(answer["status_code"])


def _paid(simulator: SimulatorServer) -> None:
    midtrans = _with_key(simulator, "")
    simulator.choose(midtrans.snap.create_transaction(snap_request("A"))["token"], "other_qris")
    simulator.pay("A")


def _with_key(simulator: SimulatorServer, key: str) -> Midtrans:
    headers = {"Idempotency-Key": key} if key else None
    return Midtrans(DEMO_MERCHANT.server_key, simulator.core_url, simulator.snap_url, headers=headers)
