"""Notifications: kept raw, once each, and only a reason to look.

The signature covers order_id, status_code and gross_amount and nothing else, so a genuine one can be re-used with
another status. It keeps strangers out; what is true is asked for.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from foundation.clock import day_of
from foundation.outbox.services import publish
from marketplace.payments.gateway import TransactionStatus, signature_is_valid
from marketplace.payments.models import Notification, NotificationVerdict, Payment

logger = logging.getLogger(__name__)

# Midtrans' own requests end at 16 kB; a notification is a fraction of it.
MOST_BYTES = 64 * 1024
KEPT_FOR = timedelta(days=400)
# What makes a notification another one: order_id and status alone would drop a second partial refund, and the message
# by which the bank confirms one.
_TELLING = (
    "order_id",
    "transaction_id",
    "transaction_status",
    "fraud_status",
    "status_code",
    "gross_amount",
    "currency",
    "merchant_id",
)


@dataclass(frozen=True)
class Answer:
    """What Midtrans is answered: an HTTP status, and which payment is to be looked at (None: none)."""

    status: int
    payment_id: int | None = None


def record_notification(*, raw: bytes, now: datetime) -> Answer:
    """Keep a notification and have its payment looked at. A repeat changes nothing.

    200 kept or known; 400 no JSON object; 403 forged; 404 an order_id that is not ours; 413 too large.
    """
    if len(raw) > MOST_BYTES:
        return Answer(413)
    body = _read(raw)
    if body is None:
        return Answer(400)
    payment = _payment_of(body)
    if payment is None:
        # Nothing is kept for strangers: anybody can invent order_ids.
        logger.warning("A notification names an order_id that is not ours")
        return Answer(404)
    if not signature_is_valid(body, payment.merchant_account.keys().server_key):
        logger.warning("A notification of payment %s is not signed by our key", payment.pk)
        return Answer(403)
    return _keep(payment, body, now=now)


def erase_old_notifications(*, now: datetime) -> int:
    """Blank the bodies whose time is over; they hold names and numbers. Returns how many were blanked."""
    return Notification.objects.filter(erase_after_date__lt=day_of(now)).exclude(body={}).update(body={})


def _read(raw: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(raw)
        # Half a character can be written in JSON, and in no database; nor can a number beyond all numbers (1e400).
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _payment_of(body: Mapping[str, Any]) -> Payment | None:
    order_id = body.get("order_id")
    if not isinstance(order_id, str) or not order_id or "\x00" in order_id:
        return None
    known = Payment.objects.select_related("merchant_account").only("amount", "merchant_account__code")
    return known.filter(gateway_order_id=order_id).order_by().first()


def _keep(payment: Payment, body: dict[str, Any], *, now: datetime) -> Answer:
    verdict = NotificationVerdict.ACCEPTED if _fits(payment, body) else NotificationVerdict.MISMATCH
    notification = Notification(
        payment=payment,
        digest=_digest(body),
        body=_storable(body),
        verdict=verdict,
        received_at=now,
        erase_after_date=day_of(now + KEPT_FOR),
    )
    try:
        with transaction.atomic():
            notification.save(force_insert=True)
            if verdict == NotificationVerdict.ACCEPTED:
                publish(topic="payment.notified", key=payment.pk, now=now)
    except IntegrityError:
        # Known, and its look is on its way; the poller finds what that look may have missed.
        return Answer(200)
    if verdict == NotificationVerdict.MISMATCH:
        # Signed, yet of another amount, currency or merchant: set aside for a person, and no reason to do anything.
        logger.error("A notification of payment %s does not fit it", payment.pk)
        return Answer(200)
    return Answer(200, payment.pk)


def _fits(payment: Payment, body: Mapping[str, Any]) -> bool:
    told = TransactionStatus.parse(body)
    return (
        told.gross_amount == payment.amount
        and told.currency in ("", "IDR")
        and told.merchant_id in ("", payment.merchant_account.keys().merchant_id)
    )


def _digest(body: Mapping[str, Any]) -> str:
    refunds = body.get("refunds")
    rows = [row for row in refunds if isinstance(row, Mapping)] if isinstance(refunds, list) else []
    telling = [str(body.get(name)) for name in _TELLING]
    telling += [str(body.get("refund_amount")), str(len(rows)), *(str(row.get("bank_confirmed_at")) for row in rows)]
    return hashlib.sha256(json.dumps(telling).encode()).hexdigest()


def _storable(value: Any) -> Any:
    # PostgreSQL's JSON has no zero byte.
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_storable(part) for part in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(part) for name, part in value.items()}
    return value
