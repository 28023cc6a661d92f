from datetime import timedelta

import pytest
from django.utils.translation import gettext, override

from foundation.accounts.buyer import Buyer
from marketplace.orders.links import order_token
from marketplace.orders.models import Order, OrderLine, ShopOrder
from marketplace.payments.models import Payment
from marketplace.reviews.models import Review
from marketplace.sales.services import apply_payment, request_refund, start_payment
from tests.factories.accounts import UserFactory
from tests.factories.orders import NOW, admission, goods, placed_order
from tests.frontend.visiting import HTMX, soup, words

pytestmark = pytest.mark.django_db(transaction=False)


@pytest.fixture
def buyer(visitor):
    """An account that is signed in, so that orders can be made for it."""
    user = UserFactory(first_name="Siti")
    visitor.force_login(user)
    return Buyer(user.pk, "")


def page_of(order):
    return f"/pesanan/{order.code}/"


def paid(order, midtrans):
    url = start_payment(order_id=order.pk, now=NOW)
    midtrans.choose(url.rstrip("/").rsplit("/", 1)[-1], "other_qris")
    payment = Payment.objects.get(order=order)
    midtrans.pay(payment.gateway_order_id)
    apply_payment(payment_id=payment.pk, now=NOW)


class TestWaiting:
    def test_says_what_to_do_how_much_and_until_when(self, visitor, buyer):
        order = placed_order(admission(price=20_000) + (2,), buyer=buyer)
        page = soup(visitor.get(page_of(order)))

        assert words(page.h1) == "Tinggal bayar Rp40.000"
        assert words(page.select_one("#sisa")) == (
            "Bayar sebelum 11.00 WIB , 60 menit lagi. Tempat dan barang Anda ditahan sampai saat itu."
        )
        assert [button["data-copy"] for button in page.select("[data-copy]")] == ["40000", order.code]
        assert page.select_one("noscript meta")["content"] == "10"

    def test_asks_again_and_only_the_time_moves(self, visitor, buyer, today):
        order = placed_order(admission() + (1,), buyer=buyer)
        ask = soup(visitor.get(page_of(order))).select_one("[hx-trigger='every 3s']")["hx-get"]
        today.move_to(NOW + timedelta(minutes=13))
        answer = visitor.get(ask, headers=HTMX)

        assert answer.headers["HX-Retarget"] == "#sisa"
        assert "47 menit lagi" in words(soup(answer))

    def test_turns_to_paid_without_reload(self, visitor, buyer, midtrans):
        order = placed_order(admission() + (2,), buyer=buyer)
        ask = soup(visitor.get(page_of(order))).select_one("[hx-trigger='every 3s']")["hx-get"]
        paid(order, midtrans)
        answer = visitor.get(ask, headers=HTMX)

        assert "HX-Retarget" not in answer.headers
        assert words(soup(answer).h1) == "Pesanan Anda sudah dibayar"
        assert soup(answer).select_one("[hx-trigger='every 3s']") is None

    def test_i_have_paid_asks_midtrans(self, visitor, buyer, midtrans):
        order = placed_order(admission() + (1,), buyer=buyer)
        url = start_payment(order_id=order.pk, now=NOW)
        midtrans.choose(url.rstrip("/").rsplit("/", 1)[-1], "other_qris")
        midtrans.pay(Payment.objects.get(order=order).gateway_order_id)

        assert visitor.post(page_of(order) + "periksa/").headers["Location"] == page_of(order)
        assert Order.objects.get().status == "PAID"

    def test_i_have_paid_too_often_is_said(self, visitor, buyer):
        order = placed_order(admission() + (1,), buyer=buyer)
        for _ in range(12):
            visitor.post(page_of(order) + "periksa/")
        visitor.get(page_of(order))
        visitor.post(page_of(order) + "periksa/")
        with override("id"):
            sentence = gettext("Too many tries. Please wait a few minutes and try again.")
        assert sentence in words(soup(visitor.get(page_of(order))).select_one(".toast--warning"))

    def test_paying_again_goes_to_the_page_that_is_open(self, visitor, buyer, midtrans):
        order = placed_order(admission() + (1,), buyer=buyer)
        url = start_payment(order_id=order.pk, now=NOW)
        assert visitor.post(page_of(order) + "bayar/").headers["Location"] == url

    def test_cancelling_gives_everything_back(self, visitor, buyer):
        order = placed_order(admission() + (1,), buyer=buyer)
        visitor.post(page_of(order) + "batal/")
        assert Order.objects.get().status == "CANCELLED"
        assert words(soup(visitor.get(page_of(order))).h1) == "Pesanan ini dibatalkan"

    def test_past_its_time_it_cannot_be_paid(self, visitor, buyer, today):
        order = placed_order(admission() + (1,), buyer=buyer)
        today.move_to(order.payable_until)
        assert visitor.post(page_of(order) + "bayar/").headers["Location"] == page_of(order)
        page = soup(visitor.get(page_of(order)))
        assert page.select_one(f'form[action="{page_of(order)}bayar/"]') is None

    def test_a_card_that_is_looked_at_needs_nothing_of_the_buyer(self, visitor, buyer, midtrans):
        order = placed_order(admission() + (1,), buyer=buyer)
        start_payment(order_id=order.pk, now=NOW)
        Payment.objects.update(status="REVIEW")
        page = soup(visitor.get(page_of(order)))

        assert words(page.h1) == "Pembayaran Anda sedang diperiksa"
        assert words(page.select_one("#sisa")).startswith("Pembayaran kartu Anda diperiksa dulu sebelum dihitung.")
        assert page.select(f'form[action="{page_of(order)}bayar/"], form[action="{page_of(order)}periksa/"]') == []


