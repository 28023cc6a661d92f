"""The Core API as midtransclient sees it, on the simulator and on the sandbox."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import requests
from midtransclient.error_midtrans import MidtransAPIError

from demo.simulator.server import SimulatorServer
from demo.simulator.state import DEMO_MERCHANT, WIB
from tests.contracts.midtrans import Midtrans, charge_request, new_order_id, refusal, snap_request

# What every answer to a charge has, whatever the method.
COMMON = {
    "status_code",
    "status_message",
    "transaction_id",
    "order_id",
    "merchant_id",
    "gross_amount",
    "currency",
    "payment_type",
    "transaction_time",
    "expiry_time",
    "transaction_status",
    "fraud_status",
}


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


class TestEveryMethod:
    @pytest.mark.parametrize(
        ("payment_type", "part", "expected"),
        [
            ("bank_transfer", {"bank": "bni"}, {"va_numbers", "payment_amounts"}),
            ("bank_transfer", {"bank": "bri"}, {"va_numbers", "payment_amounts"}),
            ("bank_transfer", {"bank": "cimb"}, {"va_numbers", "payment_amounts"}),
            ("bank_transfer", {"bank": "permata"}, {"permata_va_number"}),
            ("echannel", {"bill_info1": "Untuk", "bill_info2": "Uji"}, {"bill_key", "biller_code"}),
            ("qris", {"acquirer": "gopay"}, {"acquirer", "qr_string", "actions"}),
            ("qris", {"acquirer": "airpay shopee"}, {"acquirer", "qr_string", "actions"}),
            ("gopay", {}, {"actions"}),
            ("shopeepay", {"callback_url": "https://lapau.example/"}, {"actions"}),
            ("dana", {}, {"actions"}),
            ("ovo", {}, {"actions"}),
            ("kredivo", {}, {"redirect_url"}),
            ("akulaku", {}, {"redirect_url"}),
            ("cstore", {"store": "indomaret"}, {"payment_code", "store"}),
            ("cstore", {"store": "alfamart"}, {"payment_code", "store"}),
        ],
    )
    def test_has_the_fields_of_its_own_and_no_others(
        self, simulator: SimulatorServer, payment_type: str, part: dict[str, str], expected: set[str]
    ):
        answer = _midtrans(simulator).core.charge(charge_request("A", payment_type, **part))

        assert answer["payment_type"] == payment_type
        assert set(answer) - COMMON == expected
        assert answer.get("acquirer") == part.get("acquirer")

    @pytest.mark.parametrize(
        ("method", "added"),
        [
            ("bca_va", {"payment_amounts"}),
            ("permata_va", set()),
            ("echannel", set()),
            ("other_qris", {"issuer", "transaction_type"}),
            ("gopay", set()),
            ("shopeepay", {"shopeepay_reference_number", "reference_id"}),
            ("indomaret", {"approval_code"}),
        ],
    )
    def test_paying_adds_what_the_method_adds(self, simulator: SimulatorServer, method: str, added: set[str]):
        midtrans = _midtrans(simulator)
        simulator.choose(midtrans.snap.create_transaction(snap_request("A"))["token"], method)
        before = midtrans.core.transactions.status("A")
        simulator.pay("A")
        after = midtrans.core.transactions.status("A")

        new = {name for name in after if after[name] and not before.get(name)}
        assert new == added | {"settlement_time"}
        assert after["transaction_status"] == "settlement"

    @pytest.mark.parametrize(
        ("payment_type", "part", "messages"),
        [
            ("bank_transfer", {"bank": ""}, ["bank_transfer.bank is required"]),
            ("bank_transfer", {"bank": "nagari"}, ["payment_type is not supported"]),
            ("echannel", {"bill_info1": "Untuk"}, ["echannel.bill_info2 is required"]),
            ("cstore", {}, ["cstore.store is required"]),
            ("credit_card", {}, ["credit_card.token_id is required"]),
            ("pulsa", {}, ["payment_type is not supported"]),
        ],
    )
    def test_says_what_a_charge_lacks(
        self, simulator: SimulatorServer, payment_type: str, part: dict[str, str], messages: list[str]
    ):
        with pytest.raises(MidtransAPIError) as error:
            _midtrans(simulator).core.charge(charge_request("A", payment_type, **part))
        assert refusal(error.value) == (400, "400")
        assert error.value.api_response_dict["status_message"] == "One or more parameters in the payload is invalid."
        assert error.value.api_response_dict["validation_messages"] == messages
        assert error.value.api_response_dict["id"]

    def test_says_all_that_is_wrong_at_once(self, simulator: SimulatorServer):
        with pytest.raises(MidtransAPIError) as error:
            _midtrans(simulator).core.charge({"item_details": [{"id": "1", "name": "T", "price": 1, "quantity": 0}]})
        assert error.value.api_response_dict["validation_messages"] == [
            "transaction_details.order_id is required",
            "transaction_details.gross_amount must be equal or greater than 0.01",
            "payment_type is required",
            "item_details Quantity must be greater than or equal to 1",
        ]

    def test_a_body_that_is_no_json_is_413(self, simulator: SimulatorServer):
        answer = requests.post(
            f"{simulator.core_url}/v2/charge", data=b"{", auth=(DEMO_MERCHANT.server_key, ""), timeout=10
        )
        assert (answer.status_code, answer.json()["status_code"]) == (413, "413")

    def test_a_payment_waits_no_longer_than_its_method(self, simulator: SimulatorServer):
        midtrans = _midtrans(simulator)
        expiry = {"unit": "days", "duration": 30}
        token = midtrans.snap.create_transaction(snap_request("A", expiry=expiry))["token"]

        chosen = simulator.choose(token, "other_qris")
        assert chosen["expires_at"] - chosen["created_at"] == timedelta(days=5)


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

    def test_a_card_with_3ds_waits_for_its_bank(self, simulator: SimulatorServer):
        midtrans = _midtrans(simulator)
        request = charge_request(
            "A", "credit_card", token_id=_token(simulator, "4811111111111114"), authentication=True
        )

        answer = midtrans.core.charge(request)
        assert (answer["status_code"], answer["transaction_status"]) == ("201", "pending")
        requests.post(f"{answer['redirect_url']}/bayar", timeout=10)
        assert midtrans.core.transactions.status("A")["transaction_status"] == "capture"

    def test_an_authorisation_is_captured_in_part(self, simulator: SimulatorServer):
        midtrans = _midtrans(simulator)
        request = charge_request("A", "credit_card", token_id=_token(simulator, "4811111111111114"), type="authorize")

        charged = midtrans.core.charge(request)
        assert (charged["status_code"], charged["transaction_status"]) == ("200", "authorize")
        captured = midtrans.core.capture({"transaction_id": charged["transaction_id"], "gross_amount": 200_000})
        assert (captured["transaction_status"], captured["gross_amount"]) == ("capture", "200000.00")
        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.capture({"transaction_id": charged["transaction_id"], "gross_amount": 1})
        assert refusal(error.value) == (200, "412")

    @pytest.mark.parametrize(("action", "days", "status"), [("cancel", 0, "cancel"), ("", 8, "expire")])
    def test_an_authorisation_may_also_be_let_go(self, simulator: SimulatorServer, action: str, days: int, status: str):
        midtrans = _midtrans(simulator)
        request = charge_request("A", "credit_card", token_id=_token(simulator, "4811111111111114"), type="authorize")
        midtrans.core.charge(request)
        if action:
            midtrans.core.transactions.cancel("A")
        simulator.advance(days=days)

        assert midtrans.core.transactions.status("A")["transaction_status"] == status

    def test_a_challenge_that_nobody_answers_is_cancelled(self, simulator: SimulatorServer):
        midtrans = _midtrans(simulator)
        midtrans.core.charge(charge_request("A", "credit_card", token_id=_token(simulator, "4511111111111117")))
        simulator.advance(hours=25)

        assert midtrans.core.transactions.status("A")["transaction_status"] == "cancel"

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

    @pytest.mark.parametrize("http_status", [200, 412])
    @pytest.mark.parametrize(
        ("path", "verbs"),
        [
            ((), {"cancel", "expire"}),
            (("pay",), set()),
            (("deny",), set()),
            (("cancel",), set()),
            (("expire",), set()),
            (("pay", "refund-from-dashboard"), set()),
            (("pay", "chargeback"), set()),
            (("challenge",), {"cancel", "approve", "deny"}),
            (("challenge", "approve"), {"cancel"}),
        ],
    )
    def test_only_the_edges_of_the_documents_are_there(
        self, simulator: SimulatorServer, path: tuple[str, ...], verbs: set[str], http_status: int
    ):
        midtrans = _midtrans(simulator)
        simulator.world.conflict_http_status = http_status
        for verb in ("cancel", "expire", "approve", "deny"):
            token = midtrans.snap.create_transaction(snap_request(verb))["token"]
            simulator.choose(token, "credit_card" if "challenge" in path else "other_qris", "4811111111111114")
            for action in path:
                simulator.act(verb, action)
            before = midtrans.core.transactions.status(verb)["transaction_status"]
            if verb in verbs:
                assert getattr(midtrans.core.transactions, verb)(verb)["status_message"].startswith("Success, ")
                continue
            with pytest.raises(MidtransAPIError) as error:
                getattr(midtrans.core.transactions, verb)(verb)
            assert refusal(error.value) == (http_status, "412")
            assert error.value.api_response_dict["status_message"] == "Transaction status cannot be updated."
            assert error.value.api_response_dict["id"]
            assert midtrans.core.transactions.status(verb)["transaction_status"] == before


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
            ("bni_va", 1000, 0, "412"),
            ("bri_va", 1000, 0, "412"),
            ("cimb_va", 1000, 0, "412"),
            ("permata_va", 1000, 0, "412"),
            ("indomaret", 1000, 0, "412"),
            ("ovo", 1000, 0, "414"),
            ("ovo", 285_000, 8, "412"),
            ("dana", 1000, 46, "412"),
            ("gopay", 1000, 46, "412"),
            ("kredivo", 1000, 15, "412"),
            ("shopeepay", 285_000, 366, "412"),
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

    @pytest.mark.parametrize(
        ("method", "amount", "days"),
        [
            ("other_qris", 1000, 44),
            ("gopay", 1000, 44),
            ("dana", 1000, 44),
            ("ovo", 285_000, 6),
            ("kredivo", 1000, 13),
            ("akulaku", 1000, 0),
        ],
    )
    def test_grants_what_it_can(self, simulator: SimulatorServer, method: str, amount: int, days: int):
        midtrans = _paid(simulator, method)
        simulator.advance(days=days)

        answer = midtrans.core.transactions.refund("A", {"refund_key": "a", "amount": amount})
        assert (answer["status_code"], answer["refund_amount"]) == ("200", f"{amount}.00")

    def test_shopeepay_sleeps_around_midnight(self):
        for hour, minute, code in ((23, 54, "200"), (23, 55, "412"), (5, 59, "412"), (6, 0, "200")):
            moment = datetime(2030, 1, 1, hour, minute, 30, tzinfo=WIB)
            with SimulatorServer(clock_offset=moment - datetime.now(UTC)) as simulator:
                midtrans = _paid(simulator, "shopeepay")
                try:
                    answer = midtrans.core.transactions.refund("A", {"refund_key": "a"})
                except MidtransAPIError as error:
                    answer = error.api_response_dict
                assert answer["status_code"] == code

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"refund_key": "a b"}, "refund_key is invalid"),
            ({"amount": "seribu"}, "amount is not a number"),
            ({"reason": "x" * 256}, "reason too long"),
        ],
    )
    def test_says_what_is_wrong_with_a_request(self, simulator: SimulatorServer, change: dict[str, str], message: str):
        midtrans = _paid(simulator, "other_qris")

        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.transactions.refund("A", {"refund_key": "a", "amount": 1000} | change)
        assert refusal(error.value) == (400, "400")
        assert error.value.api_response_dict["validation_messages"] == [message]

    def test_a_key_is_good_for_seven_days(self, simulator: SimulatorServer):
        midtrans = _paid(simulator, "gopay")
        request = {"refund_key": "a", "amount": 1000}
        midtrans.core.transactions.refund("A", request)
        simulator.advance(days=8)

        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.transactions.refund("A", request)
        assert refusal(error.value) == (200, "406")
        assert error.value.api_response_dict["status_message"] == "Duplicate refund ID"

    def test_a_refund_that_was_not_acknowledged_is_not_listed(self, simulator: SimulatorServer):
        midtrans = _paid(simulator, "gopay")
        simulator.fault("refund_unacknowledged")
        request = {"refund_key": "a", "amount": 1000}

        assert midtrans.core.transactions.refund("A", request)["status_code"] == "200"
        assert "refunds" not in midtrans.core.transactions.status("A")
        midtrans.core.transactions.refund("A", request)
        assert [row["refund_key"] for row in midtrans.core.transactions.status("A")["refunds"]] == ["a"]

    def test_an_issuer_may_decline(self, simulator: SimulatorServer):
        midtrans = _paid(simulator, "other_qris")
        simulator.fault("refund_declined", code="411", message="Refund is declined by the issuer")

        with pytest.raises(MidtransAPIError) as error:
            midtrans.core.transactions.refund("A", {"refund_key": "a", "amount": 1000})
        assert refusal(error.value) == (200, "411")

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
