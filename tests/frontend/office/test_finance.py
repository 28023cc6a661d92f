"""The operator's books and a region's: figures that lead to their entries, batches by two people, deposits."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from cms.tenancy.models import RegionTeam, Role
from cms.tenancy.services import add_member
from foundation.audit.models import PersonalDataAccess
from marketplace.catalog.models import ChargeKind
from marketplace.ledger.models import JournalKind
from marketplace.ledger.queries import balance
from marketplace.ledger.services import Transfer, post
from marketplace.orders.models import OrderEvent, OrderStatus
from marketplace.payments.models import ChannelRule, Payment, PaymentMethod, PaymentStatus, RefundRule
from marketplace.payouts.models import Deposit, FeeSchedule, Payout, PayoutBatch, Settlement
from marketplace.payouts.services import close_period
from marketplace.shops.models import BankAccount, Party, TaxStatement
from tests.factories.accounts import UserFactory
from tests.factories.catalog import AdmissionFactory, AdmissionVariantFactory
from tests.factories.orders import NOW, OrderFactory, OrderLineFactory, ShopOrderFactory
from tests.factories.payments import PaymentFactory
from tests.factories.payouts import BankAccountFactory, FeeScheduleFactory, PartyFactory, TreasuryRuleFactory
from tests.factories.shops import ShopFactory
from tests.frontend.visiting import soup, words

pytestmark = pytest.mark.django_db
WEEK_AGO = NOW - timedelta(days=8)


def sale(shop, *, amount=50_000, at=WEEK_AGO, charge_kind=ChargeKind.GOODS):
    """A paid order that has arrived, with its journals."""
    order = OrderFactory(status=OrderStatus.PAID, paid_at=at, amount=amount)
    part = ShopOrderFactory(order=order, shop=shop, status="RECEIVED", shipping_method="")
    if charge_kind == ChargeKind.GOODS:
        line = OrderLineFactory(shop_order=part, variant__price=amount, variant__listing__shop=shop)
        target = f"shop:{shop.pk}"
    else:
        variant = AdmissionVariantFactory(
            listing=AdmissionFactory(shop=shop, title_id="Tiket Benteng"), price=amount, charge_kind=charge_kind
        )
        line = OrderLineFactory(shop_order=part, variant=variant, title_id="Tiket Benteng")
        target = f"treasury:{shop.region.code}"
    OrderEvent.objects.create(order=order, shop_order=part, before="SENT", after="RECEIVED", at=at)
    payment = PaymentFactory(order=order, method=PaymentMethod.QRIS, status=PaymentStatus.PAID, paid_at=at)
    came = Transfer("clearing:operator:QRIS", f"buyer:{order.code}", amount)
    post(kind=JournalKind.PAYMENT, reference=f"payment:{payment.pk}", transfers=[came], now=at)
    went = Transfer(f"buyer:{order.code}", target, amount, line.pk)
    post(kind=JournalKind.SALE, reference=f"payment:{payment.pk}", transfers=[went], now=at)
    return order


@pytest.fixture
def shop(regions):
    """A shop of Bukittinggi that is owed 50,000, with a checked bank account."""
    shop = ShopFactory(region=regions["bukittinggi"], name="Dapur Amai")
    BankAccountFactory(shop=shop, number="123456789")
    sale(shop)
    return shop


@pytest.fixture
def settlement(shop):
    close_period(until=(NOW - timedelta(days=1)).date(), now=NOW)
    return Settlement.objects.get()


@pytest.fixture
def second(visitor, people):
    """Another person of the province's finance."""
    person = UserFactory(first_name="kedua")
    add_member(team=RegionTeam.objects.get(region__code="13"), user=person, role=Role.TREASURER)
    return person


