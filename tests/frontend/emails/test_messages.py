import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from foundation.clock import day_of, day_words
from foundation.money import rupiah
from foundation.outbox.models import Event
from foundation.outbox.services import drain, publish
from frontend.emails import channel, messages, subscribers
from marketplace.inventory.services import Demand, hold
from marketplace.orders.models import Order, ShopOrder
from marketplace.payouts.models import Payout, PayoutBatch, Remittance, Settlement
from marketplace.payouts.queries import Payee
from marketplace.payouts.services import record_remittance
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ListingFactory
from tests.factories.inventory import HoldFactory, SlotFactory, StockFactory
from tests.factories.orders import NOW, OrderLineFactory
from tests.factories.payouts import BankAccountFactory, PartyFactory
from tests.factories.shops import MemberFactory
from tests.factories.tickets import TicketFactory
from tests.marketplace.payouts.selling import close, comes_to_owe


@pytest.fixture(autouse=True)
def _nothing_told_before():
    cache.clear()


def buyers_line(*, email: str = "siti@contoh.invalid", language: str = "id", **changes):
    """One piece of goods, ordered and payable for a century."""
    given = {
        "shop_order__order__payable_until": "2126-11-22T04:00:00Z",
        "shop_order__order__lapses_at": "2126-11-22T04:15:00Z",
        "shop_order__order__language": language,
        "shop_order__order__contact__email": email,
    }
    return OrderLineFactory(**(given | changes))


def order_of(line) -> Order:
    return line.shop_order.order


@pytest.mark.django_db
class TestOrderPlaced:
    def test_says_what_until_when_and_where_to_pay(self):
        order = order_of(buyers_line())
        ((_way, message),) = messages.order_placed(order.pk)
        assert message.to == "siti@contoh.invalid"
        assert message.subject == f"Pesanan {order.code}: menunggu pembayaran Anda"
        assert "Rp85.000" in message.text
        assert "- 1 x Rendang daging, 250 gram" in message.text
        link = re.search(r"http://lapau\.localhost:8000/p/\S+/", message.text)
        assert link is not None
        assert link.group() in message.html
        assert "Bayar sekarang" in message.html

    def test_speaks_the_buyers_language(self):
        order = order_of(buyers_line(language="en"))
        ((_way, message),) = messages.order_placed(order.pk)
        assert message.subject == f"Order {order.code}: waiting for your payment"
        assert "- 1 x Beef rendang" in message.text

    @pytest.mark.parametrize("status", ["PAID", "LAPSED", "CANCELLED"])
    def test_says_nothing_once_there_is_nothing_to_pay(self, status):
        order = order_of(buyers_line(shop_order__order__status=status))
        assert list(messages.order_placed(order.pk)) == []

    def test_a_phone_is_told_by_its_own_channel(self, settings, tmp_path):
        settings.DATA_DIR = tmp_path
        order = order_of(buyers_line(email=""))
        ((way, message),) = messages.order_placed(order.pk)
        assert (message.to, message.html) == ("+6281234567890", "")
        way.send(message)
        (file,) = (tmp_path / "messages").iterdir()
        assert file.name.startswith("6281234567890-")
        assert order.code in file.read_text()

    def test_outside_the_demo_a_phone_has_no_channel_yet(self, settings, tmp_path):
        settings.DATA_DIR, settings.DEMO = tmp_path, False
        ((way, message),) = messages.order_placed(order_of(buyers_line(email="")).pk)
        way.send(message)
        assert list(tmp_path.iterdir()) == []

    def test_an_erased_buyer_is_told_nothing(self):
        order = order_of(buyers_line(email="", shop_order__order__contact__phone=""))
        assert list(messages.order_placed(order.pk)) == []

    def test_names_are_text_in_mails_too(self):
        order = order_of(buyers_line(shop_order__order__contact__name="<b>Siti & Co</b>"))
        ((_way, message),) = messages.order_placed(order.pk)
        assert "Halo <b>Siti & Co</b>," in message.text
        assert "Halo &lt;b&gt;Siti &amp; Co&lt;/b&gt;," in message.html


