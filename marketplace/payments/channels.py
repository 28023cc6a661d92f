"""The ways to pay: what Midtrans calls them, which are offered, and what can be given back on them.

What is offered and what can be given back are rows with a date (``ChannelRule``, ``RefundRule``). ``OFFERED`` and
``GIVEN_BACK`` are the first of them: a migration writes them, and they hold for a channel of which no row speaks.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from foundation.clock import day_of, to_wib
from marketplace.payments.models import ChannelRule, Payment, PaymentMethod, RefundRule

METHODS = {
    "qris": PaymentMethod.QRIS,
    "bank_transfer": PaymentMethod.VIRTUAL_ACCOUNT,
    "echannel": PaymentMethod.VIRTUAL_ACCOUNT,
    "gopay": PaymentMethod.E_WALLET,
    "shopeepay": PaymentMethod.E_WALLET,
    "dana": PaymentMethod.E_WALLET,
    "ovo": PaymentMethod.E_WALLET,
    "credit_card": PaymentMethod.CARD,
    "cstore": PaymentMethod.COUNTER,
    "akulaku": PaymentMethod.PAY_LATER,
    "kredivo": PaymentMethod.PAY_LATER,
}
# A settlement here may fall back to "deny", usually within five minutes.
PROVISIONAL = frozenset({("bank_transfer", "permata"), ("echannel", "mandiri"), ("cstore", "indomaret")})
PROVISIONAL_FOR = timedelta(minutes=10)

BEGINNING = date(2026, 1, 1)
# In Snap's words, which are not those of the answers: from which amount on each is offered, in rupiah. A flat fee of
# some thousands makes no sense on a small ticket.
OFFERED: Mapping[str, int] = {
    "other_qris": 0,
    "gopay": 0,
    "shopeepay": 0,
    "bca_va": 50_000,
    "bni_va": 50_000,
    "bri_va": 50_000,
    "cimb_va": 50_000,
    "permata_va": 50_000,
    "echannel": 50_000,
    "indomaret": 50_000,
    "alfamart": 50_000,
    "credit_card": 50_000,
    "akulaku": 50_000,
    "kredivo": 50_000,
}
# Of payment types: days, days where QRIS was paid from another wallet, all or nothing, hours without refunds.
GIVEN_BACK: Mapping[str, tuple[int | None, int | None, bool, tuple[time, time] | None]] = {
    "qris": (45, 7, False, None),
    "gopay": (45, None, False, None),
    "shopeepay": (365, 7, True, (time(23, 55), time(6, 0))),
    "dana": (45, None, False, None),
    "ovo": (7, None, True, None),
    "kredivo": (14, None, False, None),
    "akulaku": (None, None, False, None),
    "credit_card": (None, None, False, None),
}
# Who takes QRIS for Midtrans, in its words.
ACQUIRERS = ("gopay", "airpay shopee")
# The same of QRIS that another acquirer took than the one above.
GIVEN_BACK_BY_ACQUIRER: Mapping[tuple[str, str], tuple[int | None, int | None, bool, tuple[time, time] | None]] = {
    ("qris", "airpay shopee"): (365, 7, True, (time(23, 55), time(6, 0))),
}
# Days in which Midtrans' dashboard may still do it: GoPay is given back for 45 days where it was paid in its app, and for
# 180 otherwise, and no answer says which it was.
AT_THE_DASHBOARD: Mapping[str, int] = {"gopay": 180}
# What Snap calls a channel, where that is no virtual account of a bank.
_OF_SNAP = {
    **METHODS,
    "other_qris": PaymentMethod.QRIS,
    "indomaret": PaymentMethod.COUNTER,
    "alfamart": PaymentMethod.COUNTER,
}
_BANKS = {"bca": "BCA", "bni": "BNI", "bri": "BRI", "permata": "Permata", "mandiri": "Mandiri", "cimb": "CIMB Niaga"}
_WALLETS = {"gopay": "GoPay", "shopeepay": "ShopeePay", "dana": "DANA", "ovo": "OVO"}
_STORES = {"indomaret": "Indomaret", "alfamart": "Alfamart"}


def name_of(channel: str) -> str:
    """What people call one of Midtrans' channels or payment types ("bca_va", "credit_card"); an unknown one as it is."""
    brand = {**_WALLETS, **_STORES, "akulaku": "Akulaku", "kredivo": "Kredivo", "echannel": "Mandiri Bill"}.get(channel)
    if brand:
        return brand
    bank = _BANKS.get(channel.removesuffix("_va"))
    if bank:
        return _("virtual account %(bank)s") % {"bank": bank}
    return str(_OF_SNAP[channel].label) if channel in _OF_SNAP else channel


def method_of(payment_type: str) -> PaymentMethod:
    """Our word for one of Midtrans' payment types."""
    return METHODS.get(payment_type, PaymentMethod.OTHER)


