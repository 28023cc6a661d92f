"""One buyer's visit on a closed date: another date is offered first, and after a deadline the money goes back."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from foundation.errors import DomainError
from foundation.outbox.services import publish
from marketplace.inventory.models import Slot
from marketplace.inventory.queries.availability import slot_choices
from marketplace.inventory.services import exchange
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.services import change_slot
from marketplace.sales.models import ClosedVisit, Closing, VisitStatus
from marketplace.sales.services.refunding import give_back
from marketplace.tickets import services as tickets
from marketplace.tickets.queries import admitted_by_line

# How far ahead another date can be chosen.
DATES_AHEAD = timedelta(days=60)


class VisitDecided(DomainError):
    """What was to become of this visit is decided already."""

    code = "visit_decided"

    def __init__(self) -> None:
        super().__init__(_("This was decided already. Your order shows what became of it."))


class DateGone(DomainError):
    """The chosen date cannot be had (any more)."""

    code = "date_gone"

    def __init__(self) -> None:
        super().__init__(_("This date can no longer be had. Please choose another one."))


@transaction.atomic
def settle_visits(*, closing_id: int, order_id: int, now: datetime) -> None:
    """Do what is due for an order's visits: offer another date, or give the money back; a repeat does nothing twice.

    All that goes back of one order at once is one refund: some channels give back all or nothing.

    :raises DomainError: it cannot be given back now.
    """
    order = Order.objects.select_for_update().get(pk=order_id)
    visits = list(
        ClosedVisit.objects.due(now)
        .filter(closing_id=closing_id, order_id=order_id)
        .select_related("slot")
        .order_by("pk")
    )
    if not visits:
        return
    closing = Closing.objects.get(pk=closing_id)
    to_refund = []
    for visit in visits:
        lines = lines_of(visit)
        used = admitted_by_line([line.pk for line in lines])
        is_new = visit.status == VisitStatus.WAITING and closing.offers_dates
        if is_new and lines and not any(used.values()) and has_other_dates(visit, lines, now=now):
            _offer(visit, now=now)
            continue
        to_refund.append((visit, lines, used))
    _refund(order, closing, to_refund, now=now)


@transaction.atomic
def move_visit(*, visit_id: int, slot_id: int, now: datetime) -> None:
    """The buyer chooses another date of the same ticket, at no charge: holds, tickets and lines move together.

    A repeat of the same choice changes nothing.

    :raises VisitDecided: the money went back already, or another date was chosen.
    :raises DateGone: it is closed, over, sold out, or of another ticket.
    """
    order_id = ClosedVisit.objects.values_list("order_id", flat=True).get(pk=visit_id)
    Order.objects.select_for_update().get(pk=order_id)
    visit = ClosedVisit.objects.select_related("slot").get(pk=visit_id)
    if visit.status == VisitStatus.MOVED and visit.moved_to_id == slot_id:
        return
    lines = lines_of(visit)
    if visit.status != VisitStatus.OFFERED or not lines:
        raise VisitDecided
    slot = Slot.objects.filter(pk=slot_id, listing_id=visit.listing_id).exclude(pk=visit.slot_id).first()
    choices = slot_choices(Slot.objects.filter(pk=slot_id), now=now) if slot else []
    if slot is None or not any(choice.is_open and choice.left >= pieces_of(lines) for choice in choices):
        raise DateGone
    keys = [line.pk for line in lines]
    change_slot(line_ids=keys, slot_id=slot.pk)
    tickets.move(lines=keys, slot=slot)
    visit.moved_to, visit.acts_at = slot, None
    visit.move_to(VisitStatus.MOVED, at=now)
    publish(topic="tickets.issued", key=order_id, now=now)
    # Pools last, as everywhere: one that fills up meanwhile undoes all of it.
    exchange(lines={key: [slot.pool_id] for key in keys}, now=now)


def take_money(*, visit_id: int, now: datetime) -> None:
    """The buyer wants the money rather than another date. A repeat changes nothing.

    :raises VisitDecided: another date was chosen, or it takes place after all.
    :raises DomainError: it cannot be given back now.
    """
    with transaction.atomic():
        order_id = ClosedVisit.objects.values_list("order_id", flat=True).get(pk=visit_id)
        Order.objects.select_for_update().get(pk=order_id)
        visit = ClosedVisit.objects.get(pk=visit_id)
        if visit.status == VisitStatus.REFUNDED:
            return
        if visit.status != VisitStatus.OFFERED:
            raise VisitDecided
        visit.acts_at = now
        visit.save(update_fields=["acts_at"])
        settle_visits(closing_id=visit.closing_id, order_id=order_id, now=now)


def lines_of(visit: ClosedVisit) -> list[OrderLine]:
    """What is left of an order on the closed date."""
    lines = OrderLine.objects.filter(shop_order__order_id=visit.order_id, slot_id=visit.slot_id)
    return [line for line in lines.order_by("pk") if line.refunded_quantity < line.quantity]


def pieces_of(lines: Sequence[OrderLine]) -> int:
    """How many people these lines are for."""
    return sum(line.quantity - line.refunded_quantity for line in lines)


def has_other_dates(visit: ClosedVisit, lines: Sequence[OrderLine], *, now: datetime) -> bool:
    """Whether there is another date with room for all of them."""
    slots = Slot.objects.filter(
        listing_id=visit.listing_id, closed_at=None, starts_at__gt=now, starts_at__lt=now + DATES_AHEAD
    ).exclude(pk=visit.slot_id)
    wanted = pieces_of(lines)
    return any(
        choice.is_open and choice.left >= wanted for choice in slot_choices(slots.order_by("starts_at"), now=now)
    )


def _offer(visit: ClosedVisit, *, now: datetime) -> None:
    visit.offered_at, visit.acts_at = now, now + settings.DATE_CHANGE_WINDOW
    visit.move_to(VisitStatus.OFFERED, at=now)
    publish(topic="visit.offered", key=visit.pk, now=now)


def _refund(
    order: Order,
    closing: Closing,
    visits: Sequence[tuple[ClosedVisit, Sequence[OrderLine], Counter[UUID]]],
    *,
    now: datetime,
) -> None:
    wanted: dict[UUID, int] = {}
    for _visit, lines, used in visits:
        # Who has been inside has had what was paid for.
        wanted |= {line.pk: max(0, line.quantity - line.refunded_quantity - used[line.pk]) for line in lines}
    wanted = {key: many for key, many in wanted.items() if many}
    if not wanted:
        for visit, _lines, _used in visits:
            visit.acts_at = None
            visit.move_to(VisitStatus.NOTHING, at=now)
        return
    reason = (closing.reason_en if order.language == "en" else "") or closing.reason_id
    refunds = give_back(order_id=order.pk, lines=wanted, reason=reason, now=now, by_id=closing.decided_by_id)
    for visit, lines, _used in visits:
        has_part = any(line.pk in wanted for line in lines)
        visit.acts_at, visit.refund = None, next(iter(refunds), None) if has_part else None
        visit.move_to(VisitStatus.REFUNDED if has_part and refunds else VisitStatus.NOTHING, at=now)
    publish(topic="visit.refunded", key=order.pk, now=now)
