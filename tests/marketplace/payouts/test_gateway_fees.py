"""What Midtrans takes: estimated once a day, corrected by its report, borne by the operator."""

from datetime import timedelta

import pytest

from marketplace.ledger.queries import balance
from marketplace.payouts.services import correct_gateway_fee, estimate_gateway_fees
from tests.factories.orders import NOW, goods, placed_order
from tests.factories.payouts import GatewayFeeRateFactory
from tests.marketplace.sales.money import faults, pay

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)


def fees() -> int:
    return -balance("gateway_fee:operator")


@pytest.fixture
def payment(midtrans):
    order = placed_order((goods(price=100_000), None, 1))
    return pay(midtrans, order)


class TestEstimate:
    def test_is_posted_once_when_the_day_is_over(self, payment):
        GatewayFeeRateFactory(rate=70)
        assert estimate_gateway_fees(now=NOW, limit=100) == 0
        assert estimate_gateway_fees(now=TOMORROW, limit=100) == 1
        assert estimate_gateway_fees(now=TOMORROW, limit=100) == 0
        assert (fees(), balance("clearing:operator:QRIS")) == (700, -99_300)
        assert faults() == []

    def test_is_left_out_where_no_price_is_known(self, payment):
        GatewayFeeRateFactory(method="CARD")
        assert estimate_gateway_fees(now=TOMORROW, limit=100) == 0
        assert fees() == 0


class TestReport:
    def test_corrects_up_and_down_and_a_repeat_changes_nothing(self, payment):
        GatewayFeeRateFactory(rate=70)
        estimate_gateway_fees(now=TOMORROW, limit=100)
        assert correct_gateway_fee(payment_id=payment.pk, fee=777, now=TOMORROW) == 77
        assert correct_gateway_fee(payment_id=payment.pk, fee=777, now=TOMORROW) == 0
        assert correct_gateway_fee(payment_id=payment.pk, fee=650, now=TOMORROW) == -127
        assert fees() == 650
        assert faults() == []

    def test_needs_no_estimate(self, payment):
        assert correct_gateway_fee(payment_id=payment.pk, fee=650, now=TOMORROW) == 650
        GatewayFeeRateFactory(rate=70)
        assert estimate_gateway_fees(now=TOMORROW, limit=100) == 0
        assert fees() == 650
