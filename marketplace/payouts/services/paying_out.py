"""Paying out: made by one person, approved by another, sent by a bank file or by Midtrans Payouts. Never edited."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from foundation.errors import DomainError
from foundation.outbox.services import publish
from marketplace.ledger import accounts
from marketplace.ledger.models import JournalKind
from marketplace.ledger.services import Transfer, post
from marketplace.payouts.models import (
    ENDED,
    BatchStatus,
    BatchWay,
    Payout,
    PayoutBatch,
    PayoutEvent,
    PayoutStatus,
    Settlement,
)
from marketplace.payouts.queries import Payee, with_dispute
from marketplace.shops.models import BankAccount, BankAccountStatus

SOON = timedelta(minutes=10)


class PayoutRefused(DomainError):
    """It cannot be paid out as it is."""

    code = "payout_refused"


class SamePerson(PayoutRefused):
    """Who made a batch does not approve it."""

    code = "same_person"

    def __init__(self) -> None:
        super().__init__(_("You made this batch. Somebody else has to approve it."))


@transaction.atomic
def make_batch(*, way: BatchWay, settlement_ids: Collection[int], by_id: int, now: datetime) -> PayoutBatch:
    """Put settlements into a batch that waits for another person.

    :raises PayoutRefused: nothing is chosen, one is paid already, of one a payment is disputed, one payee has no checked
        bank account, or their money lies in two merchant accounts.
    """
    rows = Settlement.objects.select_for_update(of=("self",)).filter(pk__in=settlement_ids, amount__gt=0)
    settlements = list(rows.select_related("shop__merchant_account").order_by("pk"))
    if not settlements or len(settlements) != len(set(settlement_ids)):
        raise PayoutRefused(_("Choose settlements of which something is to be paid out."))
    if len({one.shop.merchant_account_id for one in settlements}) > 1:
        raise PayoutRefused(_("These shops are paid from different accounts. Make a batch for each."))
    _refuse_disputed(settlements)
    live = Payout.objects.filter(settlement__in=settlements).exclude(status__in=ENDED)
    if live.exists():
        raise PayoutRefused(_("One of these is in another batch already. Load the page again."))
    known = {(row.shop_id, row.party_id): row for row in _usable(settlements)}
    for one in settlements:
        if (one.shop_id, one.party_id) not in known:
            name = one.party.name if one.party else one.shop.name
            raise PayoutRefused(_("%(name)s has no bank account that was checked.") % {"name": name})
    batch = PayoutBatch.objects.create(
        merchant_account=settlements[0].shop.merchant_account, way=way, made_by_id=by_id, made_at=now
    )
    for one in settlements:
        payout = Payout.objects.create(
            batch=batch, settlement=one, amount=one.amount, bank_account=known[one.shop_id, one.party_id]
        )
        PayoutEvent.objects.create(payout=payout, after=PayoutStatus.MADE, at=now, by_id=by_id)
    return batch


@transaction.atomic
def approve_batch(*, batch_id: int, by_id: int, now: datetime) -> None:
    """Let a batch go. A repeat by the same person changes nothing.

    A batch for Midtrans Payouts is sent by itself afterwards; a bank file can be downloaded.

    :raises SamePerson: who asks has made it.
    :raises PayoutRefused: it was rejected, a bank account is no longer in use, or a payment in it is disputed by now.
    """
    batch = PayoutBatch.objects.select_for_update().get(pk=batch_id)
    if batch.status == BatchStatus.APPROVED and batch.decided_by_id == by_id:
        return
    if batch.made_by_id == by_id:
        raise SamePerson
    _refuse_decided(batch)
    payouts = list(Payout.objects.filter(batch=batch).select_related("bank_account", "settlement").order_by("pk"))
    if any(one.bank_account.status != BankAccountStatus.VALID for one in payouts):
        raise PayoutRefused(_("A bank account was changed since this batch was made. Reject it and make another."))
    _refuse_disputed([one.settlement for one in payouts])
    _decide(batch, BatchStatus.APPROVED, by_id=by_id, now=now)
    for payout in payouts:
        payout.move_to(PayoutStatus.APPROVED, at=now, by_id=by_id)
    if batch.way == BatchWay.IRIS:
        publish(topic="payout_batch.approved", key=batch.pk, now=now)


@transaction.atomic
def reject_batch(*, batch_id: int, by_id: int, reason: str, now: datetime) -> None:
    """Do not let a batch go; its settlements can be put into another. Whoever made it may do this too.

    :raises PayoutRefused: it was decided before.
    """
    batch = PayoutBatch.objects.select_for_update().get(pk=batch_id)
    if batch.status == BatchStatus.REJECTED:
        return
    _refuse_decided(batch)
    batch.reason = reason[:200]
    batch.save(update_fields=["reason"])
    _decide(batch, BatchStatus.REJECTED, by_id=by_id, now=now)
    for payout in Payout.objects.filter(batch=batch).order_by("pk"):
        payout.move_to(PayoutStatus.REJECTED, at=now, by_id=by_id, note=reason)


@transaction.atomic
def export_batch(*, batch_id: int, by_id: int, now: datetime) -> list[Payout]:
    """Look at every transfer once more before the bank gets the file; returns those that were held back, and are not in it.

    Written again before the bank has it, the file leaves out what there is a reason to hold back by then. Once the bank
    has it, a repeat changes nothing.

    :raises PayoutRefused: not an approved bank file.
    """
    batch = _bank_file(batch_id)
    waiting = approved_of(batch)
    if not waiting:
        return []
    batch.exported_at = now
    batch.save(update_fields=["exported_at"])
    return hold_back(batch, reasons_to_hold(waiting), now=now, by_id=by_id)


@transaction.atomic
def record_sent(*, batch_id: int, by_id: int, now: datetime, with_disputed: bool = False) -> None:
    """The bank has the file: the money is on its way. A repeat changes nothing.

    :param with_disputed: the bank has the file as it was written before a payment in it was disputed.
    :raises PayoutRefused: not an approved bank file, it was never written, or there is a reason since to hold one back.
    """
    batch = _bank_file(batch_id)
    waiting = approved_of(batch)
    if waiting and batch.exported_at is None:
        raise PayoutRefused(_("Download the bank file first: it is looked through once more for that."))
    reasons = {} if with_disputed else reasons_to_hold(waiting)
    if reasons:
        raise PayoutRefused(
            _("%(reason)s Download the bank file again: it leaves this transfer out.")
            % {"reason": next(iter(reasons.values()))}
        )
    for payout in waiting:
        mark_sent(payout, now=now, by_id=by_id)


@transaction.atomic
def record_outcome(*, payout_id: int, is_done: bool, reason: str = "", by_id: int, now: datetime) -> None:
    """What the bank said of one transfer of a bank file. A repeat changes nothing.

    :raises PayoutRefused: it was not sent by a bank file.
    :raises TransitionRefused: it is not on its way.
    """
    payout = locked(payout_id)
    if payout.batch.way != BatchWay.BANK_FILE:
        raise PayoutRefused(_("What becomes of this one is told by Midtrans."))
    settle_outcome(payout, is_done=is_done, reason=reason, now=now, by_id=by_id)


def locked(payout_id: int) -> Payout:
    """A payout under its batch's lock."""
    batch_id = Payout.objects.values_list("batch_id", flat=True).get(pk=payout_id)
    PayoutBatch.objects.select_for_update().get(pk=batch_id)
    return Payout.objects.select_related("batch__merchant_account", "settlement").get(pk=payout_id)


