"""What Midtrans writes: amounts, times, signatures, and the body shared by status answers and notifications."""

import hashlib
from datetime import datetime
from typing import Any

from demo.simulator.methods import METHODS
from demo.simulator.state import WIB, Json, Merchant, Refund, Transaction, World

# The status code follows what is asked: a status answer and a notification of one state may differ.
ANSWER_CODES = {"pending": "201", "deny": "202", "expire": "407"}
NOTICE_CODES = {"pending": "201", "deny": "202", "cancel": "202", "expire": "202"}


def money(amount: int) -> str:
    """Rupiah as Midtrans writes it: "44000.00"."""
    return f"{amount}.00"


def wib(moment: datetime) -> str:
    """A moment as Midtrans writes it: WIB, without saying so."""
    return moment.astimezone(WIB).strftime("%Y-%m-%d %H:%M:%S")


def signature(order_id: str, status_code: str, gross_amount: str, merchant: Merchant) -> str:
    """The signature of exactly these texts."""
    return hashlib.sha512(f"{order_id}{status_code}{gross_amount}{merchant.server_key}".encode()).hexdigest()


def transaction_body(world: World, transaction: Transaction, *, status_code: str, message: str) -> Json:
    """The whole transaction, signed for ``status_code``; empty fields are left out."""
    merchant = world.merchant(transaction.merchant_id)
    amount = money(transaction.gross_amount)
    refunds = world.refunds(transaction)
    body = {
        "status_code": status_code,
        "status_message": message,
        "transaction_id": transaction.transaction_id,
        "order_id": transaction.order_id,
        "merchant_id": merchant.merchant_id,
        "gross_amount": amount,
        "currency": "IDR",
        "payment_type": METHODS[transaction.method].payment_type,
        "transaction_time": wib(transaction.created_at),
        "settlement_time": wib(transaction.settled_at) if transaction.settled_at else None,
        "expiry_time": wib(transaction.expires_at) if transaction.expires_at else None,
        "transaction_status": transaction.status,
        "fraud_status": transaction.fraud_status,
        "signature_key": signature(transaction.order_id, status_code, amount, merchant),
        "refund_amount": money(sum(refund.amount for refund in refunds)) if refunds else None,
        "refunds": [refund_row(number, refund) for number, refund in enumerate(refunds, start=1)] or None,
        **transaction.details,
        **transaction.custom_fields,
    }
    return {name: value for name, value in body.items() if value is not None}


def answer_body(world: World, transaction: Transaction, message: str, status_code: str = "") -> Json:
    """The transaction as an answer of the Core API."""
    code = status_code or ANSWER_CODES.get(transaction.status, "200")
    return transaction_body(world, transaction, status_code=code, message=message)


def notice_body(world: World, transaction: Transaction) -> Json:
    """The transaction as a notification. Midtrans adds fields without warning, and so does this."""
    code = NOTICE_CODES.get(transaction.status, "200")
    body = transaction_body(world, transaction, status_code=code, message="midtrans payment notification")
    return _texts(body) | {"simulator_note": "bukan pembayaran sungguhan"}


def _texts(value: Any) -> Any:
    """Notifications hold texts alone, to the last leaf."""
    if isinstance(value, dict):
        return {name: _texts(part) for name, part in value.items()}
    return [_texts(part) for part in value] if isinstance(value, list) else str(value)


def refund_row(number: int, refund: Refund) -> Json:
    """One refund of the list."""
    row = {
        "refund_chargeback_id": number,
        "refund_chargeback_uuid": refund.refund_id,
        "refund_amount": money(refund.amount),
        "created_at": wib(refund.created_at),
        "reason": refund.reason or None,
        "refund_key": refund.refund_key,
        "refund_method": refund.method,
        "bank_confirmed_at": wib(refund.bank_confirmed_at) if refund.bank_confirmed_at else None,
    }
    return {name: value for name, value in row.items() if value is not None}
