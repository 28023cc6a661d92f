"""Being paid back: a payee that was settled below zero transfers what it owes, and a person notes it."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.clock import day_of
from foundation.errors import DomainError
from foundation.money import rupiah
from foundation.outbox.services import publish
from marketplace.ledger import accounts
from marketplace.ledger.models import JournalKind
from marketplace.ledger.services import Transfer, post
from marketplace.payouts.models import Remittance
from marketplace.payouts.queries import Payee, debt_of
from marketplace.shops.models import Party, Shop


class RemittanceRefused(DomainError):
    """It cannot be recorded like this."""

    code = "remittance_refused"
    status = 422


class ReferenceTaken(RemittanceRefused):
    """The bank reference belongs to another transfer."""

    code = "reference_taken"

    def __init__(self) -> None:
        super().__init__(_("This bank reference was recorded before, of another payee, amount or day."))


@transaction.atomic
def record_remittance(
    *, payee: Payee, amount: int, bank_reference: str, received_on: date, by_id: int, now: datetime
) -> Remittance:
    """Record that a payee paid back what it owes, or a part. A repeat with the same reference returns what was recorded.

    It comes to the payee's own account, so its next settlement nets it with what was carried over.

    :param amount: in whole rupiah; at most what the payee owes now.
    :param bank_reference: as the bank's statement names the transfer.
    :raises RemittanceRefused: more than is owed, no reference, a day to come, or the reference of another transfer.
    """
    # The shop's row queues two people who record at the same time, and a settlement that is closed meanwhile.
    rows = Shop.objects.select_for_update(of=("self",)).select_related("merchant_account")
    shop = rows.get(pk=payee.shop_id)
    bank_reference = " ".join(bank_reference.split())
    known = Remittance.objects.filter(merchant_account=shop.merchant_account, bank_reference=bank_reference).first()
    if known is not None:
        told = (known.shop_id, known.party_id, known.amount, known.received_on_date)
        if told == (payee.shop_id, payee.party_id, amount, received_on):
            return known
        raise ReferenceTaken
    if not bank_reference or len(bank_reference) > 60:
        raise RemittanceRefused(_("Give the reference of the transfer, as the bank's statement names it."))
    if received_on > day_of(now):
        raise RemittanceRefused(_("It cannot have come in on a day to come."))
    _refuse_more_than_is_owed(payee, shop, amount)
    try:
        with transaction.atomic():
            remittance = Remittance.objects.create(
                shop=shop,
                party_id=payee.party_id,
                merchant_account=shop.merchant_account,
                amount=amount,
                bank_reference=bank_reference,
                received_on_date=received_on,
                recorded_by_id=by_id,
                recorded_at=now,
            )
    except IntegrityError:
        # Another shop's was recorded with this reference at the same moment.
        raise ReferenceTaken from None
    transfer = Transfer(accounts.bank(shop.merchant_account.code), payee.code, amount)
    post(kind=JournalKind.REMITTANCE, reference=f"remittance:{remittance.pk}", transfers=[transfer], now=now)
    publish(topic="remittance.recorded", key=remittance.pk, now=now)
    return remittance


def _refuse_more_than_is_owed(payee: Payee, shop: Shop, amount: int) -> None:
    debt = debt_of(payee)
    if 0 < amount <= debt:
        return
    name = shop.name if payee.party_id is None else Party.objects.get(pk=payee.party_id, shop=shop).name
    if debt == 0:
        raise RemittanceRefused(_("%(name)s owes nothing now.") % {"name": name})
    if amount <= 0:
        raise RemittanceRefused(_("Give an amount above zero."))
    raise RemittanceRefused(
        _("%(name)s owes %(amount)s now; more than that cannot be recorded.") % {"name": name, "amount": rupiah(debt)}
    )