class TestGivenBack:
    def test_tickets_that_went_back_are_not_counted_any_more(self, visitor, buyer, midtrans):
        order = placed_order(admission() + (3,), buyer=buyer)
        paid(order, midtrans)
        request_refund(order_id=order.pk, lines={OrderLine.objects.get().pk: 1}, reason="sakit", now=NOW)

        assert words(soup(visitor.get(page_of(order))).select_one("#tiket-judul")) == "2 tiket Anda"

    def test_a_wholly_refunded_order_says_so_and_has_no_way_to_tell_of(self, visitor, buyer, midtrans):
        order = placed_order(admission() + (1,), buyer=buyer)
        paid(order, midtrans)
        request_refund(order_id=order.pk, lines=None, reason="sakit", now=NOW)
        page = soup(visitor.get(page_of(order)))

        assert words(page.h1) == "Pesanan ini dikembalikan"
        assert order.code in words(page.h1.find_next("p"))
        assert page.select_one("#tiket-judul") is None
        assert [words(step).split()[0] for step in page.select(".time li")] == ["Dibatalkan"]


class TestPaid:
    def test_each_shop_can_be_asked(self, visitor, buyer, midtrans):
        order = placed_order(admission() + (1,), (goods(), None, 1), buyer=buyer)
        paid(order, midtrans)
        shops = [part.shop for part in order.shop_orders.select_related("shop").order_by("pk")]
        type(shops[0]).objects.filter(pk=shops[0].pk).update(phone="+6281234567890")
        type(shops[1]).objects.filter(pk=shops[1].pk).update(phone="")
        asks = soup(visitor.get(page_of(order))).select(".group__ask a")

        assert [(ask["href"], words(ask)) for ask in asks] == [("tel:+6281234567890", "Tanya toko: 0812-3456-7890")]

    def test_tickets_first_then_each_shop(self, visitor, buyer, midtrans):
        rendang = goods()
        order = placed_order(admission() + (2,), (rendang, None, 1), buyer=buyer)
        paid(order, midtrans)
        page = soup(visitor.get(page_of(order)))

        assert words(page.h1) == "Pesanan Anda sudah dibayar"
        assert words(page.select_one("#tiket-judul")) == "2 tiket Anda"
        assert visitor.get(page.select_one(".box--tint a.btn")["href"]).status_code == 200
        share = page.select_one(".box--tint a.btn--line")["href"]
        assert share.startswith("https://wa.me/?text=Ini%20tiket%20kita%3A%20http%3A//lapau.localhost")
        assert len(page.select(".group")) == 2

    def test_the_buyer_says_that_it_arrived(self, visitor, buyer, midtrans):
        order = placed_order((goods(), None, 1), buyer=buyer)
        paid(order, midtrans)
        part = ShopOrder.objects.get()
        ShopOrder.objects.update(status="SENT")
        page = soup(visitor.get(page_of(order)))
        assert words(page.select_one(f'form[action="{page_of(order)}terima/{part.pk}/"]')) == "Sudah sampai"
        visitor.post(f"{page_of(order)}terima/{part.pk}/")
        part.refresh_from_db()
        assert part.status == "RECEIVED"

    def test_too_early_is_said(self, visitor, buyer, midtrans):
        order = placed_order((goods(), None, 1), buyer=buyer)
        paid(order, midtrans)
        part = ShopOrder.objects.get()
        visitor.post(f"{page_of(order)}terima/{part.pk}/")
        part.refresh_from_db()
        assert part.status == "TO_PACK"
        assert soup(visitor.get(page_of(order))).select_one(".toast--warning")


