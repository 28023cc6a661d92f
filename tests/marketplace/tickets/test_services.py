from datetime import UTC, date, datetime, timedelta

import pytest

from marketplace.tickets import checks, queries, services
from marketplace.tickets.models import Redemption, Ticket, Verdict
from marketplace.tickets.services import OfflineScan
from tests.factories.accounts import UserFactory
from tests.factories.inventory import SlotFactory
from tests.factories.shops import MemberFactory
from tests.factories.tickets import DeviceFactory, GateFactory, TicketFactory
from tests.racing import in_parallel

# Sunday 29 November 2026, 09.30 WIB: half an hour into the slot.
OPEN = datetime(2026, 11, 29, 2, 30, tzinfo=UTC)
DAY = date(2026, 11, 29)


def scan(ticket: Ticket, gate=None, *, nonce="n1", scanned=None, at=OPEN, offline=False, by=None) -> Redemption:
    return services.redeem(
        gate=gate or GateFactory(shop=ticket.listing.shop),
        scanned=ticket.token if scanned is None else scanned,
        by_id=(by or UserFactory()).pk,
        nonce=nonce,
        scanned_at=at,
        now=at,
        was_offline=offline,
    )


@pytest.mark.django_db
class TestRedeem:
    def test_admits_once(self):
        ticket = TicketFactory()
        gate = GateFactory(shop=ticket.listing.shop)
        assert scan(ticket, gate).verdict == Verdict.ADMITTED
        assert scan(ticket, gate, nonce="n2").verdict == Verdict.ALREADY_USED
        ticket.refresh_from_db()
        assert (ticket.status, ticket.admitted) == ("USED", 1)
        assert list(checks.admissions()) == []

    def test_admits_as_often_as_it_may(self):
        ticket = TicketFactory(admits=2)
        gate = GateFactory(shop=ticket.listing.shop)
        verdicts = [scan(ticket, gate, nonce=f"n{time}").verdict for time in range(3)]
        assert verdicts == ["ADMITTED", "ADMITTED", "ALREADY_USED"]

    def test_a_repeat_of_the_same_scan_returns_it(self):
        ticket = TicketFactory()
        gate = GateFactory(shop=ticket.listing.shop)
        assert scan(ticket, gate) == scan(ticket, gate)
        assert Redemption.objects.count() == 1

    def test_a_typed_code_will_do(self):
        ticket = TicketFactory(code="4KQ2M0ZT")
        assert scan(ticket, scanned=" 4kq2-moZt ").verdict == Verdict.ADMITTED

    @pytest.mark.parametrize(
        ("at", "verdict"),
        [
            (datetime(2026, 11, 28, 16, 59, tzinfo=UTC), "WRONG_DAY"),
            (datetime(2026, 11, 28, 17, 0, tzinfo=UTC), "ADMITTED"),  # midnight in WIB; early birds are let in
            (datetime(2026, 11, 29, 4, 59, tzinfo=UTC), "ADMITTED"),
            (datetime(2026, 11, 29, 5, 0, tzinfo=UTC), "WRONG_SLOT"),
            (datetime(2026, 11, 29, 17, 0, tzinfo=UTC), "WRONG_DAY"),
        ],
    )
    def test_on_its_day_until_its_slot_ends(self, at, verdict):
        assert scan(TicketFactory(), at=at).verdict == verdict

    def test_all_day_lasts_all_day(self):
        ticket = TicketFactory(slot=SlotFactory(is_all_day=True))
        assert scan(ticket, at=datetime(2026, 11, 29, 12, tzinfo=UTC)).verdict == "ADMITTED"

    @pytest.mark.parametrize(("status", "verdict"), [("VOID", "VOID"), ("PROVISIONAL", "PROVISIONAL")])
    def test_not_when_it_is_void_or_uncertain(self, status, verdict):
        ticket = TicketFactory(status=status)
        assert scan(ticket).verdict == verdict
        ticket.refresh_from_db()
        assert ticket.admitted == 0

    def test_only_at_gates_of_its_shop(self):
        assert scan(TicketFactory(), GateFactory()).verdict == Verdict.WRONG_GATE

    def test_only_at_gates_for_its_listing(self):
        ticket = TicketFactory()
        gate = GateFactory(shop=ticket.listing.shop)
        gate.listings.add(SlotFactory().listing)
        assert scan(ticket, gate).verdict == Verdict.WRONG_GATE
        gate.listings.add(ticket.listing)
        assert scan(ticket, gate, nonce="n2").verdict == Verdict.ADMITTED

    @pytest.mark.parametrize(
        "scanned", ["", "nonsense", "LT1AAAA", "LT1" + "A" * 152, "00000000", "\x00", "x" * 10_000]
    )
    def test_what_is_no_ticket_is_unknown(self, scanned):
        ticket = TicketFactory()
        redemption = scan(ticket, scanned=scanned)
        assert (redemption.verdict, redemption.ticket) == ("UNKNOWN", None)


