"""What Midtrans gave back at its dashboard was meant for a refund that was open here, of another amount: a person says so."""

from dataclasses import dataclass
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
from marketplace.orders.models import Order, OrderLine
from marketplace.payments import services as payments
from marketplace.payments.models import Refund, RefundBearer, RefundStatus
from marketplace.sales.services import journals
from marketplace.sales.services.gate_sales import reason_of


class CountingRefused(DomainError):
    """The one does not count toward the other, or the rest cannot be let be."""

    code = "counting_refused"


@dataclass(frozen=True)
class Rest:
    """What is left of the open refund is not to be paid after all: who keeps it, and why."""

    reason: str
    # The line whose shop keeps it; None for the operator.
    line_id: UUID | None = None


def open_beside(made: Refund) -> list[Refund]:
    """Refunds of the same payment that a person is to pay, toward which this one may count, oldest first; one query."""
    if made.bearer != RefundBearer.OPEN or made.status != RefundStatus.DONE:
        return []
    return list(Refund.objects.filter(payment=made.payment_id, status=RefundStatus.MANUAL).order_by("pk"))


def may_keep(refund: Refund) -> dict[OrderLine, int]:
    """The lines whose shop may keep the rest of a refund, and how much at most: what was taken from it for them.

    None where retribusi is among it, which goes back whole, and of a payment that bought nothing. Three queries.
    """
    if refund.payment.is_surplus:
        return {}
    lines = {
        str(line.pk): line
        for line in OrderLine.objects.filter(shop_order__order=refund.payment.order_id).select_related(
            "shop_order__shop"
        )
        if str(line.pk) in refund.lines
    }
    if any(line.charge_kind == ChargeKind.RETRIBUSI for line in lines.values()):
        return {}
    taken = entries_for(kind=JournalKind.REVERSAL, references=[f"refund:{refund.pk}"])
    return {
        lines[str(entry.line)]: entry.amount
        for entry in taken
        if str(entry.line) in lines and entry.from_code == accounts.shop(lines[str(entry.line)].shop_order.shop_id)
    }


@transaction.atomic
def count_refund(
    *, made_id: int, refund_id: int, rest: Rest | None = None, now: datetime, by_id: int | None = None
) -> Refund:
    """Count a refund that was made at Midtrans' dashboard toward one that a person was to pay, as far as it goes.

    What is left of the open one waits on, or is let be; what the dashboard gave beyond it is still somebody's to bear. It is
    said once for the two.

    :param rest: what is left of the open one is not to be paid after all, and who keeps it.
    :raises CountingRefused: they are not of one payment, one of them is decided already, or the rest cannot be kept so.
    :raises InvalidInput: no reason for letting the rest be.
    """
    order_id = Refund.objects.values_list("payment__order", flat=True).get(pk=made_id)
    Order.objects.select_for_update().get(pk=order_id)
    rows = Refund.objects.select_for_update(of=("self",)).select_related("payment__merchant_account", "payment__order")
    found = {row.pk: row for row in rows.filter(pk__in=(made_id, refund_id)).order_by("pk")}
    made, refund = found[made_id], found.get(refund_id)
    if refund is None or refund.pk not in {one.pk for one in open_beside(made)}:
        raise CountingRefused(_("One of the two was decided already. Load the page again."))
    amount = min(made.unused_amount, refund.own_amount)
    closed = refund.own_amount - amount if rest is not None else 0
    if rest is not None and closed:
        _let_be(refund, rest, closed, now=now)
    payments.count_toward(made=made, refund=refund, amount=amount, closed=closed, now=now, by_id=by_id)
    return refund


def _let_be(refund: Refund, rest: Rest, amount: int, *, now: datetime) -> None:
    """The rest goes back to whoever keeps it, from what was set aside for the buyer."""
    reason_of(rest.reason)
    keepers = may_keep(refund)
    if not keepers:
        raise CountingRefused(_("The rest of this refund cannot be let be: it goes back whole."))
    target = accounts.discount("OPERATOR", refund.payment.merchant_account.code)
    if rest.line_id is not None:
        line = next((line for line in keepers if line.pk == rest.line_id), None)
        if line is None or keepers[line] < amount:
            raise CountingRefused(_("The shop of this line cannot keep so much."))
        target = accounts.shop(line.shop_order.shop_id)
    transfer = Transfer(journals.refunds(refund.payment), target, amount, rest.line_id)
    post(kind=JournalKind.REVERSAL, reference=f"refund:{refund.pk}:rest", transfers=[transfer], now=now)
