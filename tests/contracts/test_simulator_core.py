"""The Core API as midtransclient sees it, on the simulator and on the sandbox."""

import hashlib

import pytest
import requests
from midtransclient.error_midtrans import MidtransAPIError

from demo.simulator.server import SimulatorServer
from demo.simulator.state import DEMO_MERCHANT
from tests.contracts.midtrans import Midtrans, charge_request, new_order_id, refusal, snap_request


class TestCharge:
    def test_a_virtual_account_is_created_pending(self, midtrans: Midtrans):
        order_id = new_order_id()
        answer = midtrans.core.charge(charge_request(order_id))

        assert (answer["status_code"], answer["transaction_status"], answer["fraud_status"]) == (
            "201",
            "pending",
            "accept",
        )
        assert (answer["order_id"], answer["gross_amount"], answer["currency"]) == (order_id, "285000.00", "IDR")
        assert [number["bank"] for number in answer["va_numbers"]] == ["bca"]

    def test_qris_has_a_picture(self, midtrans: Midtrans):
        answer = midtrans.core.charge(charge_request(new_order_id(), "qris", acquirer="gopay"))

        picture = requests.get(answer["actions"][0]["url"], timeout=10)
        assert answer["actions"][0]["name"] == "generate-qr-code"
        assert (picture.headers["content-type"], picture.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")

    def test_gopay_has_its_four_actions(self, midtrans: Midtrans):
        answer = midtrans.core.charge(charge_request(new_order_id(), "gopay"))

        assert {action["name"] for action in answer["actions"]} >= {"generate-qr-code", "deeplink-redirect", "cancel"}

    def test_permata_and_mandiri_use_fields_of_their_own(self, midtrans: Midtrans):
        permata = midtrans.core.charge(charge_request(new_order_id(), bank="permata"))
        mandiri = midtrans.core.charge(charge_request(new_order_id(), "echannel", bill_info1="Untuk", bill_info2="Uji"))

        assert permata["permata_va_number"].isdigit()
        assert "va_numbers" not in permata
        assert mandiri["bill_key"].isdigit()
        assert mandiri["biller_code"].isdigit()

    def test_a_second_charge_of_the_order_is_a_conflict(self, midtrans: Midtrans):
        request = charge_request(new_order_id())
        midtrans.core.charge(request)

        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.charge(request)
        assert refusal(error.value) == (200, "406")

    def test_an_amount_of_nothing_is_invalid(self, midtrans: Midtrans):
        request = charge_request(new_order_id())
        request["transaction_details"]["gross_amount"] = 0

        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.charge(request)
        assert refusal(error.value) == (400, "400")
        assert error.value.api_response_dict["validation_messages"]

    def test_an_unknown_key_is_refused(self, midtrans: Midtrans):
        with pytest.raises(MidtransAPIError) as error:
            midtrans.with_key("SB-Mid-server-wrong").core.charge(charge_request(new_order_id()))
        assert refusal(error.value) == (401, "401")


class TestCards:
    @pytest.mark.parametrize(
        ("number", "outcome"),
        [
            ("4811111111111114", ("200", "capture", "accept")),
            ("4911111111111113", ("202", "deny", "accept")),
            ("4511111111111117", ("200", "capture", "challenge")),
            ("4611111111111116", ("202", "deny", "deny")),
        ],
    )
    def test_a_test_number_decides_the_outcome(self, simulator: SimulatorServer, number: str, outcome: tuple[str, ...]):
        answer = _midtrans(simulator).core.charge(
            charge_request("A", "credit_card", token_id=_token(simulator, number))
        )

        assert (answer["status_code"], answer["transaction_status"], answer["fraud_status"]) == outcome
        assert answer["masked_card"] == f"{number[:8]}-{number[-4:]}"

    def test_a_token_that_is_none_is_411(self, simulator: SimulatorServer):
        with pytest.raises(MidtransAPIError) as error:
            _midtrans(simulator).core.charge(charge_request("A", "credit_card", token_id="4111-1111"))
        assert refusal(error.value) == (200, "411")

    def test_a_captured_card_settles_a_day_later(self, simulator: SimulatorServer):
        midtrans = _midtrans(simulator)
        token = _token(simulator, "4811111111111114")
        midtrans.core.charge(charge_request("A", "credit_card", token_id=token))

        simulator.advance(hours=25)
        assert midtrans.core.transactions.status("A")["transaction_status"] == "settlement"

    def test_a_challenge_is_approved_or_denied_by_the_shop(self, simulator: SimulatorServer):
        midtrans = _midtrans(simulator)
        token = _token(simulator, "4511111111111117")
        for order_id in ("A", "B"):
            midtrans.core.charge(charge_request(order_id, "credit_card", token_id=token))

        approved, denied = midtrans.core.transactions.approve("A"), midtrans.core.transactions.deny("B")
        assert (approved["status_message"], approved["fraud_status"]) == ("Success, transaction is approved", "accept")
        assert (denied["status_message"], denied["transaction_status"]) == ("Success, transaction is denied", "deny")
        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.transactions.approve("A")
        assert refusal(error.value) == (200, "412")


class TestStatus:
    def test_an_unknown_order_is_404_in_the_body_only(self, midtrans: Midtrans):
        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.transactions.status(new_order_id())

        assert refusal(error.value) == (200, "404")
        assert error.value.api_response_dict["status_message"] == "Transaction doesn't exist."

    def test_is_asked_by_order_or_transaction_and_is_signed(self, midtrans: Midtrans):
        order_id = new_order_id()
        charged = midtrans.core.charge(charge_request(order_id))

        by_order = midtrans.core.transactions.status(order_id)
        by_transaction = midtrans.core.transactions.status(charged["transaction_id"])
        signed = f"{order_id}201285000.00{midtrans.config.server_key}"
        assert by_order["transaction_id"] == by_transaction["transaction_id"] == charged["transaction_id"]
        assert by_order["signature_key"] == hashlib.sha512(signed.encode()).hexdigest()

    @pytest.mark.parametrize(
        ("actions", "code", "status"),
        [
            ((), "201", "pending"),
            (("pay",), "200", "settlement"),
            (("deny",), "202", "deny"),
            (("cancel",), "200", "cancel"),
            (("expire",), "407", "expire"),
            (("pay", "reverse"), "202", "deny"),
            (("pay", "chargeback"), "200", "chargeback"),
        ],
    )
    def test_the_code_follows_the_state(
        self, simulator: SimulatorServer, actions: tuple[str, ...], code: str, status: str
    ):
        midtrans = _midtrans(simulator)
        midtrans.core.charge(charge_request("A"))
        for action in actions:
            simulator.act("A", action)

        answer = midtrans.core.transactions.status("A")
        assert (answer["status_code"], answer["transaction_status"]) == (code, status)

    def test_a_merchant_does_not_see_anothers_order(self, simulator: SimulatorServer):
        _midtrans(simulator).core.charge(charge_request("A"))
        other = type(DEMO_MERCHANT)("G000000001", "SB-Mid-server-other", "SB-Mid-client-other")
        simulator.world.merchants += (other,)

        with pytest.raises(MidtransAPIError) as error:
            Midtrans(other.server_key, simulator.core_url, simulator.snap_url).core.transactions.status("A")
        assert refusal(error.value) == (200, "404")


class TestChanges:
    def test_cancelling_twice_is_refused(self, midtrans: Midtrans):
        order_id = new_order_id()
        midtrans.core.charge(charge_request(order_id))

        answer = midtrans.core.transactions.cancel(order_id)
        assert (answer["status_code"], answer["transaction_status"]) == ("200", "cancel")
        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.transactions.cancel(order_id)
        assert error.value.api_response_dict["status_code"] == "412"

    def test_expiring_is_not_an_error_though_its_code_is_407(self, midtrans: Midtrans):
        order_id = new_order_id()
        midtrans.core.charge(charge_request(order_id))

        answer = midtrans.core.transactions.expire(order_id)
        assert (answer["status_code"], answer["transaction_status"]) == ("407", "expire")

    def test_a_payment_that_wins_the_race_makes_the_cancel_412(self, simulator: SimulatorServer):
        midtrans = _midtrans(simulator)
        midtrans.core.charge(charge_request("A"))
        simulator.fault("paid_during_cancel", order_id="A")

        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.transactions.cancel("A")
        assert refusal(error.value) == (200, "412")
        assert midtrans.core.transactions.status("A")["transaction_status"] == "settlement"


class TestRefund:
    def test_what_is_pending_cannot_be_refunded(self, midtrans: Midtrans):
        order_id = new_order_id()
        midtrans.core.charge(charge_request(order_id, "qris", acquirer="gopay"))

        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.transactions.refund(order_id, {"refund_key": "a", "amount": 1000})
        assert error.value.api_response_dict["status_code"] == "412"

    def test_parts_add_up_and_the_total_is_shown(self, simulator: SimulatorServer):
        midtrans = _paid(simulator, "other_qris")

        first = midtrans.core.transactions.refund("A", {"refund_key": "a", "amount": 85_000, "reason": "Hujan"})
        second = midtrans.core.transactions.refundDirect("A", {"refund_key": "b"})
        status = midtrans.core.transactions.status("A")
        assert (first["transaction_status"], first["refund_amount"]) == ("partial_refund", "85000.00")
        assert (second["transaction_status"], second["refund_amount"]) == ("refund", "200000.00")
        assert (status["transaction_status"], status["refund_amount"]) == ("refund", "285000.00")
        assert [row["refund_key"] for row in status["refunds"]] == ["a", "b"]

    def test_the_same_key_is_the_same_refund(self, simulator: SimulatorServer):
        midtrans = _paid(simulator, "gopay")
        request = {"refund_key": "a", "amount": 85_000}

        first, again = (midtrans.core.transactions.refund("A", request) for _ in range(2))
        assert first["refund_chargeback_uuid"] == again["refund_chargeback_uuid"]
        assert midtrans.core.transactions.status("A")["refund_amount"] == "85000.00"
        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.transactions.refund("A", {"refund_key": "a", "amount": 1})
        assert refusal(error.value) == (200, "406")

    @pytest.mark.parametrize(
        ("method", "amount", "days", "code"),
        [
            ("bca_va", 1000, 0, "412"),
            ("echannel", 1000, 0, "412"),
            ("alfamart", 1000, 0, "412"),
            ("other_qris", 285_001, 0, "414"),
            ("other_qris", 0, 0, "414"),
            ("shopeepay", 1000, 0, "414"),
            ("other_qris", 1000, 46, "412"),
        ],
    )
    def test_refuses_what_the_method_cannot_do(
        self, simulator: SimulatorServer, method: str, amount: int, days: int, code: str
    ):
        midtrans = _paid(simulator, method)
        simulator.advance(days=days)

        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.transactions.refund("A", {"refund_key": "a", "amount": amount})
        assert refusal(error.value) == (200, code)
        assert midtrans.core.transactions.status("A")["transaction_status"] == "settlement"

    def test_somebody_elses_wallet_can_be_refunded_for_a_week(self, simulator: SimulatorServer):
        midtrans = _paid(simulator, "other_qris", issuer="dana")
        simulator.advance(days=8)

        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.transactions.refund("A", {"refund_key": "a", "amount": 1000})
        assert refusal(error.value) == (200, "412")

    def test_the_provider_confirms_later(self, simulator: SimulatorServer):
        midtrans = _paid(simulator, "other_qris")
        midtrans.core.transactions.refund("A", {"refund_key": "a", "amount": 1000})

        before = midtrans.core.transactions.status("A")["refunds"][0]
        simulator.advance(minutes=2)
        after = midtrans.core.transactions.status("A")["refunds"][0]
        assert ("bank_confirmed_at" in before, "bank_confirmed_at" in after) == (False, True)

    def test_a_merchant_without_balance_is_declined(self, simulator: SimulatorServer):
        midtrans = _paid(simulator, "other_qris")
        simulator.fault("refund_declined")

        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.transactions.refund("A", {"refund_key": "a", "amount": 1000})
        assert refusal(error.value) == (200, "414")


class TestIdempotencyKey:
    def test_a_success_is_repeated_for_five_minutes(self, simulator: SimulatorServer):
        midtrans = Midtrans(
            DEMO_MERCHANT.server_key, simulator.core_url, simulator.snap_url, headers={"Idempotency-Key": "k1"}
        )
        first, again = midtrans.core.charge(charge_request("A")), midtrans.core.charge(charge_request("A"))
        simulator.advance(minutes=6)

        assert first["transaction_id"] == again["transaction_id"]
        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.charge(charge_request("A"))
        assert refusal(error.value) == (200, "406")


def _midtrans(simulator: SimulatorServer) -> Midtrans:
    return Midtrans(DEMO_MERCHANT.server_key, simulator.core_url, simulator.snap_url)


def _paid(simulator: SimulatorServer, method: str, **options: str) -> Midtrans:
    midtrans = _midtrans(simulator)
    token = midtrans.snap.create_transaction(snap_request("A"))["token"]
    simulator.choose(token, method)
    simulator.pay("A", **options)
    return midtrans


def _token(simulator: SimulatorServer, number: str) -> str:
    query = {"client_key": DEMO_MERCHANT.client_key, "card_number": number, "card_cvv": "123"}
    token: str = requests.get(f"{simulator.url}/v2/token", params=query, timeout=10).json()["token_id"]
    return token
