"""Money that needs a person: refunds that nobody bears yet, and payments of which Midtrans reports something else."""

import pytest
from django.urls import reverse

from cms.tenancy.models import RegionTeam, Role
from cms.tenancy.services import add_member
from marketplace.ledger.models import Journal
from marketplace.orders.models import OrderLine
from marketplace.payments.models import Payment, Refund
from marketplace.sales.services import apply_payment, request_refund
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW, goods, placed_order
from tests.factories.payments import PaymentFactory, RefundFactory
from tests.frontend.visiting import midtrans, soup, words  # noqa: F401  # the fixture
from tests.marketplace.sales.money import choose, faults, money, pay

pytestmark = pytest.mark.django_db
MONEY = "/admin/niaga/uang/"


@pytest.fixture
def treasurer(visitor, people):
    """The province's treasurer at the desk."""
    person = UserFactory(first_name="bendahara")
    add_member(team=RegionTeam.objects.get(region__code="13"), user=person, role=Role.TREASURER)
    visitor.force_login(person)
    return visitor


class TestBearers:
    @pytest.fixture
    def refund(self, midtrans):  # noqa: F811
        """10,000 of an order were given back at Midtrans' dashboard."""
        order = placed_order((goods(), None, 2))
        payment = pay(midtrans, order)
        midtrans.act(payment.gateway_order_id, "refund-from-dashboard", amount=10_000)
        midtrans.advance(hours=1)
        apply_payment(payment_id=payment.pk, now=NOW)
        return Refund.objects.get()

    def test_are_asked_for_and_the_shop_of_a_line_is_one(self, treasurer, refund):
        page = soup(treasurer.get(MONEY))
        assert "Pengembalian yang belum ditanggung siapa pun" in words(page)
        url = reverse("office:refund", args=[refund.pk])
        assert page.select_one(f"#bear-section a[href='{url}'], #bear a[href='{url}']") is not None
        line = OrderLine.objects.select_related("shop_order__shop").get()
        form = soup(treasurer.get(url))
        assert [radio["value"] for radio in form.select("input[name=bearer]")] == ["OPERATOR", str(line.pk)]
        assert f"{line.shop_order.shop.name}, untuk Rendang daging (tersisa Rp170.000)" in words(form)

        sent = {"keputusan": "bear", "bearer": str(line.pk)}
        assert treasurer.post(url, sent).status_code == 302
        assert money() == {"clearing:operator:QRIS": -160_000, f"shop:{line.shop_order.shop_id}": 160_000}
        page = soup(treasurer.get(url))
        assert "Toko dari satu baris" in words(page)
        assert page.select_one("input[name=bearer]") is None
        assert "Ditetapkan siapa yang menanggung pengembalian" in words(page)
        assert "belum ditanggung" not in words(soup(treasurer.get(MONEY)))
        assert treasurer.post(url, sent | {"bearer": "OPERATOR"}).status_code == 422
        assert Journal.objects.filter(kind="REVERSAL").count() == 1
        assert faults() == []

    def test_are_among_what_waits_for_the_treasurer_and_once_for_the_operator(self, treasurer, people, refund):
        text = "Pengembalian yang belum ditanggung siapa pun"
        for url in ("/admin/", reverse("office:finance")):
            assert words(soup(treasurer.get(url))).count(text) == 1
        treasurer.force_login(people["province"])
        assert words(soup(treasurer.get("/admin/"))).count(text) == 1

    @pytest.mark.parametrize("bearer", ["", "x", "SHOP", "\x00", "9" * 400, "00000000-0000-0000-0000-000000000000"])
    def test_that_are_none_are_refused(self, treasurer, refund, bearer):
        url = reverse("office:refund", args=[refund.pk])
        assert treasurer.post(url, {"keputusan": "bear", "bearer": bearer}).status_code == 422
        assert Refund.objects.get().bearer == "OPEN"
        assert money()["refunds:operator"] == -10_000

    def test_are_nothing_for_a_regions_treasurer(self, bendahara, refund):
        url = reverse("office:refund", args=[refund.pk])
        assert bendahara.post(url, {"keputusan": "bear", "bearer": "OPERATOR"}).status_code == 404
        assert Refund.objects.get().bearer == "OPEN"

    def test_who_pays_by_hand_reads_that_midtrans_gave_something_back(self, treasurer, refund):
        other = RefundFactory(payment=refund.payment, status="MANUAL", amount=85_000)
        page = words(soup(treasurer.get(reverse("office:refund", args=[other.pk]))))
        assert "Midtrans sudah mengembalikan Rp10.000 dari pembayaran ini" in page


