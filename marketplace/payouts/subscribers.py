"""What payouts do when they are told of something."""

from collections.abc import Sequence

from django.utils import timezone

from foundation.outbox.models import Event
from foundation.outbox.registry import subscribe
from marketplace.payouts import services


def register() -> None:
    """Subscribe; called once the apps are ready."""
    subscribe("payouts.send", ["payout_batch.approved"], send_batches)
    subscribe("payouts.look", ["payout.notified"], look_at_payouts)
    subscribe("payouts.bank_account", ["bank_account.given"], check_bank_accounts)


def send_batches(events: Sequence[Event]) -> None:
    """Have approved batches transferred. If Midtrans does not answer, they come again."""
    for batch_id in dict.fromkeys(int(event.key) for event in events):
        services.send_batch(batch_id=batch_id, now=timezone.now())


def look_at_payouts(events: Sequence[Event]) -> None:
    """Ask what became of payouts, however many notifications name them."""
    for payout_id in dict.fromkeys(int(event.key) for event in events):
        services.look_at(payout_id=payout_id, now=timezone.now())


def check_bank_accounts(events: Sequence[Event]) -> None:
    """Ask the bank who holds an account."""
    for account_id in dict.fromkeys(int(event.key) for event in events):
        services.check_bank_account(account_id=account_id, now=timezone.now())
