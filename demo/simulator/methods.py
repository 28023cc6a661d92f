"""The ways to pay: what Snap calls them, what Core makes of them, how long they last and what can be given back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_noop as _

DAY = timedelta(days=1)
QUARTER_HOUR = timedelta(minutes=15)


@dataclass(frozen=True)
class Method:
    """One way to pay.

    ``name`` is Snap's, ``payment_type`` and ``channel`` are Core's. A payment is waited for ``lasts`` long, at most
    ``longest``. ``refund_days`` is None where Midtrans cannot give money back, ``refund_days_off_us`` bounds payments
    made from somebody else's wallet, ``sleeps`` says that nothing is given back around midnight. A ``provisional``
    settlement may still fall back to deny within minutes. ``in_snap`` is False for what only Core charges.
    """

    name: str
    label: str
    group: str
    payment_type: str
    channel: str = ""
    lasts: timedelta = DAY
    longest: timedelta = timedelta(days=180)
    refund_days: int | None = None
    refund_days_off_us: int | None = None
    partial_refunds: bool = True
    provisional: bool = False
    sleeps: bool = False
    in_snap: bool = True
    # Where Midtrans does not repeat an answer to a repeated Idempotency-Key.
    knows_keys: bool = True


QRIS, BANK, WALLET, CARD, SHOP, LATER = (
    _("QR code"),
    "Virtual account",
    _("E-wallet"),
    _("Card"),
    _("Convenience store"),
    _("Pay later"),
)
FIVE_DAYS, WEEK = timedelta(days=5), timedelta(days=7)

METHODS = {
    method.name: method
    for method in (
        Method(
            "other_qris", "QRIS", QRIS, "qris", "gopay", QUARTER_HOUR, FIVE_DAYS, refund_days=45, refund_days_off_us=7
        ),
        Method(
            "shopee_qris",
            "QRIS ShopeePay",
            QRIS,
            "qris",
            "airpay shopee",
            QUARTER_HOUR,
            FIVE_DAYS,
            refund_days=365,
            refund_days_off_us=7,
            partial_refunds=False,
            sleeps=True,
            in_snap=False,
        ),
        Method("bca_va", "BCA", BANK, "bank_transfer", "bca"),
        Method("bni_va", "BNI", BANK, "bank_transfer", "bni"),
        Method("bri_va", "BRI", BANK, "bank_transfer", "bri"),
        Method("permata_va", "Permata", BANK, "bank_transfer", "permata", provisional=True, knows_keys=False),
        Method("cimb_va", "CIMB Niaga", BANK, "bank_transfer", "cimb"),
        Method("echannel", "Mandiri Bill", BANK, "echannel", "mandiri", provisional=True),
        Method("gopay", "GoPay", WALLET, "gopay", "", QUARTER_HOUR, WEEK, refund_days=45),
        Method(
            "shopeepay",
            "ShopeePay",
            WALLET,
            "shopeepay",
            "",
            QUARTER_HOUR,
            FIVE_DAYS,
            refund_days=365,
            partial_refunds=False,
            sleeps=True,
        ),
        Method("dana", "DANA", WALLET, "dana", "", QUARTER_HOUR, FIVE_DAYS, refund_days=45),
        Method("ovo", "OVO", WALLET, "ovo", "", QUARTER_HOUR, FIVE_DAYS, refund_days=7, partial_refunds=False),
        Method(
            "credit_card", _("Credit or debit card"), CARD, "credit_card", "", timedelta(minutes=10), refund_days=365
        ),
        Method("indomaret", "Indomaret", SHOP, "cstore", "indomaret", provisional=True, knows_keys=False),
        Method("alfamart", "Alfamart", SHOP, "cstore", "alfamart"),
        Method("kredivo", "Kredivo", LATER, "kredivo", "", refund_days=14),
        Method("akulaku", "Akulaku", LATER, "akulaku", "", refund_days=14),
    )
}
# Older or collective names that Snap still takes.
COLLECTIVE = {
    "qris": ("other_qris",),
    "bank_transfer": ("bca_va", "bni_va", "bri_va", "permata_va", "cimb_va"),
    "other_va": ("bni_va",),
    "cstore": ("indomaret", "alfamart"),
}


@dataclass(frozen=True)
class TestCard:
    """A card number of Midtrans' sandbox and what its bank answers."""

    number: str
    label: str
    outcome: str


TEST_CARDS = {
    card.number: card
    for card in (
        TestCard("4811111111111114", _("Accepted by the bank"), "accept"),
        TestCard("4911111111111113", _("Refused by the bank"), "deny"),
        TestCard("4511111111111117", _("Held for a check"), "challenge"),
        TestCard("4611111111111116", _("Refused by fraud detection"), "deny"),
    )
}


def offered(enabled: Iterable[str] | None) -> list[Method]:
    """The methods of ``enabled_payments`` in the page's own order; all of them where nothing was named."""
    if enabled is None:
        return [method for method in METHODS.values() if method.in_snap]
    names = {name for asked in enabled for name in COLLECTIVE.get(asked, (asked,))}
    return [method for method in METHODS.values() if method.in_snap and method.name in names]


def of_core(payment_type: str, channel: str) -> Method | None:
    """The method that a Core charge means; QRIS without an acquirer is GoPay's."""
    if payment_type == "qris":
        return METHODS["shopee_qris" if "shopee" in channel else "other_qris"]
    for method in METHODS.values():
        if method.payment_type == payment_type and method.channel in ("mandiri", channel):
            return method
    return None