@pytest.mark.django_db
class TestWithoutSignal:
    def upload(self, gate, *scans):
        device = DeviceFactory(gate=gate)
        found = services.upload_scans(
            gate=gate, device=device, by_id=device.user_id, scans=scans, now=OPEN + timedelta(hours=5)
        )
        return [redemption.verdict for redemption in found]

    def test_what_two_phones_admitted_is_recorded_and_reported(self):
        ticket = TicketFactory()
        gate = GateFactory(shop=ticket.listing.shop)
        first, second = (
            OfflineScan("a", ticket.token, OPEN),
            OfflineScan("b", ticket.token, OPEN + timedelta(minutes=1)),
        )
        assert self.upload(gate, second) == ["ADMITTED"]
        assert self.upload(gate, first) == ["DOUBLE"]
        assert [(view.code, view.was_offline) for view in queries.doubles(gate, DAY)] == [(ticket.code, True)]
        ticket.refresh_from_db()
        assert ticket.admitted == 1
        assert list(checks.admissions()) == []

    def test_a_repeated_upload_records_nothing_twice(self):
        ticket = TicketFactory()
        gate = GateFactory(shop=ticket.listing.shop)
        scans = [OfflineScan("a", ticket.token, OPEN), OfflineScan("b", "nonsense", OPEN)]
        assert self.upload(gate, *scans) == self.upload(gate, *scans) == ["ADMITTED", "UNKNOWN"]
        assert Redemption.objects.count() == 2

    def test_who_a_phone_turned_away_is_reported_and_not_counted(self):
        ticket = TicketFactory()
        gate = GateFactory(shop=ticket.listing.shop)
        scans = [
            OfflineScan("a", ticket.token, OPEN),
            OfflineScan("b", ticket.token, OPEN + timedelta(minutes=1), refused=Verdict.ALREADY_USED),
            OfflineScan("c", "nonsense", OPEN + timedelta(minutes=2), refused=Verdict.UNKNOWN),
        ]
        assert self.upload(gate, *scans) == ["ADMITTED", "ALREADY_USED", "UNKNOWN"]
        assert [(view.verdict, view.code, view.was_offline) for view in queries.recent_scans(gate, DAY)] == [
            ("UNKNOWN", "", True),
            ("ALREADY_USED", ticket.code, True),
            ("ADMITTED", ticket.code, True),
        ]
        count = queries.gate_count(gate, DAY)
        assert (count.admitted, count.refused, count.doubles) == (1, 2, 0)
        ticket.refresh_from_db()
        assert ticket.admitted == 1
        assert list(checks.admissions()) == []

    def test_a_report_is_of_its_day(self):
        ticket = TicketFactory()
        gate = GateFactory(shop=ticket.listing.shop)
        self.upload(gate, OfflineScan("a", ticket.token, OPEN))
        assert queries.recent_scans(gate, DAY + timedelta(days=1)) == []

    def test_what_was_admitted_after_it_was_voided_is_reported(self):
        ticket = TicketFactory(status="VOID")
        gate = GateFactory(shop=ticket.listing.shop)
        assert self.upload(gate, OfflineScan("a", ticket.token, OPEN)) == ["DOUBLE"]

    def test_a_phones_clock_that_runs_ahead_is_set_right(self):
        ticket = TicketFactory()
        gate = GateFactory(shop=ticket.listing.shop)
        self.upload(gate, OfflineScan("a", ticket.token, OPEN + timedelta(days=400)))
        assert Redemption.objects.get().scanned_at == OPEN + timedelta(hours=5)

    def test_a_device_is_known_by_its_key(self):
        gate, user = GateFactory(), UserFactory()
        first = services.register_device(gate=gate, key="k", user_id=user.pk, now=OPEN)
        again = services.register_device(gate=GateFactory(), key="k", user_id=user.pk, now=OPEN + timedelta(days=1))
        assert (again.pk, again.gate_id != gate.pk, again.seen_at) == (first.pk, True, OPEN + timedelta(days=1))