def mark_sent(payout: Payout, *, now: datetime, by_id: int | None = None) -> None:
    """The money left: the payee is owed so much less. The caller holds the batch's lock."""
    payout.move_to(PayoutStatus.SENT, at=now, by_id=by_id)
    transfer = Transfer(settled_account(payout), source_account(payout), payout.amount)
    post(kind=JournalKind.PAYOUT, reference=f"payout:{payout.pk}", transfers=[transfer], now=now)


def reasons_to_hold(payouts: Collection[Payout]) -> dict[int, str]:
    """Why transfers that were approved must not leave now, as sentences by key: a dispute, another account; one query."""
    disputed = set(
        Settlement.objects.filter(with_dispute(), payouts__in=[one.pk for one in payouts]).values_list("pk", flat=True)
    )
    found: dict[int, str] = {}
    for one in sorted(payouts, key=lambda one: one.pk):
        words = {"name": one.settlement.party.name if one.settlement.party else one.settlement.shop.name}
        if one.settlement_id in disputed:
            found[one.pk] = _("A payment for %(name)s is disputed: this is paid out once that is decided.") % words
        elif one.bank_account.status != BankAccountStatus.VALID:
            found[one.pk] = _("The bank account of %(name)s was changed since this batch was approved.") % words
    return found


def hold_back(
    batch: PayoutBatch, reasons: Mapping[int, str], *, now: datetime, by_id: int | None = None
) -> list[Payout]:
    """Keep these approved transfers of a batch back, each for its reason. The caller holds the batch's lock.

    What is owed is owed still, and can be put into another batch once the reason is gone.
    """
    held = list(_payouts(batch).filter(status=PayoutStatus.APPROVED, pk__in=reasons))
    for payout in held:
        payout.failure = reasons[payout.pk][:200]
        payout.save(update_fields=["failure"])
        payout.move_to(PayoutStatus.HELD, at=now, by_id=by_id, note=payout.failure)
        publish(topic="payout.changed", key=payout.pk, now=now, status=str(payout.status))
    return held


