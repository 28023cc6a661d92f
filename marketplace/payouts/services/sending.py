"""Batches by Midtrans Payouts: asked for, let go, looked at until nothing more can change."""

import hashlib
import json
import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.outbox.services import publish
from marketplace.orders.models import TransitionRefused
from marketplace.payouts.iris import Iris, IrisError, IrisKeys, IrisRefused, PayoutOrder, signature_is_valid
from marketplace.payouts.models import (
    ENDED,
    BatchStatus,
    BatchWay,
    IrisNotification,
    Payout,
    PayoutBatch,
    PayoutStatus,
)
from marketplace.payouts.services.paying_out import (
    approved_of,
    hold_back,
    locked,
    mark_sent,
    reasons_to_hold,
    settle_outcome,
)
from marketplace.shops.models import BankAccount, BankAccountStatus, MerchantAccount
from marketplace.shops.services import bank_account_checked

logger = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
# A bank may still send a transfer back this long after it was said to be done.
WATCHED_FOR = timedelta(days=7)
_OFTEN, _DAILY = timedelta(minutes=10), timedelta(days=1)
_DONE, _FAILED = frozenset({"completed"}), frozenset({"failed", "rejected"})


def iris_of(account: MerchantAccount) -> Iris:
    """Midtrans Payouts as a merchant account sees it.

    :raises ImproperlyConfigured: no keys are set for this account.
    """
    return Iris(keys_of(account), settings.IRIS_URL)


def keys_of(account: MerchantAccount) -> IrisKeys:
    """The account's keys from the settings.

    :raises ImproperlyConfigured: none are set.
    """
    try:
        return IrisKeys(**settings.IRIS_KEYS[account.code])
    except KeyError as missing:
        raise ImproperlyConfigured(f"IRIS_KEYS has no keys for the merchant account {account.code!r}.") from missing


def has_iris(account: MerchantAccount) -> bool:
    """Whether batches of this account can go by Midtrans Payouts."""
    return account.code in settings.IRIS_KEYS


def send_batch(*, batch_id: int, now: datetime) -> None:
    """Have an approved batch transferred, outside any transaction. A repeat is the same transfers, never a second time.

    What there is a reason by then to hold back stays; the others go.

    :raises IrisUnreachable: no answer; ask again later.
    """
    batch = PayoutBatch.objects.select_related("merchant_account").get(pk=batch_id)
    if batch.way != BatchWay.IRIS or batch.status != BatchStatus.APPROVED:
        return
    _look_once_more(batch_id, now=now)
    waiting = approved_of(batch)
    if not waiting:
        return
    iris = iris_of(batch.merchant_account)
    try:
        if not all(one.reference_no for one in waiting):
            references = iris.create([_order(one) for one in waiting], key=f"lapau-batch-{batch.pk}")
            _remember(waiting, references)
        waiting = _without_held(iris, batch, waiting, now=now)
        if waiting:
            asked = [one.reference_no for one in waiting]
            iris.approve(asked, key=f"lapau-approve-{batch.pk}-{_fingerprint(asked)}")
    except IrisRefused as refusal:
        if _take_as_it_is(iris, batch_id, waiting, refusal.message, now=now):
            send_batch(batch_id=batch_id, now=now)
        return
    except IrisError as error:
        PayoutBatch.objects.filter(pk=batch_id).update(last_error=error.detail[:200])
        raise
    _all_sent(batch_id, waiting, now=now)


def look_at(*, payout_id: int, now: datetime) -> None:
    """Ask what became of a transfer and apply it once. A repeat changes nothing more.

    :raises IrisUnreachable: no answer; ask again later.
    """
    payout = Payout.objects.select_related("batch__merchant_account").get(pk=payout_id)
    if not payout.reference_no or payout.status in ENDED:
        return
    state = iris_of(payout.batch.merchant_account).state(payout.reference_no)
    if state.amount != payout.amount:
        logger.error("Midtrans Payouts reports another amount of payout %s", payout.pk)
        return
    if state.status in _DONE | _FAILED:
        with transaction.atomic():
            under_lock = locked(payout_id)
            # An answer older than what was applied meanwhile is passed over.
            with suppress(TransitionRefused):
                settle_outcome(under_lock, is_done=state.status in _DONE, reason=state.error, now=now)