@pytest.mark.django_db
class TestTickets:
    def test_are_sent_as_a_link_with_their_codes(self):
        ticket = TicketFactory(line__shop_order__order__contact__email="siti@contoh.invalid")
        ((_way, message),) = messages.tickets_issued(ticket.line.shop_order.order_id)
        assert message.subject == "Tiket Anda: Rendang daging"
        assert f"{ticket.code[:4]} {ticket.code[4:]}" in message.text
        assert re.search(r"http://lapau\.localhost:8000/t/\S+/", message.text)
        assert ticket.token not in message.text + message.html

    def test_uncertain_ones_are_not(self):
        ticket = TicketFactory(status="PROVISIONAL")
        assert list(messages.tickets_issued(ticket.line.shop_order.order_id)) == []

    def test_goods_alone_are_told_of_when_they_are_paid(self):
        order = order_of(buyers_line(shop_order__order__status="PAID"))
        ((_way, message),) = messages.order_paid(order.pk)
        assert message.subject == f"Pesanan {order.code}: pembayaran Anda sudah masuk"
        ticket = TicketFactory()
        assert list(messages.order_paid(ticket.line.shop_order.order_id)) == []


@pytest.mark.django_db
class TestShop:
    def test_those_who_run_it_are_told_without_the_buyers_data(self):
        part = buyers_line(shop_order__status="TO_PACK").shop_order
        owner = MemberFactory(shop=part.shop)
        MemberFactory(shop=part.shop, role="GATE")
        MemberFactory()
        ((_way, message),) = messages.shop_order_opened(part.pk)
        assert message.to == owner.user.email
        assert f"/toko-saya/{part.shop.slug}/pesanan/{part.pk}/" in message.text
        for secret in ("Siti", "+62812", "siti@"):
            assert secret not in message.text + message.html + message.subject

    def test_only_of_what_is_to_pack(self):
        part = buyers_line(shop_order__status="PACKED").shop_order
        MemberFactory(shop=part.shop)
        assert list(messages.shop_order_opened(part.pk)) == []


@pytest.mark.django_db
class TestTell:
    def event(self, topic: str, key: int) -> Event:
        return Event.objects.create(topic=topic, key=str(key), created_at="2026-11-22T03:00:00Z")

    def test_sends_a_mail_in_both_forms(self):
        order = order_of(buyers_line())
        subscribers.tell([self.event("order.placed", order.pk)])
        (sent,) = mail.outbox
        assert (sent.to, sent.from_email) == (["siti@contoh.invalid"], "lapau@contoh.invalid")
        assert [kind for _body, kind in sent.alternatives] == ["text/html"]

    def test_a_mail_that_left_does_not_leave_again_because_another_failed(self, monkeypatch):
        good, bad = order_of(buyers_line()), order_of(buyers_line(email="rusak@contoh.invalid"))
        events = [self.event("order.placed", good.pk), self.event("order.placed", bad.pk)]
        send = channel.MailChannel.send

        def failing(self, message):
            if message.to.startswith("rusak"):
                raise OSError("the server hung up")
            send(self, message)

        monkeypatch.setattr(channel.MailChannel, "send", failing)
        with pytest.raises(OSError, match="hung up"):
            subscribers.tell(events)
        monkeypatch.setattr(channel.MailChannel, "send", send)
        subscribers.tell(events)
        assert sorted(sent.to[0] for sent in mail.outbox) == ["rusak@contoh.invalid", "siti@contoh.invalid"]

    def test_what_is_gone_is_told_to_nobody(self):
        subscribers.tell(
            [self.event("order.placed", 0), self.event("tickets.issued", 0), self.event("shop_order.changed", 0)]
        )
        assert mail.outbox == []

    def test_a_subject_is_one_line(self):
        channel.MailChannel().send(channel.Message("siti@contoh.invalid", "Tiket\r\nBcc: x@contoh.invalid", "isi"))
        assert mail.outbox[0].subject == "Tiket Bcc: x@contoh.invalid"


def test_a_message_hides_itself_from_logs():
    message = channel.Message("siti@contoh.invalid", "Tiket", "rahasia")
    assert "siti" not in repr(message)
    assert "rahasia" not in repr(message)


@pytest.mark.django_db
def test_each_shop_order_of_a_confirmed_order_tells_its_shop_once():
    part = buyers_line(shop_order__status="TO_PACK").shop_order
    MemberFactory(shop=part.shop)
    event = Event.objects.create(topic="shop_order.changed", key=str(part.pk), created_at="2026-11-22T03:00:00Z")
    subscribers.tell([event, event])
    assert len(mail.outbox) == 1
    assert ShopOrder.objects.count() == 1


