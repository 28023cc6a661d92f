from hypothesis import given
from hypothesis import strategies as st

from marketplace.orders.models import OrderLine
from marketplace.sales.services import journals


@given(st.integers(0, 999_999_999), st.integers(0, 3_000), st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_the_slices_of_a_line_always_add_up_to_it(amount, rate, steps):
    line = OrderLine(quantity=sum(steps), amount=amount, commission_amount=amount * rate // 10_000)
    amounts, commissions = 0, 0
    for step in steps:
        slice_amount, slice_commission = journals.slice_of(line, step)
        assert 0 <= slice_commission <= slice_amount
        amounts, commissions = amounts + slice_amount, commissions + slice_commission
        line.refunded_quantity += step
        left_amount, left_commission = journals.left_of(line)
        assert (amounts + left_amount, commissions + left_commission) == (line.amount, line.commission_amount)
