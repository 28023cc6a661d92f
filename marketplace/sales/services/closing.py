"""Closing dates and places that were sold: everyone who bought gets another date or the money back, in one action.

The action only writes what there is to do. The work is done afterwards, one order at a time, each in a transaction of its
own: it can die anywhere and goes on where it stopped, and doing it twice does nothing twice.
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from foundation.errors import DomainError, InvalidInput
from foundation.outbox.services import publish
from marketplace.inventory.models import Slot
from marketplace.inventory.services import close_slots
from marketplace.orders.models import Order, OrderLine, OrderStatus
from marketplace.sales.models import OPEN_VISITS, ClosedVisit, Closing, ClosingStatus, VisitStatus
from marketplace.sales.services.lapsing import cancel_order
from marketplace.sales.services.visits import settle_visits
from tourism.destinations.facts import ClosureKind
from tourism.destinations.models import Closure

logger = logging.getLogger(__name__)

# Where nobody knows when a place opens again, only visits so near are given back; the others when their day comes.
HORIZON = timedelta(days=3)
# A place that is closed right now still leaves somebody this long to say that it was a mistake.
LEAST_PATIENCE = timedelta(minutes=30)
SOON, LATER = timedelta(minutes=1), timedelta(hours=1)
# A visit that fails so often needs a person.
MOST_TRIES = 8
BATCH = 100
_SOLD = (OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED)


@transaction.atomic
def close_dates(
    *,
    slot_ids: Collection[int],
    reason_id: str,
    now: datetime,
    by_id: int | None,
    reason_en: str = "",
    offers_dates: bool = True,
) -> Closing:
    """Sell nothing more for these dates, and have everyone who bought them offered another date or refunded.

    A repeat finds the closing that exists. The work itself goes on in the background, see :func:`work_off`.

    :param offers_dates: whether buyers may choose another date of the same ticket first.
    :raises InvalidInput: no reason, no date, or only dates that are over.
    """
    if not reason_id.strip():
        raise InvalidInput(_("Say why it is closed: everyone who bought a ticket reads it."))
    # The slots' rows queue two clicks on the same button.
    slots = list(Slot.objects.select_for_update(of=("self",)).filter(pk__in=slot_ids, ends_at__gt=now).order_by("pk"))
    if not slots:
        raise InvalidInput(_("Choose at least one date that is still to come."))
    found = Closing.objects.filter(status=ClosingStatus.RUNNING, slots__in=slots).order_by("pk").distinct().first()
    new = [slot for slot in slots if not slot.closings.filter(status=ClosingStatus.RUNNING).exists()]
    if found is not None and not new:
        return found
    close_slots(slot_ids=[slot.pk for slot in new], now=now)
    closing = Closing.objects.create(
        reason_id=_shortened(reason_id),
        reason_en=_shortened(reason_en),
        offers_dates=offers_dates,
        begun_at=now,
        begun_by_id=by_id,
        decided_at=now,
        decided_by_id=by_id,
        acts_at=now,
    )
    closing.slots.set(new)
    publish(topic="closing.begun", key=closing.pk, now=now)
    return closing


@transaction.atomic
def propose_closing(*, closure_id: int, now: datetime) -> Closing | None:
    """A place was marked closed: have a person decide about its visitors; if nobody does, time decides for the refund.

    A repeat finds what exists. None where nothing was sold for that time, or the place is not closed whole.
    """
    closure = Closure.objects.select_for_update(of=("self",)).get(pk=closure_id)
    closing = Closing.objects.filter(closure=closure).first()
    if closing is not None:
        if closing.status == ClosingStatus.DONE and closure.lifted_at is None:
            _wake(closing, now=now)
        return closing
    if closure.kind != ClosureKind.FULL or closure.lifted_at is not None:
        return None
    first = _touched(slots_of_closure(closure, now=now, everything=True)).order_by("starts_at").first()
    if first is None:
        return None
    acts_at = max(now + LEAST_PATIENCE, min(now + settings.CLOSURE_PATIENCE, first.starts_at))
    closing = Closing.objects.create(
        status=ClosingStatus.PROPOSED,
        closure=closure,
        reason_id=closure.reason_id,
        reason_en=closure.reason_en,
        begun_at=now,
        begun_by_id=closure.declared_by_id,
        acts_at=acts_at,
    )
    publish(topic="closing.proposed", key=closing.pk, now=now)
    return closing


@transaction.atomic
def decide_closing(
    *, closing_id: int, go: bool, by_id: int | None, now: datetime, offers_dates: bool = True
) -> Closing:
    """A person says that a closed place's visitors get their money or another date, or that they do not.

    A repeat of the same decision changes nothing.

    :raises TransitionRefused: it was decided otherwise.
    """
    closing = Closing.objects.select_for_update(of=("self",)).get(pk=closing_id)
    wanted = ClosingStatus.RUNNING if go else ClosingStatus.CALLED_OFF
    if closing.status == wanted or (go and closing.status == ClosingStatus.DONE):
        return closing
    closing.decided_at, closing.decided_by_id, closing.offers_dates = now, by_id, offers_dates
    closing.acts_at = now if go else None
    closing.save(update_fields=["decided_at", "decided_by", "offers_dates", "acts_at"])
    closing.move_to(wanted, at=now)
    if go:
        publish(topic="closing.begun", key=closing.pk, now=now)
    return closing


def reopen_place(*, closure_id: int, now: datetime) -> None:
    """A closed place opened again: what was not decided yet takes place after all. A repeat changes nothing."""
    closing = Closing.objects.filter(closure_id=closure_id).first()
    if closing is None:
        return
    for order_id in _orders_with(closing, OPEN_VISITS):
        with transaction.atomic():
            Order.objects.select_for_update().get(pk=order_id)
            for visit in ClosedVisit.objects.open().filter(closing=closing, order_id=order_id):
                was_told = visit.status == VisitStatus.OFFERED
                visit.acts_at = None
                visit.move_to(VisitStatus.KEPT, at=now)
                if was_told:
                    publish(topic="visit.kept", key=visit.pk, now=now)
    with transaction.atomic():
        closing = Closing.objects.select_for_update(of=("self",)).get(pk=closing.pk)
        if closing.status == ClosingStatus.PROPOSED:
            closing.move_to(ClosingStatus.CALLED_OFF, at=now)
        elif closing.status == ClosingStatus.RUNNING and not closing.visits.filter(status__in=OPEN_VISITS).exists():
            closing.move_to(ClosingStatus.DONE, at=now)


def wake_closings_of(*, order_ids: Collection[int], now: datetime) -> None:
    """Money came in for orders: if one of their dates was closed meanwhile, its closing takes them up. A repeat is harmless."""
    slots = list(
        Slot.objects.filter(order_lines__shop_order__order_id__in=order_ids, ends_at__gt=now)
        .select_related("listing")
        .distinct()
    )
    for slot in slots:
        place = slot.listing.destination_id
        for closing in Closing.objects.filter(slots=slot, status__in=(ClosingStatus.RUNNING, ClosingStatus.DONE)):
            with transaction.atomic():
                _wake(Closing.objects.select_for_update(of=("self",)).get(pk=closing.pk), now=now)
        closures = Closure.objects.touching(max(slot.starts_at, now), slot.ends_at).filter(
            kind=ClosureKind.FULL, destination_id__in=() if place is None else (place,)
        )
        for closure_id in closures.values_list("pk", flat=True):
            propose_closing(closure_id=closure_id, now=now)


def adopt_closed_dates(*, now: datetime) -> int:
    """Find dates that were closed by another door while tickets were sold, and close them whole; returns how many.

    So whoever closes a date, its visitors are looked after.
    """
    orphans = _sold(Slot.objects.filter(closed_at__isnull=False, ends_at__gt=now, closings=None))
    groups: dict[int, list[int]] = {}
    for slot_id, listing_id in orphans.order_by("pk").values_list("pk", "listing_id"):
        groups.setdefault(listing_id, []).append(slot_id)
    for slot_ids in groups.values():
        close_dates(
            slot_ids=slot_ids,
            reason_id="Ditutup oleh pengelola",
            reason_en="Closed by the operator",
            by_id=None,
            now=now,
        )
    return sum(len(slot_ids) for slot_ids in groups.values())


def run_closings(*, now: datetime, limit: int) -> int:
    """Work off every closing that has something to do now; returns how many were worked on."""
    ids = list(Closing.objects.due(now).order_by("acts_at", "pk").values_list("pk", flat=True)[:limit])
    for closing_id in ids:
        while work_off(closing_id=closing_id, now=now):
            pass
    return len(ids)


def work_off(*, closing_id: int, now: datetime, limit: int = BATCH) -> bool:
    """Do what is to be done for a closing now: find its visits, offer dates, give money back, and say when to go on.

    Call it outside any transaction. It may stop anywhere; a repeat goes on, and two at once do no more than one.

    :param limit: at most so many orders in one go.
    :returns: whether there was more to do than that.
    """
    closing = Closing.objects.get(pk=closing_id)
    if closing.status == ClosingStatus.PROPOSED and closing.acts_at is not None and closing.acts_at <= now:
        closing = decide_closing(closing_id=closing_id, go=True, by_id=None, now=now)
    if closing.status != ClosingStatus.RUNNING:
        return False
    slots = slots_of(closing, now=now)
    _cancel_unpaid(slots, now=now)
    find_visits(closing, slots, now=now)
    due = ClosedVisit.objects.due(now).filter(closing=closing)
    order_ids = list(due.order_by("order_id").values_list("order_id", flat=True).distinct()[: limit + 1])
    for order_id in order_ids[:limit]:
        try:
            settle_visits(closing_id=closing_id, order_id=order_id, now=now)
        except Exception as failure:
            logger.exception("Closing %s could not settle order %s", closing_id, order_id)
            put_off(closing_id=closing_id, order_id=order_id, failure=failure, now=now)
    _plan(closing_id, slots, now=now)
    return len(order_ids) > limit


def find_visits(closing: Closing, slots: QuerySet[Slot], *, now: datetime) -> int:
    """Write a row for each order's visit on these dates that has none yet; returns how many are new."""
    known = ClosedVisit.objects.filter(order_id=OuterRef("shop_order__order_id"), slot_id=OuterRef("slot_id"))
    lines = (
        OrderLine.objects.filter(
            slot__in=slots, shop_order__order__status__in=_SOLD, refunded_quantity__lt=F("quantity")
        )
        .exclude(Exists(known.filter(Q(closing=closing) | Q(status__in=OPEN_VISITS))))
        .order_by("shop_order__order_id", "slot_id")
    )
    pieces: dict[tuple[int, int, int], int] = {}
    rows = lines.values_list(
        "shop_order__order_id", "slot_id", "slot__listing_id", F("quantity") - F("refunded_quantity")
    )
    for order_id, slot_id, listing_id, left in rows:
        key = (order_id, slot_id or 0, listing_id)
        pieces[key] = pieces.get(key, 0) + left
    new = [
        ClosedVisit(
            closing=closing, order_id=order_id, slot_id=slot_id, listing_id=listing_id, pieces=left, acts_at=now
        )
        for (order_id, slot_id, listing_id), left in pieces.items()
    ]
    # Two workers may find the same visit: the second finds the first's.
    ClosedVisit.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
    return len(new)


