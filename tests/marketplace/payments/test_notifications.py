import hashlib
import json
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from foundation.outbox.models import Event
from foundation.outbox.services import drain
from marketplace.ledger.models import Journal
from marketplace.orders.models import Order
from marketplace.payments import services
from marketplace.payments.models import Notification, Payment
from marketplace.sales.services import apply_payment
from tests.factories.orders import NOW, goods, placed_order
from tests.factories.payments import PaymentFactory
from tests.marketplace.sales.conftest import midtrans  # noqa: F401  # the fixture
from tests.marketplace.sales.money import choose, faults
from tests.racing import in_parallel

PATH = "/payments/midtrans/notification/"
KEY = "SB-Mid-server-lapau-demo"


def notification(payment: Payment, **changes: object) -> dict[str, object]:
    """What Midtrans sends, signed as it signs."""
    body: dict[str, object] = {
        "order_id": payment.gateway_order_id,
        "status_code": "200",
        "gross_amount": f"{payment.amount}.00",
        "transaction_id": "9aed5972-5b6a-401e-894b-a32c91ed1a3a",
        "transaction_status": "settlement",
        "fraud_status": "accept",
        "currency": "IDR",
        "merchant_id": "G000000000",
        "payment_type": "qris",
        "new_field": "of tomorrow",
    } | changes
    if "signature_key" not in changes:
        signed = f"{body['order_id']}{body['status_code']}{body['gross_amount']}{KEY}"
        body["signature_key"] = hashlib.sha512(signed.encode()).hexdigest()
    return body


def send(client, body: object, **options):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(PATH, raw, content_type="application/json", **options).status_code


@pytest.mark.django_db
class TestAnswer:
    def test_a_genuine_one_is_kept_and_has_its_payment_looked_at(self, client):
        payment = PaymentFactory()
        body = notification(payment)
        assert send(client, body) == 200
        kept = Notification.objects.get()
        assert (kept.payment, kept.body, kept.verdict) == (payment, body, "ACCEPTED")
        event = Event.objects.get(topic="payment.notified")
        assert (event.key, event.payload) == (str(payment.pk), {})
        payment.refresh_from_db()
        assert payment.status == "CREATED"  # it is a reason to look, never the truth

    def test_a_repeat_is_kept_once(self, client):
        body = notification(PaymentFactory())
        assert [send(client, body) for _time in range(3)] == [200, 200, 200]
        assert Notification.objects.count() == Event.objects.filter(topic="payment.notified").count() == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"transaction_status": "pending", "status_code": "201"},
            {"transaction_id": "other"},
            {"fraud_status": "challenge"},
            {"refund_amount": "10000.00", "refunds": [{"refund_key": "a"}]},
            {"refund_amount": "10000.00", "refunds": [{"refund_key": "a", "bank_confirmed_at": "2026-11-22 10:00:00"}]},
        ],
    )
    def test_what_says_something_else_is_another_one(self, client, changes):
        payment = PaymentFactory()
        send(client, notification(payment))
        assert send(client, notification(payment, **changes)) == 200
        assert Notification.objects.count() == 2

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"", 400),
            (b"{", 400),
            (b"[]", 400),
            (b'"text"', 400),
            (b"[" * 20_000, 400),
            (b'{"order_id": "\\ud800"}', 400),
            (b"\xff\xfe", 400),
            (b"{}", 404),
            (b'{"order_id": 7}', 404),
            (b'{"order_id": "a\\u0000b"}', 404),
            (b'{"order_id": "not-ours-1"}', 404),
            (b'{"a": "' + b"x" * 70_000 + b'"}', 413),
        ],
    )
    def test_what_is_broken_or_foreign_is_refused(self, client, body, status):
        PaymentFactory()
        assert send(client, body) == status
        assert not Notification.objects.exists()
        assert not Event.objects.exists()

    @pytest.mark.parametrize(
        "changes",
        [{"signature_key": "0" * 128}, {"signature_key": ""}, {"signature_key": None}, {"signature_key": ["x"]}],
    )
    def test_a_forged_one_is_refused(self, client, changes):
        assert send(client, notification(PaymentFactory(), **changes)) == 403
        assert not Notification.objects.exists()

    def test_a_signature_of_another_amount_does_not_fit(self, client):
        payment = PaymentFactory()
        signature = notification(payment)["signature_key"]
        assert send(client, notification(payment, gross_amount="1.00", signature_key=signature)) == 403

    @pytest.mark.parametrize(
        "changes",
        [{"gross_amount": "1.00"}, {"currency": "USD"}, {"merchant_id": "G999999999"}, {"gross_amount": "85000.50"}],
    )
    def test_a_signed_one_that_does_not_fit_is_set_aside(self, client, changes):
        assert send(client, notification(PaymentFactory(), **changes)) == 200
        assert Notification.objects.get().verdict == "MISMATCH"
        assert not Event.objects.exists()

    def test_zero_bytes_inside_are_no_trouble(self, client):
        assert send(client, notification(PaymentFactory(), issuer="a\x00b", more={"c\x00": ["\x00"]})) == 200
        assert Notification.objects.get().body["issuer"] == "ab"

    def test_trouble_with_the_database_asks_for_four_more_tries(self, client, monkeypatch):
        def fail(**_: object):
            raise OperationalError("gone")

        monkeypatch.setattr(services, "record_notification", fail)
        assert send(client, {}) == 503

    def test_it_is_posted(self, client):
        assert client.get(PATH).status_code == 405

    def test_bodies_are_blanked_when_their_time_is_over(self, client):
        send(client, notification(PaymentFactory()))
        Notification.objects.update(erase_after_date=date(2027, 12, 27))
        assert services.erase_old_notifications(now=NOW + timedelta(days=399)) == 0
        assert services.erase_old_notifications(now=NOW + timedelta(days=401)) == 1
        assert Notification.objects.get().body == {}


