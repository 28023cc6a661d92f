"""Setting what is offered and what can be given back: rules for days to come; what holds today is never changed."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from foundation.clock import day_of
from foundation.errors import InvalidInput
from marketplace.payments.channels import ACQUIRERS, METHODS, OFFERED
from marketplace.payments.models import ChannelRule, RefundRule

type Rule = ChannelRule | RefundRule
RULES: Mapping[str, type[Rule]] = {"saluran": ChannelRule, "pengembalian": RefundRule}


@transaction.atomic
def add_rule[R: Rule](rule: R, *, now: datetime) -> R:
    """Add a rule that holds from tomorrow on at the earliest, until the next one of the same channel.

    :raises InvalidInput: it would hold today or before, names no channel of Midtrans, there is one from the same day on, or
        a value makes no sense.
    """
    if rule.valid_from_date <= day_of(now):
        raise InvalidInput(_("A rule begins tomorrow or later: what was offered today keeps its own."))
    is_known = rule.channel in OFFERED if isinstance(rule, ChannelRule) else rule.payment_type in METHODS
    if not is_known:
        raise InvalidInput(_("Midtrans knows no such way to pay."))
    if isinstance(rule, ChannelRule) and rule.most_amount is not None and rule.most_amount < rule.least_amount:
        raise InvalidInput(_("The largest amount is below the smallest one."))
    if (
        isinstance(rule, RefundRule)
        and rule.acquirer
        and (rule.payment_type != "qris" or rule.acquirer not in ACQUIRERS)
    ):
        raise InvalidInput(_("Only of QRIS is it known who took it."))
    if isinstance(rule, RefundRule) and (rule.quiet_from is None) != (rule.quiet_until is None):
        raise InvalidInput(_("Give both hours without refunds, or none."))
    try:
        rule.full_clean()
    except ValidationError as broken:
        raise InvalidInput(" ".join(broken.messages)) from broken
    rule.save(force_insert=True)
    return rule


@transaction.atomic
def withdraw_rule(*, kind: str, rule_id: int, now: datetime) -> None:
    """Take a rule back that does not hold yet.

    :raises InvalidInput: it holds already, or did.
    """
    rule = RULES[kind].objects.select_for_update().get(pk=rule_id)
    if rule.valid_from_date <= day_of(now):
        raise InvalidInput(_("It holds already. Add another rule that follows it."))
    rule.delete()
