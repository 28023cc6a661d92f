"""The adapter, through the real client package, against the simulator."""

import hashlib
import logging
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo.simulator.server import SimulatorServer
from demo.simulator.state import DEMO_MERCHANT
from marketplace.payments.gateway import (
    Credentials,
    Customer,
    Endpoints,
    Gateway,
    GatewayError,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayUnreachable,
    Item,
    RefundRow,
    SnapRequest,
    TransactionStatus,
    signature_is_valid,
)

CREDENTIALS = Credentials(DEMO_MERCHANT.merchant_id, DEMO_MERCHANT.server_key, DEMO_MERCHANT.client_key)
QUICK = 0.4


@pytest.fixture
def midtrans() -> Iterator[SimulatorServer]:
    with SimulatorServer(hold_seconds=1) as server:
        yield server


@pytest.fixture
def gateway(midtrans: SimulatorServer) -> Gateway:
    return Gateway(CREDENTIALS, Endpoints(core=midtrans.core_url, snap=midtrans.snap_url), read_seconds=QUICK)


class TestCreateSnap:
    def test_opens_a_page(self, gateway: Gateway, midtrans: SimulatorServer):
        session = gateway.create_snap(a_request())

        assert session.redirect_url == f"{midtrans.url}/snap/v4/redirection/{session.token}"

    def test_sends_what_was_asked_cut_to_what_midtrans_takes(self, gateway: Gateway, midtrans: SimulatorServer):
        opens_at = datetime(2030, 1, 1, 2, 3, 4, tzinfo=UTC)
        request = a_request(
            gross_amount=275_000,
            items=(
                Item("rendang", "R" * 60, 125_000, 2),
                Item("kirim", "Ongkos kirim", 35_000),
                Item("p", "-", -10_000),
            ),
            customer=Customer("Uni Contoh", phone="081200000000"),
            enabled_payments=("other_qris", "bca_va"),
            finish_url="http://lapau.localhost/pesanan/",
            notification_url="http://127.0.0.1:9/beritahu/",
            opens_at=opens_at,
            custom_fields=("satu", "dua"),
        )
        token = gateway.create_snap(request).token

        session = midtrans.session(token)
        assert session.notify_urls == ["http://127.0.0.1:9/beritahu/"]
        assert session.request == {
            "transaction_details": {"order_id": "LPU-1", "gross_amount": 275_000},
            "credit_card": {"secure": True},
            "expiry": {"start_time": "2030-01-01 09:03:04 +0700", "unit": "minute", "duration": 60},
            "item_details": [
                {"id": "rendang", "name": "R" * 50, "price": 125_000, "quantity": 2},
                {"id": "kirim", "name": "Ongkos kirim", "price": 35_000, "quantity": 1},
                {"id": "p", "name": "-", "price": -10_000, "quantity": 1},
            ],
            "customer_details": {"first_name": "Uni Contoh", "phone": "081200000000"},
            "enabled_payments": ["other_qris", "bca_va"],
            "callbacks": {"finish": "http://lapau.localhost/pesanan/"},
            "custom_field1": "satu",
            "custom_field2": "dua",
        }

    def test_one_requests_address_does_not_leak_into_the_next(self, gateway: Gateway, midtrans: SimulatorServer):
        gateway.create_snap(a_request(order_id="A", notification_url="http://127.0.0.1:9/"))

        assert midtrans.session(gateway.create_snap(a_request(order_id="B")).token).notify_urls == []

    def test_repeats_safely_after_a_timeout(self, gateway: Gateway, midtrans: SimulatorServer):
        midtrans.fault("timeout_after_snap")

        with pytest.raises(GatewayUnreachable) as error:
            gateway.create_snap(a_request())
        assert (error.value.detail, error.value.outcome_unknown) == ("time-out", True)
        assert gateway.create_snap(a_request()).token

    @pytest.mark.parametrize("language", ["duplicate_in_english", "none"])
    def test_says_that_the_order_id_is_taken(self, gateway: Gateway, midtrans: SimulatorServer, language: str):
        midtrans.choose(gateway.create_snap(a_request()).token)
        if language != "none":
            midtrans.fault(language)

        with pytest.raises(GatewayRefused) as error:
            gateway.create_snap(a_request())
        assert (error.value.refusal, error.value.order_id_taken) == ("400", True)

    def test_other_refusals_are_not_about_the_order_id(self, gateway: Gateway):
        with pytest.raises(GatewayRefused) as error:
            gateway.create_snap(a_request(gross_amount=0))
        assert (error.value.refusal, error.value.order_id_taken, error.value.message) == (
            "400",
            False,
            "transaction_details.gross_amount must be greater than or equal to 0.01",
        )

    def test_items_that_do_not_add_up_are_never_sent(self, gateway: Gateway, midtrans: SimulatorServer):
        with pytest.raises(ValueError, match="add up"):
            gateway.create_snap(a_request(items=(Item("1", "Tiket", 1000),)))
        assert midtrans.sessions("LPU-1") == []

    @pytest.mark.parametrize("amount", [1000.0, "1000", True])
    def test_amounts_are_whole_rupiah(self, gateway: Gateway, amount: Any):
        with pytest.raises(TypeError):
            gateway.create_snap(a_request(gross_amount=amount))