def settle_outcome(payout: Payout, *, is_done: bool, reason: str, now: datetime, by_id: int | None = None) -> None:
    """What became of it; one that failed is owed again, also after it was said to be done. The caller holds the lock."""
    if payout.status == (PayoutStatus.DONE if is_done else PayoutStatus.FAILED):
        return
    was_sent = payout.status in (PayoutStatus.SENT, PayoutStatus.DONE)
    if is_done:
        payout.move_to(PayoutStatus.DONE, at=now, by_id=by_id)
    else:
        payout.failure = reason[:200]
        payout.save(update_fields=["failure"])
        payout.move_to(PayoutStatus.FAILED, at=now, by_id=by_id, note=reason)
        if was_sent:
            back = Transfer(source_account(payout), settled_account(payout), payout.amount)
            post(kind=JournalKind.REVERSAL, reference=f"payout:{payout.pk}", transfers=[back], now=now)
    publish(topic="payout.changed", key=payout.pk, now=now, status=str(payout.status))


def settled_account(payout: Payout) -> str:
    """The account of what the payee is owed."""
    return accounts.settled(Payee(payout.settlement.shop_id, payout.settlement.party_id).code)


def source_account(payout: Payout) -> str:
    """Where the money leaves from."""
    merchant = payout.batch.merchant_account.code
    return accounts.iris(merchant) if payout.batch.way == BatchWay.IRIS else accounts.bank(merchant)


def _usable(settlements: Collection[Settlement]) -> Collection[BankAccount]:
    return BankAccount.objects.filter(
        shop__in={one.shop_id for one in settlements}, status=BankAccountStatus.VALID
    ).select_related("party")


def approved_of(batch: PayoutBatch) -> list[Payout]:
    """Transfers of a batch that were approved and have not left."""
    return list(_payouts(batch).filter(status=PayoutStatus.APPROVED))


def _payouts(batch: PayoutBatch) -> QuerySet[Payout]:
    rows = Payout.objects.filter(batch=batch).select_related("batch__merchant_account", "bank_account")
    return rows.select_related("settlement__shop", "settlement__party").order_by("pk")


def _bank_file(batch_id: int) -> PayoutBatch:
    """An approved batch for the bank, under its lock.

    :raises PayoutRefused: it is none.
    """
    batch = PayoutBatch.objects.select_for_update().get(pk=batch_id)
    if batch.way != BatchWay.BANK_FILE or batch.status != BatchStatus.APPROVED:
        raise PayoutRefused(_("Only an approved bank file is handed to the bank."))
    return batch


def _refuse_decided(batch: PayoutBatch) -> None:
    if batch.status != BatchStatus.MADE:
        raise PayoutRefused(_("This batch was decided before. Load the page again."))


def _refuse_disputed(settlements: Collection[Settlement]) -> None:
    disputed = Settlement.objects.filter(with_dispute(), pk__in=[one.pk for one in settlements])
    first = disputed.select_related("shop", "party").order_by("pk").first()
    if first is not None:
        name = first.party.name if first.party else first.shop.name
        raise PayoutRefused(_("A payment for %(name)s is disputed. Pay it out once that is decided.") % {"name": name})


def _decide(batch: PayoutBatch, status: BatchStatus, *, by_id: int, now: datetime) -> None:
    batch.status, batch.decided_by_id, batch.decided_at = status, by_id, now
    batch.check_at = now + SOON if status == BatchStatus.APPROVED and batch.way == BatchWay.IRIS else None
    batch.save(update_fields=["status", "decided_by", "decided_at", "check_at"])