@pytest.mark.django_db
class TestSellers:
    """What a shop is told of its stock and its days."""

    @pytest.fixture
    def shop(self):
        return MemberFactory(user__email="uni@contoh.invalid").shop

    def low(self, shop, left: int):
        return StockFactory(
            pool__capacity=10, pool__taken=10 - left, variant__name_id="250 g", variant__listing__shop=shop
        )

    def test_few_pieces_are_left(self, shop):
        stock = self.low(shop, 2)
        ((_way, message),) = messages.stock_low(stock.pool_id)
        assert (message.to, message.subject) == ("uni@contoh.invalid", "Rendang daging 250 g: tersisa 2")
        assert "2 masih bisa dijual." in message.text
        assert f"/toko-saya/{shop.slug}/barang/{stock.variant.listing_id}/stok/" in message.html

    def test_none_is_left(self, shop):
        ((_way, message),) = messages.stock_low(self.low(shop, 0).pool_id)
        assert message.subject == "Rendang daging 250 g: habis"
        assert "dijual lagi begitu Anda mencatat barang baru" in message.text

    def test_nothing_is_said_once_there_are_enough_again_or_it_is_hidden(self, shop):
        assert list(messages.stock_low(self.low(shop, 4).pool_id)) == []
        stock = self.low(shop, 0)
        type(stock.variant.listing).objects.update(status="HIDDEN")
        assert list(messages.stock_low(stock.pool_id)) == []

    def test_a_day_is_sold_out(self, shop):
        start = timezone.now() + timedelta(days=3)
        slot = SlotFactory(
            listing__shop=shop,
            pool__capacity=4,
            pool__taken=4,
            day=day_of(start),
            starts_at=start,
            ends_at=start + timedelta(hours=3),
        )
        HoldFactory(pool=slot.pool, quantity=3, status="CONFIRMED")
        HoldFactory(pool=slot.pool, quantity=1, lapses_at=start)
        ((_way, message),) = messages.day_full(slot.pool_id)
        assert message.subject == f"Tiket masuk: {day_words(slot.day, 'id')} habis terjual"
        assert "3 terjual" in message.text
        assert "1 masih menunggu pembayaran" in message.text

        # Another time of the day has room.
        SlotFactory(
            listing=slot.listing, day=slot.day, starts_at=start + timedelta(hours=4), ends_at=start + timedelta(hours=5)
        )
        assert list(messages.day_full(slot.pool_id)) == []

    def test_a_thing_is_blocked(self, shop):
        listing = ListingFactory(shop=shop, status="BLOCKED", blocked_reason="Tanpa izin edar.")
        ((_way, message),) = messages.listing_blocked(listing.pk)
        assert message.subject == "Rendang daging: diblokir provinsi"
        assert "Alasannya: Tanpa izin edar." in message.text
        type(listing).objects.update(status="PUBLISHED", blocked_reason="")
        assert list(messages.listing_blocked(listing.pk)) == []

    def test_selling_the_last_piece_tells_the_shop_and_the_index(self, shop):
        stock = self.low(shop, 1)
        hold(demands=[Demand(stock.pool_id, uuid4(), 1)], until=timezone.now() + timedelta(hours=1), now=timezone.now())
        drain(now=timezone.now())
        assert [message.subject for message in mail.outbox] == ["Rendang daging 250 g: habis"]
        assert list(Event.objects.order_by("pk").values_list("topic", "key")) == [
            ("stock.low", str(stock.pool_id)),
            ("listing.changed", str(stock.variant.listing_id)),
        ]


