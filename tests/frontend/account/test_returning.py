"""What a buyer answers by link: another date or the money, and where the money goes."""

from datetime import timedelta

import pytest

from foundation.outbox.services import drain
from marketplace.orders.links import order_token
from marketplace.payments.links import account_token
from marketplace.payments.models import Refund, RefundAccount
from marketplace.sales.closing_queries import visit_token
from marketplace.sales.models import ClosedVisit
from marketplace.sales.services import close_dates, request_refund, work_off
from marketplace.tickets.models import Ticket
from tests.factories.inventory import SlotFactory
from tests.factories.orders import NOW, admission, placed_order
from tests.frontend.visiting import soup, words
from tests.marketplace.sales.money import faults, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered(midtrans):
    """Two adults on a closed date, with one other date free; and a shop that pays nothing back itself."""
    adult, slot = admission(price=20_000)
    free = SlotFactory(
        listing=slot.listing,
        day=slot.day + timedelta(days=1),
        starts_at=slot.starts_at + timedelta(days=1),
        ends_at=slot.ends_at + timedelta(days=1),
    )
    order = placed_order((adult, slot, 2), email="siti@contoh.invalid")
    pay(midtrans, order, "bni_va")
    closing = close_dates(slot_ids=[slot.pk], reason_id="Longsor", reason_en="Landslide", by_id=None, now=NOW)
    work_off(closing_id=closing.pk, now=NOW)
    return ClosedVisit.objects.get(), free


class TestAnotherDate:
    def test_the_page_says_why_until_when_and_what_can_be_chosen(self, visitor, offered, django_assert_num_queries):
        visit, free = offered
        url = f"/g/{visit_token(visit.pk)}/"
        visitor.get(url)
        with django_assert_num_queries(11):
            answer = visitor.get(url)
        page = soup(answer)
        assert words(page.h1) == "Kunjungan Anda tidak dapat berlangsung"
        assert "Tutup: Longsor" in words(page)
        assert "uang Anda Rp40.000 kembali" in words(page)
        assert "Rabu, 25 November 2026" in words(page)
        assert [radio["value"] for radio in page.select("input[name=jam]")] == [str(free.pk)]
        assert answer["Cache-Control"].startswith("max-age=0")

    def test_it_speaks_english_too(self, visitor, offered):
        visit, _free = offered
        page = soup(visitor.get(f"/g/{visit_token(visit.pk)}/?bahasa=en"))
        assert words(page.h1) == "Your visit cannot take place"
        assert "Closed: Landslide" in words(page)

    def test_a_date_is_taken(self, visitor, offered):
        visit, free = offered
        url = f"/g/{visit_token(visit.pk)}/"
        assert visitor.post(url, {"jam": free.pk}).headers["Location"] == url
        page = soup(visitor.get(url))
        assert words(page.h1) == "Kunjungan Anda punya tanggal baru"
        assert set(Ticket.objects.values_list("slot", flat=True)) == {free.pk}
        assert faults() == []

    def test_the_money_is_taken_and_an_account_is_asked_for(self, visitor, offered):
        visit, _free = offered
        url = f"/g/{visit_token(visit.pk)}/"
        visitor.post(url, {"uang": "1"})
        assert words(soup(visitor.get(url)).h1) == "Uang Anda sedang dikembalikan"
        page = soup(visitor.get(f"/pesanan/{visit.order.code}/"))
        assert "Beri tahu ke mana uangnya dikirim" in words(page)
        assert page.select_one("a[href^='/k/']") is not None

    @pytest.mark.parametrize("sent", [{}, {"jam": "x"}, {"jam": "9" * 40}, {"jam": "-1"}, {"jam": "\x00"}])
    def test_what_cannot_be_meant_is_said(self, visitor, offered, sent):
        visit, _free = offered
        answer = visitor.post(f"/g/{visit_token(visit.pk)}/", sent)
        assert answer.status_code == 422
        visit.refresh_from_db()
        assert visit.status == "OFFERED"

    def test_a_date_that_is_gone_is_said(self, visitor, offered):
        visit, _free = offered
        assert visitor.post(f"/g/{visit_token(visit.pk)}/", {"jam": SlotFactory().pk}).status_code == 409

    def test_a_strange_link_leads_nowhere(self, visitor, offered):
        visit, _free = offered
        token = visit_token(visit.pk)
        for bad in (token[:-2] + "xx", account_token(visit.pk), order_token(visit.order.code), "x"):
            assert visitor.get(f"/g/{bad}/").status_code == 404

    def test_the_order_shows_the_way_to_it(self, visitor, offered):
        visit, _free = offered
        visitor.get(f"/p/{order_token(visit.order.code)}/")
        page = soup(visitor.get(f"/pesanan/{visit.order.code}/"))
        assert "Kunjungan Anda tidak dapat berlangsung" in words(page)
        assert page.select_one("a[href^='/g/']") is not None

    def test_a_message_brings_the_link(self, offered, mailoutbox):
        drain(now=NOW)
        mail = next(mail for mail in mailoutbox if "tidak dapat berlangsung" in mail.subject)
        assert mail.to == ["siti@contoh.invalid"]
        assert "Longsor" in mail.body
        assert "/g/" in mail.body


class TestAccount:
    @pytest.fixture
    def refund(self, midtrans):
        order = placed_order(admission(price=20_000) + (1,))
        pay(midtrans, order, "bni_va")
        return request_refund(order_id=order.pk, lines=None, reason="Longsor", now=NOW)

    def test_is_given_and_shown_by_its_last_digits(self, visitor, refund):
        url = f"/k/{account_token(refund.pk)}/"
        page = soup(visitor.get(url))
        assert (words(page.h1), words(page.select_one(".price--big"))) == ("Ke mana uang Anda dikirim?", "Rp20.000")
        sent = {"bank": "NAGARI", "number": "2100 0123 4567", "holder": "Siti Aminah"}
        assert visitor.post(url, sent).headers["Location"] == url
        page = words(soup(visitor.get(url)))
        assert "Bank Nagari …4567" in page
        assert "210001234567" not in page

    def test_what_is_wrong_stands_at_its_field(self, visitor, refund):
        answer = visitor.post(f"/k/{account_token(refund.pk)}/", {"bank": "NAGARI", "number": "12", "holder": "Siti"})
        assert answer.status_code == 422
        assert [link["href"] for link in soup(answer).select(".errors a")] == ["#id_number"]
        assert RefundAccount.objects.get().given_at is None

    def test_once_paid_there_is_no_form(self, visitor, refund):
        Refund.objects.update(status="DONE", done_at=NOW)
        page = soup(visitor.get(f"/k/{account_token(refund.pk)}/"))
        assert words(page.h1) == "Uang Anda sudah dikembalikan"
        assert page.select_one("[name=number]") is None

    def test_a_link_of_last_month_leads_nowhere(self, visitor, refund, today):
        url = f"/k/{account_token(refund.pk)}/"
        today.shift(timedelta(days=31))
        assert visitor.get(url).status_code == 404

    def test_in_english(self, visitor, refund):
        page = soup(visitor.get(f"/k/{account_token(refund.pk)}/?bahasa=en"))
        assert words(page.h1) == "Where should your money go?"
