"""The simulator's own buttons, its broken answers, its memory and its command."""

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from midtransclient.error_midtrans import JSONDecodeError, MidtransAPIError

from demo.management.commands.midtrans_simulator import Command, merchant, span
from demo.simulator.server import SimulatorServer
from demo.simulator.state import DEMO_MERCHANT, Merchant
from tests.contracts.midtrans import Midtrans, charge_request, refusal, snap_request


class TestControl:
    def test_a_payment_can_be_played_through_by_http_alone(self, simulator: SimulatorServer):
        token = _midtrans(simulator).snap.create_transaction(snap_request("A"))["token"]

        _post(simulator, f"sessions/{token}/choose", method="other_qris")
        paid = _post(simulator, "transactions/A/pay", issuer="dana").json()
        _post(simulator, "transactions/A/refund-from-dashboard", amount=1000)
        shown = requests.get(f"{simulator.url}/__sim__/transactions/A", timeout=10).json()
        assert (paid["status"], paid["details"]["transaction_type"]) == ("settlement", "off-us")
        assert (shown["status"], [row["amount"] for row in shown["refunds"]]) == ("partial_refund", [1000])

    def test_what_the_state_forbids_is_a_conflict(self, simulator: SimulatorServer):
        _midtrans(simulator).core.charge(charge_request("A"))

        assert _post(simulator, "transactions/A/reverse").status_code == 409
        assert _post(simulator, "transactions/B/pay").status_code == 404

    def test_late_money_can_be_forced(self, simulator: SimulatorServer):
        _midtrans(simulator).core.charge(charge_request("A"))
        _post(simulator, "transactions/A/expire")

        assert _post(simulator, "transactions/A/pay").status_code == 409
        assert _post(simulator, "transactions/A/pay", force=True).json()["status"] == "settlement"

    def test_time_passes_on_request(self, simulator: SimulatorServer):
        _midtrans(simulator).core.charge(charge_request("A", "qris"))
        _post(simulator, "clock/advance", seconds=901)

        listed = requests.get(f"{simulator.url}/__sim__/transactions/?order_id=A", timeout=10).json()
        assert [row["status"] for row in listed] == ["expire"]
        assert _post(simulator, "clock/advance", seconds=-1).status_code == 400

    def test_notifications_are_listed_and_sent_again(self, notifying: SimulatorServer, receiver: Any):
        _midtrans(notifying).core.charge(charge_request("A"))
        notifying.drain()
        (notice,) = requests.get(f"{notifying.url}/__sim__/notifications/?order_id=A", timeout=10).json()

        _post(notifying, f"notifications/{notice['notice_id']}/resend")
        notifying.drain()
        assert receiver.bodies == [notice["body"]] * 2

    def test_an_unknown_fault_is_refused_and_all_can_be_cleared(self, simulator: SimulatorServer):
        assert _post(simulator, "faults", name="gempa").status_code == 400
        assert _post(simulator, "faults", name="lost", count=None).status_code == 201

        requests.delete(f"{simulator.url}/__sim__/faults", timeout=10)
        assert requests.get(f"{simulator.url}/__sim__/faults", timeout=10).json() == []

    def test_lists_what_it_can_do(self, simulator: SimulatorServer):
        contents = requests.get(f"{simulator.url}/__sim__/", timeout=10).json()
        assert {"pay", "deny", "expire", "reverse", "chargeback"} <= set(contents["transaction_actions"])
        assert {"duplicate", "lost", "timeout_after_snap"} <= set(contents["faults"])

    def test_its_habits_are_set_by_http(self, simulator: SimulatorServer):
        midtrans = _midtrans(simulator)
        midtrans.core.charge(charge_request("A"))
        answer = _post(simulator, "habits", conflict_http_status=412, confirm_after=5, retry_scale=0.5)
        _post(simulator, "transactions/A/pay")

        assert answer.json() == {
            "retry_scale": 0.5,
            "confirm_after": 5.0,
            "hold_seconds": 0.5,
            "conflict_http_status": 412,
        }
        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.transactions.cancel("A")
        assert refusal(error.value) == (412, "412")
        assert _post(simulator, "habits", notify_url="http://127.0.0.1:9/").status_code == 400

    def test_a_cardholder_may_dispute_a_part(self, simulator: SimulatorServer):
        _midtrans(simulator).core.charge(charge_request("A"))
        _post(simulator, "transactions/A/pay")

        assert _post(simulator, "transactions/A/chargeback", partly=True).json()["status"] == "partial_chargeback"
        assert _midtrans(simulator).core.transactions.status("A")["transaction_status"] == "partial_chargeback"