@pytest.mark.django_db
class TestPayouts:
    """What a shop is told of its settlements and of what the bank did."""

    @pytest.fixture
    def shop(self):
        shop = MemberFactory(user__email="uni@contoh.invalid", shop__name="Dapur Amai").shop
        MemberFactory(shop=shop, role="GATE", user__email="loket@contoh.invalid")
        return shop

    def settlement(self, shop, **changes) -> Settlement:
        given = {"items_amount": 85_000, "amount": 85_000, "left_amount": 0}
        return Settlement.objects.create(
            shop=shop, from_date="2026-11-16", until_date="2026-11-22", closed_at=NOW, **(given | changes)
        )

    def payout(self, settlement, status: str) -> Payout:
        batch = PayoutBatch.objects.create(
            merchant_account=settlement.shop.merchant_account, way="BANK_FILE", made_by=UserFactory(), made_at=NOW
        )
        account = BankAccountFactory(shop=settlement.shop, bank="bri", number="0012345678", party=settlement.party)
        return Payout.objects.create(
            batch=batch, settlement=settlement, amount=settlement.amount, bank_account=account, status=status
        )

    def test_a_period_was_closed(self, shop):
        settlement = self.settlement(shop)
        ((_way, message),) = messages.settlement_closed(settlement.pk)
        assert (message.to, message.subject) == (
            "uni@contoh.invalid",
            "Dapur Amai: rincian sampai Minggu, 22 November 2026",
        )
        assert "dari Senin, 16 November 2026 sampai Minggu, 22 November 2026" in message.text
        assert "Rp85.000 akan dicairkan ke rekening Anda." in message.text
        assert "periode berikutnya" not in message.text
        assert f"http://lapau.localhost:8000/toko-saya/{shop.slug}/uang/rincian/{settlement.pk}/" in message.html

    def test_of_which_nothing_is_paid_out(self, shop):
        settlement = self.settlement(shop, items_amount=-85_000, amount=0, left_amount=-85_000)
        ((_way, message),) = messages.settlement_closed(settlement.pk)
        assert "Belum ada yang dicairkan. -Rp85.000 dibawa ke periode berikutnya." in message.text

    def test_what_a_party_gets_is_not_told_to_the_shop(self, shop):
        settlement = self.settlement(shop, party=PartyFactory(shop=shop))
        assert list(messages.settlement_closed(settlement.pk)) == []
        assert list(messages.payout_ended(self.payout(settlement, "DONE").pk)) == []

    @pytest.mark.parametrize(
        ("status", "subject", "text"),
        [
            ("DONE", "Dapur Amai: Rp85.000 sudah dicairkan", "Rp85.000 sudah dicairkan ke BRI …5678."),
            (
                "FAILED",
                "Dapur Amai: Rp85.000 dikembalikan bank",
                "Bank tidak membayarkan Rp85.000 ke BRI …5678.",
            ),
            ("HELD", "Dapur Amai: Rp85.000 ditunda", "Rp85.000 tidak dikirim ke BRI …5678:"),
        ],
    )
    def test_the_bank_paid_or_sent_it_back(self, shop, status, subject, text):
        payout = self.payout(self.settlement(shop), status)
        ((_way, message),) = messages.payout_ended(payout.pk)
        assert (message.to, message.subject) == ("uni@contoh.invalid", subject)
        assert text in message.text
        assert "0012345678" not in message.text + message.html
        assert f"/toko-saya/{shop.slug}/uang/" in message.html

    @pytest.mark.parametrize("status", ["MADE", "APPROVED", "SENT", "REJECTED"])
    def test_nothing_is_said_while_it_is_on_its_way(self, shop, status):
        assert list(messages.payout_ended(self.payout(self.settlement(shop), status).pk)) == []

    @pytest.mark.parametrize(
        ("amount", "left"), [(5_000, "Sisa utang Anda Rp80.000."), (85_000, "Anda tidak berutang lagi.")]
    )
    def test_what_it_paid_back_has_come_in(self, shop, amount, left):
        remittance = self.remittance(shop, amount)
        ((_way, message),) = messages.remittance_recorded(remittance.pk)
        assert (message.to, message.subject) == (
            "uni@contoh.invalid",
            f"Dapur Amai: pembayaran {rupiah(amount)} sudah kami terima",
        )
        said = f"Transfer Anda sebesar {rupiah(amount)} kami terima Minggu, 22 November 2026 (TRF 001)."
        assert f"{said} Jumlah ini tercantum di rincian Anda berikutnya. {left}" in message.text
        assert f"/toko-saya/{shop.slug}/uang/" in message.html

    def test_what_a_party_paid_back_is_not_told_to_the_shop(self, shop):
        assert list(messages.remittance_recorded(self.remittance(shop, 5_000, PartyFactory(shop=shop)).pk)) == []

    def remittance(self, shop, amount, party=None) -> Remittance:
        payee = Payee(shop.pk, party.pk if party else None)
        comes_to_owe(payee.code, 85_000, at=NOW - timedelta(days=9))
        close(NOW.date() - timedelta(days=7))
        given = {"bank_reference": "TRF 001", "received_on": NOW.date(), "by_id": UserFactory().pk, "now": NOW}
        return record_remittance(payee=payee, amount=amount, **given)

    def test_each_event_tells_once(self, shop):
        settlement = self.settlement(shop)
        payout = self.payout(settlement, "DONE")
        for topic, key in (("settlement.closed", settlement.pk), ("payout.changed", payout.pk)):
            publish(topic=topic, key=key, now=NOW)
        drain(now=timezone.now())
        drain(now=timezone.now())
        assert [message.subject for message in mail.outbox] == [
            "Dapur Amai: rincian sampai Minggu, 22 November 2026",
            "Dapur Amai: Rp85.000 sudah dicairkan",
        ]
