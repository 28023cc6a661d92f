from datetime import UTC, datetime

import pytest
from django.urls import reverse

from frontend.seller.deadlines import deadline_words, deadlines_words, pack_by
from marketplace.orders.models import ShopOrder, ShopOrderStatus
from marketplace.orders.services import erase_contact
from marketplace.shipping.models import ShippingMethod
from tests.factories.catalog import ListingFactory, VariantFactory
from tests.factories.inventory import StockFactory
from tests.factories.orders import NOW
from tests.frontend.seller.making import shop_order
from tests.frontend.visiting import HTMX, soup, words

pytestmark = pytest.mark.django_db


def url(part, name="order"):
    return reverse(f"seller:{name}", args=[part.shop.slug, part.pk])


def status_of(part):
    return ShopOrder.objects.get(pk=part.pk).status


class TestDeadlines:
    @pytest.mark.parametrize(
        ("paid", "due"),
        [
            ((2026, 11, 22, 4, 59), (2026, 11, 22, 9)),  # 11.59 WIB: the same day at 16.00
            ((2026, 11, 22, 5, 0), (2026, 11, 23, 9)),  # noon: the next day
            ((2026, 11, 21, 17, 30), (2026, 11, 22, 9)),  # half past midnight in WIB belongs to the new day
        ],
    )
    def test_are_at_four_of_the_day_before_whose_noon_it_was_paid(self, paid, due):
        assert pack_by(datetime(*paid, tzinfo=UTC)) == datetime(*due, tzinfo=UTC)

    def test_are_said_in_words(self):
        today = datetime(2026, 11, 22, 9, tzinfo=UTC)
        assert deadline_words(today, NOW) == "Paling lambat pukul 16.00 WIB hari ini."
        assert deadline_words(today.replace(day=23), NOW) == "Paling lambat pukul 16.00 WIB besok."
        assert deadline_words(today.replace(day=20), NOW) == "Lewat 2 hari."
        assert deadline_words(today, today.replace(hour=10)) == "Seharusnya selesai pukul 16.00 WIB."
        late, coming = today.replace(day=20), today
        assert deadlines_words([late, coming], NOW) == "Paling lambat pukul 16.00 WIB hari ini. 1 sudah lewat waktunya."


class TestTodo:
    def test_counts_what_waits_most_urgent_first(self, seller, shop):
        shop_order(shop)
        shop_order(shop, hours_ago=48)
        shop_order(shop, status=ShopOrderStatus.PACKED)
        StockFactory(
            variant=VariantFactory(listing=ListingFactory(shop=shop, title_id="Dakak-dakak"), name_id=""),
            pool__capacity=2,
        )
        rows = soup(seller.get(f"/toko-saya/{shop.slug}/")).select(".todo > li")
        found = [words(row) for row in rows][:3]
        assert found == [
            "2 Kemas pesanan Paling lambat pukul 16.00 WIB hari ini. 1 sudah lewat waktunya.",
            "1 Kirim pesanan Sudah dikemas; serahkan ke kurir atau pembeli.",
            "1 Stok hampir habis Dakak-dakak, tinggal 2.",
        ]

    def test_says_when_nothing_waits(self, seller, shop):
        assert "Tidak ada yang menunggu" in seller.get(f"/toko-saya/{shop.slug}/").content.decode()

    def test_tells_of_a_shop_that_waits_for_the_province(self, seller, shop):
        shop.status = "PENDING"
        shop.save()
        assert "menunggu persetujuan provinsi" in seller.get(f"/toko-saya/{shop.slug}/").content.decode()


class TestList:
    def test_shows_each_order_with_first_name_only(self, seller, shop):
        part = shop_order(shop, contact={"name": "Siti Aminah", "address": "Jalan Rahasia 9"})
        page = seller.get(reverse("seller:orders", args=[shop.slug])).content.decode()
        assert part.order.code in page
        assert "untuk Siti" in page
        assert "Aminah" not in page
        assert "Rahasia" not in page

    def test_can_be_narrowed_to_a_stage(self, seller, shop):
        first, second = shop_order(shop), shop_order(shop, status=ShopOrderStatus.SENT)
        page = seller.get(reverse("seller:orders", args=[shop.slug]) + "?tahap=SENT").content.decode()
        assert second.order.code in page
        assert first.order.code not in page

    def test_does_not_show_what_is_not_paid(self, seller, shop):
        part = shop_order(shop, status=ShopOrderStatus.WAITING)
        assert part.order.code not in seller.get(reverse("seller:orders", args=[shop.slug])).content.decode()
        assert seller.get(url(part)).status_code == 404

    def test_costs_as_many_queries_for_twenty_as_for_one(self, seller, shop, django_assert_num_queries):
        here = reverse("seller:orders", args=[shop.slug])
        shop_order(shop)
        with django_assert_num_queries(6):
            seller.get(here)
        for _number in range(19):
            shop_order(shop)
        with django_assert_num_queries(6):
            seller.get(here)


