from datetime import timedelta

import pytest

from foundation.accounts.buyer import Buyer
from foundation.errors import InvalidInput
from foundation.outbox.models import Event
from marketplace.orders import queries, services
from marketplace.orders.links import order_code, order_token
from marketplace.orders.models import Contact, OrderEvent, ShopOrder, TransitionRefused
from tests.factories.accounts import UserFactory
from tests.factories.orders import GUEST, NOW, OrderFactory, OrderLineFactory, ShopOrderFactory
from tests.factories.shops import MemberFactory


def part_to_pack(**changes) -> tuple[ShopOrder, int]:
    """A paid shop order with one line, and who runs its shop."""
    line = OrderLineFactory(**({"shop_order__status": "TO_PACK", "shop_order__order__status": "PAID"} | changes))
    return line.shop_order, MemberFactory(shop=line.shop_order.shop).user_id


@pytest.mark.django_db
class TestSellersSteps:
    def test_packed_sent_received(self):
        part, seller = part_to_pack()
        step = {"shop_order_id": part.pk, "user_id": seller, "now": NOW}
        services.pack(**step)
        services.pack(**step)
        services.send(**step, tracking_number=" JNE  123 ")
        services.hand_over(**step)
        part.refresh_from_db()
        assert (part.status, part.tracking_number) == ("RECEIVED", "JNE 123")
        events = OrderEvent.objects.order_by("pk").values_list("before", "after", "by")
        assert list(events) == [
            ("TO_PACK", "PACKED", seller),
            ("PACKED", "SENT", seller),
            ("SENT", "RECEIVED", seller),
        ]
        assert Event.objects.filter(topic="shop_order.changed").count() == 3

    def test_sending_packs_on_the_way_and_a_repeat_mends_the_number(self):
        part, seller = part_to_pack()
        services.send(shop_order_id=part.pk, user_id=seller, now=NOW)
        services.send(shop_order_id=part.pk, user_id=seller, now=NOW, tracking_number="JNE 124")
        part.refresh_from_db()
        assert (part.status, part.tracking_number, part.events.count()) == ("SENT", "JNE 124", 2)

    @pytest.mark.parametrize("status", ["RECEIVED", "CANCELLED", "SENT"])
    def test_no_step_back(self, status):
        part, seller = part_to_pack(shop_order__status=status)
        with pytest.raises(TransitionRefused):
            services.pack(shop_order_id=part.pk, user_id=seller, now=NOW)
        assert not OrderEvent.objects.exists()

    def test_not_before_it_is_paid_and_not_by_strangers(self):
        waiting, seller = part_to_pack(shop_order__status="WAITING")
        part, _owner = part_to_pack()
        gate = MemberFactory(shop=part.shop, role="GATE").user_id
        for shop_order, user in ((waiting, seller), (part, seller), (part, gate), (part, UserFactory().pk)):
            with pytest.raises(ShopOrder.DoesNotExist):
                services.pack(shop_order_id=shop_order.pk, user_id=user, now=NOW)

    def test_a_receipt_number_has_an_end(self):
        part, seller = part_to_pack()
        with pytest.raises(InvalidInput):
            services.send(shop_order_id=part.pk, user_id=seller, now=NOW, tracking_number="x" * 61)


@pytest.mark.django_db
class TestReceiving:
    def test_by_its_buyer_only(self):
        part, _seller = part_to_pack(shop_order__status="SENT")
        with pytest.raises(ShopOrder.DoesNotExist):
            services.receive(shop_order_id=part.pk, buyer=Buyer(None, "orang lain"), now=NOW)
        services.receive(shop_order_id=part.pk, buyer=GUEST, now=NOW)
        part.refresh_from_db()
        assert part.status == "RECEIVED"

    def test_not_before_it_was_sent(self):
        part, _seller = part_to_pack()
        with pytest.raises(TransitionRefused):
            services.receive(shop_order_id=part.pk, buyer=GUEST, now=NOW)

    def test_silence_for_two_weeks_is_consent(self):
        part, seller = part_to_pack()
        services.send(shop_order_id=part.pk, user_id=seller, now=NOW)
        assert services.receive_silent(now=NOW + timedelta(days=13, hours=23), limit=10) == 0
        assert services.receive_silent(now=NOW + timedelta(days=14), limit=10) == 1
        assert services.receive_silent(now=NOW + timedelta(days=14), limit=10) == 0
        part.refresh_from_db()
        assert part.status == "RECEIVED"