class TestBrokenAnswers:
    @pytest.mark.parametrize(
        ("options", "raised"),
        [
            ({"status": 500}, MidtransAPIError),
            ({"status": 429}, MidtransAPIError),
            ({"status": 403, "body": "html"}, JSONDecodeError),
            ({"status": 502, "body": "html"}, JSONDecodeError),
            ({"status": 200, "body": "empty"}, JSONDecodeError),
            ({"status": 200, "body": "list"}, AttributeError),
        ],
    )
    def test_break_the_named_endpoint_once(
        self, simulator: SimulatorServer, options: dict[str, Any], raised: type[Exception]
    ):
        simulator.fault("http", endpoint="snap", **options)
        midtrans = _midtrans(simulator)

        with pytest.raises(raised):
            midtrans.snap.create_transaction(snap_request("A"))
        assert midtrans.snap.create_transaction(snap_request("A"))["token"]

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"status": 500, "in_body": True}, (200, "500")),
            ({"status": 505, "in_body": True}, (200, "505")),
            ({"status": 503}, (503, "503")),
            ({"status": 429}, (429, "429")),
        ],
    )
    def test_an_outage_is_said_in_http_or_in_the_body(
        self, simulator: SimulatorServer, options: dict[str, Any], code: tuple[int, str]
    ):
        simulator.fault("http", endpoint="charge", order_id="A", **options)
        midtrans = _midtrans(simulator)

        midtrans.core.charge(charge_request("B"))
        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.charge(charge_request("A"))
        assert refusal(error.value) == code
        assert simulator.transactions("A") == []

    @pytest.mark.parametrize(("fault", "made"), [("http", 0), ("timeout_after_charge", 1)])
    def test_a_connection_may_break_before_the_work_or_after(self, simulator: SimulatorServer, fault: str, made: int):
        simulator.fault(fault, **({"body": "drop", "endpoint": "charge"} if fault == "http" else {"drop": True}))

        with pytest.raises(requests.exceptions.ConnectionError):
            _midtrans(simulator).core.charge(charge_request("A"))
        assert len(simulator.transactions("A")) == made
        assert _midtrans(simulator).core.charge(charge_request("B"))["status_code"] == "201"

    def test_a_request_in_flight_is_an_ordinary_answer_to_the_client(self, simulator: SimulatorServer):
        simulator.fault("http", endpoint="charge", status=202)

        assert _midtrans(simulator).core.charge(charge_request("A"))["status_code"] == "202"
        assert simulator.transactions("A") == []

    @pytest.mark.parametrize(
        ("verb", "path", "status"),
        [
            ("cancel", (), "cancel"),
            ("expire", (), "expire"),
            ("approve", ("challenge",), "capture"),
            ("deny", ("challenge",), "deny"),
            ("refund", ("pay",), "refund"),
            ("refundDirect", ("pay",), "refund"),
        ],
    )
    def test_each_change_may_be_done_without_being_heard(
        self, simulator: SimulatorServer, verb: str, path: tuple[str, ...], status: str
    ):
        midtrans = _midtrans(simulator)
        token = midtrans.snap.create_transaction(snap_request("A"))["token"]
        simulator.choose(token, "credit_card" if path == ("challenge",) else "gopay", "4811111111111114")
        for action in path:
            simulator.act("A", action)
        simulator.fault(f"timeout_after_{verb.removesuffix('Direct')}", order_id="A")
        endpoint = {"refundDirect": "refund/online/direct"}.get(verb, verb)

        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.post(
                f"{simulator.core_url}/v2/A/{endpoint}", json={}, auth=(DEMO_MERCHANT.server_key, ""), timeout=0.2
            )
        assert midtrans.core.transactions.status("A")["transaction_status"] == status

    def test_a_page_may_be_opened_and_closed_without_being_heard(self, simulator: SimulatorServer):
        auth, url = (DEMO_MERCHANT.server_key, ""), f"{simulator.snap_url}/transactions"
        simulator.fault("timeout_after_snap", order_id="A")
        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.post(url, json=snap_request("A"), auth=auth, timeout=0.2)
        (session,) = simulator.sessions("A")

        simulator.fault("timeout_after_snap_cancel", order_id="A")
        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.post(f"{url}/{session.token}/cancel", auth=auth, timeout=0.2)
        assert _midtrans(simulator).cancel_session(session.token).json()["error_messages"] == ["token already canceled"]

    def test_a_capture_may_be_done_without_being_heard(self, simulator: SimulatorServer):
        midtrans = _midtrans(simulator)
        query = {"client_key": DEMO_MERCHANT.client_key, "card_number": "4811111111111114"}
        card = requests.get(f"{simulator.url}/v2/token", params=query, timeout=10).json()["token_id"]
        charged = midtrans.core.charge(charge_request("A", "credit_card", token_id=card, type="authorize"))
        simulator.fault("timeout_after_capture", order_id="A")

        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.post(
                f"{simulator.core_url}/v2/capture",
                json={"transaction_id": charged["transaction_id"]},
                auth=(DEMO_MERCHANT.server_key, ""),
                timeout=0.2,
            )
        assert midtrans.core.transactions.status("A")["transaction_status"] == "capture"

    def test_a_timeout_leaves_the_work_done(self, simulator: SimulatorServer):
        simulator.fault("timeout_after_charge", order_id="A")

        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.post(
                f"{simulator.core_url}/v2/charge",
                json=charge_request("A"),
                auth=(DEMO_MERCHANT.server_key, ""),
                timeout=0.2,
            )
        assert _midtrans(simulator).core.transactions.status("A")["transaction_status"] == "pending"

    def test_slow_answers_come_after_all(self, simulator: SimulatorServer):
        simulator.fault("slow", endpoint="status", seconds=0.3)
        _midtrans(simulator).core.charge(charge_request("A"))

        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.get(f"{simulator.core_url}/v2/A/status", auth=(DEMO_MERCHANT.server_key, ""), timeout=0.1)
        assert _midtrans(simulator).core.transactions.status("A")["transaction_status"] == "pending"

    def test_one_channel_is_off(self, simulator: SimulatorServer):
        simulator.fault("channel_off", endpoint="bca_va", count=None)
        midtrans = _midtrans(simulator)

        for _ in range(2):
            with pytest.raises(MidtransAPIError) as error:
                midtrans.core.charge(charge_request("A"))
            assert refusal(error.value) == (200, "402")
            assert error.value.api_response_dict["status_message"] == "Payment channel is not activated."
        assert midtrans.core.charge(charge_request("A", "qris"))["status_code"] == "201"

    def test_an_order_id_is_called_taken_though_it_is_not(self, simulator: SimulatorServer):
        simulator.fault("order_id_taken", order_id="A")
        midtrans = _midtrans(simulator)

        with pytest.raises(MidtransAPIError) as error:
            midtrans.snap.create_transaction(snap_request("A"))
        assert error.value.api_response_dict == {"error_messages": ["transaction_details.order_id sudah digunakan"]}
        assert midtrans.snap.create_transaction(snap_request("A"))["token"]

    def test_the_duplicate_message_has_two_languages(self, simulator: SimulatorServer):
        midtrans = _midtrans(simulator)
        midtrans.core.charge(charge_request("A"))
        simulator.fault("duplicate_in_english")

        messages = []
        for _ in range(2):
            with pytest.raises(MidtransAPIError) as error:
                midtrans.snap.create_transaction(snap_request("A"))
            messages += error.value.api_response_dict["error_messages"]
        assert messages == [
            "transaction_details.order_id has already been taken",
            "transaction_details.order_id sudah digunakan",
        ]


