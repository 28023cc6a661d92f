"""Retribusi that is in its treasury already: no longer ours to give back."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings

from foundation.clock import day_of
from marketplace.payouts.queries import deposited_lines


def deposited(line_ids: Collection[UUID]) -> frozenset[UUID]:
    """Of these order lines, those whose retribusi was handed to its treasury."""
    return deposited_lines(line_ids) if line_ids else frozenset()


def treasury_deadline(now: datetime) -> date:
    """Until when a treasury is to give back what was deposited."""
    return day_of(now) + timedelta(days=settings.TREASURY_REFUND_DAYS)
