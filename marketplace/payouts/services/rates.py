"""Setting rates: added for days to come, ended for days to come, never changed for days that are over."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from foundation.clock import day_of
from foundation.errors import InvalidInput
from marketplace.payouts.models import (
    FeeSchedule,
    GatewayFeeRate,
    LevyRate,
    SettlementPolicy,
    ShareRule,
    TreasuryRule,
    WithholdingRate,
)

type Rate = FeeSchedule | LevyRate | ShareRule | GatewayFeeRate | SettlementPolicy | WithholdingRate | TreasuryRule
RATES: Mapping[str, type[Rate]] = {
    "komisi": FeeSchedule,
    "pajak": LevyRate,
    "bagian": ShareRule,
    "gerbang": GatewayFeeRate,
    "periode": SettlementPolicy,
    "setoran": TreasuryRule,
    "pph22": WithholdingRate,
}


@transaction.atomic
def add_rate[R: Rate](rate: R, *, now: datetime) -> R:
    """Add a dated rate.

    :raises InvalidInput: it would hold for days that are over, a commission was not announced before, or a value makes no
        sense.
    """
    today = day_of(now)
    if rate.valid_from_date < today:
        raise InvalidInput(_("A rate begins today or later: what was sold keeps its own."))
    if rate.valid_until_date is not None and rate.valid_until_date < rate.valid_from_date:
        raise InvalidInput(_("It would end before it begins."))
    if isinstance(rate, FeeSchedule) and rate.announced_from_date > rate.valid_from_date:
        raise InvalidInput(_("A commission is announced before it is in force."))
    try:
        rate.full_clean()
    except ValidationError as broken:
        raise InvalidInput(" ".join(broken.messages)) from broken
    rate.save(force_insert=True)
    return rate


@transaction.atomic
def end_rate(*, kind: str, rate_id: int, last_day: date, now: datetime) -> None:
    """Let a rate end on a day, today or later. A repeat changes nothing.

    :raises InvalidInput: a day that is over, or before it begins.
    """
    rate = RATES[kind].objects.select_for_update(of=("self",)).get(pk=rate_id)
    if last_day < day_of(now):
        raise InvalidInput(_("A rate ends today or later: what was sold keeps its own."))
    if last_day < rate.valid_from_date:
        raise InvalidInput(_("It would end before it begins."))
    rate.valid_until_date = last_day
    rate.save(update_fields=["valid_until_date"])