class TestOverview:
    def test_shows_what_came_in_and_whose_it_is(self, office, shop):
        page = soup(office.get(reverse("office:finance")))
        figures = [words(figure) for figure in page.select(".office-figures > div")]
        assert figures == [
            "Di Midtrans, bank, dan loket Rp50.000",
            "Di antaranya milik pihak lain Rp50.000",
            "Di antaranya milik pengelola Rp0",
        ]
        assert "Dapur Amai Rp50.000" in words(page)

    def test_every_figure_leads_to_its_entries(self, office, shop):
        page = soup(office.get(reverse("office:finance")))
        links = [link["href"] for link in page.select(".office-list a")]
        assert links
        assert [office.get(link).status_code for link in links] == [200] * len(links)
        entries = words(soup(office.get(reverse("office:account") + "?kode=clearing:operator:QRIS")))
        assert "Saldo Rp50.000 clearing:operator:QRIS" in entries
        assert "Pembayaran" in entries

    @pytest.mark.parametrize("code", ["", "shop:999999", "' or 1=1"])
    def test_an_account_that_is_none_is_not_there(self, office, code):
        assert office.get(reverse("office:account"), {"kode": code}).status_code == 404

    def test_costs_as_many_queries_for_ten_sales_as_for_one(self, office, shop, django_assert_max_num_queries):
        with django_assert_max_num_queries(90) as first:
            office.get(reverse("office:finance"))
        for _number in range(9):
            sale(ShopFactory(region=shop.region))
        with django_assert_max_num_queries(90) as second:
            office.get(reverse("office:finance"))
        assert len(second) == len(first)


