"""Payments and refunds as bare rows; real ones are started by ``sales.services``."""

from datetime import UTC, datetime

from factory import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from marketplace.payments.models import Payment, Refund
from tests.factories.orders import NOW, OrderFactory


class PaymentFactory(DjangoModelFactory):
    class Meta:
        model = Payment

    order = SubFactory(OrderFactory)
    merchant_account = SelfAttribute("order.merchant_account")
    gateway_order_id = LazyAttribute(lambda payment: f"{payment.order.code}-1")
    amount = SelfAttribute("order.amount")
    created_at = NOW
    expires_at = datetime(2026, 11, 22, 4, tzinfo=UTC)
    check_at = datetime(2026, 11, 22, 3, 1, tzinfo=UTC)


class RefundFactory(DjangoModelFactory):
    class Meta:
        model = Refund

    payment = SubFactory(PaymentFactory)
    key = Sequence(lambda number: f"kembali-{number}")
    amount = SelfAttribute("payment.amount")
    reason = "tutup"
    requested_at = NOW
