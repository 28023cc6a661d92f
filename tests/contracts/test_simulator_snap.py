"""Snap as midtransclient sees it, on the simulator and on the sandbox."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from midtransclient.error_midtrans import MidtransAPIError

from demo.simulator.server import SimulatorServer
from demo.simulator.state import DEMO_MERCHANT, WIB
from tests.contracts.midtrans import Midtrans, new_order_id, refusal, snap_request


class TestCreate:
    def test_answers_with_a_token_and_an_address_that_opens(self, midtrans: Midtrans):
        session = midtrans.snap.create_transaction(snap_request(new_order_id()))

        assert set(session) == {"token", "redirect_url"}
        assert session["redirect_url"].endswith(session["token"])
        assert requests.get(session["redirect_url"], timeout=10).status_code == 200

    def test_a_repeat_before_a_method_is_chosen_gives_another_token(self, midtrans: Midtrans):
        order_id = new_order_id()
        first = midtrans.snap.create_transaction(snap_request(order_id))
        second = midtrans.snap.create_transaction(snap_request(order_id))

        assert first["token"] != second["token"]

    def test_core_does_not_know_the_order_until_a_method_is_chosen(self, midtrans: Midtrans):
        order_id = new_order_id()
        midtrans.snap.create_transaction(snap_request(order_id))

        with pytest.raises(MidtransAPIError) as error:
            midtrans.snap.transactions.status(order_id)
        assert refusal(error.value) == (200, "404")

    def test_a_wrong_key_is_denied(self, midtrans: Midtrans):
        with pytest.raises(MidtransAPIError) as error:
            midtrans.with_key("SB-Mid-server-wrong").snap.create_transaction(snap_request(new_order_id()))

        assert error.value.http_status_code == 401
        assert error.value.api_response_dict["error_messages"][0] == (
            "Access denied due to unauthorized transaction, please check client or server key"
        )

    def test_an_order_id_that_was_charged_is_taken(self, midtrans: Midtrans):
        order_id = new_order_id()
        midtrans.core.charge(
            {
                "payment_type": "bank_transfer",
                "transaction_details": {"order_id": order_id, "gross_amount": 285_000},
                "bank_transfer": {"bank": "bca"},
            }
        )

        with pytest.raises(MidtransAPIError) as error:
            midtrans.snap.create_transaction(snap_request(order_id))
        assert error.value.http_status_code == 400
        assert error.value.api_response_dict["error_messages"][0] in (
            "transaction_details.order_id sudah digunakan",
            "transaction_details.order_id has already been taken",
        )

    @pytest.mark.parametrize(
        ("details", "messages"),
        [
            (
                {},
                ["transaction_details.gross_amount is required", "transaction_details.order_id is required"],
            ),
            ({"order_id": "a", "gross_amount": "banyak"}, ["transaction_details.gross_amount is not a number"]),
            ({"order_id": "x" * 51, "gross_amount": 1000}, ["transaction_details.order_id too long"]),
        ],
    )
    def test_says_everything_that_is_wrong(self, midtrans: Midtrans, details: dict[str, Any], messages: list[str]):
        with pytest.raises(MidtransAPIError) as error:
            midtrans.snap.create_transaction({"transaction_details": details})

        assert error.value.http_status_code == 400
        assert set(messages) <= set(error.value.api_response_dict["error_messages"])

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            (
                {"item_details": [{"id": "1", "name": "Tiket", "price": 1000, "quantity": 1}]},
                "transaction_details.gross_amount is not equal to the sum of item_details",
            ),
            (
                {"item_details": [{"id": "1", "name": "x" * 51, "price": 285_000, "quantity": 1}]},
                "item_details Name too long",
            ),
        ],
    )
    def test_checks_the_items(self, midtrans: Midtrans, changes: dict[str, Any], message: str):
        with pytest.raises(MidtransAPIError) as error:
            midtrans.snap.create_transaction(snap_request(new_order_id(), **changes))
        assert message in error.value.api_response_dict["error_messages"]


class TestSimulatorOnly:
    def test_a_discount_is_an_item_below_zero(self, simulator: SimulatorServer):
        items = [
            {"id": "1", "name": "Tiket", "price": 300_000, "quantity": 1},
            {"id": "2", "name": "Potongan", "price": -15_000, "quantity": 1},
        ]
        assert _midtrans(simulator).snap.create_transaction(snap_request("A", item_details=items))["token"]

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"expiry": {"unit": "year", "duration": 1}}, "expiry.unit is invalid"),
            ({"expiry": {"unit": "minute", "duration": 0}}, "expiry.duration is invalid"),
            ({"expiry": {"unit": "minute", "duration": 9, "start_time": "besok"}}, "expiry.start_time is invalid"),
            (
                {"page_expiry": {"unit": "minute", "duration": 4}},
                "page_expiry.duration must be between 5 minutes and 7 days",
            ),
            ({"custom_field2": "x" * 256}, "custom_field2 too long"),
            ({"customer_details": {"first_name": "x" * 256}}, "customer_details.first_name too long"),
        ],
    )
    def test_checks_the_rest(self, simulator: SimulatorServer, changes: dict[str, Any], message: str):
        with pytest.raises(MidtransAPIError) as error:
            _midtrans(simulator).snap.create_transaction(snap_request("A", **changes))
        assert error.value.api_response_dict == {"error_messages": [message]}

    def test_broken_json_and_a_body_too_large_are_said_so(self, simulator: SimulatorServer):
        url, key = f"{simulator.snap_url}/transactions", (DEMO_MERCHANT.server_key, "")

        broken = requests.post(url, data=b"{", auth=key, timeout=10)
        large = requests.post(url, json={"custom_field1": "x" * 17_000}, auth=key, timeout=10)
        assert (broken.status_code, broken.json()) == (
            400,
            {"error_messages": ["There was a problem in the JSON you submitted"]},
        )
        assert large.status_code == 413

    def test_an_expired_order_id_may_be_used_again(self, simulator: SimulatorServer):
        midtrans = _midtrans(simulator)
        simulator.choose(midtrans.snap.create_transaction(snap_request("A"))["token"], "bca_va")
        simulator.act("A", "expire")

        again = midtrans.snap.create_transaction(snap_request("A"))["token"]
        simulator.choose(again, "other_qris")
        assert midtrans.snap.transactions.status("A")["transaction_status"] == "pending"

    def test_expiry_with_a_start_bounds_the_page_and_the_method(self, simulator: SimulatorServer):
        start = datetime.now(WIB).replace(microsecond=0)
        expiry = {"start_time": start.strftime("%Y-%m-%d %H:%M:%S %z"), "unit": "minutes", "duration": 60}
        token = _midtrans(simulator).snap.create_transaction(snap_request("A", expiry=expiry))["token"]

        simulator.advance(minutes=30)
        chosen = simulator.choose(token, "bca_va")
        assert chosen["expires_at"] == (start + timedelta(minutes=60)).astimezone(UTC)
        simulator.advance(minutes=31)
        assert simulator.transactions("A")[0].status == "expire"

    def test_expiry_without_a_start_begins_when_a_method_is_chosen(self, simulator: SimulatorServer):
        expiry = {"unit": "hour", "duration": 2}
        token = _midtrans(simulator).snap.create_transaction(snap_request("A", expiry=expiry))["token"]

        simulator.advance(minutes=90)
        chosen = simulator.choose(token, "bca_va")
        assert chosen["expires_at"] - chosen["created_at"] == timedelta(hours=2)

    def test_a_page_that_expires_says_nothing_to_the_shop(self, simulator: SimulatorServer):
        page = {"unit": "minute", "duration": 5}
        session = _midtrans(simulator).snap.create_transaction(snap_request("A", page_expiry=page))

        simulator.advance(minutes=6)
        answer = requests.get(session["redirect_url"], timeout=10)
        assert (answer.status_code, "Waktu pembayaran habis" in answer.text) == (410, True)
        assert simulator.notices("A") == []


class TestCancelSession:
    def test_closes_the_page_once(self, midtrans: Midtrans):
        session = midtrans.snap.create_transaction(snap_request(new_order_id()))

        first = midtrans.cancel_session(session["token"])
        second = midtrans.cancel_session(session["token"])
        assert first.json().keys() == {"canceled_at"}
        assert second.json()["error_messages"] == ["token already canceled"]

    def test_an_unknown_token_is_not_found(self, midtrans: Midtrans):
        answer = midtrans.cancel_session("00000000-0000-4000-8000-000000000000")

        assert answer.json()["error_messages"] == ["token not found"]

    def test_a_page_on_which_a_method_was_chosen_is_in_progress(self, simulator: SimulatorServer):
        midtrans = _midtrans(simulator)
        token = midtrans.snap.create_transaction(snap_request("A"))["token"]
        simulator.choose(token)

        assert midtrans.cancel_session(token).json()["error_messages"] == ["Transaction is on progress"]


def _midtrans(simulator: SimulatorServer) -> Midtrans:
    return Midtrans(DEMO_MERCHANT.server_key, simulator.core_url, simulator.snap_url)