@transaction.atomic
def put_off(*, closing_id: int, order_id: int, failure: Exception, now: datetime) -> None:
    """Try an order's visits again later; after too many tries a person must look."""
    Order.objects.select_for_update().get(pk=order_id)
    again_at = getattr(failure, "again_at", None)
    for visit in ClosedVisit.objects.due(now).filter(closing_id=closing_id, order_id=order_id):
        visit.tries += 0 if again_at else 1
        visit.last_error = type(failure).__name__[:60]
        if visit.tries >= MOST_TRIES:
            visit.acts_at = None
            visit.move_to(VisitStatus.FAILED, at=now)
        else:
            visit.acts_at = again_at or now + timedelta(minutes=2**visit.tries)
            visit.save(update_fields=["tries", "last_error", "acts_at"])


@transaction.atomic
def try_visit_again(*, visit_id: int, now: datetime) -> None:
    """A person wants a failed visit tried anew. A repeat changes nothing."""
    order_id = ClosedVisit.objects.values_list("order_id", flat=True).get(pk=visit_id)
    Order.objects.select_for_update().get(pk=order_id)
    visit = ClosedVisit.objects.select_related("closing").get(pk=visit_id)
    if visit.status == VisitStatus.FAILED:
        visit.tries, visit.acts_at = 0, now
        visit.move_to(VisitStatus.WAITING, at=now)
        _wake(Closing.objects.select_for_update(of=("self",)).get(pk=visit.closing_id), now=now)