class TestPayouts:
    def make(self, office, settlement, way="BANK_FILE") -> PayoutBatch:
        office.post(reverse("office:make_batch"), {"settlement": [settlement.pk], "way": way})
        return PayoutBatch.objects.get()

    def test_are_made_by_one_and_approved_by_another(self, office, visitor, settlement, second):
        assert "Rp50.000" in words(soup(office.get(reverse("office:payouts"))))
        batch = self.make(office, settlement)
        url, decide = reverse("office:batch", args=[batch.pk]), reverse("office:batch_decision", args=[batch.pk])
        page = soup(office.get(url))
        assert [button["value"] for button in page.select("button[name=decision]")] == ["reject"]
        office.post(decide, {"decision": "approve"})
        assert PayoutBatch.objects.get().status == "MADE"
        visitor.force_login(second)
        visitor.post(decide, {"decision": "approve"})
        assert PayoutBatch.objects.get().status == "APPROVED"
        assert "Kelompok disetujui kedua" in words(soup(visitor.get(url)))
        assert visitor.get(reverse("office:bank_file", args=[batch.pk])).status_code == 405
        rows = visitor.post(reverse("office:bank_file", args=[batch.pk])).content.decode("utf-8-sig").splitlines()
        assert rows[1].split(";")[1:5] == ["nagari", "123456789", "Pemilik Contoh", "50000"]
        visitor.post(decide, {"decision": "sent"})
        payout = Payout.objects.get()
        assert (payout.status, balance(f"settled:shop:{settlement.shop_id}")) == ("SENT", 0)
        visitor.post(reverse("office:outcome", args=[payout.pk]), {"outcome": "failed", "reason": "salah nomor"})
        assert balance(f"settled:shop:{settlement.shop_id}") == 50_000
        assert "Rp50.000" in words(soup(visitor.get(reverse("office:payouts"))).select_one("form"))

    @pytest.fixture
    def approved(self, office, visitor, settlement, second):
        batch = self.make(office, settlement)
        visitor.force_login(second)
        visitor.post(reverse("office:batch_decision", args=[batch.pk]), {"decision": "approve"})
        return batch

    def decisions(self, visitor, batch) -> list[str]:
        page = soup(visitor.get(reverse("office:batch", args=[batch.pk])))
        return [button["value"] for button in page.select("button[name=decision]")]

    def test_a_dispute_before_the_file_is_written_holds_the_transfer_back(self, visitor, approved):
        assert self.decisions(visitor, approved) == []
        Payment.objects.update(status=PaymentStatus.DISPUTED)
        answer = visitor.post(reverse("office:bank_file", args=[approved.pk]), follow=True)
        said = words(soup(answer))
        assert "Ditahan: Ada pembayaran untuk Dapur Amai yang disengketakan" in said
        assert "Tidak ada lagi yang dibayarkan dalam kelompok ini." in said
        assert Payout.objects.get().status == "HELD"
        page = soup(visitor.get(reverse("office:batch", args=[approved.pk])))
        assert "Transfer ditahan Ada pembayaran untuk Dapur Amai" in words(page)
        assert not page.select(f'form[action="{reverse("office:bank_file", args=[approved.pk])}"]')
        assert "1 ditahan" in words(soup(visitor.get(reverse("office:payouts"))))

    def test_a_dispute_after_it_was_written_asks_which_file_the_bank_has(self, visitor, approved):
        visitor.post(reverse("office:bank_file", args=[approved.pk]))
        assert self.decisions(visitor, approved) == ["sent"]
        Payment.objects.update(status=PaymentStatus.DISPUTED)
        assert self.decisions(visitor, approved) == ["sent_with_disputed"]
        decide = reverse("office:batch_decision", args=[approved.pk])
        visitor.post(decide, {"decision": "sent"})
        assert Payout.objects.get().status == "APPROVED"
        visitor.post(decide, {"decision": "sent_with_disputed"})
        assert Payout.objects.get().status == "SENT"

    def test_whoever_sees_names_and_numbers_is_noted(self, office, settlement, people):
        batch = self.make(office, settlement)
        office.get(reverse("office:batch", args=[batch.pk]))
        BankAccount.objects.update(status="DIFFERS")
        office.get(reverse("office:bank_accounts"))
        noted = PersonalDataAccess.objects.order_by("pk").values_list("subject", "purpose", "staff")
        staff = people["province"].pk
        assert list(noted) == [
            (f"batch {batch.pk}", "payouts", staff),
            (f"bank account {BankAccount.objects.get().pk}", "comparing names", staff),
        ]

    def test_say_why_a_settlement_cannot_be_chosen(self, office, settlement):
        BankAccount.objects.update(status="DIFFERS")
        page = soup(office.get(reverse("office:payouts")))
        assert page.select_one("input[name=settlement]").has_attr("disabled")
        self_made = office.post(reverse("office:make_batch"), {"settlement": [settlement.pk]}, follow=True)
        assert "belum punya rekening yang diperiksa" in words(soup(self_made))

    def test_a_settlement_with_a_disputed_payment_waits(self, office, settlement):
        Payment.objects.update(status=PaymentStatus.DISPUTED)
        page = soup(office.get(reverse("office:payouts")))
        assert page.select_one("input[name=settlement]").has_attr("disabled")
        assert "ada pembayaran yang disengketakan" in words(page)
        answer = office.post(reverse("office:make_batch"), {"settlement": [settlement.pk]}, follow=True)
        assert "Ada pembayaran untuk Dapur Amai yang disengketakan" in words(soup(answer))
        assert not PayoutBatch.objects.exists()

    @pytest.mark.parametrize("sent", [{}, {"settlement": ["x"]}, {"settlement": ["9" * 40]}, {"settlement": ["0"]}])
    def test_refuse_what_cannot_be_meant(self, office, settlement, sent):
        assert office.post(reverse("office:make_batch"), sent).status_code == 302
        assert not PayoutBatch.objects.exists()

    def test_close_the_period_by_hand(self, office, shop):
        with time_machine.travel(NOW + timedelta(days=1), tick=False):
            office.post(reverse("office:close_period"))
        assert Settlement.objects.get().amount == 50_000

    def test_a_statement_as_page_paper_and_spreadsheet(self, office, settlement):
        url = reverse("office:settlement", args=[settlement.pk])
        assert "Dicairkan Rp50.000" in words(soup(office.get(url)))
        assert office.get(url + "?format=pdf").content.startswith(b"%PDF")
        assert office.get(url + "?format=csv")["Content-Type"] == "text/csv"

    def test_bank_accounts_are_compared_by_somebody_else(self, office, shop, people):
        account = BankAccount.objects.get()
        BankAccount.objects.update(status="DIFFERS", known_as="AMAI", given_by=people["province"])
        url = reverse("office:bank_account", args=[account.pk])
        assert "menurut bank AMAI" in words(soup(office.get(reverse("office:bank_accounts"))))
        office.post(url, {"decision": "valid"})
        assert BankAccount.objects.get().status == "DIFFERS"
        BankAccount.objects.update(given_by=None)
        office.post(url, {"decision": "valid"})
        assert BankAccount.objects.get().status == "VALID"