def poll(*, now: datetime, limit: int) -> int:
    """Look at batches whose time has come: what is on its way often, what is done daily for a week. Returns how many."""
    due = PayoutBatch.objects.filter(check_at__lte=now, way=BatchWay.IRIS, status=BatchStatus.APPROVED)
    batches = list(due.order_by("check_at", "pk")[:limit])
    for batch in batches:
        with suppress(IrisError):
            send_batch(batch_id=batch.pk, now=now)
            for payout_id in Payout.objects.filter(batch=batch).exclude(reference_no="").values_list("pk", flat=True):
                look_at(payout_id=payout_id, now=now)
        PayoutBatch.objects.filter(pk=batch.pk).update(check_at=_next_look(batch, now=now))
    return len(batches)


@dataclass(frozen=True)
class Answer:
    """What Midtrans is answered."""

    status: int


def record_iris_notification(*, raw: bytes, signature: str, now: datetime) -> Answer:
    """Keep a notification and have its payout looked at. A repeat changes nothing.

    200 kept or known; 400 no JSON object; 403 forged; 404 not ours; 413 too large.
    """
    if len(raw) > MOST_BYTES:
        return Answer(413)
    body = _read(raw)
    if body is None:
        return Answer(400)
    reference = body.get("reference_no")
    payout = (
        Payout.objects.select_related("batch__merchant_account").filter(reference_no=reference).first()
        if isinstance(reference, str) and reference and "\x00" not in reference
        else None
    )
    if payout is None:
        return Answer(404)
    if not signature_is_valid(raw, signature, keys_of(payout.batch.merchant_account).merchant_key):
        logger.warning("A notification of payout %s is not signed by our key", payout.pk)
        return Answer(403)
    _keep(payout, body, raw, now=now)
    return Answer(200)


def check_bank_account(*, account_id: int, now: datetime) -> None:
    """Ask the bank who holds an account; outside any transaction. A repeat changes nothing.

    Without keys for Midtrans Payouts a person checks it.

    :raises IrisUnreachable: no answer; ask again later.
    """
    account = BankAccount.objects.select_related("shop__merchant_account").get(pk=account_id)
    if account.status != BankAccountStatus.GIVEN or not has_iris(account.shop.merchant_account):
        return
    try:
        name = iris_of(account.shop.merchant_account).holder_of(bank=account.bank, number=account.number)
    except IrisRefused:
        bank_account_checked(account_id=account_id, status=BankAccountStatus.REFUSED, known_as="", now=now)
        return
    status = BankAccountStatus.VALID if _plain(name) == _plain(account.holder) else BankAccountStatus.DIFFERS
    bank_account_checked(account_id=account_id, status=status, known_as=name, now=now)


def _plain(name: str) -> str:
    """A name without titles, signs and case, as banks shorten them."""
    words = re.sub(r"[^A-Z ]", " ", name.upper()).split()
    return " ".join(word for word in words if word not in _TITLES)


_TITLES = frozenset({"BPK", "BAPAK", "IBU", "SDR", "SDRI", "H", "HJ", "DR", "IR", "SE", "SH", "ST", "PT", "CV"})


@transaction.atomic
def _look_once_more(batch_id: int, *, now: datetime) -> None:
    """Before Midtrans first hears of a batch: hold back what must not go.

    Afterwards its transfers are fixed, as the same key may never come with others.
    """
    batch = PayoutBatch.objects.select_for_update().get(pk=batch_id)
    if batch.exported_at is None:
        hold_back(batch, reasons_to_hold(approved_of(batch)), now=now)
        batch.exported_at = now
        batch.save(update_fields=["exported_at"])


def _without_held(iris: Iris, batch: PayoutBatch, waiting: Sequence[Payout], *, now: datetime) -> list[Payout]:
    """Of transfers that Midtrans knows and may not have let go: stop those that must not go, and keep the others."""
    reasons = reasons_to_hold(waiting)
    stopped = {one.pk: reasons[one.pk] for one in waiting if one.pk in reasons and _was_stopped(iris, one)}
    if stopped:
        with transaction.atomic():
            hold_back(PayoutBatch.objects.select_for_update().get(pk=batch.pk), stopped, now=now)
    return [one for one in waiting if one.pk not in stopped]