class TestCounting:
    @pytest.fixture
    def pair(self, midtrans):  # noqa: F811
        """One of two is to go back by hand, and 80,000 were given back at Midtrans' dashboard."""
        order = placed_order((goods(), None, 2))
        payment = pay(midtrans, order)
        line = OrderLine.objects.get()
        request_refund(order_id=order.pk, lines={line.pk: 1}, reason="habis", now=NOW)
        Refund.objects.update(status="MANUAL", try_at=None)
        midtrans.act(payment.gateway_order_id, "refund-from-dashboard", amount=80_000)
        midtrans.advance(hours=1)
        apply_payment(payment_id=payment.pk, now=NOW)
        return Refund.objects.get(bearer="OPEN"), Refund.objects.get(bearer=""), line

    def test_counts_it_and_the_rest_stays_open(self, treasurer, pair):
        made, refund, line = pair
        url, open_url = (reverse("office:refund", args=[one.pk]) for one in (made, refund))
        warned = soup(treasurer.get(open_url))
        assert warned.select_one(f'.help-block a[href="{url}"]') is not None
        page = soup(treasurer.get(url))
        assert [radio["value"] for radio in page.select("input[name=refund]")] == [str(refund.pk)]
        assert [radio["value"] for radio in page.select("input[name=rest]")] == ["OPEN", str(line.pk), "OPERATOR"]
        answer = treasurer.post(url, {"keputusan": "count", "refund": refund.pk, "rest": "OPEN"}, follow=True)
        page = words(soup(answer))
        assert "Masih harus dibayar Rp5.000" in page
        assert "Pengembalian dari dasbor diperhitungkan untuk yang masih terbuka" in page
        assert "Rp5.000" in words(soup(treasurer.get(MONEY)))
        assert (money()["refunds:operator"], faults()) == (5_000, [])

    def test_or_is_not_paid_for_a_reason(self, treasurer, pair):
        made, refund, line = pair
        url = reverse("office:refund", args=[made.pk])
        sent = {"keputusan": "count", "refund": refund.pk, "rest": str(line.pk), "reason": ""}
        assert treasurer.post(url, sent).status_code == 422
        answer = treasurer.post(url, sent | {"reason": "pembeli setuju"}, follow=True)
        page = words(soup(answer))
        assert "Tidak dibayar Rp5.000" in page
        assert "pembeli setuju" in page
        refund.refresh_from_db()
        assert (refund.status, refund.closed_amount, faults()) == ("DONE", 5_000, [])

    @pytest.mark.parametrize(
        "sent",
        [{}, {"refund": "x", "rest": "OPEN"}, {"refund": "999999", "rest": "OPEN"}, {"rest": "9" * 50, "reason": "x"}],
    )
    def test_what_cannot_be_meant_is_refused(self, treasurer, pair, sent):
        url = reverse("office:refund", args=[pair[0].pk])
        assert treasurer.post(url, {"keputusan": "count"} | sent).status_code == 422
        assert money()["refunds:operator"] == 5_000

    def test_is_nothing_for_a_regions_treasurer(self, bendahara, pair):
        url = reverse("office:refund", args=[pair[0].pk])
        assert bendahara.post(url, {"keputusan": "count", "refund": pair[1].pk, "rest": "OPEN"}).status_code == 404


