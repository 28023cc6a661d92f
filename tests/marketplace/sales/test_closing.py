"""Closing dates and places that were sold: another date first, then the money, for everyone, whatever happens meanwhile."""

from datetime import datetime, timedelta

import pytest

from foundation.errors import InvalidInput
from foundation.outbox.models import Event
from foundation.outbox.services import drain
from marketplace.inventory.models import Slot
from marketplace.inventory.services import close_slots, set_daily_cap
from marketplace.orders.models import Order, OrderLine, TransitionRefused
from marketplace.payments.models import Refund
from marketplace.sales.models import ClosedVisit, Closing
from marketplace.sales.services import (
    DateGone,
    VisitDecided,
    adopt_closed_dates,
    apply_payment,
    close_dates,
    decide_closing,
    move_visit,
    propose_closing,
    reopen_place,
    run_closings,
    start_payment,
    take_money,
    try_visit_again,
    visits,
    wake_closings_of,
    work_off,
)
from marketplace.sales.services import (
    closing as closing_module,
)
from marketplace.tickets.models import Ticket
from marketplace.tickets.services import redeem
from tests.factories.accounts import UserFactory
from tests.factories.destinations import DestinationFactory
from tests.factories.inventory import SlotFactory
from tests.factories.orders import NOW, admission, goods, placed_order
from tests.factories.tickets import GateFactory
from tests.marketplace.sales.money import choose, faults, money, pay
from tests.racing import in_parallel
from tourism.destinations.facts import ClosureKind
from tourism.destinations.services import close, lift

LATER = NOW + timedelta(minutes=30)
AFTER_ALL = NOW + timedelta(hours=73)
WHY = "Jembatan putus"


def another_date(slot: Slot, *, places: int = 10, days: int = 1) -> Slot:
    return SlotFactory(
        listing=slot.listing,
        pool__capacity=places,
        day=slot.day + timedelta(days=days),
        starts_at=slot.starts_at + timedelta(days=days),
        ends_at=slot.ends_at + timedelta(days=days),
    )


def closed(*slots: Slot, now: datetime = LATER, **changes: object) -> Closing:
    """These dates closed, and worked off once."""
    closing = close_dates(slot_ids=[slot.pk for slot in slots], reason_id=WHY, by_id=None, now=now, **changes)
    work_off(closing_id=closing.pk, now=now)
    closing.refresh_from_db()
    return closing


def states(closing: Closing) -> list[str]:
    return list(closing.visits.order_by("order_id", "slot_id").values_list("status", flat=True))