def _was_stopped(iris: Iris, payout: Payout) -> bool:
    """Whether a transfer does not go any more; one that Midtrans let go before goes on."""
    try:
        iris.reject([payout.reference_no], reason="held back", key=f"lapau-reject-{payout.pk}")
    except IrisRefused:
        return iris.state(payout.reference_no).status in _FAILED
    return True


def _fingerprint(references: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(references).encode()).hexdigest()[:16]


def _order(payout: Payout) -> PayoutOrder:
    account = payout.bank_account
    return PayoutOrder(
        holder=account.holder,
        number=account.number,
        bank=account.bank,
        amount=payout.amount,
        note=f"Lapau {payout.settlement_id} {payout.settlement.until_date.isoformat()}",
    )


@transaction.atomic
def _remember(payouts: Sequence[Payout], references: Sequence[str]) -> None:
    for payout, reference in zip(payouts, references, strict=True):
        payout.reference_no = reference
        payout.save(update_fields=["reference_no"])


def _take_as_it_is(iris: Iris, batch_id: int, payouts: Sequence[Payout], message: str, *, now: datetime) -> bool:
    """After a refusal: what Midtrans let go is sent, what it stopped failed. Returns whether the others are asked for again.

    If all of them wait there still, it is they that were refused, and they failed.
    """
    states = {one.pk: iris.state(one.reference_no) for one in payouts if one.reference_no}
    stopped = {pk for pk, state in states.items() if state.status in _FAILED}
    let_go = {pk for pk, state in states.items() if state.status not in {"queued", *_FAILED}}
    with transaction.atomic():
        batch = PayoutBatch.objects.select_for_update().get(pk=batch_id)
        for payout in approved_of(batch):
            if payout.pk in let_go:
                mark_sent(payout, now=now)
            elif payout.pk in stopped or not (stopped or let_go):
                error = states[payout.pk].error if payout.pk in stopped else ""
                reason = error or message or _("refused by Midtrans Payouts")
                settle_outcome(payout, is_done=False, reason=reason, now=now)
        batch.check_at, batch.last_error = now + _OFTEN, "" if stopped or let_go else message[:200]
        batch.save(update_fields=["check_at", "last_error"])
    return bool(stopped or let_go)


@transaction.atomic
def _all_sent(batch_id: int, payouts: Sequence[Payout], *, now: datetime) -> None:
    batch = PayoutBatch.objects.select_for_update().get(pk=batch_id)
    batch.check_at, batch.last_error = now + _OFTEN, ""
    batch.save(update_fields=["check_at", "last_error"])
    asked = {one.pk for one in payouts}
    for payout in approved_of(batch):
        if payout.pk in asked:
            mark_sent(payout, now=now)


def _next_look(batch: PayoutBatch, *, now: datetime) -> datetime | None:
    statuses = set(Payout.objects.filter(batch=batch).values_list("status", flat=True))
    if statuses & {PayoutStatus.APPROVED, PayoutStatus.SENT}:
        return now + _OFTEN
    is_watched = PayoutStatus.DONE in statuses and batch.decided_at is not None and now < batch.decided_at + WATCHED_FOR
    return now + _DAILY if is_watched else None


def _read(raw: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


@transaction.atomic
def _keep(payout: Payout, body: dict[str, Any], raw: bytes, *, now: datetime) -> None:
    kept = {name: str(body[name])[:200].replace("\x00", "") for name in _KEPT if name in body}
    try:
        with transaction.atomic():
            IrisNotification.objects.create(
                payout=payout, digest=hashlib.sha256(raw).hexdigest(), body=kept, received_at=now
            )
    except IntegrityError:
        return
    publish(topic="payout.notified", key=payout.pk, now=now)


# No name and no account number among them.
_KEPT = ("reference_no", "amount", "status", "updated_at", "error_code", "error_message")
