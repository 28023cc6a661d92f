"""What Midtrans takes for payments: estimated from its price list, corrected by its report. The operator bears it."""

from datetime import datetime

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from foundation.clock import day_of, start_of
from marketplace.ledger import accounts
from marketplace.ledger.models import Journal, JournalKind
from marketplace.ledger.queries import entries_for
from marketplace.ledger.services import Transfer, post
from marketplace.payments.models import Payment, PaymentStatus
from marketplace.payouts.models import GatewayFeeRate
from marketplace.payouts.queries import gateway_fee_on


def estimate_gateway_fees(*, now: datetime, limit: int) -> int:
    """Post what Midtrans will take for payments of days that are over, once each; returns how many were posted.

    A payment for whose method no price is known on its day is left alone.
    """
    rates = list(GatewayFeeRate.objects.order_by("pk"))
    reference = Concat(Value("payment:"), Cast(OuterRef("pk"), CharField()))
    known = Journal.objects.filter(kind=JournalKind.FEE, reference=reference)
    due = Payment.objects.filter(
        status__in=(PaymentStatus.PAID, PaymentStatus.DISPUTED),
        gateway_order_id__isnull=False,
        paid_at__lt=start_of(day_of(now)),
        method__in={rate.method for rate in rates},
    )
    posted = 0
    for payment in due.exclude(Exists(known)).select_related("merchant_account").order_by("paid_at", "pk")[:limit]:
        assert payment.paid_at is not None
        fee = gateway_fee_on(rates, method=payment.method, amount=payment.amount, day=day_of(payment.paid_at))
        if fee:
            _post(payment, f"payment:{payment.pk}", fee, now=now)
            posted += 1
    return posted


@transaction.atomic
def correct_gateway_fee(*, payment_id: int, fee: int, now: datetime) -> int:
    """Bring what was taken for a payment to what Midtrans' report says; returns the difference. A repeat changes nothing.

    :param fee: whole rupiah, as reported.
    """
    payment = Payment.objects.select_for_update(of=("self",)).select_related("merchant_account").get(pk=payment_id)
    difference = fee - fee_of(payment)
    if difference:
        count = len(_references(payment.pk))
        _post(payment, f"payment:{payment.pk}" + (f":{count}" if count else ""), difference, now=now)
    return difference


def fee_of(payment: Payment) -> int:
    """What was posted as taken for a payment."""
    account = accounts.gateway_fee(payment.merchant_account.code)
    entries = entries_for(kind=JournalKind.FEE, references=_references(payment.pk))
    return sum(entry.amount if entry.from_code == account else -entry.amount for entry in entries)


def _references(payment_id: int) -> list[str]:
    own = f"payment:{payment_id}"
    later = Journal.objects.filter(kind=JournalKind.FEE, reference__startswith=f"{own}:")
    first = Journal.objects.filter(kind=JournalKind.FEE, reference=own)
    return [*first.values_list("reference", flat=True), *later.values_list("reference", flat=True)]


def _post(payment: Payment, reference: str, fee: int, *, now: datetime) -> None:
    merchant = payment.merchant_account.code
    expense, held = accounts.gateway_fee(merchant), accounts.clearing(merchant, payment.method)
    transfer = Transfer(expense, held, fee) if fee > 0 else Transfer(held, expense, -fee)
    post(kind=JournalKind.FEE, reference=reference, transfers=[transfer], now=now)