@pytest.mark.django_db
class TestAddress:
    """A redirect would lose a notification: Midtrans follows none."""

    def test_it_has_no_language(self):
        assert reverse("midtrans_notification") == PATH

    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"HTTP_HOST": "127.0.0.1:8000"},
            {"HTTP_HOST": "tunnel.example"},
            {"HTTP_ACCEPT_LANGUAGE": "en"},
            {"HTTP_COOKIE": "unused-language=en"},
            {"secure": True},
        ],
        ids=["plain", "by number", "by another name", "language", "cookie", "https"],
    )
    def test_no_name_or_header_redirects_it(self, client, options):
        assert send(client, notification(PaymentFactory()), **options) == 200

    def test_a_forgotten_slash_loses_nothing(self, client):
        body = json.dumps(notification(PaymentFactory())).encode()
        assert client.post(PATH.rstrip("/"), body, content_type="application/json").status_code == 200

    @pytest.mark.parametrize("host", ["lapau.localhost:8000", "bukittinggi.lapau.localhost", "127.0.0.1:8000"])
    def test_where_everything_else_goes_to_https_it_does_not(self, client, settings, host):
        settings.SECURE_SSL_REDIRECT = True
        assert client.get("/", headers={"Host": "lapau.localhost"}).status_code == 301
        assert send(client, notification(PaymentFactory()), HTTP_HOST=host) == 200

    def test_it_is_answered_however_midtrans_is(self, client, monkeypatch):
        """No look is taken while Midtrans waits for the answer: it gives up after fifteen seconds."""

        def never(*_: object, **__: object):
            raise AssertionError("Midtrans was asked")

        monkeypatch.setattr("marketplace.payments.gateway.Gateway.status", never)
        assert send(client, notification(PaymentFactory())) == 200

    def test_it_needs_no_token_of_a_form(self):
        from django.test import Client

        assert send(Client(enforce_csrf_checks=True), notification(PaymentFactory())) == 200


@pytest.mark.django_db
class TestWhatComesOfIt:
    def test_the_worker_asks_midtrans_and_confirms(self, client, midtrans, time_machine):  # noqa: F811
        time_machine.move_to(NOW)
        order = placed_order((goods(), None, 1))
        payment = choose(midtrans, order)
        midtrans.pay(payment.gateway_order_id)
        notice = midtrans.notices(payment.gateway_order_id)[-1]
        assert send(client, notice.body) == 200
        drain(now=timezone.now() + timedelta(days=1))  # the view reads the real clock
        order.refresh_from_db()
        assert order.status == "PAID"
        assert faults() == []

    def test_a_status_that_is_not_true_confirms_nothing(self, client, midtrans, time_machine):  # noqa: F811
        time_machine.move_to(NOW)
        order = placed_order((goods(), None, 1))
        payment = choose(midtrans, order, "bni_va")
        send(client, notification(payment, transaction_status="settlement"))
        drain(now=timezone.now() + timedelta(days=1))
        payment.refresh_from_db()
        assert (Order.objects.get().status, payment.status) == ("PLACED", "PENDING")

    def test_the_poller_heals_one_that_was_lost(self, midtrans):  # noqa: F811
        order = placed_order((goods(), None, 1))
        payment = choose(midtrans, order)
        midtrans.pay(payment.gateway_order_id)
        assert services.ask_again(now=NOW + timedelta(seconds=59), limit=10) == 0
        assert services.ask_again(now=NOW + timedelta(minutes=1), limit=10) == 1
        assert services.ask_again(now=NOW + timedelta(minutes=1), limit=10) == 0
        drain(now=NOW + timedelta(minutes=1))
        order.refresh_from_db()
        assert order.status == "PAID"

    def test_the_poller_looks_less_and_less_often_but_forgets_nothing_undecided(self, midtrans):  # noqa: F811
        order = placed_order((goods(), None, 1))
        payment = choose(midtrans, order, "bni_va")
        looks = []
        now = NOW + timedelta(minutes=1)
        while now < NOW + timedelta(days=6) and services.ask_again(now=now, limit=10):
            apply_payment(payment_id=payment.pk, now=now)
            looks.append(now)
            now = Payment.objects.get().check_at or now
        pauses = [int((after - before).total_seconds() / 60) for before, after in pairwise(looks)]
        assert pauses[:5] == [2, 3, 4, 5, 5]
        assert sorted(set(pauses[5:])) == [5, 15, 60, 24 * 60]
        assert pauses == sorted(pauses)
        assert payment.expires_at + timedelta(hours=48) in looks
        midtrans.act(payment.gateway_order_id, "expire")
        apply_payment(payment_id=payment.pk, now=now)
        assert Payment.objects.get().check_at is None


@pytest.mark.django_db(transaction=True)
def test_many_at_once_end_in_one_sale(client, midtrans):  # noqa: F811
    order = placed_order((goods(), None, 1))
    payment = choose(midtrans, order)
    midtrans.pay(payment.gateway_order_id)
    raw = json.dumps(midtrans.notices(payment.gateway_order_id)[-1].body).encode()

    def deliver(_time: int) -> int:
        answer = services.record_notification(raw=raw, now=NOW)
        drain(now=NOW)
        return answer.status

    assert in_parallel(deliver, range(8)) == [200] * 8
    drain(now=NOW + timedelta(minutes=10))
    assert Notification.objects.count() == 1
    assert sorted(Journal.objects.values_list("kind", flat=True)) == ["PAYMENT", "SALE"]
    assert faults() == []
