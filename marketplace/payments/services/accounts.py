"""Where a buyer wants money back that the channel cannot return."""

import re
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.errors import InvalidInput
from foundation.outbox.services import publish
from marketplace.payments.models import Refund, RefundAccount, RefundStatus

# What people here have, by the name under which they know it; a wallet's number is a phone number.
BANKS: Mapping[str, str] = {
    "NAGARI": "Bank Nagari",
    "BRI": "BRI",
    "MANDIRI": "Bank Mandiri",
    "BNI": "BNI",
    "BCA": "BCA",
    "BSI": "Bank Syariah Indonesia (BSI)",
    "BTN": "BTN",
    "CIMB": "CIMB Niaga",
    "PERMATA": "Permata",
    "DANAMON": "Danamon",
    "MEGA": "Bank Mega",
    "MUAMALAT": "Bank Muamalat",
    "JAGO": "Bank Jago",
    "SEABANK": "SeaBank",
    "GOPAY": "GoPay",
    "OVO": "OVO",
    "DANA": "DANA",
    "SHOPEEPAY": "ShopeePay",
}
WALLETS = frozenset({"GOPAY", "OVO", "DANA", "SHOPEEPAY"})
_NUMBER = re.compile(r"\d{6,20}")
_LONGEST_HOLDER = 80


class AccountRefused(InvalidInput):
    """An account that cannot be meant; ``field`` names what is wrong with it."""

    code = "account_refused"

    def __init__(self, sentence: str, *, field: str) -> None:
        self.field = field
        super().__init__(sentence)


def ask_for_account(*, refund_id: int, now: datetime) -> None:
    """Ask the buyer where the money is to go. A repeat asks again, and forgets no answer."""
    RefundAccount.objects.update_or_create(refund_id=refund_id, defaults={"asked_at": now})
    publish(topic="refund.account_wanted", key=refund_id, now=now)


@transaction.atomic
def give_account(*, refund_id: int, bank: str, number: str, holder: str, now: datetime) -> None:
    """Note where the buyer wants the money; it may be mended until it was paid.

    :raises AccountRefused: a bank that is none, a number of other than 6 to 20 digits, no holder.
    :raises InvalidInput: this refund needs no account (any more).
    """
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.status not in (RefundStatus.MANUAL, RefundStatus.TREASURY):
        raise InvalidInput(_("This money no longer needs an account."))
    digits = re.sub(r"[\s.-]", "", number)
    if bank not in BANKS:
        raise AccountRefused(_("Please choose a bank or wallet from the list."), field="bank")
    if bank in WALLETS:
        digits = re.sub(r"^(\+?62)", "0", digits)
    if not _NUMBER.fullmatch(digits) or not digits.isascii():
        raise AccountRefused(_("An account number has 6 to 20 digits."), field="number")
    if bank in WALLETS and not digits.startswith("08"):
        raise AccountRefused(_("For a wallet, write the phone number it belongs to: 08..."), field="number")
    name = " ".join(holder.replace("\x00", "").split())
    if len(name) < 3 or len(name) > _LONGEST_HOLDER or any(letter.isdigit() for letter in name):
        raise AccountRefused(_("Write the name as it stands on the account."), field="holder")
    RefundAccount.objects.update_or_create(
        refund_id=refund_id,
        defaults={"bank": bank, "number": digits, "holder": name, "given_at": now, "erased_at": None},
    )