class TestDeposits:
    URL = "/admin/penerimaan/setoran/"

    @pytest.fixture(autouse=True)
    def _retribusi(self, regions):
        TreasuryRuleFactory(region=regions["bukittinggi"], deposit_days=1)
        office = ShopFactory(region=regions["bukittinggi"], kind="DINAS", name="Dinas Pariwisata")
        sale(office, charge_kind=ChargeKind.RETRIBUSI, amount=15_000, at=NOW - timedelta(days=3))
        sale(office, charge_kind=ChargeKind.RETRIBUSI, amount=20_000, at=NOW)

    def sent(self, **changes):
        day = (NOW - timedelta(days=3)).date().isoformat()
        given = {
            "daerah": "13.75",
            "through": day,
            "amount": "15000",
            "sts_number": "STS-9",
            "deposited_on": "2026-11-22",
        }
        return given | changes

    def test_show_what_is_late_and_record_it(self, bendahara):
        page = soup(bendahara.get(self.URL))
        assert "terlambat 2 hari" in words(page)
        assert page.select_one("[name=amount]")["value"] == "15000"
        assert bendahara.post(self.URL, self.sent()).status_code == 302
        deposit = Deposit.objects.get()
        assert (deposit.amount, balance("treasury:13.75"), balance("bank:operator")) == (15_000, 20_000, 15_000)
        assert "STS STS-9" in words(soup(bendahara.get(self.URL)))

    @pytest.mark.parametrize(
        "changes",
        [
            {"amount": "14999"},
            {"amount": "x"},
            {"sts_number": ""},
            {"deposited_on": "besok"},
            {"deposited_on": "2026-11-23"},
        ],
    )
    def test_refuse_what_is_not_whole_with_a_sentence(self, bendahara, changes):
        assert bendahara.post(self.URL, self.sent(**changes)).status_code == 422
        assert not Deposit.objects.exists()

    def test_of_another_region_are_not_there(self, bendahara):
        assert bendahara.get(self.URL, {"daerah": "13.71"}).status_code == 404
        assert bendahara.post(self.URL, self.sent(daerah="13.71")).status_code == 404
        assert bendahara.get("/admin/penerimaan/buku/", {"daerah": "13.71"}).status_code == 404

    def test_the_book_shows_three_counts_and_can_be_signed(self, bendahara):
        bendahara.post(self.URL, self.sent())
        page = soup(bendahara.get("/admin/penerimaan/buku/"))
        figures = [words(figure) for figure in page.select(".office-figures > div")]
        assert figures[:3] == ["Terjual 2 Rp35.000", "Masuk 0", "Disetor Rp15.000"]
        rows = [
            [words(cell) for cell in row.select("td")] for row in page.select("#rows-section tbody tr, #rows tbody tr")
        ]
        assert [(row[4], row[5], row[6], row[8]) for row in rows] == [
            ("1", "Rp15.000", "STS-9", "2"),
            ("1", "Rp20.000", "", "0"),
        ]
        assert bendahara.get("/admin/penerimaan/buku/pdf/").content.startswith(b"%PDF")
        answer = bendahara.get("/admin/penerimaan/buku/xlsx/")
        sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
        assert [cell.value for cell in sheet[5]][7:9] == [15_000, "STS-9"]

    @pytest.mark.parametrize(
        "days", [{"dari": "x"}, {"dari": "2026-11-22", "sampai": "2026-11-01"}, {"dari": "2020-01-01"}]
    )
    def test_the_book_says_when_days_are_none(self, bendahara, days):
        assert bendahara.get("/admin/penerimaan/buku/", days).status_code == 422


