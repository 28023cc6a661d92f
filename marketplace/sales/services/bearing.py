"""Who bears what Midtrans gave back at its dashboard: a person says, and it is posted once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.errors import DomainError
from marketplace.catalog.models import ChargeKind
from marketplace.ledger import accounts
from marketplace.ledger.models import JournalKind
from marketplace.ledger.queries import entries_for
from marketplace.ledger.services import Transfer, post
from marketplace.orders.models import Order, OrderLine, OrderStatus
from marketplace.payments.models import Refund, RefundBearer, RefundStatus
from marketplace.sales.services import journals

_KEPT = (OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED)


class BearerRefused(DomainError):
    """That cannot be borne, or not by this line."""

    code = "bearer_refused"


def may_bear(order: Order) -> dict[OrderLine, int]:
    """The lines whose shop can bear something, and how much: what it sold of them, less what it bears already.

    Retribusi is the treasury's, gross, and of an order that was given back or called off nothing is anybody's. Four queries.
    """
    if order.status not in _KEPT:
        return {}
    borne = Refund.objects.filter(payment__order=order, bearer=RefundBearer.SHOP).exclude(status=RefundStatus.FAILED)
    entries = entries_for(
        kind=JournalKind.REVERSAL, references=[f"refund:{pk}" for pk in borne.values_list("pk", flat=True)]
    )
    left = {
        line: journals.own_of(line) - sum(entry.amount for entry in entries if entry.line == line.pk)
        for line in journals.lines_of(order)
        if line.charge_kind != ChargeKind.RETRIBUSI
    }
    return {line: amount for line, amount in left.items() if amount > 0}


@transaction.atomic
def bear_refund(*, refund_id: int, line_id: UUID | None, now: datetime) -> None:
    """Say who bears a refund that Midtrans made without us: the shop of a line, or the operator. It is said once.

    :param line_id: the line whose shop bears it; None for the operator.
    :raises BearerRefused: it was said before, no such refund waits for it, or the line has not kept so much.
    """
    order_id = Refund.objects.values_list("payment__order", flat=True).get(pk=refund_id)
    order = Order.objects.select_for_update().get(pk=order_id)
    refund = Refund.objects.select_related("payment__merchant_account").get(pk=refund_id)
    if refund.bearer != RefundBearer.OPEN or refund.status not in (RefundStatus.ACCEPTED, RefundStatus.DONE):
        raise BearerRefused(_("Nobody has to say any more who bears this refund. Load the page again."))
    source = accounts.discount("OPERATOR", refund.payment.merchant_account.code)
    if line_id is not None:
        found = [(line, left) for line, left in may_bear(order).items() if line.pk == line_id]
        if not found or refund.payment.is_surplus or not journals.was_sold(refund.payment):
            raise BearerRefused(_("The shop of this line cannot bear it."))
        line, left = found[0]
        if refund.unused_amount > left:
            raise BearerRefused(_("The shop did not keep so much of this line."))
        source = accounts.shop(line.shop_order.shop_id)
    refund.bearer = RefundBearer.OPERATOR if line_id is None else RefundBearer.SHOP
    refund.save(update_fields=["bearer"])
    transfer = Transfer(source, journals.refunds(refund.payment), refund.unused_amount, line_id)
    post(kind=JournalKind.REVERSAL, reference=f"refund:{refund.pk}", transfers=[transfer], now=now)