def slots_of(closing: Closing, *, now: datetime) -> QuerySet[Slot]:
    """The dates that a closing is about now."""
    if closing.closure is not None:
        return slots_of_closure(closing.closure, now=now)
    return Slot.objects.filter(closings=closing)


def slots_of_closure(closure: Closure, *, now: datetime, everything: bool = False) -> QuerySet[Slot]:
    """Dates of a place, not over yet, that a closure touches; of one without an end only those of the next days.

    :param everything: those far ahead too.
    """
    slots = Slot.objects.filter(listing__destination_id=closure.destination_id, ends_at__gt=max(closure.starts_at, now))
    if closure.lifted_at is not None:
        return slots.none()
    if closure.ends_at is not None:
        return slots.filter(starts_at__lt=closure.ends_at)
    return slots if everything else slots.filter(starts_at__lt=now + HORIZON)


def _sold(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    lines = OrderLine.objects.filter(
        slot=OuterRef("pk"), shop_order__order__status__in=_SOLD, refunded_quantity__lt=F("quantity")
    )
    return slots.filter(Exists(lines))


def _touched(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    """Dates for which something was sold, or may be paid any moment."""
    unpaid = OrderLine.objects.filter(slot=OuterRef("pk"), shop_order__order__status=OrderStatus.PLACED)
    lines = OrderLine.objects.filter(
        slot=OuterRef("pk"), shop_order__order__status__in=_SOLD, refunded_quantity__lt=F("quantity")
    )
    return slots.filter(Q(Exists(lines)) | Q(Exists(unpaid)))


def _unpaid(slots: QuerySet[Slot]) -> QuerySet[Order]:
    lines = OrderLine.objects.filter(shop_order__order=OuterRef("pk"), slot__in=slots)
    return Order.objects.filter(Exists(lines), status=OrderStatus.PLACED)


def _cancel_unpaid(slots: QuerySet[Slot], *, now: datetime) -> None:
    """Let nobody pay for a closed date: the page at Midtrans is closed. Who pays this very moment is refunded afterwards."""
    for order_id in list(_unpaid(slots).order_by("pk").values_list("pk", flat=True)):
        try:
            cancel_order(order_id=order_id, now=now)
        except DomainError as refusal:
            logger.info("Order %s of a closed date could not be cancelled: %s", order_id, refusal.code)


def _orders_with(closing: Closing, statuses: Collection[VisitStatus]) -> list[int]:
    visits = ClosedVisit.objects.filter(closing=closing, status__in=statuses)
    return list(visits.order_by("order_id").values_list("order_id", flat=True).distinct())


def _wake(closing: Closing, *, now: datetime) -> None:
    """Have a closing worked on; the caller holds its lock."""
    if closing.status == ClosingStatus.DONE:
        closing.move_to(ClosingStatus.RUNNING, at=now)
    if closing.status == ClosingStatus.RUNNING:
        closing.acts_at = now
        closing.save(update_fields=["acts_at"])
        publish(topic="closing.begun", key=closing.pk, now=now)


@transaction.atomic
def _plan(closing_id: int, slots: QuerySet[Slot], *, now: datetime) -> None:
    """Say when to go on, or that nothing is left to do."""
    closing = Closing.objects.select_for_update(of=("self",)).get(pk=closing_id)
    if closing.status != ClosingStatus.RUNNING:
        return
    waits = list(closing.visits.filter(status__in=OPEN_VISITS).values_list("acts_at", flat=True))
    times = [when or now + SOON for when in waits]
    if _unpaid(slots).exists():
        times.append(now + SOON)
    closure = closing.closure
    if closure is not None and closure.lifted_at is None and closure.ends_at is None:
        times.append(now + LATER)
    has_failed = closing.visits.filter(status=VisitStatus.FAILED).exists()
    closing.acts_at = max(min(times), now + timedelta(seconds=1)) if times else None
    closing.save(update_fields=["acts_at"])
    if not times and not has_failed:
        closing.move_to(ClosingStatus.DONE, at=now)
        publish(topic="closing.done", key=closing.pk, now=now)


def _shortened(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:200]