@pytest.mark.django_db
class TestDayList:
    def test_holds_the_day_and_no_more_of_a_person_than_a_first_name(self):
        ticket = TicketFactory(line__shop_order__order__contact__name="Siti Aminah")
        TicketFactory(
            slot=SlotFactory(
                listing=ticket.listing,
                day=date(2026, 11, 30),
                starts_at=OPEN + timedelta(days=1),
                ends_at=OPEN + timedelta(days=2),
            )
        )
        TicketFactory()
        gate = GateFactory(shop=ticket.listing.shop)
        found = queries.day_list(gate, DAY, now=OPEN)
        assert [(one.code, one.first_name, one.status) for one in found.tickets] == [(ticket.code, "Siti", "VALID")]
        assert found.listing_ids == (ticket.listing_id,)
        text = str(found.as_json())
        assert "Aminah" not in text
        assert "+62812" not in text
        assert found.as_json()["tickets"][0]["starts_at"] == 1_795_917_600

    def test_needs_a_fixed_number_of_queries(self, django_assert_num_queries):
        ticket = TicketFactory()
        gate = GateFactory(shop=ticket.listing.shop)
        for number in range(2, 5):
            TicketFactory(slot=ticket.slot, line=ticket.line, number=number)
        with django_assert_num_queries(4):
            assert len(queries.day_list(gate, DAY, now=OPEN).tickets) == 4

    def test_counts_and_newest_scans(self):
        ticket = TicketFactory()
        gate = GateFactory(shop=ticket.listing.shop)
        TicketFactory(slot=ticket.slot, line=ticket.line, number=2, status="VOID")
        scan(ticket, gate)
        scan(ticket, gate, nonce="n2", at=OPEN + timedelta(minutes=1))
        assert queries.gate_count(gate, DAY) == queries.GateCount(expected=1, admitted=1, refused=1, doubles=0)
        assert [view.verdict for view in queries.recent_scans(gate, DAY)] == ["ALREADY_USED", "ADMITTED"]

    def test_gates_are_shown_to_members_only(self):
        gate = GateFactory()
        assert [view.id for view in queries.gates_of(MemberFactory(shop=gate.shop, role="GATE").user_id)] == [gate.pk]
        assert queries.gates_of(UserFactory().pk) == []


@pytest.mark.django_db
class TestTicketView:
    def test_has_a_qr_that_any_page_can_show(self):
        ticket = TicketFactory()
        (view,) = queries.tickets_of_order(ticket.line.shop_order.order_id)
        svg = view.qr_svg()
        assert svg.startswith("<svg")
        assert 'viewBox="0 0 ' in svg
        assert "width=" not in svg.split(">", 1)[0]

    def test_an_uncertain_one_shows_no_token(self):
        ticket = TicketFactory(status="PROVISIONAL")
        (view,) = queries.tickets_of_order(ticket.line.shop_order.order_id)
        assert (view.token, view.qr_svg()) == ("", "")

    def test_needs_a_fixed_number_of_queries(self, django_assert_num_queries):
        ticket = TicketFactory()
        TicketFactory(slot=ticket.slot, line=ticket.line, number=2)
        with django_assert_num_queries(2):
            assert len(queries.tickets_of_order(ticket.line.shop_order.order_id)) == 2


@pytest.mark.django_db(transaction=True)
def test_eight_phones_admit_one_ticket_once():
    ticket = TicketFactory()
    gate, user = GateFactory(shop=ticket.listing.shop), UserFactory()
    verdicts = in_parallel(lambda phone: scan(ticket, gate, nonce=f"p{phone}", by=user).verdict, range(8))
    assert sorted(verdicts) == ["ADMITTED"] + ["ALREADY_USED"] * 7
    assert Redemption.objects.count() == 8
    assert list(checks.admissions()) == []