@pytest.mark.django_db
class TestClosingADate:
    def test_without_another_date_everyone_is_refunded_in_one_action(self, midtrans):
        adult, slot = admission()
        orders = [placed_order((adult, slot, 2)), placed_order((adult, slot, 1), (goods(), None, 1))]
        for order, method in zip(orders, ("other_qris", "bni_va"), strict=True):
            pay(midtrans, order, method)
        closing = closed(slot)

        assert (closing.status, states(closing)) == ("DONE", ["REFUNDED", "REFUNDED"])
        assert list(Refund.objects.order_by("pk").values_list("amount", "status", "reason")) == [
            (40_000, "REQUESTED", WHY),
            (20_000, "MANUAL", WHY),
        ]
        assert list(Order.objects.order_by("pk").values_list("status", flat=True)) == ["REFUNDED", "PARTLY_REFUNDED"]
        assert set(Ticket.objects.values_list("status", flat=True)) == {"VOID"}
        slot.refresh_from_db()
        slot.pool.refresh_from_db()
        assert (slot.closed_at, slot.pool.taken) == (LATER, 0)
        assert faults() == []

    def test_a_repeat_does_nothing_twice(self, midtrans):
        adult, slot = admission()
        pay(midtrans, placed_order((adult, slot, 2)))
        closing = closed(slot)
        before = (money(), Event.objects.count(), Refund.objects.count())
        work_off(closing_id=closing.pk, now=LATER)
        assert run_closings(now=AFTER_ALL, limit=10) == 0
        assert (money(), Event.objects.count(), Refund.objects.count()) == before

    def test_the_same_button_twice_makes_one_closing(self, midtrans):
        adult, slot = admission()
        another_date(slot)
        pay(midtrans, placed_order((adult, slot, 2)))
        first, second = closed(slot), closed(slot)
        assert first.pk == second.pk
        assert states(first) == ["OFFERED"]

    def test_needs_a_reason_and_a_date_to_come(self):
        _adult, slot = admission()
        with pytest.raises(InvalidInput):
            close_dates(slot_ids=[slot.pk], reason_id=" ", by_id=None, now=LATER)
        with pytest.raises(InvalidInput):
            close_dates(slot_ids=[slot.pk], reason_id=WHY, by_id=None, now=slot.ends_at)
        slot.refresh_from_db()
        assert slot.closed_at is None
        assert not Closing.objects.exists()

    def test_a_whole_day_of_one_order_goes_back_in_one_refund(self, midtrans):
        adult, morning = admission()
        noon = SlotFactory(
            listing=morning.listing,
            day=morning.day,
            starts_at=morning.ends_at,
            ends_at=morning.ends_at + timedelta(hours=3),
        )
        pay(midtrans, placed_order((adult, morning, 1), (adult, noon, 2)), "shopeepay")
        closing = closed(morning, noon)
        assert states(closing) == ["REFUNDED", "REFUNDED"]
        # Two halves would each have been refused: this channel gives back all or nothing.
        assert list(Refund.objects.values_list("amount", "status")) == [(60_000, "REQUESTED")]
        assert faults() == []

    def test_who_was_inside_had_what_was_paid_for(self, midtrans):
        adult, slot = admission()
        pay(midtrans, placed_order((adult, slot, 3)))
        used = Ticket.objects.get(number=1)
        gate = GateFactory(shop=slot.listing.shop)
        redeem(
            gate=gate,
            scanned=used.code,
            by_id=UserFactory().pk,
            nonce="n",
            scanned_at=slot.starts_at,
            now=slot.starts_at,
        )
        closing = closed(slot, now=slot.starts_at + timedelta(minutes=5))
        assert states(closing) == ["REFUNDED"]
        assert Refund.objects.get().amount == 40_000
        assert sorted(Ticket.objects.values_list("status", flat=True)) == ["USED", "VOID", "VOID"]
        assert faults() == []

    def test_what_is_free_of_charge_is_cancelled_too(self):
        adult, slot = admission(price=0)
        order = placed_order((adult, slot, 2))
        closing = closed(slot)
        order.refresh_from_db()
        assert (closing.status, states(closing), order.status) == ("DONE", ["NOTHING"], "REFUNDED")
        assert set(Ticket.objects.values_list("status", flat=True)) == {"VOID"}
        assert faults() == []

    def test_who_has_not_paid_yet_cannot_any_more(self, midtrans):
        adult, slot = admission()
        order = placed_order((adult, slot, 1))
        start_payment(order_id=order.pk, now=NOW)
        closing = closed(slot)
        order.refresh_from_db()
        assert (closing.status, order.status) == ("DONE", "CANCELLED")
        assert faults() == []

    def test_money_that_comes_all_the_same_goes_back(self, midtrans):
        adult, slot = admission()
        order = placed_order((adult, slot, 1))
        payment = choose(midtrans, order, "bni_va")
        apply_payment(payment_id=payment.pk, now=NOW)
        closing = closed(slot)
        order.refresh_from_db()
        assert order.status == "CANCELLED"
        midtrans.pay(payment.gateway_order_id, force=True)
        apply_payment(payment_id=payment.pk, now=LATER)
        order.refresh_from_db()
        assert (closing.status, order.status, Refund.objects.get().amount) == ("DONE", "REFUNDED", 20_000)
        assert faults() == []

    def test_who_pays_at_that_very_moment_is_taken_up(self, midtrans, monkeypatch):
        adult, slot = admission()
        order = placed_order((adult, slot, 1))
        payment = choose(midtrans, order)
        monkeypatch.setattr(closing_module, "cancel_order", lambda **_: None)
        closing = closed(slot)
        assert closing.status == "RUNNING"
        midtrans.pay(payment.gateway_order_id)
        apply_payment(payment_id=payment.pk, now=LATER)
        wake_closings_of(order_ids=[order.pk], now=LATER)
        work_off(closing_id=closing.pk, now=LATER)
        closing.refresh_from_db()
        assert (closing.status, states(closing)) == ("DONE", ["REFUNDED"])
        assert faults() == []

    def test_a_provisional_payment_is_waited_for(self, midtrans):
        adult, slot = admission()
        payment = pay(midtrans, placed_order((adult, slot, 1)), "permata_va")
        closing = closed(slot, now=NOW)
        visit = ClosedVisit.objects.get()
        assert (visit.status, visit.tries, visit.last_error) == ("WAITING", 0, "RefundRefused")
        certain = NOW + timedelta(minutes=20)
        apply_payment(payment_id=payment.pk, now=certain)
        assert run_closings(now=certain, limit=10) == 1
        assert states(closing) == ["REFUNDED"]
        assert faults() == []

    def test_dates_closed_by_another_door_are_found(self, midtrans):
        adult, slot = admission()
        pay(midtrans, placed_order((adult, slot, 1)))
        SlotFactory(closed_at=NOW)  # nobody bought
        close_slots(slot_ids=[slot.pk], now=NOW)
        assert adopt_closed_dates(now=LATER) == 1
        assert adopt_closed_dates(now=LATER) == 0
        run_closings(now=LATER, limit=10)
        assert ClosedVisit.objects.get().status == "REFUNDED"

    def test_the_outbox_carries_it(self, midtrans):
        adult, slot = admission()
        pay(midtrans, placed_order((adult, slot, 1)))
        drain(now=NOW)
        close_dates(slot_ids=[slot.pk], reason_id=WHY, by_id=None, now=LATER)
        drain(now=LATER)
        assert ClosedVisit.objects.get().status == "REFUNDED"