class TestDetail:
    def test_shows_where_it_goes(self, seller, shop):
        contact = {"name": "Siti Aminah", "address": "Jalan Contoh 12", "postal_code": "26110", "note": "Tidak pedas"}
        page = words(soup(seller.get(url(shop_order(shop, contact=contact)))))
        assert "Siti Aminah 0812-3456-7890" in page
        assert "Jalan Contoh 12 26110" in page
        assert "Tidak pedas" in page

    def test_shows_nothing_of_an_erased_buyer(self, seller, shop):
        part = shop_order(shop, contact={"name": "Siti Aminah"})
        erase_contact(order_id=part.order_id, now=NOW)
        page = seller.get(url(part)).content.decode()
        assert "Siti" not in page
        assert "Data pribadi pembeli sudah dihapus" in page

    def test_makes_no_live_link_of_a_sample_phone(self, seller, shop):
        assert 'href="tel:' in seller.get(url(shop_order(shop))).content.decode()
        shop.is_sample = True
        shop.save()
        assert 'href="tel:' not in seller.get(url(shop_order(shop))).content.decode()


class TestSteps:
    def test_take_a_parcel_from_packed_to_received(self, seller, shop):
        part = shop_order(shop)
        for step, after in (("pack", "PACKED"), ("send", "SENT"), ("hand_over", "RECEIVED")):
            answer = seller.post(url(part, "step"), {"langkah": step, "resi": "JX 123" if step == "send" else ""})
            assert (answer.status_code, answer["Location"]) == (302, url(part))
            assert status_of(part) == after
        assert ShopOrder.objects.get(pk=part.pk).tracking_number == "JX 123"

    def test_offer_the_next_one_only(self, seller, shop):
        part = shop_order(shop, status=ShopOrderStatus.PACKED, shipping_method=ShippingMethod.PICK_UP)
        form = soup(seller.get(url(part))).select_one(f'form[action="{url(part, "step")}"]')
        assert form.select_one("[name=langkah]")["value"] == "send"
        assert words(form.select_one("button")) == "Siap diambil"

    def test_sent_twice_do_no_harm(self, seller, shop):
        part = shop_order(shop)
        assert [seller.post(url(part, "step"), {"langkah": "pack"}).status_code for _tap in range(2)] == [302, 302]
        assert part.order.events.filter(after="PACKED").count() == 1

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_that_come_too_late_are_refused_in_words(self, seller, shop, headers):
        part = shop_order(shop, status=ShopOrderStatus.SENT)
        answer = seller.post(url(part, "step"), {"langkah": "pack"}, headers=headers)
        assert answer.status_code == 409
        assert words(soup(answer).select_one("[role=alert]")) == (
            "Langkah ini tidak bisa dilakukan sekarang. Muat ulang halaman untuk melihat keadaan terbaru."
        )
        assert status_of(part) == "SENT"

    def test_answer_htmx_with_the_part_that_changed(self, seller, shop):
        answer = seller.post(url(part := shop_order(shop), "step"), {"langkah": "pack"}, headers=HTMX)
        page = soup(answer)
        assert answer.status_code == 200
        assert page.find("html") is None
        assert page.select_one("#pesanan [name=langkah]")["value"] == "send"
        assert status_of(part) == "PACKED"

    def test_nobody_knows_are_not_found(self, seller, shop):
        part = shop_order(shop)
        assert seller.post(url(part, "step"), {"langkah": "refund"}).status_code == 404
        assert seller.get(url(part, "step")).status_code == 405

    def test_refuse_a_receipt_number_that_is_none(self, seller, shop):
        part = shop_order(shop, status=ShopOrderStatus.PACKED)
        assert seller.post(url(part, "step"), {"langkah": "send", "resi": "1" * 200}).status_code == 422
        assert status_of(part) == "PACKED"


class TestCancelling:
    def test_asks_for_a_reason(self, seller, shop):
        part = shop_order(shop)
        assert seller.post(url(part, "cancel"), {"alasan": " "}).status_code == 422
        assert status_of(part) == "TO_PACK"

    def test_is_too_late_for_what_was_sent(self, seller, shop):
        part = shop_order(shop, status=ShopOrderStatus.SENT)
        assert seller.post(url(part, "cancel"), {"alasan": "Stok habis"}).status_code == 409
        assert status_of(part) == "SENT"


class TestSlip:
    def test_shows_the_price(self, seller, shop):
        page = words(soup(seller.get(url(shop_order(shop), "slip"))))
        assert "Rp76.000" in page

    def test_of_a_gift_shows_none_and_names_the_recipient(self, seller, shop):
        contact = {"name": "Siti", "recipient_name": "Ibu Yusna", "is_gift": True, "address": "Jalan Contoh 1"}
        page = words(soup(seller.get(url(shop_order(shop, contact=contact), "slip"))))
        assert "Ibu Yusna" in page
        assert "Rp" not in page
        assert "Siti" not in page
