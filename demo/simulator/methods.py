"""The ways to pay: what Snap calls them, what Core makes of them, how long they last and what can be given back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

DAY = timedelta(days=1)
QUARTER_HOUR = timedelta(minutes=15)


@dataclass(frozen=True)
class Method:
    """One way to pay.

    ``name`` is Snap's, ``payment_type`` and ``channel`` are Core's. ``refund_days`` is None where Midtrans cannot give
    money back, ``refund_days_off_us`` bounds payments made from somebody else's wallet. A ``provisional`` settlement
    may still fall back to deny within minutes.
    """

    name: str
    label: str
    group: str
    payment_type: str
    channel: str = ""
    lasts: timedelta = DAY
    refund_days: int | None = None
    refund_days_off_us: int | None = None
    partial_refunds: bool = True
    provisional: bool = False


QRIS, BANK, WALLET, CARD, SHOP = "Kode QR", "Virtual account", "Dompet digital", "Kartu", "Gerai"

METHODS = {
    method.name: method
    for method in (
        Method("other_qris", "QRIS", QRIS, "qris", "gopay", QUARTER_HOUR, refund_days=45, refund_days_off_us=7),
        Method("bca_va", "BCA", BANK, "bank_transfer", "bca"),
        Method("bni_va", "BNI", BANK, "bank_transfer", "bni"),
        Method("bri_va", "BRI", BANK, "bank_transfer", "bri"),
        Method("permata_va", "Permata", BANK, "bank_transfer", "permata", provisional=True),
        Method("cimb_va", "CIMB Niaga", BANK, "bank_transfer", "cimb"),
        Method("echannel", "Mandiri Bill", BANK, "echannel", "mandiri", provisional=True),
        Method("gopay", "GoPay", WALLET, "gopay", "", QUARTER_HOUR, refund_days=45),
        Method("shopeepay", "ShopeePay", WALLET, "shopeepay", "", QUARTER_HOUR, refund_days=365, partial_refunds=False),
        Method(
            "credit_card", "Kartu kredit atau debit", CARD, "credit_card", "", timedelta(minutes=10), refund_days=365
        ),
        Method("indomaret", "Indomaret", SHOP, "cstore", "indomaret", provisional=True),
        Method("alfamart", "Alfamart", SHOP, "cstore", "alfamart"),
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
        TestCard("4811111111111114", "Diterima bank", "accept"),
        TestCard("4911111111111113", "Ditolak bank", "deny"),
        TestCard("4511111111111117", "Ditahan untuk diperiksa", "challenge"),
        TestCard("4611111111111116", "Ditolak sistem antipenipuan", "deny"),
    )
}


def offered(enabled: Iterable[str] | None) -> list[Method]:
    """The methods of ``enabled_payments`` in the page's own order; all of them where nothing was named."""
    if enabled is None:
        return list(METHODS.values())
    names = {name for asked in enabled for name in COLLECTIVE.get(asked, (asked,))}
    return [method for method in METHODS.values() if method.name in names]


def of_core(payment_type: str, channel: str) -> Method | None:
    """The method that a Core charge means; QRIS takes any acquirer."""
    for method in METHODS.values():
        if method.payment_type == payment_type and (payment_type == "qris" or method.channel in ("mandiri", channel)):
            return method
    return None