@pytest.mark.django_db
class TestInterruption:
    def test_dying_anywhere_it_goes_on_where_it_stopped(self, midtrans, monkeypatch):
        """Killed before and after every order's transaction: in the end each has one refund."""
        adult, slot = admission()
        for _order in range(3):
            pay(midtrans, placed_order((adult, slot, 1)))
        closing = close_dates(slot_ids=[slot.pk], reason_id=WHY, by_id=None, now=LATER)
        real = visits.settle_visits
        deaths = iter(
            [KeyboardInterrupt("before"), KeyboardInterrupt("after"), None, KeyboardInterrupt("before"), None, None]
        )

        def mortal(**arguments: object) -> None:
            death = next(deaths, None)
            if death is not None and death.args == ("before",):
                raise death
            real(**arguments)
            if death is not None:
                raise death

        monkeypatch.setattr(closing_module, "settle_visits", mortal)
        alive = 0
        for _try in range(8):
            try:
                work_off(closing_id=closing.pk, now=LATER)
            except KeyboardInterrupt:
                continue
            alive += 1
        closing.refresh_from_db()
        assert (closing.status, states(closing)) == ("DONE", ["REFUNDED"] * 3)
        assert Refund.objects.count() == 3
        assert alive == 5
        assert faults() == []

    def test_what_fails_is_tried_again_and_stops_no_other(self, midtrans, monkeypatch):
        adult, slot = admission()
        sick, well = placed_order((adult, slot, 1)), placed_order((adult, slot, 1))
        for order in (sick, well):
            pay(midtrans, order)
        real = visits.settle_visits

        def failing(**arguments: object) -> None:
            if arguments["order_id"] == sick.pk:
                raise RuntimeError("broken")
            real(**arguments)

        monkeypatch.setattr(closing_module, "settle_visits", failing)
        closing = closed(slot)
        assert states(closing) == ["WAITING", "REFUNDED"]
        for hours in range(1, 20):
            run_closings(now=LATER + timedelta(hours=5 * hours), limit=10)
        closing.refresh_from_db()
        assert (closing.status, states(closing), closing.acts_at) == ("RUNNING", ["FAILED", "REFUNDED"], None)
        visit = ClosedVisit.objects.get(order=sick)
        assert (visit.tries, visit.last_error) == (8, "RuntimeError")

        monkeypatch.undo()
        late = LATER + timedelta(days=5)
        try_visit_again(visit_id=visit.pk, now=late)
        run_closings(now=late, limit=10)
        closing.refresh_from_db()
        assert (closing.status, states(closing)) == ("DONE", ["REFUNDED", "REFUNDED"])
        assert faults() == []

    def test_many_orders_are_taken_in_portions(self, midtrans):
        adult, slot = admission()
        for _order in range(3):
            pay(midtrans, placed_order((adult, slot, 1)))
        closing = close_dates(slot_ids=[slot.pk], reason_id=WHY, by_id=None, now=LATER)
        assert [work_off(closing_id=closing.pk, now=LATER, limit=2) for _go in range(2)] == [True, False]
        assert states(closing) == ["REFUNDED"] * 3


