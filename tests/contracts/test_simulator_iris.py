"""Midtrans Payouts (Iris) of the simulator against what the reference says of the real one."""

import hashlib
from typing import Any

import pytest
import requests

from demo.simulator.iris import KEYS
from demo.simulator.server import SimulatorServer


def ask(server: SimulatorServer, method: str, path: str, key: str = KEYS.creator_key, **options: Any):
    return requests.request(method, server.iris_url + path, auth=(key, ""), timeout=10, **options)


def order(**changes: Any) -> dict[str, Any]:
    row = {
        "beneficiary_name": "Pemilik Contoh",
        "beneficiary_account": "123456789",
        "beneficiary_bank": "bni",
        "amount": "100000.00",
        "notes": "uji",
    }
    return {"payouts": [row | changes]}


def created(server: SimulatorServer, **changes: Any) -> str:
    answer = ask(server, "POST", "/payouts", json=order(**changes))
    assert (answer.status_code, answer.json()["payouts"][0]["status"]) == (201, "queued")
    return answer.json()["payouts"][0]["reference_no"]


def approved(server: SimulatorServer, reference: str):
    return ask(server, "POST", "/payouts/approve", KEYS.approver_key, json={"reference_nos": [reference]})


def status(server: SimulatorServer, reference: str) -> str:
    return ask(server, "GET", f"/payouts/{reference}").json()["status"]


class TestKeys:
    def test_ping_needs_none(self, simulator):
        assert requests.get(simulator.iris_url + "/ping", timeout=10).text == "pong"

    @pytest.mark.parametrize("key", ["", "falsch", KEYS.merchant_key])
    def test_a_stranger_is_refused(self, simulator, key):
        answer = ask(simulator, "GET", "/balance", key)
        assert (answer.status_code, set(answer.json())) == (401, {"error_message", "errors"})

    def test_a_creator_approves_nothing(self, simulator):
        reference = created(simulator)
        answer = ask(simulator, "POST", "/payouts/approve", json={"reference_nos": [reference]})
        assert (answer.status_code, status(simulator, reference)) == (401, "queued")


class TestStates:
    def test_queued_approved_processed_completed(self, simulator):
        reference = created(simulator)
        assert approved(simulator, reference).json() == {"status": "ok"}
        assert status(simulator, reference) == "approved"
        simulator.advance(seconds=3)
        assert status(simulator, reference) == "processed"
        simulator.advance(seconds=60)
        assert status(simulator, reference) == "completed"
        assert ask(simulator, "GET", "/balance").json() == {"balance": "499900000.00"}

    def test_rejected(self, simulator):
        reference = created(simulator)
        body = {"reference_nos": [reference], "reject_reason": "salah"}
        assert ask(simulator, "POST", "/payouts/reject", KEYS.approver_key, json=body).status_code == 202
        assert status(simulator, reference) == "rejected"
        assert approved(simulator, reference).status_code == 400

    def test_completed_may_fail_and_the_money_is_there_again(self, simulator):
        reference = created(simulator)
        approved(simulator, reference)
        simulator.advance(seconds=60)
        url = f"{simulator.url}/__sim__/iris/payouts/{reference}/fail"
        assert requests.post(url, timeout=10).json()["status"] == "failed"
        assert ask(simulator, "GET", "/balance").json() == {"balance": "500000000.00"}

    def test_an_account_that_ends_so_fails_by_itself(self, simulator):
        reference = created(simulator, beneficiary_account="123454444")
        approved(simulator, reference)
        simulator.advance(seconds=60)
        found = ask(simulator, "GET", f"/payouts/{reference}").json()
        assert (found["status"], found["error_code"]) == ("failed", "001")

    def test_more_than_there_is_is_refused(self, simulator):
        reference = created(simulator, amount="500000001")
        answer = approved(simulator, reference)
        assert (answer.status_code, answer.json()["error_message"]) == (400, "Insufficient balance")


class TestRefusals:
    @pytest.mark.parametrize(
        "changes",
        [
            {"beneficiary_name": ""},
            {"beneficiary_bank": "nirgends"},
            {"beneficiary_account": "x"},
            {"amount": "0"},
            {"amount": "-1"},
            {"notes": "x" * 101},
        ],
    )
    def test_name_the_place_and_the_fault(self, simulator, changes):
        answer = ask(simulator, "POST", "/payouts", json=order(**changes))
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["0"])

    def test_an_unknown_reference(self, simulator):
        assert ask(simulator, "GET", "/payouts/nichts").status_code == 404


class TestIdempotency:
    def test_the_same_key_and_body_are_the_same_payout_and_another_body_is_refused(self, simulator):
        headers = {"X-Idempotency-Key": "kunci-1"}
        first = ask(simulator, "POST", "/payouts", json=order(), headers=headers).json()
        assert ask(simulator, "POST", "/payouts", json=order(), headers=headers).json() == first
        other = ask(simulator, "POST", "/payouts", json=order(amount="1"), headers=headers)
        assert (other.status_code, other.json()["error_message"]) == (400, "idempotency-key is not unique")


class TestLookUps:
    def test_account_validation(self, simulator):
        path = "/account_validation?bank=bni&account="
        assert ask(simulator, "GET", path + "123456789").json() == {
            "account_name": "PEMILIK CONTOH",
            "account_no": "123456789",
            "bank_name": "bni",
        }
        assert ask(simulator, "GET", path + "123450000").status_code == 400

    def test_banks_beneficiaries_channels_statements(self, simulator):
        assert {"code": "nagari", "name": "PT. BANK NAGARI"} in ask(simulator, "GET", "/beneficiary_banks").json()[
            "beneficiary_banks"
        ]
        body = {"name": "A", "account": "123456", "bank": "bni", "alias_name": "amai1", "email": "a@contoh.invalid"}
        assert ask(simulator, "POST", "/beneficiaries", json=body).json() == {"status": "created"}
        assert ask(simulator, "PATCH", "/beneficiaries/amai1", json={"name": "B"}).json() == {"status": "updated"}
        assert ask(simulator, "GET", "/beneficiaries").json()[0]["name"] == "B"
        assert ask(simulator, "GET", "/channels").status_code == 200
        approved(simulator, created(simulator))
        assert [row["amount"] for row in ask(simulator, "GET", "/statements").json()] == ["100000.00"]


class TestNotifications:
    def test_are_signed_over_the_raw_body_and_tried_again(self, simulator):
        created(simulator)
        (notice,) = requests.get(f"{simulator.url}/__sim__/iris/notifications", timeout=10).json()
        expected = hashlib.sha512(notice["raw"].encode() + KEYS.merchant_key.encode()).hexdigest()
        assert notice["signature"] == expected
        assert (notice["state"], '"amount": "100000.0"' in notice["raw"]) == ("UNADDRESSED", True)

    def test_go_beside_those_of_payments(self, receiver):
        with SimulatorServer(notify_url=receiver.url.rstrip("/") + "/payments/midtrans/notification/") as server:
            created(server)
            for _look in range(100):
                if receiver.bodies:
                    break
                server.iris_postman.drain()
            (notice,) = requests.get(f"{server.url}/__sim__/iris/notifications", timeout=10).json()
        assert notice["url"].endswith("/payouts/iris/notification/")
        assert [body["status"] for body in receiver.bodies] == ["queued"]