class TestMemory:
    def test_a_restart_forgets_nothing(self, tmp_path: Path):
        with SimulatorServer(db=tmp_path / "midtrans.sqlite3") as first:
            token = _midtrans(first).snap.create_transaction(snap_request("A"))["token"]
            first.choose(token, "bca_va")
            first.advance(hours=1)
        with SimulatorServer(db=tmp_path / "midtrans.sqlite3") as second:
            assert second.pay("A")["status"] == "settlement"
            assert second.world.clock.offset == timedelta(hours=1)


class TestCommand:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("+90m", timedelta(minutes=90)),
            ("-2h", timedelta(hours=-2)),
            ("3d", timedelta(days=3)),
            ("45", timedelta(seconds=45)),
        ],
    )
    def test_reads_a_span(self, text: str, expected: timedelta):
        assert span(text) == expected

    def test_refuses_what_it_cannot_read(self):
        with pytest.raises(argparse.ArgumentTypeError):
            span("besok")
        with pytest.raises(argparse.ArgumentTypeError):
            merchant("G1:kunci")
        assert merchant("G1:a:b") == Merchant("G1", "a", "b")

    def test_its_help_has_examples(self):
        text = Command().create_parser("manage.py", "midtrans_simulator").format_help()
        assert "--notify http://127.0.0.1:9000/payments/midtrans/notification/" in text


def _midtrans(simulator: SimulatorServer) -> Midtrans:
    return Midtrans(DEMO_MERCHANT.server_key, simulator.core_url, simulator.snap_url)


def _post(simulator: SimulatorServer, path: str, **body: Any) -> requests.Response:
    return requests.post(f"{simulator.url}/__sim__/{path}", json=body, timeout=10)
