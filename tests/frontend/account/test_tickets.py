import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from frontend.parts.order_access import ticket_token
from marketplace.orders.links import order_token
from marketplace.orders.models import Order
from marketplace.tickets.models import Ticket
from tests.factories.tickets import TicketFactory
from tests.frontend.visiting import soup, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def tickets():
    """Two tickets of one line."""
    first = TicketFactory(holder_name="Siti Aminah")
    second = TicketFactory(line=first.line, slot=first.slot, number=2)
    return [first, second]


def link(ticket, path=""):
    return f"/t/{ticket_token(ticket.line.shop_order.order.code)}/{path}"


class TestShow:
    def test_one_per_screen_with_its_code_in_text(self, visitor, tickets):
        page = soup(visitor.get(link(tickets[0])))

        screens = page.select(".roll__one")
        assert [words(screen.h2) for screen in screens] == ["Tiket 1 dari 2", "Tiket 2 dari 2"]
        assert [words(screen.select_one(".code")).replace(" ", "") for screen in screens] == [
            ticket.code for ticket in tickets
        ]
        assert words(screens[0].select_one(".ticket__head p")) == "Minggu, 29 November 2026, 09.00 WIB"
        assert "Siti Aminah" in words(screens[0])
        assert len(page.select(".qr svg")) == 2

    def test_turns_by_links_without_scripts(self, visitor, tickets):
        page = soup(visitor.get(link(tickets[0])))
        assert [a["href"] for a in page.select("[data-ticket-links] a")] == ["#tiket-2", "#tiket-1"]

    def test_speaks_the_orders_language_or_the_one_asked_for(self, visitor, tickets):
        Order.objects.update(language="en")
        assert words(soup(visitor.get(link(tickets[0]))).select_one(".roll__one h2")) == "Ticket 1 of 2"
        asked = visitor.get(link(tickets[0]), {"bahasa": "id"})
        assert words(soup(asked).select_one(".roll__one h2")) == "Tiket 1 dari 2"
        assert visitor.get(link(tickets[0]), {"bahasa": "xx"}).status_code == 200

    def test_the_link_of_the_whole_order_opens_them_too_but_is_not_passed_on(self, visitor, tickets):
        token = order_token(tickets[0].line.shop_order.order.code)
        page = soup(visitor.get(f"/t/{token}/"))
        share = page.select_one("[data-share]")
        assert share["href"].startswith("https://wa.me/?text=")
        assert token not in share["href"]
        assert token not in share["data-share"]

    def test_a_link_to_tickets_opens_no_order(self, visitor, tickets):
        code = tickets[0].line.shop_order.order.code
        visitor.get(link(tickets[0]))
        assert visitor.get(f"/pesanan/{code}/").status_code == 404
        assert visitor.get(f"/p/{ticket_token(code)}/").status_code == 404

    def test_a_void_ticket_shows_no_code_to_scan(self, visitor, tickets):
        Ticket.objects.filter(pk=tickets[0].pk).update(status="VOID")
        page = soup(visitor.get(link(tickets[0])))
        assert len(page.select(".qr svg")) == 1
        assert "tidak berlaku lagi" in words(page.select(".roll__one")[1])

    def test_money_that_is_not_certain_shows_no_code_yet(self, visitor):
        ticket = TicketFactory(status="PROVISIONAL", signed=False)
        page = soup(visitor.get(link(ticket)))
        assert page.select_one(".qr") is None
        assert "Bank masih memastikan" in words(page.select_one(".ticket__wait"))

    @pytest.mark.parametrize("path", ["", "tiket.pdf", "kalender.ics"])
    def test_a_changed_or_old_link_leads_nowhere(self, visitor, tickets, today, path):
        token = ticket_token(tickets[0].line.shop_order.order.code)
        for changed in (token[:-1], token[1:], token.replace(":", ";"), "x", token.swapcase()):
            assert visitor.get(f"/t/{changed}/{path}").status_code == 404
        today.shift(timedelta(days=401))
        assert visitor.get(f"/t/{token}/{path}").status_code == 404

    def test_an_order_without_tickets_has_no_such_page(self, visitor, tickets):
        order = tickets[0].line.shop_order.order
        token = ticket_token(order.code)
        Ticket.objects.all().delete()
        assert visitor.get(f"/t/{token}/").status_code == 404

    def test_is_kept_by_nobody_on_the_way(self, visitor, tickets):
        assert "no-store" in visitor.get(link(tickets[0])).headers["Cache-Control"]


class TestPapers:
    def test_the_pdf_has_two_tickets_on_a_sheet(self, visitor, tickets):
        TicketFactory(line=tickets[0].line, slot=tickets[0].slot, number=3, holder_name="Ngô 山田 🦀")
        answer = visitor.get(link(tickets[0], "tiket.pdf"))

        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert len(re.findall(rb"/Type /Page\b", answer.content)) == 2

    def test_the_calendar_has_one_visit_however_many_go(self, visitor, tickets):
        answer = visitor.get(link(tickets[0], "kalender.ics"))
        [visit] = Calendar.from_ical(answer.content).walk("VEVENT")

        assert visit["SUMMARY"] == tickets[0].line.title_id
        assert visit.decoded("DTSTART") == tickets[0].slot.starts_at
        assert "2 tiket" in visit["DESCRIPTION"]


class TestWorker:
    def test_comes_from_the_tickets_own_folder(self, visitor):
        answer = visitor.get("/t/pekerja.js")
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert re.fullmatch(rb'importScripts\("/static/bundle/assets/offlineWorker-[\w-]+\.js"\);\n', answer.content)