@pytest.mark.django_db
class TestAnotherDate:
    @pytest.fixture
    def offered(self, midtrans):
        """A visit of two adults and a family's rendang, on a date that was closed; another date is free."""
        adult, slot = admission()
        free = another_date(slot, places=2)
        order = placed_order((adult, slot, 2), (goods(), None, 1))
        pay(midtrans, order)
        closing = closed(slot)
        assert states(closing) == ["OFFERED"]
        return closing.visits.get(), slot, free

    def test_is_offered_before_the_money(self, offered):
        visit, _slot, _free = offered
        assert (visit.offered_at, visit.acts_at) == (LATER, LATER + timedelta(hours=72))
        assert not Refund.objects.exists()
        assert set(Ticket.objects.values_list("status", flat=True)) == {"VALID"}
        assert Event.objects.filter(topic="visit.offered", key=str(visit.pk)).count() == 1
        assert faults() == []

    def test_taken_draws_on_the_cap_of_its_day(self, offered):
        visit, _slot, free = offered
        set_daily_cap(listing_id=free.listing_id, capacity=5, now=LATER)
        move_visit(visit_id=visit.pk, slot_id=free.pk, now=LATER)
        free.refresh_from_db()
        assert (free.pool.taken, free.day_pool.taken) == (2, 2)
        assert faults() == []

    def test_taken_moves_places_tickets_and_line_together(self, offered):
        visit, slot, free = offered
        old = dict(Ticket.objects.values_list("number", "code"))
        move_visit(visit_id=visit.pk, slot_id=free.pk, now=LATER)
        move_visit(visit_id=visit.pk, slot_id=free.pk, now=LATER)
        visit.refresh_from_db()
        assert (visit.status, visit.moved_to) == ("MOVED", free)
        for one, taken in ((slot, 0), (free, 2)):
            one.pool.refresh_from_db()
            assert one.pool.taken == taken
        assert OrderLine.objects.get(slot__isnull=False).slot == free
        tickets = Ticket.objects.order_by("number")
        assert [(ticket.slot, ticket.status, len(ticket.token)) for ticket in tickets] == [(free, "VALID", 155)] * 2
        assert all(ticket.code != old[ticket.number] for ticket in tickets)
        run_closings(now=AFTER_ALL, limit=10)
        assert (Closing.objects.get().status, Refund.objects.count()) == ("DONE", 0)
        assert faults() == []

    def test_not_taken_the_money_goes_back_by_itself(self, offered):
        visit, _slot, _free = offered
        assert run_closings(now=LATER + timedelta(hours=71, minutes=59), limit=10) == 0
        run_closings(now=LATER + timedelta(hours=72), limit=10)
        visit.refresh_from_db()
        assert (visit.status, Refund.objects.get().amount, visit.refund) == ("REFUNDED", 40_000, Refund.objects.get())
        assert (Closing.objects.get().status, Order.objects.get().status) == ("DONE", "PARTLY_REFUNDED")
        assert faults() == []

    def test_refused_the_money_goes_back_at_once(self, offered):
        visit, _slot, free = offered
        take_money(visit_id=visit.pk, now=LATER)
        take_money(visit_id=visit.pk, now=LATER)
        assert Refund.objects.get().amount == 40_000
        with pytest.raises(VisitDecided):
            move_visit(visit_id=visit.pk, slot_id=free.pk, now=LATER)
        assert faults() == []

    def test_after_another_date_there_is_no_money(self, offered):
        visit, _slot, free = offered
        move_visit(visit_id=visit.pk, slot_id=free.pk, now=LATER)
        with pytest.raises(VisitDecided):
            take_money(visit_id=visit.pk, now=LATER)

    def test_that_is_full_closed_over_or_of_another_ticket_cannot_be_had(self, offered):
        visit, slot, _free = offered
        full, gone, foreign = another_date(slot, places=1, days=2), another_date(slot, days=-8), SlotFactory()
        shut = another_date(slot, days=3)
        close_slots(slot_ids=[shut.pk], now=LATER)
        for bad in (full.pk, gone.pk, foreign.pk, shut.pk, slot.pk, 0):
            with pytest.raises(DateGone):
                move_visit(visit_id=visit.pk, slot_id=bad, now=LATER)
        visit.refresh_from_db()
        assert visit.status == "OFFERED"
        assert faults() == []

    def test_is_not_offered_where_none_has_room_for_all(self, midtrans):
        adult, slot = admission()
        another_date(slot, places=1)
        pay(midtrans, placed_order((adult, slot, 2)))
        assert states(closed(slot)) == ["REFUNDED"]

    def test_is_not_offered_where_the_closing_says_so(self, midtrans):
        adult, slot = admission()
        another_date(slot)
        pay(midtrans, placed_order((adult, slot, 2)))
        assert states(closed(slot, offers_dates=False)) == ["REFUNDED"]

    def test_that_is_closed_too_is_looked_after_again(self, offered):
        visit, _slot, free = offered
        move_visit(visit_id=visit.pk, slot_id=free.pk, now=LATER)
        assert states(closed(free)) == ["REFUNDED"]
        assert Refund.objects.get().amount == 40_000
        assert faults() == []