class TestSetAside:
    @pytest.fixture
    def payment(self, midtrans):  # noqa: F811
        """Midtrans says that a rupiah less was paid."""
        payment = choose(midtrans, placed_order((goods(), None, 1)))
        midtrans.pay(payment.gateway_order_id)
        self.report(midtrans, payment, payment.amount - 1)
        apply_payment(payment_id=payment.pk, now=NOW)
        payment.refresh_from_db()
        assert payment.is_quarantined
        return payment

    def report(self, midtrans, payment, amount):  # noqa: F811
        with midtrans.world.held():
            transaction = midtrans.world.transaction(payment.gateway_order_id)
            transaction.gross_amount = amount
            midtrans.world.store.save(transaction)

    def decide(self, desk, payment, **sent):
        return words(soup(desk.post(reverse("office:payment_decision", args=[payment.pk]), sent, follow=True)))

    def test_looking_again_changes_nothing_as_long_as_it_differs(self, treasurer, payment):
        assert "Midtrans masih melaporkan hal lain" in self.decide(treasurer, payment, keputusan="look")
        assert Payment.objects.get().status == "CREATED"

    def test_looking_again_takes_it_up_once_it_fits(self, treasurer, payment, midtrans):  # noqa: F811
        self.report(midtrans, payment, payment.amount)
        page = self.decide(treasurer, payment, keputusan="look")
        assert "Jawaban Midtrans sekarang cocok" in page
        assert payment.order.code not in page
        payment.refresh_from_db()
        assert (payment.status, payment.is_quarantined) == ("PAID", False)
        assert faults() == []

    def test_a_note_takes_it_off_the_list_and_out_of_the_audit(self, treasurer, payment):
        page = self.decide(treasurer, payment, keputusan="explain", sebab="  Salah\x00 ketik di dasbor ")
        assert payment.order.code not in page
        payment.refresh_from_db()
        assert (payment.explanation, payment.explained_at) == ("Salah ketik di dasbor", NOW)
        assert payment.explained_by.first_name == "bendahara"
        assert (payment.is_quarantined, payment.status) == (True, "CREATED")
        assert faults() == []

    def test_a_note_holds_until_it_differs_anew(self, treasurer, payment, midtrans):  # noqa: F811
        self.decide(treasurer, payment, keputusan="explain", sebab="Salah ketik")
        apply_payment(payment_id=payment.pk, now=NOW)
        assert Payment.objects.get().explained_at == NOW
        self.report(midtrans, payment, payment.amount)
        apply_payment(payment_id=payment.pk, now=NOW)
        self.report(midtrans, payment, payment.amount - 2)
        apply_payment(payment_id=payment.pk, now=NOW)
        assert (Payment.objects.get().is_quarantined, Payment.objects.get().explained_at) == (True, None)

    def test_a_note_says_something_and_is_of_a_payment_that_waits(self, treasurer, payment):
        assert "Tulis mengapa berbeda" in self.decide(treasurer, payment, keputusan="explain", sebab=" \x00 ")
        assert Payment.objects.get().explained_at is None
        fine = PaymentFactory(status="PAID")
        assert "tidak disisihkan lagi" in self.decide(treasurer, fine, keputusan="explain", sebab="uji")
        fine.refresh_from_db()
        assert fine.explanation == ""

    def test_a_midtrans_that_is_silent_is_said(self, treasurer, payment, midtrans):  # noqa: F811
        midtrans.fault("http", endpoint="status", status=503)
        before = Payment.objects.values().get()
        self.decide(treasurer, payment, keputusan="look")
        assert Payment.objects.values().get() == before

    @pytest.mark.parametrize("decision", ["look", "explain"])
    def test_is_nothing_for_a_regions_treasurer(self, bendahara, payment, decision):
        url = reverse("office:payment_decision", args=[payment.pk])
        assert bendahara.post(url, {"keputusan": decision, "sebab": "uji"}).status_code == 404
        assert Payment.objects.get().explained_at is None