class TestStranger:
    @pytest.mark.parametrize("action", ["", "keadaan/"])
    def test_sees_no_order_of_others(self, visitor, action):
        order = placed_order(admission() + (1,))
        assert visitor.get(page_of(order) + action).status_code == 404
        visitor.force_login(UserFactory())
        assert visitor.get(page_of(order) + action).status_code == 404

    @pytest.mark.parametrize("action", ["periksa/", "bayar/", "batal/", "terima/1/"])
    def test_does_nothing_with_it(self, visitor, action):
        order = placed_order(admission() + (1,))
        assert visitor.post(page_of(order) + action).status_code == 404
        order.refresh_from_db()
        assert order.status == "PLACED"

    def test_a_part_of_another_order_is_not_there(self, visitor, buyer):
        mine = placed_order((goods(), None, 1), buyer=buyer)
        placed_order((goods(), None, 1))
        other = ShopOrder.objects.exclude(order=mine).get()
        assert visitor.post(f"{page_of(mine)}terima/{other.pk}/").status_code == 404

    @pytest.mark.parametrize("code", ["x", "%00", "a" * 500, "..%2F", "🦀"])
    def test_a_strange_code_is_not_there(self, visitor, code):
        assert visitor.get(f"/pesanan/{code}/").status_code == 404

    def test_with_a_signed_link_it_opens_here_in_its_language(self, visitor):
        order = placed_order(admission() + (1,))
        Order.objects.update(language="en")
        answer = visitor.get(f"/p/{order_token(order.code)}/")

        assert answer.headers["Location"] == f"/en{page_of(order)}"
        assert words(soup(visitor.get(answer.headers["Location"])).h1).startswith("Only the payment is left")

    @pytest.mark.parametrize("cut", [slice(0, -1), slice(1, None), slice(0, 10)])
    def test_with_a_changed_link_it_does_not(self, visitor, cut):
        order = placed_order(admission() + (1,))
        assert visitor.get(f"/p/{order_token(order.code)[cut]}/").status_code == 404
        assert visitor.get(page_of(order)).status_code == 404


class TestComingBack:
    def test_from_midtrans_page_asks_at_once_and_forgets_what_the_address_said(self, visitor, buyer, midtrans):
        order = placed_order(admission() + (1,), buyer=buyer)
        url = start_payment(order_id=order.pk, now=NOW)
        midtrans.choose(url.rstrip("/").rsplit("/", 1)[-1], "other_qris")
        midtrans.pay(Payment.objects.get(order=order).gateway_order_id)
        answer = visitor.get(page_of(order), {"order_id": "x", "transaction_status": "settlement"})

        assert answer.headers["Location"] == page_of(order)
        assert words(soup(visitor.get(page_of(order))).h1) == "Pesanan Anda sudah dibayar"

    def test_saying_paid_in_the_address_alone_pays_nothing(self, visitor, buyer, midtrans):
        order = placed_order(admission() + (1,), buyer=buyer)
        start_payment(order_id=order.pk, now=NOW)
        visitor.get(page_of(order), {"order_id": "x", "transaction_status": "settlement"})
        assert Order.objects.get().status == "PLACED"


class TestReview:
    def test_what_was_received_can_be_praised_once(self, visitor, buyer, midtrans):
        rendang = goods()
        order = placed_order((rendang, None, 1), buyer=buyer)
        paid(order, midtrans)
        assert soup(visitor.get(page_of(order))).select_one("textarea") is None

        ShopOrder.objects.update(status="RECEIVED")
        form = soup(visitor.get(page_of(order))).select_one("form:has(textarea)")
        visitor.post(form["action"], {"bintang": "4", "kata": "Wanginya sampai ke depan rumah."})
        assert soup(visitor.get(page_of(order))).select_one("textarea") is None
        page = soup(visitor.get(f"/produk/{rendang.listing.slug}/"))
        assert words(page.select_one(".quote p")) == "Wanginya sampai ke depan rumah."
        assert words(page.select_one(".rate")) == "4 (1 ulasan)"

    @pytest.mark.parametrize("stars", ["", "0", "6", "lima"])
    def test_without_stars_nothing_is_kept(self, visitor, buyer, midtrans, stars):
        order = placed_order((goods(), None, 1), buyer=buyer)
        paid(order, midtrans)
        ShopOrder.objects.update(status="RECEIVED")
        action = soup(visitor.get(page_of(order))).select_one("form:has(textarea)")["action"]
        visitor.post(action, {"bintang": stars})
        assert not Review.objects.exists()

    def test_a_line_of_another_order_is_not_there(self, visitor, buyer):
        mine = placed_order((goods(), None, 1), buyer=buyer)
        other = placed_order((goods(), None, 1))
        line = OrderLine.objects.get(shop_order__order=other)
        assert visitor.post(f"{page_of(mine)}ulas/{line.pk}/", {"bintang": "5"}).status_code == 404
