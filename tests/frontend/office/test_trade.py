import pytest
from django.urls import reverse

from foundation.outbox.models import Delivery, DeliveryStatus, Event
from marketplace.catalog.models import Listing
from marketplace.ledger.services import Transfer, post
from marketplace.payments.models import Refund, RefundStatus
from marketplace.shops.models import Shop
from tests.factories.catalog import ListingFactory, VariantFactory
from tests.factories.orders import NOW, ContactFactory, OrderFactory
from tests.factories.payments import PaymentFactory, RefundFactory
from tests.factories.shops import ShopFactory
from tests.frontend.visiting import soup, words

pytestmark = pytest.mark.django_db


class TestShops:
    def test_are_approved_with_a_line_in_the_log(self, office):
        shop = ShopFactory(status="PENDING", name="Kedai baru")
        url = reverse("office:shop", args=[shop.pk])
        assert office.post(url, {"decision": "approve"}).status_code == 302
        shop.refresh_from_db()
        assert (shop.status, shop.opened_at) == ("APPROVED", NOW)
        page = words(soup(office.get(url)))
        assert "Toko disetujui province, Minggu, 22 November 2026, 10.00 WIB" in page

    def test_are_suspended_with_a_reason_only(self, office):
        shop = ShopFactory()
        url = reverse("office:shop", args=[shop.pk])
        assert office.post(url, {"decision": "suspend", "reason": ""}).status_code == 422
        assert Shop.objects.get(pk=shop.pk).status == "APPROVED"
        office.post(url, {"decision": "suspend", "reason": "Barang palsu"})
        assert Shop.objects.get(pk=shop.pk).status == "SUSPENDED"
        assert "Barang palsu" in words(soup(office.get(url)))

    def test_stay_as_they_are_on_a_decision_nobody_knows(self, office):
        shop = ShopFactory()
        office.post(reverse("office:shop", args=[shop.pk]), {"decision": "delete", "reason": "x"})
        assert Shop.objects.get(pk=shop.pk).status == "APPROVED"

    def test_are_found_by_name_and_by_status(self, office):
        ShopFactory(name="Kedai baru", status="PENDING")
        ShopFactory(name="Kedai lama")
        page = words(soup(office.get(reverse("office:shops_results") + "?status=PENDING")))
        assert ("Kedai baru" in page, "Kedai lama" in page) == (True, False)
        page = words(soup(office.get(reverse("office:shops_results") + "?q=lama")))
        assert ("Kedai baru" in page, "Kedai lama" in page) == (False, True)

    def test_cost_as_many_queries_for_twenty_as_for_one(self, office, django_assert_max_num_queries):
        url = reverse("office:shops_results")
        office.get(url)
        with django_assert_max_num_queries(40) as first:
            office.get(url)
        for _number in range(19):
            ShopFactory()
        with django_assert_max_num_queries(40) as second:
            office.get(url)
        assert len(second) == len(first)

    def test_that_are_not_there_are_not_found(self, office):
        assert office.get(reverse("office:shop", args=[999_999])).status_code == 404


class TestListings:
    def test_are_blocked_with_a_reason_and_shown_again(self, office):
        listing = VariantFactory().listing
        url = reverse("office:listing", args=[listing.pk])
        assert office.post(url, {"decision": "hide"}).status_code == 422
        assert office.post(url, {"decision": "hide", "reason": "x"}).status_code == 422
        office.post(url, {"decision": "hide", "reason": "Tanpa izin edar"})
        assert Listing.objects.values_list("status", "blocked_reason").get() == ("BLOCKED", "Tanpa izin edar")
        assert "Tanpa izin edar" in words(soup(office.get(url)))
        office.post(url, {"decision": "show"})
        assert Listing.objects.get().status == "PUBLISHED"

    def test_cost_as_many_queries_for_twenty_as_for_one(self, office, django_assert_max_num_queries):
        url = reverse("office:listings_results")
        ListingFactory()
        office.get(url)
        with django_assert_max_num_queries(40) as first:
            office.get(url)
        for _number in range(19):
            ListingFactory()
        with django_assert_max_num_queries(40) as second:
            office.get(url)
        assert len(second) == len(first)


class TestOrders:
    def test_are_found_by_a_code_typed_badly(self, office):
        order = OrderFactory(code="8KQ2M0ZT")
        answer = office.get(reverse("office:orders"), {"kode": " 8kq2-moZt "})
        assert answer["Location"] == reverse("office:order", args=[order.code])
        assert "Siti Aminah" in words(soup(office.get(answer["Location"])))

    @pytest.mark.parametrize("code", ["ZZZZZZZZ", "<script>", "x" * 500])
    def test_that_are_not_there_are_said_so(self, office, code):
        answer = office.get(reverse("office:orders"), {"kode": code})
        assert answer.status_code == 404
        assert "Tidak ada pesanan dengan kode ini" in words(soup(answer))
        assert "<script>x" not in answer.content.decode()

    def test_of_an_erased_buyer_show_no_name(self, office):
        order = OrderFactory(contact=None)
        ContactFactory(order=order, name="", phone="")
        assert office.get(reverse("office:order", args=[order.code])).status_code == 200


class TestMoney:
    def test_lists_what_needs_a_person(self, office):
        odd = PaymentFactory(is_quarantined=True)
        fine = PaymentFactory(status="PAID")
        page = words(soup(office.get(reverse("office:money"))))
        assert (odd.order.code in page, fine.order.code in page) == (True, False)

    def test_a_refund_paid_by_hand_is_noted_once(self, office):
        refund = RefundFactory(status=RefundStatus.MANUAL, amount=20_000)
        merchant = refund.payment.merchant_account.code
        owed = Transfer(f"buyer:{refund.payment.order.code}", f"refunds:{merchant}", 20_000)
        post(kind="REVERSAL", reference=f"refund:{refund.pk}", transfers=[owed], now=NOW)
        url = reverse("office:refund", args=[refund.pk])
        paid = {"keputusan": "paid", "paid_date": "2026-11-22", "proof": "TRF-1"}
        assert office.post(url, paid | {"proof": ""}).status_code == 422
        assert office.post(url, paid | {"paid_date": "2026-11-23"}).status_code == 422
        assert [office.post(url, paid).status_code for _tap in range(2)] == [302, 302]
        refund.refresh_from_db()
        assert (refund.status, refund.proof, refund.done_at) == (RefundStatus.DONE, "TRF-1", NOW)
        assert refund.paid_by.first_name == "province"

    def test_a_refund_of_midtrans_is_not_paid_by_hand(self, office):
        refund = RefundFactory(status=RefundStatus.ACCEPTED)
        sent = {"keputusan": "paid", "paid_date": "2026-11-22", "proof": "TRF-1"}
        assert office.post(reverse("office:refund", args=[refund.pk]), sent).status_code == 422
        assert Refund.objects.get().status == RefundStatus.ACCEPTED


class TestDeliveries:
    def test_that_were_given_up_are_tried_again(self, office):
        event = Event.objects.create(topic="listing.changed", key="7", created_at=NOW)
        row = Delivery.objects.create(
            event=event, subscriber="search", status=DeliveryStatus.DEAD, attempts=12, due_at=NOW, last_error="OSError"
        )
        page = words(soup(office.get(reverse("office:deliveries"))))
        assert "listing.changed 7 search 12 OSError" in page
        office.post(reverse("office:delivery_again", args=[row.pk]))
        row.refresh_from_db()
        assert (row.status, row.attempts, row.last_error) == (DeliveryStatus.PENDING, 0, "")
