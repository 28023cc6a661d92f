"""Handing retribusi over to its treasury: every entry once, gross, with the number of the STS."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.clock import day_of
from foundation.errors import DomainError
from foundation.outbox.services import publish
from marketplace.ledger import accounts
from marketplace.ledger.models import JournalKind
from marketplace.ledger.services import Transfer, post
from marketplace.payouts.models import Deposit, DepositItem
from marketplace.payouts.queries import undeposited_entries
from marketplace.shops.models import MerchantAccount
from tourism.regions.models import Region


class DepositRefused(DomainError):
    """It cannot be recorded like this."""

    code = "deposit_refused"
    status = 422


@transaction.atomic
def record_deposit(
    *,
    region_id: int,
    merchant_account_id: int,
    through: date,
    sts_number: str,
    deposited_on: date,
    amount: int,
    by_id: int,
    now: datetime,
) -> Deposit:
    """Record that a region's retribusi up to a day was handed over. A repeat with the same STS returns what was recorded.

    :param through: the last day whose receipts it holds.
    :param amount: what was handed over, in whole rupiah; it has to be what those receipts add up to.
    :raises DepositRefused: another amount, nothing to hand over, a day to come, or an STS number of another deposit.
    """
    # The region's row queues two people who record at the same time.
    region = Region.objects.select_for_update(of=("self",)).only("code").get(pk=region_id)
    sts_number = " ".join(sts_number.split())
    known = Deposit.objects.filter(region=region, sts_number=sts_number).first()
    if known is not None:
        if (known.amount, known.deposited_on_date) == (amount, deposited_on):
            return known
        raise DepositRefused(_("This STS number was recorded before, with another amount or day."))
    if not sts_number or len(sts_number) > 60:
        raise DepositRefused(_("Give the number of the STS."))
    if deposited_on > day_of(now) or through > deposited_on:
        raise DepositRefused(_("The days do not fit: what is handed over came in before, and not in days to come."))
    entries = undeposited_entries(region.code, through=through)
    total = sum(entry.amount for entry in entries)
    if total <= 0:
        raise DepositRefused(_("Up to this day there is nothing to hand over."))
    if total != amount:
        raise DepositRefused(
            _("Up to this day it is %(total)s rupiah. Retribusi is handed over whole.")
            % {"total": f"{total:,}".replace(",", ".")}
        )
    account = MerchantAccount.objects.get(pk=merchant_account_id)
    deposit = Deposit.objects.create(
        region=region,
        merchant_account=account,
        sts_number=sts_number,
        deposited_on_date=deposited_on,
        amount=amount,
        recorded_by_id=by_id,
        recorded_at=now,
    )
    DepositItem.objects.bulk_create(
        DepositItem(deposit=deposit, entry_id=entry.entry_id, amount=entry.amount) for entry in entries
    )
    transfer = Transfer(accounts.treasury(region.code), accounts.bank(account.code), amount)
    post(kind=JournalKind.DEPOSIT, reference=f"deposit:{deposit.pk}", transfers=[transfer], now=now)
    publish(topic="deposit.recorded", key=deposit.pk, now=now)
    return deposit
