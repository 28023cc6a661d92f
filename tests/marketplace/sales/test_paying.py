import uuid
from datetime import timedelta
from functools import partial

import pytest

from marketplace.orders.models import Order
from marketplace.payments.accounts import gateway_of
from marketplace.payments.gateway import GatewayMisconfigured, GatewayUnreachable
from marketplace.payments.models import Payment, PaymentStatus
from marketplace.sales.services import PaymentNotPossible, apply_payment, paying, place, start_payment
from tests.factories.orders import GUEST, NOW, SHIPPING, admission, details, fill_cart, goods, placed_order
from tests.factories.regions import RegencyFactory
from tests.racing import in_parallel
from tourism.regions.models import RegionLevel


def page_of(midtrans, order):
    (session,) = midtrans.sessions(f"{order.code}-1")
    return session


@pytest.mark.django_db
class TestStartPayment:
    def test_asks_for_the_whole_order_in_midtrans_words(self, midtrans):
        rendang, (adult, slot) = goods(title_id="Rendang daging sapi asli Payakumbuh bumbu lengkap | 1 kg"), admission()
        village = RegencyFactory(code="13.75.01.1001", level=RegionLevel.VILLAGE)
        fill_cart((rendang, None, 2), (adult, slot, 3))
        order = place(
            buyer=GUEST,
            checkout_key=uuid.uuid4(),
            details=details(
                230_000 + SHIPPING,
                shipping={rendang.listing.shop_id: "FLAT_RATE"},
                address="Jalan 1",
                village_code=village.code,
                email="siti@contoh.invalid",
            ),
            language="id",
            now=NOW,
        )
        address = start_payment(
            order_id=order.pk, now=NOW + timedelta(minutes=2), finish_url="http://lapau.localhost/pesanan/x/"
        )

        session = page_of(midtrans, order)
        assert address.endswith(session.token)
        items = session.request["item_details"]
        assert [(item["name"], item["price"], item["quantity"]) for item in items] == [
            ("Rendang daging sapi asli Payakumbuh bumbu lengkap…", 85_000, 2),
            ("Tiket masuk, Dewasa", 20_000, 3),
            (f"Pengiriman, {rendang.listing.shop.name}", SHIPPING, 1),
        ]
        assert max(len(item["name"]) for item in items) == 50
        assert session.gross_amount == 245_000
        assert session.request["customer_details"] == {"first_name": "Siti", "phone": "+6281234567890"}
        assert session.request["expiry"] == {
            "start_time": "2026-11-22 10:02:00 +0700",
            "unit": "minute",
            "duration": 58,
        }
        assert session.request["callbacks"] == {"finish": "http://lapau.localhost/pesanan/x/"}
        assert {"other_qris", "gopay", "bni_va", "permata_va", "credit_card"} <= set(
            session.request["enabled_payments"]
        )

    def test_offers_no_virtual_account_for_a_small_amount(self, midtrans):
        adult, slot = admission(price=49_999)
        order = placed_order((adult, slot, 1))
        start_payment(order_id=order.pk, now=NOW)
        assert page_of(midtrans, order).request["enabled_payments"] == ["other_qris", "gopay", "shopeepay"]

    def test_a_repeat_gives_the_same_page(self, midtrans):
        order = placed_order((goods(), None, 1))
        first = start_payment(order_id=order.pk, now=NOW)
        assert start_payment(order_id=order.pk, now=NOW + timedelta(minutes=5)) == first
        assert len(midtrans.sessions(f"{order.code}-1")) == 1

    def test_a_refused_method_leaves_the_order_payable(self, midtrans):
        order = placed_order((goods(), None, 1))
        start_payment(order_id=order.pk, now=NOW)
        midtrans.choose(page_of(midtrans, order).token, "credit_card", card="4911111111111113")
        midtrans.pay(f"{order.code}-1")
        payment = Payment.objects.get()
        assert apply_payment(payment_id=payment.pk, now=NOW) == PaymentStatus.FAILED
        start_payment(order_id=order.pk, now=NOW)
        assert list(Payment.objects.order_by("pk").values_list("gateway_order_id", "status")) == [
            (f"{order.code}-1", "FAILED"),
            (f"{order.code}-2", "CREATED"),
        ]

    def test_a_time_out_can_be_repeated(self, midtrans, monkeypatch):
        monkeypatch.setattr(paying, "gateway_of", partial(gateway_of, read_seconds=0.2))
        order = placed_order((goods(), None, 1))
        midtrans.fault("timeout_after_snap")
        with pytest.raises(GatewayUnreachable):
            start_payment(order_id=order.pk, now=NOW)
        address = start_payment(order_id=order.pk, now=NOW)
        old, new = midtrans.sessions(f"{order.code}-1")
        assert (old.replaced, address.endswith(new.token)) == (True, True)
        assert Payment.objects.get().snap_token == new.token

    def test_a_page_that_was_lost_and_paid_on_is_found(self, midtrans):
        order = placed_order((goods(), None, 1))
        start_payment(order_id=order.pk, now=NOW)
        midtrans.choose(page_of(midtrans, order).token)
        midtrans.pay(f"{order.code}-1")
        Payment.objects.update(snap_token="", redirect_url="")
        with pytest.raises(PaymentNotPossible):
            start_payment(order_id=order.pk, now=NOW)
        assert Order.objects.get().status == "PAID"

    def test_a_wrong_key_is_told_kindly_and_can_be_mended(self, midtrans, settings):
        order = placed_order((goods(), None, 1))
        right, settings.MERCHANT_KEYS = (
            settings.MERCHANT_KEYS,
            {"operator": {**settings.MERCHANT_KEYS["operator"], "server_key": "SB-Mid-server-lain"}},
        )
        with pytest.raises(GatewayMisconfigured):
            start_payment(order_id=order.pk, now=NOW)
        settings.MERCHANT_KEYS = right
        assert start_payment(order_id=order.pk, now=NOW).startswith(midtrans.url)

    @pytest.mark.parametrize("status", ["PAID", "LAPSED", "CANCELLED", "REFUNDED"])
    def test_nothing_is_asked_for_an_order_that_is_closed(self, status):
        order = placed_order((goods(), None, 1))
        Order.objects.update(status=status)
        with pytest.raises(PaymentNotPossible):
            start_payment(order_id=order.pk, now=NOW)
        assert not Payment.objects.exists()

    def test_nothing_is_asked_after_the_deadline(self):
        order = placed_order((goods(), None, 1))
        with pytest.raises(PaymentNotPossible):
            start_payment(order_id=order.pk, now=order.payable_until)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_open_one_page(midtrans):
    order = placed_order((goods(), None, 1))
    addresses = in_parallel(lambda _click: start_payment(order_id=order.pk, now=NOW), range(4))
    (session,) = midtrans.sessions(f"{order.code}-1")
    assert [address.endswith(session.token) for address in addresses] == [True] * 4