class TestCancelSnap:
    def test_closes_a_page_and_a_repeat_changes_nothing(self, gateway: Gateway):
        token = gateway.create_snap(a_request()).token

        assert [gateway.cancel_snap(token) for _ in range(2)] == [True, True]

    def test_a_page_that_never_was_is_closed(self, gateway: Gateway):
        assert gateway.cancel_snap("tidak-ada") is True

    def test_a_chosen_method_keeps_it_open(self, gateway: Gateway, midtrans: SimulatorServer):
        token = gateway.create_snap(a_request()).token
        midtrans.choose(token)

        assert gateway.cancel_snap(token) is False


class TestStatus:
    def test_is_none_until_a_method_is_chosen(self, gateway: Gateway, caplog: pytest.LogCaptureFixture):
        gateway.create_snap(a_request())

        with caplog.at_level(logging.INFO):
            assert gateway.status("LPU-1") is None
        assert caplog.records == []

    def test_is_typed(self, gateway: Gateway, midtrans: SimulatorServer):
        token = gateway.create_snap(a_request()).token
        chosen = midtrans.choose(token, "other_qris")
        midtrans.pay("LPU-1", issuer="dana")

        status = gateway.status("LPU-1")
        assert status == gateway.status(chosen["transaction_id"])
        assert status is not None
        assert (status.order_id, status.transaction_id) == ("LPU-1", chosen["transaction_id"])
        assert (status.transaction_status, status.fraud_status, status.status_code) == ("settlement", "accept", "200")
        assert (status.gross_amount, status.currency, status.merchant_id) == (285_000, "IDR", "G000000000")
        assert (status.payment_type, status.channel, status.on_us) == ("qris", "dana", False)
        assert status.transaction_at == chosen["created_at"].replace(microsecond=0)
        assert status.settled_at is not None
        assert status.expires_at is not None

    @pytest.mark.parametrize(
        ("method", "kind", "channel"),
        [
            ("bca_va", "bank_transfer", "bca"),
            ("permata_va", "bank_transfer", "permata"),
            ("echannel", "echannel", "mandiri"),
            ("gopay", "gopay", ""),
            ("alfamart", "cstore", "alfamart"),
            ("credit_card", "credit_card", "bni"),
        ],
    )
    def test_names_the_channel(self, gateway: Gateway, midtrans: SimulatorServer, method: str, kind: str, channel: str):
        midtrans.choose(gateway.create_snap(a_request()).token, method)

        status = gateway.status("LPU-1")
        assert status is not None
        assert (status.payment_type, status.channel) == (kind, channel)

    def test_an_expired_transaction_is_an_answer_not_an_error(self, gateway: Gateway, midtrans: SimulatorServer):
        midtrans.choose(gateway.create_snap(a_request()).token)
        midtrans.act("LPU-1", "expire")

        status = gateway.status("LPU-1")
        assert status is not None
        assert (status.status_code, status.transaction_status) == ("407", "expire")


class TestChanges:
    def test_cancels_and_expires(self, gateway: Gateway, midtrans: SimulatorServer):
        for order_id in ("A", "B"):
            midtrans.choose(gateway.create_snap(a_request(order_id=order_id)).token)

        assert gateway.cancel("A").transaction_status == "cancel"
        assert gateway.expire("B").transaction_status == "expire"

    def test_a_payment_that_came_first_is_a_412(self, gateway: Gateway, midtrans: SimulatorServer):
        midtrans.choose(gateway.create_snap(a_request()).token)
        midtrans.fault("paid_during_cancel")

        with pytest.raises(GatewayRefused) as error:
            gateway.cancel("LPU-1")
        assert error.value.refusal == "412"

    def test_reviews_a_challenged_card(self, gateway: Gateway, midtrans: SimulatorServer):
        for order_id in ("A", "B"):
            midtrans.choose(gateway.create_snap(a_request(order_id=order_id)).token, "credit_card")
            midtrans.act(order_id, "challenge")

        assert gateway.approve("A").fraud_status == "accept"
        assert gateway.deny("B").transaction_status == "deny"


