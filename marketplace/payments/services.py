"""Notifications: kept as they came, and told to whoever applies payments."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Answer:
    """What Midtrans is answered: an HTTP status, and which payment is to be looked at."""

    status: int
    payment_id: int | None = None


def record_notification(*, raw: bytes, now: datetime) -> Answer:
    """Keep a notification and have its payment looked at. A repeat keeps nothing new.

    200 kept or known; 400 no JSON object; 403 forged; 404 an order_id that is not ours; 413 too large.
    """
    raise NotImplementedError