@pytest.fixture
def place(midtrans):
    """A place with two days of tickets, both sold."""
    destination = DestinationFactory()
    adult, slot = admission(listing__destination=destination)
    far = another_date(slot, days=9)
    for one in (slot, far):
        pay(midtrans, placed_order((adult, one, 1)))
    return destination, slot, far


def mark_closed(destination, *, now: datetime = LATER, **changes):
    arguments = {"starts_at": now, "ends_at": None, "reason_id": "Erupsi", "declared_by_id": None, "now": now} | changes
    (closure,) = close(destination_ids=[destination.pk], **arguments)
    return closure


@pytest.mark.django_db
class TestClosingAPlace:
    def test_waits_for_a_person_and_then_goes_by_itself(self, place):
        destination, slot, far = place
        closure = mark_closed(destination, ends_at=slot.ends_at)
        closing = propose_closing(closure_id=closure.pk, now=LATER)
        assert propose_closing(closure_id=closure.pk, now=LATER) == closing
        assert closing is not None
        assert (closing.status, closing.acts_at) == ("PROPOSED", LATER + timedelta(hours=12))
        work_off(closing_id=closing.pk, now=LATER)
        assert not ClosedVisit.objects.exists()
        run_closings(now=LATER + timedelta(hours=12), limit=10)
        closing.refresh_from_db()
        assert (closing.status, list(closing.visits.values_list("slot", "status"))) == (
            "RUNNING",
            [(slot.pk, "OFFERED")],
        )
        assert far.pk != slot.pk
        assert faults() == []

    def test_a_person_may_say_so_sooner(self, place):
        destination, slot, _far = place
        closure = mark_closed(destination, ends_at=slot.ends_at)
        closing = propose_closing(closure_id=closure.pk, now=LATER)
        decide_closing(closing_id=closing.pk, go=True, by_id=None, now=LATER, offers_dates=False)
        decide_closing(closing_id=closing.pk, go=True, by_id=None, now=LATER, offers_dates=False)
        work_off(closing_id=closing.pk, now=LATER)
        assert states(closing) == ["REFUNDED"]

    def test_or_that_it_is_none(self, place):
        destination, _slot, _far = place
        closing = propose_closing(closure_id=mark_closed(destination).pk, now=LATER)
        decide_closing(closing_id=closing.pk, go=False, by_id=None, now=LATER)
        assert run_closings(now=AFTER_ALL, limit=10) == 0
        with pytest.raises(TransitionRefused):
            decide_closing(closing_id=closing.pk, go=True, by_id=None, now=LATER)
        assert not ClosedVisit.objects.exists()

    def test_without_an_end_only_the_next_days_go_back(self, place):
        destination, slot, far = place
        closing = propose_closing(closure_id=mark_closed(destination).pk, now=LATER)
        decide_closing(closing_id=closing.pk, go=True, by_id=None, now=LATER, offers_dates=False)
        work_off(closing_id=closing.pk, now=LATER)
        assert states(closing) == []  # the first visit is a week off
        for days, found in ((5, [slot.pk]), (8, [slot.pk]), (14, [slot.pk, far.pk])):
            run_closings(now=LATER + timedelta(days=days), limit=10)
            assert list(closing.visits.order_by("pk").values_list("slot", flat=True)) == found
        assert faults() == []

    def test_reopened_before_anybody_decided_nothing_happens(self, place):
        destination, slot, _far = place
        closure = mark_closed(destination, ends_at=slot.ends_at)
        closing = propose_closing(closure_id=closure.pk, now=LATER)
        lift(closure_id=closure.pk, lifted_by_id=None, now=LATER)
        reopen_place(closure_id=closure.pk, now=LATER)
        closing.refresh_from_db()
        assert closing.status == "CALLED_OFF"

    def test_reopened_while_dates_are_offered_the_visit_takes_place(self, place):
        destination, slot, _far = place
        closure = mark_closed(destination, ends_at=slot.ends_at)
        closing = propose_closing(closure_id=closure.pk, now=LATER)
        decide_closing(closing_id=closing.pk, go=True, by_id=None, now=LATER)
        work_off(closing_id=closing.pk, now=LATER)
        assert states(closing) == ["OFFERED"]
        lift(closure_id=closure.pk, lifted_by_id=None, now=LATER)
        reopen_place(closure_id=closure.pk, now=LATER)
        closing.refresh_from_db()
        assert (closing.status, states(closing)) == ("DONE", ["KEPT"])
        run_closings(now=AFTER_ALL, limit=10)
        assert not Refund.objects.exists()
        assert Event.objects.filter(topic="visit.kept").count() == 1

    @pytest.mark.parametrize("kind", [ClosureKind.PARTIAL, ClosureKind.CAUTION])
    def test_in_part_it_stays_open(self, place, kind):
        destination, _slot, _far = place
        assert propose_closing(closure_id=mark_closed(destination, kind=kind).pk, now=LATER) is None

    def test_where_nothing_was_sold_nothing_is_proposed(self):
        _adult, slot = admission(listing__destination=DestinationFactory())
        assert propose_closing(closure_id=mark_closed(slot.listing.destination).pk, now=LATER) is None

    def test_the_outbox_carries_it(self, place):
        destination, slot, _far = place
        drain(now=NOW)
        mark_closed(destination, ends_at=slot.ends_at)
        drain(now=LATER)
        assert Closing.objects.get().status == "PROPOSED"


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_several_workers_refund_once(self, midtrans):
        adult, slot = admission()
        for _order in range(4):
            pay(midtrans, placed_order((adult, slot, 1)))
        closing = close_dates(slot_ids=[slot.pk], reason_id=WHY, by_id=None, now=LATER)
        in_parallel(lambda _worker: work_off(closing_id=closing.pk, now=LATER), range(4))
        work_off(closing_id=closing.pk, now=LATER)
        assert states(closing) == ["REFUNDED"] * 4
        assert Refund.objects.count() == 4
        assert faults() == []

    def test_the_last_place_of_another_date_is_had_once(self, midtrans):
        adult, slot = admission()
        free = another_date(slot, places=2)
        for _order in range(4):
            pay(midtrans, placed_order((adult, slot, 1)))
        closing = closed(slot)

        def choose_it(visit_id: int) -> str:
            try:
                move_visit(visit_id=visit_id, slot_id=free.pk, now=LATER)
            except Exception as refusal:
                return type(refusal).__name__
            return "moved"

        outcomes = in_parallel(choose_it, list(closing.visits.values_list("pk", flat=True)))
        assert outcomes.count("moved") == 2
        assert set(outcomes) <= {"moved", "DateGone", "PoolExhausted"}
        free.pool.refresh_from_db()
        assert free.pool.taken == 2
        assert faults() == []

    def test_moving_and_taking_the_money_at_once_end_in_one_of_both(self, midtrans):
        adult, slot = admission()
        free = another_date(slot)
        pay(midtrans, placed_order((adult, slot, 2)))
        visit = closed(slot).visits.get()

        def act(number: int) -> None:
            try:
                if number % 2:
                    take_money(visit_id=visit.pk, now=LATER)
                else:
                    move_visit(visit_id=visit.pk, slot_id=free.pk, now=LATER)
            except VisitDecided:
                pass

        in_parallel(act, range(4))
        visit.refresh_from_db()
        assert (visit.status, Refund.objects.count()) in (("MOVED", 0), ("REFUNDED", 1))
        assert faults() == []