class TestRefund:
    def test_gives_back_a_part_and_the_status_lists_it(self, gateway: Gateway, midtrans: SimulatorServer):
        self._paid(gateway, midtrans)

        answer = gateway.refund("LPU-1", "R-1", 85_000, "Hujan badai")
        midtrans.advance(minutes=2)
        status = gateway.status("LPU-1")
        assert (answer.refund_key, answer.amount, answer.transaction_status) == ("R-1", 85_000, "partial_refund")
        assert status is not None
        (row,) = status.refunds
        assert (status.refund_amount, row.refund_key, row.amount, row.reason) == (85_000, "R-1", 85_000, "Hujan badai")
        assert (row.method, row.reference, row.bank_confirmed_at is None) == ("online", answer.reference, False)

    def test_a_repeat_after_a_timeout_gives_back_once(self, gateway: Gateway, midtrans: SimulatorServer):
        self._paid(gateway, midtrans)
        midtrans.fault("timeout_after_refund")

        with pytest.raises(GatewayUnreachable):
            gateway.direct_refund("LPU-1", "R-1", 85_000, "Tutup")
        assert gateway.direct_refund("LPU-1", "R-1", 85_000, "Tutup").amount == 85_000
        status = gateway.status("LPU-1")
        assert status is not None
        assert status.refund_amount == 85_000

    @pytest.mark.parametrize(("method", "amount", "refusal"), [("bca_va", 1000, "412"), ("other_qris", 285_001, "414")])
    def test_says_why_not(self, gateway: Gateway, midtrans: SimulatorServer, method: str, amount: int, refusal: str):
        self._paid(gateway, midtrans, method)

        with pytest.raises(GatewayRefused) as error:
            gateway.refund("LPU-1", "R-1", amount, "Tutup")
        assert error.value.refusal == refusal

    @staticmethod
    def _paid(gateway: Gateway, midtrans: SimulatorServer, method: str = "other_qris") -> None:
        midtrans.choose(gateway.create_snap(a_request()).token, method)
        midtrans.pay("LPU-1")


class TestErrors:
    @pytest.mark.parametrize(
        ("options", "detail", "outcome_unknown"),
        [
            ({"status": 500}, "500", True),
            ({"status": 503}, "503", True),
            ({"status": 429}, "429", False),
            ({"status": 403, "body": "html"}, "JSONDecodeError", True),
            ({"status": 502, "body": "html"}, "JSONDecodeError", True),
            ({"status": 200, "body": "empty"}, "JSONDecodeError", True),
            ({"status": 200, "body": "list"}, "AttributeError", True),
        ],
    )
    def test_a_broken_answer_is_unreachable(
        self, gateway: Gateway, midtrans: SimulatorServer, options: dict[str, Any], detail: str, outcome_unknown: bool
    ):
        midtrans.fault("http", endpoint="status", **options)

        with pytest.raises(GatewayUnreachable) as error:
            gateway.status("LPU-1")
        assert (error.value.detail, error.value.outcome_unknown, error.value.status) == (detail, outcome_unknown, 503)

    @pytest.mark.parametrize(
        ("endpoint", "call"),
        [
            ("status", lambda gateway: gateway.status("LPU-1")),
            ("cancel", lambda gateway: gateway.cancel("LPU-1")),
            ("refund", lambda gateway: gateway.refund("LPU-1", "R1", 1000, "-")),
            ("snap", lambda gateway: gateway.create_snap(a_request())),
        ],
    )
    def test_an_answer_still_in_the_making_is_no_answer(
        self, gateway: Gateway, midtrans: SimulatorServer, endpoint: str, call: Any
    ):
        midtrans.fault("http", endpoint=endpoint, status=202)

        with pytest.raises(GatewayUnreachable) as error:
            call(gateway)
        assert error.value.outcome_unknown is True

    def test_nobody_there_is_unreachable_and_had_no_effect(self):
        nowhere = Gateway(CREDENTIALS, Endpoints("http://127.0.0.1:9", "http://127.0.0.1:9/snap/v1"))

        with pytest.raises(GatewayUnreachable) as error:
            nowhere.create_snap(a_request())
        assert error.value.outcome_unknown is False

    def test_a_wrong_key_is_our_mistake(self, midtrans: SimulatorServer):
        stranger = Gateway(Credentials("G1", "SB-Mid-server-wrong"), Endpoints(midtrans.core_url, midtrans.snap_url))

        with pytest.raises(GatewayMisconfigured):
            stranger.create_snap(a_request())
        with pytest.raises(GatewayMisconfigured):
            stranger.status("LPU-1")

    def test_a_redirect_is_not_followed(self, gateway: Gateway, midtrans: SimulatorServer):
        midtrans.fault("http", endpoint="snap", status=302, body="html")

        with pytest.raises(GatewayUnreachable):
            gateway.create_snap(a_request())

    @pytest.mark.parametrize("identifier", ["", "a/../b", "a?b", "a b", "..", "x" * 51, "a#b", "é"])
    def test_an_id_that_could_change_the_address_is_refused(self, gateway: Gateway, identifier: str):
        for call in (gateway.status, gateway.cancel, gateway.expire, gateway.cancel_snap):
            with pytest.raises(ValueError, match="letters, digits"):
                call(identifier)

    @pytest.mark.parametrize(
        "error",
        [
            GatewayUnreachable(detail="time-out", outcome_unknown=True),
            GatewayRefused(refusal="412", message="Transaction status cannot be updated."),
            GatewayMisconfigured(refusal="401"),
        ],
    )
    def test_travels_between_processes(self, error: GatewayError):
        revived = pickle.loads(pickle.dumps(error))
        assert (type(revived), revived.__dict__, str(revived)) == (type(error), error.__dict__, str(error))

    def test_holds_and_logs_nobodys_data(
        self, gateway: Gateway, midtrans: SimulatorServer, caplog: pytest.LogCaptureFixture
    ):
        request = a_request(customer=Customer("Uni Rahasia", phone="081234567890", email="tanpa-tanda"))

        with caplog.at_level(logging.DEBUG, logger="marketplace"), pytest.raises(GatewayRefused) as error:
            gateway.create_snap(request)
        told = f"{error.value!r} {error.value.__dict__} {error.value.__context__} {caplog.text} {request.customer!r}"
        assert not any(secret in told for secret in ("Rahasia", "081234567890", "tanpa-tanda", "SB-Mid"))

    def test_keys_do_not_show(self):
        assert "SB-Mid" not in repr(CREDENTIALS)


