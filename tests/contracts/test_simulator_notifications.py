"""Notifications as a shop receives them: order, signature, tries, and everything that can go wrong with them."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from demo.simulator.notifications import TIMEOUT
from demo.simulator.server import SimulatorServer
from demo.simulator.state import DEMO_MERCHANT
from tests.contracts.midtrans import Midtrans, Receiver, snap_request


class TestDelivery:
    def test_each_change_is_announced_in_its_order(self, notifying: SimulatorServer, receiver: Receiver):
        _open(notifying, "other_qris")
        notifying.pay("A")
        notifying.drain()

        assert receiver.statuses == ["pending", "settlement"]
        assert [notice.answers[0]["http_status"] for notice in notifying.notices("A")] == [200, 200]

    def test_the_body_is_text_signed_and_in_wib(self, notifying: SimulatorServer, receiver: Receiver):
        _open(notifying, "bca_va", custom_field1="satu")
        notifying.pay("A")
        notifying.drain()

        body = receiver.bodies[-1]
        signed = f"A200285000.00{DEMO_MERCHANT.server_key}"
        assert body["signature_key"] == hashlib.sha512(signed.encode()).hexdigest()
        assert (
            body
            | {
                "status_message": "midtrans payment notification",
                "merchant_id": "G000000000",
                "payment_type": "bank_transfer",
                "custom_field1": "satu",
                "currency": "IDR",
            }
            == body
        )
        assert {type(value) for name, value in body.items() if name not in ("va_numbers", "payment_amounts")} == {str}
        assert len(body["settlement_time"]) == len("2026-11-22 17:12:46")

    @pytest.mark.parametrize(
        ("action", "code"), [("pay", "200"), ("deny", "202"), ("cancel", "202"), ("expire", "202")]
    )
    def test_its_code_differs_from_that_of_a_status_answer(
        self, notifying: SimulatorServer, receiver: Receiver, action: str, code: str
    ):
        _open(notifying, "other_qris")
        notifying.act("A", action)
        notifying.drain()

        assert [body["status_code"] for body in receiver.bodies] == ["201", code]

    def test_a_refund_is_announced_twice(self, notifying: SimulatorServer, receiver: Receiver):
        _open(notifying, "other_qris")
        notifying.pay("A")
        notifying.act("A", "refund-from-dashboard", amount=1000)
        notifying.advance(minutes=2)
        notifying.drain()

        refunds = [body["refunds"][0] for body in receiver.bodies if "refunds" in body]
        assert [("bank_confirmed_at" in row, row["refund_method"]) for row in refunds] == [
            (False, "offline"),
            (True, "offline"),
        ]

    def test_a_session_may_name_its_own_address(self, simulator: SimulatorServer, receiver: Receiver):
        headers = {"X-Override-Notification": receiver.url}
        _open(simulator, "other_qris", headers=headers)
        simulator.drain()

        assert receiver.statuses == ["pending"]

    def test_a_session_may_add_an_address(self, notifying: SimulatorServer, receiver: Receiver):
        _open(notifying, "other_qris", headers={"X-Append-Notification": receiver.url})
        notifying.drain()

        assert receiver.statuses == ["pending", "pending"]

    def test_every_leaf_is_text_and_nothing_is_null(self, notifying: SimulatorServer, receiver: Receiver):
        _open(notifying, "bca_va", custom_field1="satu")
        notifying.pay("A")
        _open(notifying, "other_qris", order_id="B")
        notifying.pay("B")
        notifying.act("B", "refund-from-dashboard", amount=1000)
        notifying.drain()

        assert {type(leaf) for body in receiver.bodies for leaf in _leaves(body)} == {str}
        assert all("simulator_note" in body for body in receiver.bodies)
        totals = [(body["refund_amount"], body["refunds"][0]["refund_amount"]) for body in receiver.bodies[4:]]
        assert totals == [("1000.00", "1000.00")]


class TestTries:
    @pytest.mark.parametrize(
        ("answer", "tries"), [(200, 1), (204, 1), (500, 2), (503, 5), (400, 3), (404, 3), (301, 1), (302, 1), (403, 6)]
    )
    def test_the_answer_decides_how_often(
        self, notifying: SimulatorServer, receiver: Receiver, answer: int, tries: int
    ):
        receiver.answers = [answer] * 100
        _open(notifying, "other_qris")
        for _ in range(6):
            notifying.drain()
            notifying.advance(minutes=240)
            notifying.drain()

        first = notifying.notices("A")[0]
        assert first.tries == tries
        assert first.state == ("DELIVERED" if answer < 300 else "GIVEN_UP")

    def test_it_converges_once_the_shop_is_back(self, notifying: SimulatorServer, receiver: Receiver):
        receiver.answers = [503, 503]
        _open(notifying, "bca_va")
        for _ in range(2):
            notifying.drain()
            notifying.advance(minutes=12)
        notifying.drain()

        assert [answer["http_status"] for answer in notifying.notices("A")[0].answers] == [503, 503, 200]

    def test_a_redirect_that_keeps_the_post_is_followed(self, notifying: SimulatorServer, receiver: Receiver):
        receiver.answers, receiver.headers = [307, 200], {"Location": receiver.url}
        _open(notifying, "other_qris")
        notifying.drain()

        assert receiver.statuses == ["pending", "pending"]
        assert notifying.notices("A")[0].state == "DELIVERED"

    def test_redirects_are_followed_five_times(self, notifying: SimulatorServer, receiver: Receiver):
        receiver.answers, receiver.headers = [308] * 100, {"Location": receiver.url}
        _open(notifying, "other_qris")
        notifying.drain()

        assert len(receiver.bodies) == 6
        assert notifying.notices("A")[0].answers[0]["http_status"] == 308

    def test_a_redirect_that_loses_the_post_is_never_followed(self, notifying: SimulatorServer, receiver: Receiver):
        receiver.headers = {"Location": receiver.url}
        for answer in (301, 302, 303):
            receiver.answers = [answer]
            _open(notifying, "other_qris", order_id=str(answer))
            notifying.drain()

        assert len(receiver.bodies) == 3
        assert [notifying.notices(str(answer))[0].state for answer in (301, 302, 303)] == ["GIVEN_UP"] * 3

    def test_a_shop_has_fifteen_seconds_and_tries_lie_as_far_apart_as_midtrans_puts_them(
        self, notifying: SimulatorServer, receiver: Receiver
    ):
        receiver.answers = [403] * 6
        _open(notifying, "bca_va")
        gaps, before = [], notifying.world.clock.now()
        for _ in range(5):
            notifying.drain()
            due = notifying.notices("A")[0].due_at
            gaps.append((due - before) / timedelta(minutes=1))
            notifying.advance(seconds=(due - notifying.world.clock.now()).total_seconds() + 1)
            before = notifying.world.clock.now()

        assert TIMEOUT == 15
        # Each with up to a tenth of jitter.
        assert all(least <= gap <= least * 1.1 + 0.1 for gap, least in zip(gaps, (2, 10, 30, 90, 210), strict=True))

    def test_a_shop_that_is_gone_is_tried_again(self, simulator: SimulatorServer):
        simulator.world.notify_url = "http://127.0.0.1:9/"
        _open(simulator, "other_qris")
        simulator.drain()

        notice = simulator.notices("A")[0]
        assert (notice.state, notice.answers[0]["http_status"]) == ("WAITING", None)


class TestFaults:
    def test_duplicates_arrive_word_for_word(self, notifying: SimulatorServer, receiver: Receiver):
        notifying.fault("duplicate", times=4)
        _open(notifying, "other_qris")
        notifying.drain()

        assert receiver.statuses == ["pending"] * 4
        assert all(body == receiver.bodies[0] for body in receiver.bodies)

    def test_duplicates_may_arrive_all_at_once(self, notifying: SimulatorServer, receiver: Receiver):
        receiver.together = 3
        notifying.fault("duplicate", times=3, parallel=True)
        _open(notifying, "other_qris")
        notifying.drain()

        assert receiver.statuses == ["pending"] * 3

    @pytest.mark.parametrize(
        ("options", "delivered", "tries"),
        [
            ({"status": 500}, 2, 2),
            ({"status": 503, "count": 2}, 3, 3),
            ({"status": 301}, 1, 1),
            ({"status": 0}, 2, 2),
            ({"status": 503, "deliver": False}, 1, 2),
        ],
    )
    def test_the_shops_answer_may_get_lost_on_its_way(
        self, notifying: SimulatorServer, receiver: Receiver, options: dict[str, Any], delivered: int, tries: int
    ):
        notifying.fault("answered", **options)
        _open(notifying, "bca_va")
        for _ in range(3):
            notifying.drain()
            notifying.advance(minutes=40)
        notifying.drain()

        assert (len(receiver.bodies), notifying.notices("A")[0].tries) == (delivered, tries)
        assert notifying.notices("A")[0].state == ("GIVEN_UP" if options["status"] == 301 else "DELIVERED")

    def test_a_refund_may_be_told_before_its_payment(self, notifying: SimulatorServer, receiver: Receiver):
        _open(notifying, "other_qris")
        notifying.drain()
        notifying.fault("out_of_order")
        notifying.pay("A")
        notifying.act("A", "refund-from-dashboard")
        notifying.drain()

        assert receiver.statuses == ["pending", "refund", "settlement"]

    def test_out_of_order_sends_the_settlement_first(self, notifying: SimulatorServer, receiver: Receiver):
        notifying.fault("out_of_order")
        _open(notifying, "other_qris")
        notifying.pay("A")
        notifying.drain()

        assert receiver.statuses == ["settlement", "pending"]

    def test_lost_never_arrives_and_only_as_often_as_asked(self, notifying: SimulatorServer, receiver: Receiver):
        notifying.fault("lost", order_id="A", count=1)
        _open(notifying, "other_qris")
        notifying.pay("A")
        notifying.drain()

        assert receiver.statuses == ["settlement"]

    def test_a_fault_of_one_order_spares_the_others(self, notifying: SimulatorServer, receiver: Receiver):
        notifying.fault("lost", order_id="A", count=None)
        for order_id in ("A", "B"):
            _open(notifying, "other_qris", order_id=order_id)
        notifying.drain()

        assert [body["order_id"] for body in receiver.bodies] == ["B"]

    def test_delayed_comes_when_its_time_has_come(self, notifying: SimulatorServer, receiver: Receiver):
        notifying.fault("delayed", seconds=300)
        _open(notifying, "other_qris")
        notifying.drain()
        early = list(receiver.statuses)
        notifying.advance(minutes=6)
        notifying.drain()

        assert (early, receiver.statuses) == ([], ["pending"])

    @pytest.mark.parametrize(
        ("fault", "field", "wrong", "signed"),
        [
            ("wrong_signature", "signature_key", "0" * 128, False),
            ("tampered_status", "transaction_status", "settlement", True),
            ("wrong_amount", "gross_amount", "285001.00", True),
            ("wrong_merchant", "merchant_id", "G999999999", True),
        ],
    )
    def test_a_forgery_is_wrong_in_one_thing(
        self, notifying: SimulatorServer, receiver: Receiver, fault: str, field: str, wrong: str, signed: bool
    ):
        notifying.fault(fault)
        _open(notifying, "other_qris")
        notifying.drain()

        (body,) = receiver.bodies
        parts = (body["order_id"], body["status_code"], body["gross_amount"], DEMO_MERCHANT.server_key)
        genuine = hashlib.sha512("".join(parts).encode()).hexdigest()
        assert (body[field], body["signature_key"] == genuine) == (wrong, signed)
        assert notifying.transactions("A")[0].status == "pending"

    def test_a_foreign_order_is_properly_signed(self, notifying: SimulatorServer, receiver: Receiver):
        notifying.fault("foreign_order")
        _open(notifying, "other_qris")
        notifying.drain()

        assert receiver.bodies[0]["order_id"].startswith("foreign-")

    @pytest.mark.parametrize(("fault", "action"), [("expired_then_paid", "expire"), ("cancelled_then_paid", "cancel")])
    def test_a_payment_may_come_too_late(self, notifying: SimulatorServer, receiver: Receiver, fault: str, action: str):
        notifying.fault(fault, order_id="A")
        _open(notifying, "bca_va")
        notifying.act("A", action)
        notifying.drain()

        assert receiver.statuses == ["pending", action, "settlement"]

    def test_a_reversal_takes_a_settlement_back(self, notifying: SimulatorServer, receiver: Receiver):
        notifying.fault("reversal")
        _open(notifying, "permata_va")
        notifying.pay("A")
        notifying.drain()
        notifying.advance(seconds=121)
        notifying.drain()

        assert receiver.statuses == ["pending", "settlement", "deny"]

    def test_only_three_channels_take_a_settlement_back(self, notifying: SimulatorServer):
        notifying.fault("reversal", count=None)
        methods = ("permata_va", "echannel", "indomaret", "bca_va", "other_qris", "alfamart")
        for method in methods:
            _open(notifying, method, order_id=method)
            notifying.pay(method)
        notifying.advance(seconds=121)

        assert [notifying.transactions(method)[0].status for method in methods] == ["deny"] * 3 + ["settlement"] * 3

    def test_a_payment_may_lapse_later_than_its_time(self, notifying: SimulatorServer):
        notifying.fault("expires_late", seconds=900)
        _open(notifying, "gopay")
        seen = []
        for minutes in (16, 15):
            notifying.advance(minutes=minutes)
            seen.append(notifying.transactions("A")[0].status)

        assert seen == ["pending", "expire"]

    def test_a_refund_may_never_be_confirmed(self, notifying: SimulatorServer, receiver: Receiver):
        notifying.fault("refund_unconfirmed")
        _open(notifying, "other_qris")
        notifying.pay("A")
        notifying.act("A", "refund-from-dashboard")
        notifying.advance(days=1)
        notifying.drain()

        assert receiver.statuses == ["pending", "settlement", "refund"]


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _leaves(part)
    else:
        yield value


def _open(
    simulator: SimulatorServer,
    method: str,
    *,
    order_id: str = "A",
    headers: dict[str, str] | None = None,
    **changes: str,
) -> None:
    midtrans = Midtrans(DEMO_MERCHANT.server_key, simulator.core_url, simulator.snap_url, headers)
    simulator.choose(midtrans.snap.create_transaction(snap_request(order_id, **changes))["token"], method)