def offered_for(amount: int, *, day: date) -> tuple[str, ...]:
    """What the payment page offers for an amount on a day, in Snap's words; one query.

    Never nothing: where the rules would leave nothing, QRIS stays.
    """
    rules = {
        channel: ChannelRule(channel=channel, least_amount=least, valid_from_date=BEGINNING)
        for channel, least in OFFERED.items()
    }
    # Oldest first, so that the newest of each channel stays; Midtrans shows them in this order.
    for rule in ChannelRule.objects.filter(valid_from_date__lte=day).order_by("valid_from_date", "pk"):
        rules[rule.channel] = rule
    fitting = [
        channel
        for channel, rule in rules.items()
        if rule.is_offered and rule.least_amount <= amount and (rule.most_amount is None or amount <= rule.most_amount)
    ]
    return tuple(fitting) or ("other_qris",)


def ways_for(amount: int, *, day: date) -> list[str]:
    """The kinds of ways to pay an amount on a day, in the visitor's language; one query."""
    methods = (_OF_SNAP.get(channel, PaymentMethod.VIRTUAL_ACCOUNT) for channel in offered_for(amount, day=day))
    return [str(method.label) for method in dict.fromkeys(methods)]


def refund_rule(payment: Payment, *, now: datetime) -> RefundRule | None:
    """What is allowed on a payment's channel today; None where Midtrans can give nothing back. One query.

    A row that names the payment's acquirer comes before one that names none.
    """
    rules = RefundRule.objects.filter(payment_type=payment.payment_type, valid_from_date__lte=day_of(now))
    # An acquirer sorts after the empty word.
    rules = rules.filter(acquirer__in={"", payment.acquirer}).order_by("-acquirer", "-valid_from_date", "-pk")
    rule = rules.first()
    if (payment.payment_type, payment.acquirer) in GIVEN_BACK_BY_ACQUIRER and (rule is None or not rule.acquirer):
        rule = first_rule(payment.payment_type, payment.acquirer)
    elif rule is None and payment.payment_type in GIVEN_BACK:
        rule = first_rule(payment.payment_type)
    return rule if rule is not None and rule.is_refundable else None


def can_refund(payment: Payment, amount: int, *, now: datetime) -> bool:
    """Whether Midtrans can give so much of a payment back now: the channel, the part, the days since it was paid."""
    rule = refund_rule(payment, now=now)
    if rule is None or (rule.is_whole_only and amount != payment.amount):
        return False
    days = _days(rule, payment)
    return days is None or payment.paid_at is None or now <= payment.paid_at + timedelta(days=days)


def at_the_dashboard_until(payment: Payment, *, now: datetime) -> datetime | None:
    """Until when Midtrans' dashboard may still give back what we no longer ask for; None where it cannot, or no longer."""
    rule = refund_rule(payment, now=now)
    if rule is None or rule.dashboard_days is None or payment.paid_at is None:
        return None
    until = payment.paid_at + timedelta(days=rule.dashboard_days)
    days = _days(rule, payment)
    is_ours_still = days is None or now <= payment.paid_at + timedelta(days=days)
    return None if is_ours_still or now > until else until


def _days(rule: RefundRule, payment: Payment) -> int | None:
    """How many days after the payment we may ask; None where no end is named."""
    return rule.days_off_us if payment.is_on_us is False and rule.days_off_us is not None else rule.days


def quiet_until(payment: Payment, *, now: datetime) -> datetime | None:
    """When the provider takes refunds again, if it takes none at this hour; one query."""
    rule = refund_rule(payment, now=now)
    if rule is None or rule.quiet_from is None or rule.quiet_until is None:
        return None
    local = to_wib(now)
    over_midnight = rule.quiet_from > rule.quiet_until
    inside = (
        local.time() >= rule.quiet_from or local.time() < rule.quiet_until
        if over_midnight
        else rule.quiet_from <= local.time() < rule.quiet_until
    )
    if not inside:
        return None
    ends = local.replace(hour=rule.quiet_until.hour, minute=rule.quiet_until.minute, second=0, microsecond=0)
    return ends if ends > local else ends + timedelta(days=1)


def first_rule(payment_type: str, acquirer: str = "") -> RefundRule:
    """The rule of ``GIVEN_BACK``, or of an acquirer, not saved."""
    days, days_off_us, is_whole_only, hours = (
        GIVEN_BACK_BY_ACQUIRER[payment_type, acquirer] if acquirer else GIVEN_BACK[payment_type]
    )
    return RefundRule(
        payment_type=payment_type,
        acquirer=acquirer,
        dashboard_days=AT_THE_DASHBOARD.get(payment_type),
        is_whole_only=is_whole_only,
        days=days,
        days_off_us=days_off_us,
        quiet_from=hours[0] if hours else None,
        quiet_until=hours[1] if hours else None,
        valid_from_date=BEGINNING,
    )


def words_of(payment: Payment) -> str:
    """The method in words: "QRIS", "virtual account BNI", "GoPay"; empty before one is chosen."""
    if not payment.method:
        return ""
    if payment.payment_type in _WALLETS:
        return _WALLETS[payment.payment_type]
    if payment.payment_type == "cstore" and payment.issuer in _STORES:
        return _STORES[payment.issuer]
    if payment.method == PaymentMethod.VIRTUAL_ACCOUNT and payment.issuer in _BANKS:
        return _("virtual account %(bank)s") % {"bank": _BANKS[payment.issuer]}
    return str(PaymentMethod(payment.method).label)