class TestParse:
    def test_reads_nothing_from_nothing(self):
        assert TransactionStatus.parse({}) == TransactionStatus("", "", "", 0)

    def test_is_lenient(self):
        status = TransactionStatus.parse(
            {
                "order_id": "A",
                "transaction_status": "melayang",
                "gross_amount": "1000.50",
                "transaction_time": "kemarin",
                "settlement_time": "2026-11-22 17:12:46",
                "refunds": [{"refund_key": "r", "refund_amount": "5000.00"}, "?"],
                "va_numbers": [],
                "fraud_status": None,
            }
        )

        assert (status.transaction_status, status.gross_amount, status.transaction_at) == ("melayang", 0, None)
        assert status.settled_at == datetime(2026, 11, 22, 10, 12, 46, tzinfo=UTC)
        assert status.refunds == (RefundRow("r", 5000),)


class TestSignature:
    def test_is_that_of_the_documents(self):
        body = {"order_id": "1111", "status_code": "200", "gross_amount": "100000.00"}
        key = "askvnoibnosifnboseofinbofinfgbiufglnbfg"
        signature = hashlib.sha512(f"1111200100000.00{key}".encode()).hexdigest()

        assert (signature[:16], signature[-8:]) == ("edc076b21793ebe3", "c4d4c231")
        assert signature_is_valid(body | {"signature_key": signature}, key)

    @pytest.mark.parametrize(
        "change",
        [
            {"order_id": "A2"},
            {"status_code": "200"},
            {"gross_amount": "1.00"},
            {"gross_amount": 285_000},
            {"signature_key": "0" * 128},
            {"signature_key": "é"},
            {"signature_key": None},
        ],
    )
    def test_any_change_breaks_it(self, gateway: Gateway, midtrans: SimulatorServer, change: dict[str, Any]):
        midtrans.choose(gateway.create_snap(a_request()).token)
        body = midtrans.notices("LPU-1")[0].body

        assert signature_is_valid(body, CREDENTIALS.server_key)
        assert not signature_is_valid(body | change, CREDENTIALS.server_key)

    def test_an_empty_key_signs_nothing(self):
        body = {"order_id": "1", "status_code": "200", "gross_amount": "1.00"}
        signature = hashlib.sha512(b"12001.00").hexdigest()
        assert not signature_is_valid(body | {"signature_key": signature}, "")


def a_request(**changes: Any) -> SnapRequest:
    values: dict[str, Any] = {
        "order_id": "LPU-1",
        "gross_amount": 285_000,
        "opens_at": datetime.now(UTC),
        "lasts": timedelta(minutes=60),
    }
    return SnapRequest(**(values | changes))