class TestRates:
    def url(self, kind):
        return reverse("office:rates", args=[kind])

    @pytest.mark.parametrize("kind", ["komisi", "pajak", "bagian", "gerbang", "periode", "setoran", "pph22"])
    def test_of_every_kind_have_a_page(self, office, kind):
        page = soup(office.get(self.url(kind)))
        assert page.select_one("#id_valid_from_date")["value"] == "2026-11-22"

    @pytest.mark.parametrize("kind", ["saluran", "pengembalian"])
    def test_of_midtrans_channels_begin_tomorrow(self, office, kind):
        page = soup(office.get(self.url(kind)))
        assert page.select_one("#id_valid_from_date")["value"] == "2026-11-23"
        assert page.select_one("[name=last_day]") is None

    def test_are_said_as_people_say_them(self, office):
        given = {"rate": "250", "announced_from_date": "2026-11-22", "valid_from_date": "2026-12-01"}
        office.post(self.url("komisi"), given)
        bca = next(row for row in self.rows(office, "saluran") if "BCA" in row)
        shopee = next(row for row in self.rows(office, "pengembalian") if "airpay shopee" in row)

        assert "2,5 %" in self.rows(office, "komisi")[0]
        assert bca.startswith("Saluran: virtual account BCA Mulai jumlah: Rp50.000 Ditawarkan: ya")
        assert "Tanpa pengembalian dari: 23.55 WIB" in shopee

    def rows(self, office, kind):
        return [words(row) for row in soup(office.get(self.url(kind))).select(".office-list > li")]

    def test_one_that_is_none_is_not_there(self, office):
        assert office.get(self.url("gaji")).status_code == 404

    def test_are_added_for_days_to_come_with_a_line_in_the_log(self, office):
        given = {"rate": "250", "announced_from_date": "2026-11-22", "valid_from_date": "2026-12-01"}
        assert office.post(self.url("komisi"), given).status_code == 302
        schedule = FeeSchedule.objects.get()
        assert (schedule.rate, schedule.valid_from_date.isoformat()) == (250, "2026-12-01")
        assert "diumumkan" in words(soup(office.get(self.url("komisi"))))

    @pytest.mark.parametrize(
        "changes",
        [
            {"valid_from_date": "2026-11-21"},
            {"announced_from_date": "2026-12-02"},
            {"valid_until_date": "2026-11-30"},
            {"rate": "3001"},
            {"rate": "-1"},
            {"rate": ""},
        ],
    )
    def test_refuse_what_is_over_or_cannot_be_meant(self, office, changes):
        given = {"rate": "250", "announced_from_date": "2026-11-22", "valid_from_date": "2026-12-01"} | changes
        assert office.post(self.url("komisi"), given).status_code == 422
        assert not FeeSchedule.objects.exists()

    def test_a_way_to_pay_changes_from_a_day_on_and_can_be_taken_back_until_then(self, office, people):
        given = {"channel": "bca_va", "least_amount": "0", "valid_from_date": "2026-11-23"}
        assert office.post(self.url("saluran"), given).status_code == 302
        rule = ChannelRule.objects.get(valid_from_date="2026-11-23")
        assert (rule.channel, rule.least_amount, rule.is_offered) == ("bca_va", 0, False)
        page = soup(office.get(self.url("saluran")))
        assert "Ditawarkan: tidak" in words(page)
        assert len(page.select("form[action$='/tarik/']")) == 1
        past = ChannelRule.objects.filter(channel="bca_va").exclude(pk=rule.pk).get()
        for one in (past, rule):
            office.post(reverse("office:withdraw_rule", args=["saluran", one.pk]))
        assert list(ChannelRule.objects.filter(channel="bca_va")) == [past]
        assert office.post(reverse("office:withdraw_rule", args=["saluran", rule.pk])).status_code == 404
        assert office.post(reverse("office:withdraw_rule", args=["komisi", past.pk])).status_code == 404

    @pytest.mark.parametrize(
        "changes",
        [
            {"valid_from_date": "2026-11-22"},
            {"valid_from_date": "2026-11-21"},
            {"valid_from_date": ""},
            {"channel": "gajah_va"},
            {"channel": "\x00"},
            {"least_amount": "-1"},
            {"least_amount": "x"},
            {"least_amount": "9" * 30},
            {"least_amount": "20000", "most_amount": "10000"},
        ],
    )
    def test_a_way_to_pay_that_cannot_be_meant_is_refused(self, office, changes):
        before = ChannelRule.objects.count()
        given = {"channel": "bca_va", "least_amount": "0", "valid_from_date": "2026-11-23"}
        assert office.post(self.url("saluran"), given | changes).status_code == 422
        assert ChannelRule.objects.count() == before

    def test_what_midtrans_gives_back_changes_from_a_day_on(self, office):
        given = {
            "payment_type": "qris",
            "is_refundable": "on",
            "days": "30",
            "quiet_from": "23:00",
            "quiet_until": "01:00",
            "valid_from_date": "2026-12-01",
        }
        assert office.post(self.url("pengembalian"), given | {"quiet_until": ""}).status_code == 422
        assert office.post(self.url("pengembalian"), given | {"days": "-1"}).status_code == 422
        shopee = given | {"acquirer": "airpay shopee"}
        assert office.post(self.url("pengembalian"), shopee | {"payment_type": "gopay"}).status_code == 422
        assert office.post(self.url("pengembalian"), shopee | {"acquirer": "x"}).status_code == 422
        assert office.post(self.url("pengembalian"), given).status_code == 302
        assert office.post(self.url("pengembalian"), given).status_code == 422
        rule = RefundRule.objects.get(valid_from_date="2026-12-01")
        assert (rule.payment_type, rule.days, rule.quiet_from.hour) == ("qris", 30, 23)

    def test_end_today_or_later(self, office):
        schedule = FeeScheduleFactory()
        url = reverse("office:end_rate", args=["komisi", schedule.pk])
        for day in ("2026-11-21", "x", ""):
            office.post(url, {"last_day": day})
            assert FeeSchedule.objects.get().valid_until_date is None
        office.post(url, {"last_day": "2026-11-30"})
        assert FeeSchedule.objects.get().valid_until_date.isoformat() == "2026-11-30"

    def test_a_party_is_added_with_its_share(self, office):
        shop = ShopFactory(kind="OPERATOR")
        office.post(reverse("office:party"), {"shop": shop.pk, "kind": "NAGARI", "name": "Nagari Contoh"})
        party = Party.objects.get()
        given = {"party": party.pk, "amount": "0", "rate": "1000", "valid_from_date": "2026-11-22"}
        assert office.post(self.url("bagian"), given).status_code == 302
        assert "Nagari Contoh" in words(soup(office.get(self.url("bagian"))))

    def test_a_party_has_an_account_of_its_own(self, office):
        party = PartyFactory()
        url = reverse("office:party_account", args=[party.pk])
        office.post(url, {"bank": "nagari", "number": "12", "holder": "Nagari Contoh"})
        assert not BankAccount.objects.exists()
        office.post(url, {"bank": "nagari", "number": "123456789", "holder": "Nagari Contoh"})
        account = BankAccount.objects.get()
        assert (account.party, account.shop_id, account.status) == (party, party.shop_id, "GIVEN")

    def test_a_letter_is_noted(self, office, shop):
        url = reverse("office:tax_letter", args=[shop.pk])
        for days in ({"given_on": "x", "until": ""}, {"given_on": "2026-12-31", "until": "2026-01-01"}):
            office.post(url, days)
            assert not TaxStatement.objects.exists()
        office.post(url, {"given_on": "2026-01-01", "until": "2026-12-31"})
        assert TaxStatement.objects.get().shop == shop
        assert "Kamis, 31 Desember 2026" in words(soup(office.get(reverse("office:shop_money", args=[shop.pk]))))