@pytest.mark.django_db
class TestQueries:
    def test_a_seller_sees_what_is_to_be_done_first(self):
        part, seller = part_to_pack()
        sent = OrderLineFactory(shop_order__shop=part.shop, shop_order__status="SENT").shop_order
        OrderLineFactory(shop_order__status="TO_PACK")
        cards = queries.todo_list(user_id=seller)
        assert [(card.id, card.recipient, card.amount) for card in cards] == [
            (part.pk, "Siti", 85_000),
            (sent.pk, "Siti", 85_000),
        ]
        assert [card.id for card in queries.todo_list(user_id=seller, statuses=("SENT",))] == [sent.pk]
        counts = queries.todo_counts(user_id=seller)
        assert (counts["TO_PACK"], counts["SENT"], counts["PACKED"]) == (1, 1, 0)
        assert queries.todo_list(user_id=UserFactory().pk) == []

    def test_a_sellers_order_is_nobody_elses(self):
        part, seller = part_to_pack()
        detail = queries.shop_order_detail(user_id=seller, shop_order_id=part.pk)
        assert detail is not None
        assert (detail.steps, detail.contact.phone) == (("pack", "send"), "+6281234567890")
        assert queries.shop_order_detail(user_id=UserFactory().pk, shop_order_id=part.pk) is None

    def test_orders_are_their_buyers(self):
        order = OrderFactory()
        OrderLineFactory(shop_order__order=order)
        assert [(card.code, card.titles) for card in queries.orders_of(GUEST, now=NOW)] == [
            (order.code, ("Rendang daging",))
        ]
        assert queries.orders_of(Buyer(None, "orang lain"), now=NOW) == []
        assert queries.orders_of(Buyer(None, ""), now=NOW) == []

    def test_an_order_in_a_fixed_number_of_queries(self, django_assert_num_queries):
        order = OrderFactory()
        for _number in range(3):
            OrderLineFactory(shop_order=ShopOrderFactory(order=order))
        with django_assert_num_queries(4):
            view = queries.order_view(order_id=order.pk, now=NOW)
        assert (len(view.shop_orders), view.is_payable, view.has_goods, view.has_tickets) == (3, True, True, False)

    def test_found_by_code_and_phone_together(self):
        order = OrderFactory(code="4KQ2M0ZT")
        assert queries.find_by_phone(code="4kq2 mozt", phone="0812 3456 7890") == order
        assert queries.find_by_phone(code="4KQ2M0ZT", phone="0812 3456 7891") is None
        assert queries.find_by_phone(code="4KQ2M0ZT", phone="x") is None
        assert queries.find_by_phone(code="", phone="0812 3456 7890") is None

    def test_a_link_names_its_order(self):
        assert order_code(order_token("4KQ2M0ZT")) == "4KQ2M0ZT"


@pytest.mark.django_db
def test_erasure_blanks_the_contact_and_nothing_else():
    order = OrderFactory(contact__note="pagar hijau", contact__address="Jalan 1")
    services.erase_contact(order_id=order.pk, now=NOW)
    services.erase_contact(order_id=order.pk, now=NOW + timedelta(days=1))
    contact = Contact.objects.get()
    assert [contact.name, contact.phone, contact.email, contact.address, contact.note, contact.erased_at] == [
        "",
        "",
        "",
        "",
        "",
        NOW,
    ]
    assert queries.order_view(order_id=order.pk, now=NOW).amount == 85_000
