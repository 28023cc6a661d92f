"""The ways to pay: what Midtrans calls them, what they can do, and which are offered."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from marketplace.payments.models import Payment, PaymentMethod

METHODS = {
    "qris": PaymentMethod.QRIS,
    "bank_transfer": PaymentMethod.VIRTUAL_ACCOUNT,
    "echannel": PaymentMethod.VIRTUAL_ACCOUNT,
    "gopay": PaymentMethod.E_WALLET,
    "shopeepay": PaymentMethod.E_WALLET,
    "dana": PaymentMethod.E_WALLET,
    "ovo": PaymentMethod.E_WALLET,
    "credit_card": PaymentMethod.CARD,
}
# Midtrans can give money back on these; on all others a person pays it back.
REFUNDABLE = frozenset({"credit_card", "gopay", "shopeepay", "dana", "ovo", "qris", "kredivo", "akulaku"})
# Channels that refund all of it or nothing.
WHOLE_REFUNDS_ONLY = frozenset({"shopeepay", "ovo"})
# A settlement here may fall back to "deny", usually within five minutes.
PROVISIONAL = frozenset({("bank_transfer", "permata"), ("echannel", "mandiri"), ("cstore", "indomaret")})
PROVISIONAL_FOR = timedelta(minutes=10)

# In Snap's words, which are not those of the answers.
_WITHOUT_FLAT_FEE = ("other_qris", "gopay", "shopeepay")
_ALL = (*_WITHOUT_FLAT_FEE, "bca_va", "bni_va", "bri_va", "permata_va", "echannel", "credit_card")
_BANKS = {"bca": "BCA", "bni": "BNI", "bri": "BRI", "permata": "Permata", "mandiri": "Mandiri", "cimb": "CIMB Niaga"}
_WALLETS = {"gopay": "GoPay", "shopeepay": "ShopeePay", "dana": "DANA", "ovo": "OVO"}


def method_of(payment_type: str) -> PaymentMethod:
    """Our word for one of Midtrans' payment types."""
    return METHODS.get(payment_type, PaymentMethod.OTHER)


def offered_for(amount: int) -> tuple[str, ...]:
    """What the payment page offers for an amount: a virtual account's flat fee makes no sense on a small one."""
    return _WITHOUT_FLAT_FEE if amount < settings.SMALL_PAYMENT else _ALL


def can_refund(payment: Payment, amount: int) -> bool:
    """Whether Midtrans can give so much of a payment back."""
    if payment.payment_type not in REFUNDABLE:
        return False
    return amount == payment.amount or payment.payment_type not in WHOLE_REFUNDS_ONLY


def words_of(payment: Payment) -> str:
    """The method in words: "QRIS", "virtual account BNI", "GoPay"; empty before one is chosen."""
    if not payment.method:
        return ""
    if payment.payment_type in _WALLETS:
        return _WALLETS[payment.payment_type]
    if payment.method == PaymentMethod.VIRTUAL_ACCOUNT and payment.issuer in _BANKS:
        return _("virtual account %(bank)s") % {"bank": _BANKS[payment.issuer]}
    return str(PaymentMethod(payment.method).label)
